// Across sessions: rates by a column, and what stands before breakthroughs and resistance.
const grouping = { column: "" };

const pooled = (sessions, bits) => {
  const units = sessions.reduce((sum, session) => sum + session.clientUnits, 0);
  return units ? (100 * sessions.reduce((sum, session) => sum + unitsWith(session, bits), 0)) / units : null;
};

/** Each session a faint dot, all of them together a bar. */
const dots = (values, together, top, family) => {
  const [width, height] = [isNarrow() ? 104 : 260, 26];
  const x = (value) => 4 + ((width - 8) * Math.min(value, top)) / top;
  const known = values.filter((value) => value !== null);
  // Spread up and down by order, the same way each time.
  const at = (i) => 4 + ((i * 7919) % 19);
  return picture(width, height, `${number(together)} per 100 client units; sessions from ${number(Math.min(...known))} to ${number(Math.max(...known))}`, { class: "dots" },
    s("path", { class: "rail", d: `M4,13H${width - 4}` }),
    s("path", { class: `faint ${family}`, d: known.map((value, i) => `M${x(value).toFixed(1)},${at(i)}h0`).join("") }),
    together !== null && s("path", { class: `together ${family}`, d: `M${x(together).toFixed(1)},3v20` }));
};

const ratesBy = (column) => {
  const at = book.groups.findIndex((group) => group.column === column);
  const groups = at < 0
    ? [["All sessions", book.sessions]]
    : book.groups[at].values.map((value, i) => [value || "not given", book.sessions.filter((session) => session.groups[at] === i)]);
  const rates = book.sessions.flatMap((session) => [ratesOf(session).b, ratesOf(session).r]).filter((value) => value !== null).sort((a, b) => a - b);
  const top = roundUp(rates[Math.floor(0.98 * (rates.length - 1))] || 1);
  const columns = [
    { key: "name", name: at < 0 ? "Sessions" : column.replaceAll("_", " ").replace(/ id$/, ""), value: ([name]) => name, cell: ([name]) => h("bdi", null, name) },
    { key: "n", name: "Sessions", type: "number", wide: true, value: ([, sessions]) => sessions.length, cell: ([, sessions]) => sessions.length.toLocaleString("en-GB") },
    ...[["breakthrough", "Breakthrough", BREAKTHROUGH, "b"], ["resistance", "Resistance", RESISTANCE, "r"]].flatMap(([family, name, bits, key]) => [
      { key: `${family}-plot`, name, note: `per 100 client units, 0 to ${top}${rates.at(-1) > top ? " and over" : ""}`, cell: ([, sessions]) => dots(sessions.map((session) => ratesOf(session)[key]), pooled(sessions, bits), top, family) },
      { key: family, name: "together", type: "number", wide: true, value: ([, sessions]) => pooled(sessions, bits), cell: ([, sessions]) => number(pooled(sessions, bits)) },
    ]),
  ];
  return sortable(`rates-${column}`, "Rates of breakthrough and resistance", columns, groups).element;
};

const corpusView = () => {
  const place = h("div");
  const caution = h("p", { class: "aside" });
  const apply = () => {
    place.replaceChildren(ratesBy(grouping.column));
    caution.hidden = grouping.column !== "therapist_id";
  };
  grouping.column ||= book.groups[0]?.column ?? "";
  caution.textContent = "Not for rating therapists: rates differ with clients, with their troubles, with how long they have come, and by chance.";
  const options = [["", "nothing"], ...book.groups.map((group) => [group.column, group.column.replaceAll("_", " ").replace(/ id$/, "")])];
  apply();
  const units = book.sessions.reduce((sum, session) => sum + lengthOf(session), 0);
  return {
    title: "Corpus",
    parts: [
      heading("Corpus", `${count(book.sessions.length, "session")}, ${count(units, "unit")}`),
      h("section", null, h("h2", null, "How often"),
        book.groups.length > 0 && h("div", { class: "tools" }, h("div", { class: "fields" }, chooser("Rates by", options, grouping.column, (value) => { grouping.column = value; apply(); }))),
        h("p", { class: "key" }, "A faint dot is a session, the bar all of them together."), caution,
        book.sessions.length ? place : h("p", { class: "aside" }, "The run read no session.")),
      forestSection(),
    ],
  };
};
