// A client: the verdict, the course, every session as a strip, and the numbers behind it.
const trendTable = (client) => {
  const measures = [...Object.keys(FAMILIES), ...book.codes].filter((measure) => client.trends?.[measure]);
  const list = (labels) => (labels.length ? labels.join(", ") : "–");
  const columns = [
    { key: "measure", name: "Measure", cell: (m) => codeName(m) },
    { key: "slope", name: "Slope", note: "units per 100 client units, a session", type: "number", cell: (m) => slopeText(client.trends[m]) },
    { key: "p", name: "Trend p", note: "Mann–Kendall", type: "number", cell: (m) => pValue(client.trends[m].p) },
    { key: "change", name: "Change at", type: "number", cell: (m) => client.trends[m].change ?? "–" },
    { key: "changeP", name: "Change p", note: "permutation", type: "number", cell: (m) => pValue(client.trends[m].change_p) },
    { key: "gains", name: "Sudden gains", type: "number", cell: (m) => list(client.trends[m].gains) },
    { key: "losses", name: "Sudden losses", type: "number", cell: (m) => list(client.trends[m].losses) },
    { key: "rci", name: "Reliable change", note: "first to last; ±1.96 is reliable", type: "number", cell: (m) => signed(client.trends[m].reliable, 2) },
  ];
  return h("details", { class: "numbers" },
    h("summary", null, "The numbers behind this"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Trends of all measures" }, sortable(`trends-${client.id}`, "Trends of all measures", columns, measures).element));
};

const stripKey = () =>
  h("p", { class: "key" },
    "Each tick is a turn or sentence. Upward: ",
    book.codes.slice(0, 3).map((code) => [h("span", { class: `swatch c-${code}` }), shortName(code).toLowerCase(), " "]),
    "breakthrough. Downward: resistance ",
    book.codes.slice(3, 6).map((code, i) => [h("span", { class: `swatch c-${code}` }), shortName(code), i < 2 ? " " : ". "]),
    "Between them: ", h("span", { class: "swatch factor" }), "what contributes. ", h("span", { class: "swatch line" }), "a moment.");

const stripRows = (client) => {
  const span = Math.max(...client.sessions.map((index) => lengthOf(book.sessions[index])), 40);
  return h("ol", { class: "strips" }, client.sessions.map((index) => {
    const session = book.sessions[index];
    const n = session.moments?.length ?? 0;
    return h("li", null, link(`session/${index}`,
      h("span", { class: "when" }, h("b", null, sessionName(session)), session.date && session.label !== session.date && h("small", null, session.date)),
      strip(session, span),
      h("span", { class: "n" }, count(n, "moment"))));
  }));
};

/** Links to the sessions that a verdict speaks of. */
const readings = (client) => {
  const { labels, sessions } = seriesOf(client, "breakthrough");
  const labelled = [...new Set([client.verdict.turn, client.verdict.lost_by, ...client.verdict.named].filter(Boolean))];
  const links = labelled.map((label) => sessions[labels.indexOf(label)]).filter((index) => index !== undefined)
    .map((index) => [" · ", link(`session/${index}`, `Read ${sessionName(book.sessions[index]).toLowerCase()}`)]);
  return links.length ? links : ".";
};

/** The likeliest moments, in their own words: of the sessions from the one before a turning point to the one after it, or of those that the verdict names, or of all. */
const quotes = (client) => {
  const { labels, sessions } = seriesOf(client, "breakthrough");
  const turn = client.verdict?.turn ? labels.indexOf(client.verdict.turn) : -1;
  const named = sessions.filter((_, i) => client.verdict?.named.includes(labels[i]));
  const [of, where] = turn >= 0 ? [sessions.slice(Math.max(0, turn - 1), turn + 2), "around the turning point"]
    : named.length ? [named, `of the ${named.length > 1 ? "sessions" : "session"} that the verdict names`]
      : [sessions, "of the course"];
  const chosen = [...new Set(of)].filter((index) => index !== undefined);
  const quoted = chosen.flatMap((index) => (book.sessions[index].moments ?? []).map((moment, order) => ({ index, order, moment, words: evidenceOf(index, moment) })))
    .filter(({ words }) => words)
    .sort((a, b) => b.moment.p - a.moment.p)
    // A sentence with two codes is quoted once.
    .filter(({ index, moment }, i, all) => all.findIndex((other) => other.index === index && other.moment.peak === moment.peak) === i).slice(0, 3)
    .sort((a, b) => chosen.indexOf(a.index) - chosen.indexOf(b.index) || a.order - b.order);
  return quoted.length > 0 && [
    h("p", { class: "key" }, `Words of the likeliest moments ${where}; each leads to its place.`),
    h("ul", { class: "quotes" }, quoted.map(({ index, order, moment, words }) => h("li", null,
      link(`session/${index}/${order}`, `${sessionName(book.sessions[index])}, ${codeName(book.codes[moment.code]).toLowerCase()}`), " ", said(words)))),
  ];
};

const clientView = (at) => {
  const client = book.clients[at];
  if (!client) return lostView();
  const verdict = client.verdict;
  const therapists = therapistsOf(client);
  const placed = seriesOf(client, "breakthrough").labels.length;
  return {
    title: `Client ${client.id}`,
    parts: [
      h("nav", { class: "way", "aria-label": "Where this is" }, link("clients", "Caseload")),
      heading(["Client ", h("bdi", null, client.id)], [
        count(client.sessions.length, "session"), lastDateOf(client) ? `last on ${lastDateOf(client)}` : lastOf(client) && `the last is session ${lastOf(client)}`,
        `${count(balanceOf(client).r, "unit")} with resistance, ${balanceOf(client).b.toLocaleString("en-GB")} with a breakthrough`, therapists.length && `${therapists.length > 1 ? "therapists" : "therapist"} ${therapists.join(", ")}`,
      ].filter(Boolean).join(" · ")),
      verdict
        ? h("div", { class: `lead v-${verdict.word}` },
          h("p", null, verdictMark(verdict)),
          h("p", { class: "aside" }, `${VERDICTS[verdict.word]?.[1] ?? ""} A reading of the codes, to be held against the words`, readings(client)))
        : h("p", { class: "aside" }, "No verdict was computed."),
      verdict && quotes(client),
      verdict?.note && h("p", { class: "aside" }, `Note: ${verdict.note}`),
      verdict?.unordered > 0 && h("p", { class: "aside" }, `${count(verdict.unordered, "session")} left out of the course.`),
      h("section", null, h("h2", null, "Course"), placed ? courseChart(client) : h("p", { class: "aside" }, "No session has a number or a date: there is no course to draw."), placed > 0 && Object.keys(client.trends ?? {}).length > 0 && trendTable(client)),
      h("section", null, h("h2", null, "Sessions"), stripKey(), stripRows(client)),
      placed > 1 && h("section", null, h("h2", null, "Every code"), smalls(client)),
    ],
  };
};
