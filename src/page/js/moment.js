// A moment with its words.
const AROUND = { before: 4, after: 2 };

const codeChips = (bits) => h("span", { class: "codes" }, codesOf(bits).map((code) => h("span", { class: "code" }, h("span", { class: `swatch c-${code}` }), codeName(code))));

/** Text with a span of code points marked. */
const marked = (text, span) => {
  const points = Array.from(text);
  const [start, end] = span ?? [0, 0];
  const part = (from, to) => points.slice(from, to).join("");
  return span && end > start
    ? h("bdi", { class: "said" }, part(0, start), h("mark", null, part(start, end)), part(end))
    : said(text);
};

const speakerName = (speaker) => {
  const section = { S: "Subjective", O: "Objective", A: "Assessment", P: "Plan", D: "Data", B: "Behaviour", I: "Intervention", R: "Response", G: "Goal" };
  if (speaker.startsWith("note:")) return `Note, ${section[speaker.slice(5)] ?? speaker.slice(5)}`;
  return speaker[0].toUpperCase() + speaker.slice(1);
};

const turn = (session, index, at, moment) => {
  const text = textOf(index, at);
  const speaker = speakerOf(session, at);
  const inside = at >= moment.first && at <= moment.last;
  return h("li", { class: `${speaker.startsWith("therapist") ? "therapist" : "client"}${inside ? " inside" : ""}${at === moment.peak ? " peak" : ""}` },
    h("p", { class: "who" }, h("b", null, speakerName(speaker)), ` ${idOf(session, at)} `, codeChips(bitsOf(session, at))),
    text === undefined ? h("p", { class: "no-words" }, "Words not in this report.") : h("p", null, marked(text, at === moment.peak ? moment.span : null)));
};

/** `empathy:3|guidance:1` or `resistance_fear|resistance_change`, in words. */
const named = (list) => list.split("|").filter(Boolean).map((item) => {
  const [code, n] = item.split(":");
  return h("span", { class: "code" }, h("span", { class: `swatch c-${code}` }), codeName(code), Number(n) > 1 ? ` ×${n}` : "");
});

const momentCard = (session, index, moment, order) => {
  const code = book.codes[moment.code];
  const from = Math.max(0, moment.first - AROUND.before);
  const to = Math.min(lengthOf(session) - 1, moment.last + AROUND.after);
  const core = book.text ? [moment.peak] : [];
  const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const list = h("ol", { class: "turns", id: `turns-${order}` });
  const draw = (positions) => list.replaceChildren(...positions.map((at) => turn(session, index, at, moment)));
  draw(core);
  let open = false;
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false", "aria-controls": `turns-${order}`, onclick: () => {
    open = !open;
    draw(open ? range(from, to) : core);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = name();
  } });
  const name = () => (open ? "Hide what stands around" : book.text ? "Show what stands around" : "Show the codes around");
  button.textContent = name();
  const place = moment.first === moment.last ? `unit ${idOf(session, moment.first)}` : `units ${idOf(session, moment.first)} to ${idOf(session, moment.last)}`;
  const facts = [
    moment.overcame && ["Resistance before it", named(moment.overcame)],
    moment.prepared && ["What stood before it", named(moment.prepared)],
    moment.about && ["About", moment.about],
  ].filter(Boolean);
  return h("article", { class: `moment c-${code}`, id: `moment-${order}`, tabindex: "-1" },
    h("h3", null, codeName(code), moment.manner && h("span", { class: "manner" }, `, ${MANNERS[moment.manner] ?? moment.manner}`)),
    h("p", { class: "meta" }, h("b", null, likelihood(moment.p)), ` (${number(moment.p, 2)}) · ${place}`, moment.strength !== undefined && ` · strength ${number(moment.strength, 1)}`),
    moment.evidence && h("p", { class: "alone" }, h("mark", null, said(moment.evidence))),
    list,
    facts.length > 0 && h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", null, name), h("dd", null, value)])),
    button);
};
