// The caseload: a row per client.
const sought = { clients: "", verdict: "", therapist: "", sessions: "" };

const highest = (() => {
  let most = null;
  return () => (most ??= Math.max(1, ...book.clients.flatMap((client) =>
    ["breakthrough", "resistance"].flatMap((family) => seriesOf(client, family).values.map((value) => value ?? 0)))));
})();
const seriesOf = (client, family) => courseOf(client, family, family === "breakthrough" ? BREAKTHROUGH : RESISTANCE);

/** Breakthroughs up, resistance down, a bar per session, on one scale for all clients. */
const sparkline = (client) => {
  const [width, half] = [168, 19];
  const [up, down] = [seriesOf(client, "breakthrough"), seriesOf(client, "resistance")];
  const n = Math.max(up.values.length, 1);
  const step = Math.min(14, width / n);
  const bar = step * (step > 4 ? 0.64 : 0.8);
  const scale = (value) => (value ? Math.max(1.2, (half - 1) * Math.sqrt(value / highest())) : 0);
  const bars = (values, direction) => values.map((value, i) => {
    const height = scale(value);
    return height ? `M${(i * step).toFixed(1)},${half}h${bar.toFixed(1)}v${(-direction * height).toFixed(1)}h-${bar.toFixed(1)}z` : "";
  }).join("");
  const turn = client.verdict?.turn ? up.labels.indexOf(client.verdict.turn) : -1;
  const ends = (values) => (values.length ? `${number(values[0])} to ${number(values.at(-1))}` : "none");
  return picture(width, 2 * half, `Breakthroughs per 100 client units from first to last session: ${ends(up.values)}; resistance: ${ends(down.values)}`, { class: "spark" },
    turn >= 0 && s("path", { class: "turn", d: `M${(turn * step - (step - bar) / 2).toFixed(1)},0v${2 * half}` }),
    s("path", { class: "rail", d: `M0,${half}h${Math.max(step * n - (step - bar), 1)}` }),
    s("path", { class: "breakthrough", d: bars(up.values, 1) }),
    s("path", { class: "resistance", d: bars(down.values, -1) }));
};

const balanceBar = ({ r, b, share }) =>
  h("span", { class: "share" },
    picture(56, 8, "", { "aria-hidden": "true", class: "bar" },
      s("rect", { class: "empty", width: 56, height: 8, rx: 1 }),
      share !== null && s("rect", { class: "resistance", width: 56 * share, height: 8, rx: 1 })),
    h("span", { class: "n" }, `${r.toLocaleString("en-GB")} : ${b.toLocaleString("en-GB")}`));

const verdictMark = ({ word, text }) =>
  h("span", { class: `verdict v-${word}` }, h("span", { class: "sign", "aria-hidden": "true" }), h("span", null, text || verdictName(word)));
const lastText = (client) => {
  const [label, date] = [lastOf(client), lastDateOf(client)];
  return label === null ? "–" : !date || date === label ? label : [label, h("small", null, date)];
};

const therapistsOf = (client) => [...new Set(client.sessions.map((index) => valueIn(book.sessions[index], "therapist_id")).filter(Boolean))];

const clientColumns = () => [
  { key: "id", name: "Client", value: (c) => c.id, cell: (c) => link(`client/${book.clients.indexOf(c)}`, h("bdi", null, c.id)) },
  { key: "course", name: "Course", note: "per 100 client units, sessions from left to right", cell: sparkline },
  { key: "verdict", name: "What the course shows", value: (c) => (c.verdict ? Object.keys(VERDICTS).indexOf(c.verdict.word) : null),
    cell: (c) => (c.verdict ? verdictMark(c.verdict) : h("small", null, "not computed")) },
  { key: "sessions", name: "Sessions", type: "number", wide: true, value: (c) => c.sessions.length, cell: (c) => c.sessions.length.toLocaleString("en-GB") },
  { key: "last", name: "Last session", type: "number", wide: true, value: (c) => lastDateOf(c) ?? lastOf(c),
    cell: lastText },
  { key: "share", name: "Resistance : breakthrough", note: "units", type: "number", wide: true, value: (c) => balanceOf(c).share, cell: (c) => balanceBar(balanceOf(c)) },
];

const caseloadView = () => {
  const table = sortable("caseload", "Clients with the course of their sessions", clientColumns(), [], 400);
  const said = h("p", { class: "count", role: "status" });
  const apply = () => {
    const word = sought.clients.trim().toLowerCase();
    const chosen = book.clients.filter((client) =>
      (!sought.verdict || client.verdict?.word === sought.verdict) &&
      (!sought.therapist || therapistsOf(client).includes(sought.therapist)) &&
      (!word || client.id.toLowerCase().includes(word) || therapistsOf(client).some((name) => name.toLowerCase().includes(word))));
    table.show(chosen);
    said.textContent = chosen.length === book.clients.length ? count(chosen.length, "client") : `${chosen.length} of ${count(book.clients.length, "client")}`;
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.value === sought.verdict)));
  };
  const words = Object.keys(VERDICTS).filter((word) => book.clients.some((client) => client.verdict?.word === word));
  const chip = (value, name, n) =>
    h("button", { type: "button", class: `chip v-${value}`, value, onclick: () => { sought.verdict = sought.verdict === value ? "" : value; apply(); } },
      value && h("span", { class: "sign", "aria-hidden": "true" }), name, " ", h("span", { class: "n" }, n));
  const chips = book.verdicts
    ? [chip("", "All", book.clients.length), ...words.map((word) => chip(word, verdictName(word), book.clients.filter((client) => client.verdict?.word === word).length))]
    : [];
  const therapists = [...new Set(book.clients.flatMap(therapistsOf))].sort();
  const alone = book.sessions.filter((session) => session.client === undefined).length;
  apply();
  return {
    title: "Caseload",
    parts: [
      heading("Caseload", `${count(book.clients.length, "client")}, ${count(book.sessions.length - alone, "session")}`),
      alone > 0 && h("p", { class: "aside" }, `${count(alone, "session")} without a client: `, link("sessions", "all sessions"), "."),
      h("div", { class: "tools" },
        chips.length > 0 && h("div", { class: "chips", role: "group", "aria-label": "Show clients with this verdict" }, chips),
        h("div", { class: "fields" },
          finder("Find a client or therapist", sought.clients, (value) => { sought.clients = value; apply(); }),
          therapists.length > 1 && chooser("Therapist", [["", "All"], ...therapists.map((name) => [name, name])], sought.therapist, (value) => { sought.therapist = value; apply(); }))),
      h("p", { class: "key" }, h("span", { class: "swatch breakthrough" }), "breakthroughs, upward ", h("span", { class: "swatch resistance" }), "resistance, downward ", h("span", { class: "swatch turn" }), "turning point; one scale for all clients (square root)"),
      said, table.element,
    ],
  };
};

const sessionColumns = () => [
  { key: "id", name: "Session", value: (x) => x.id, cell: (x) => link(`session/${book.sessions.indexOf(x)}`, h("bdi", null, x.id)) },
  { key: "client", name: "Client", value: (x) => book.clients[x.client]?.id, cell: (x) => (x.client === undefined ? "–" : link(`client/${x.client}`, h("bdi", null, book.clients[x.client].id))) },
  { key: "label", name: "Number", type: "number", wide: true, value: (x) => (x.label && Number.isFinite(Number(x.label)) ? Number(x.label) : x.label), cell: (x) => x.label ?? "–" },
  { key: "units", name: "Units", type: "number", wide: true, value: lengthOf, cell: (x) => lengthOf(x).toLocaleString("en-GB") },
  { key: "b", name: "Breakthrough", note: "per 100 client units", type: "number", value: (x) => ratesOf(x).b, cell: (x) => number(ratesOf(x).b) },
  { key: "r", name: "Resistance", note: "per 100 client units", type: "number", value: (x) => ratesOf(x).r, cell: (x) => number(ratesOf(x).r) },
  { key: "moments", name: "Moments", type: "number", wide: true, value: (x) => x.moments?.length ?? 0, cell: (x) => x.moments?.length ?? 0 },
];

const sessionsView = () => {
  const table = sortable("sessions", "Sessions with their rates", sessionColumns(), [], 100);
  const said = h("p", { class: "count", role: "status" });
  const apply = () => {
    const word = sought.sessions.trim().toLowerCase();
    const chosen = book.sessions.filter((session) => !word || session.id.toLowerCase().includes(word) || book.clients[session.client]?.id.toLowerCase().includes(word));
    table.show(chosen);
    said.textContent = chosen.length === book.sessions.length ? count(chosen.length, "session") : `${chosen.length} of ${count(book.sessions.length, "session")}`;
  };
  apply();
  return {
    title: "Sessions",
    parts: [
      heading("Sessions", "Every session of the run, in the order of the input"),
      h("div", { class: "tools" }, h("div", { class: "fields" }, finder("Find a session or client", sought.sessions, (value) => { sought.sessions = value; apply(); }))),
      said, book.sessions.length ? table.element : h("p", { class: "aside" }, "The run read no session."),
    ],
  };
};
