// How to read the page: what codes are, who coded, what is missing.
const aboutView = () => {
  const run = book.run;
  const shipped = run?.model === "minilm";
  const heads = { breakthrough: "Breakthroughs", resistance: "Resistance", factor: "What contributes" };
  return {
    title: "How to read this",
    parts: [
      heading("How to read this", "What the page says, and what it cannot say"),
      h("section", { class: "prose" },
        h("h2", null, "What it is not"),
        h("p", null, "Codes are suggestions by a model, not findings about a person. They say what words show, in the light of the turns around; not what somebody feels, and not that therapy worked. The model misses moments and sees some that are none: read the words before you count."),
        h("p", null, "Not for diagnosis, not for judging risk, not for rating therapists. It has no code for suicidality, abuse or danger and says nothing of them."),
        h("p", null, "What stands before a breakthrough is associated with it. Nothing here shows a cause."),
        h("h2", null, "Who coded what the model learned from"),
        h("p", null, shipped || !run
          ? "A language model that followed the codebook, not clinicians; no expert has checked the whole. Most of the material was written for the purpose, a part are public transcripts of demonstrations. The probabilities say how likely that coder would have given the code."
          : `This run used the model ${run.model}, which does not come with the program: its model card says who coded what it learned from.`),
        book.notices.length > 0 && [h("h2", null, "What this folder lacks"), h("ul", null, book.notices.map((notice) => h("li", null, notice)))]),
      h("section", null,
        h("h2", null, "Codes"),
        ["breakthrough", "resistance", "factor"].map((family) => [
          h("h3", null, heads[family]),
          h("dl", { class: "legend" }, book.codes.filter((code) => familyOf(code) === family).map((code) => [
            h("dt", null, h("span", { class: `swatch c-${code}` }), codeName(code)), h("dd", null, CODES[code]?.[1] ?? "")])),
        ])),
      h("section", null,
        h("h2", null, "Verdicts"),
        h("p", null, "They rest on the rates of codes over the sessions of a client, and are careful: what chance could have made is no change."),
        h("dl", { class: "legend" }, Object.entries(VERDICTS).map(([word, [name, meaning]]) => [h("dt", { class: `v-${word}` }, h("span", { class: "sign", "aria-hidden": "true" }), name), h("dd", null, meaning)]))),
      h("section", null,
        h("h2", null, "Probabilities in words"),
        h("dl", { class: "legend" }, LIKELIHOODS.map(([, name, range]) => [h("dt", null, name), h("dd", null, range)]))),
      run && h("section", null,
        h("h2", null, "This run"),
        h("dl", { class: "legend" },
          h("dt", null, "Program"), h("dd", null, `${run.program} ${run.version}`),
          h("dt", null, "Model"), h("dd", null, `${run.model} ${run.model_version}, SHA-256 `, h("code", null, run.model_sha256)),
          h("dt", null, "Ended"), h("dd", null, run.finished),
          h("dt", null, "Read"), h("dd", null, `${count(run.inputs, "file")}, ${count(run.units, "unit")}; ${run.rejected ? `${count(run.rejected, "record")} could not be read, see rejects.csv` : "every record could be read"}`),
          h("dt", null, "Words"), h("dd", null, book.text ? "words of moments and of the turns around them stand in this file: keep it as you keep the sessions" : run.no_text ? "none: the run was asked to leave them out" : "none in this file, or only those of the evidence")))
    ],
  };
};
