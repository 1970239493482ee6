// What stands before breakthroughs and resistance, as a forest plot of odds ratios.
const ODDS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16];
const oddsName = (value) => (value < 1 ? `1/${Math.round(1 / value)}` : String(value));

const forest = (outcome) => {
  const rows = book.factors.filter((factor) => factor.outcome === outcome);
  const drawn = rows.filter((row) => row.log_odds !== null && row.low !== null && row.high !== null);
  const reach = Math.max(Math.log(2), ...drawn.flatMap((row) => [Math.abs(row.low), Math.abs(row.high)]));
  const limit = Math.log(ODDS.find((odds) => Math.log(odds) >= reach) ?? 16);
  const [width, height] = [isNarrow() ? 132 : 320, 40];
  const x = (log) => width / 2 + ((width / 2 - 12) * Math.max(-limit, Math.min(limit, log))) / limit;
  const shown = ODDS.filter((odds) => Math.abs(Math.log(odds)) <= limit + 1e-9);
  // Few enough names that they do not run into one another.
  const end = (odds) => Math.abs(Math.abs(Math.log(odds)) - limit) < 1e-9;
  const named = shown.filter((odds) => odds === 1 || end(odds) || (!isNarrow() && (shown.length <= 5 || odds === 2 || odds === 1 / 2)));
  const grid = shown.map((odds) => [odds === 1 ? "axis" : "grid", `M${x(Math.log(odds))},0v${height}`]);
  const interval = (row) =>
    row.log_odds === null ? (row.sessions ? "0 or infinite" : "too few units")
      : row.low === null || row.high === null ? `${number(Math.exp(row.log_odds), 2)}, too few sessions for an interval`
        : `${number(Math.exp(row.log_odds), 2)} (${number(Math.exp(row.low), 2)} to ${number(Math.exp(row.high), 2)})`;
  const plot = (row) => {
    const sure = row.q !== null && row.q < 0.05;
    return picture(width, height, `Odds ratio ${interval(row)}`, { class: "forest" }, grid.map(([name, d]) => s("path", { class: name, d })),
      drawn.includes(row) && [
        s("path", { class: `whisker ${outcome}`, d: `M${x(row.low)},${height / 2}H${x(row.high)}` }),
        row.high > limit && s("path", { class: `arrow-end ${outcome}`, d: `M${x(limit)},${height / 2 - 4}l6,4l-6,4z` }),
        row.low < -limit && s("path", { class: `arrow-end ${outcome}`, d: `M${x(-limit)},${height / 2 - 4}l-6,4l6,4z` }),
        Math.abs(row.log_odds) <= limit && s("rect", { class: `estimate ${outcome}${sure ? "" : " open"}`, x: x(row.log_odds) - 4.5, y: height / 2 - 4.5, width: 9, height: 9 }),
      ]);
  };
  const columns = [
    { key: "factor", name: "Factor", value: (row) => codeName(row.factor), cell: (row) => codeName(row.factor) },
    { key: "plot", name: "Odds ratio", note: picture(width, 24, `Axis from ${oddsName(shown[0])} to ${oddsName(shown.at(-1))}`, { class: "forest" }, named.map((odds) => s("text", { x: x(Math.log(odds)), y: 16, class: "tick-label", "text-anchor": "middle" }, oddsName(odds)))), type: "plot", cell: plot },
    { key: "or", name: "95 % interval", value: (row) => row.log_odds, cell: (row) => (row.low === null ? h("small", null, interval(row)) : interval(row)) },
    { key: "q", name: "q", note: "after Benjamini–Hochberg", type: "number", wide: true, value: (row) => row.q, cell: (row) => pValue(row.q) },
    { key: "n", name: "With the factor", note: `${outcome} / units`, type: "number", wide: true, value: (row) => row.exposed, cell: (row) => `${row.exposed_outcomes ?? "–"} / ${row.exposed ?? "–"}` },
    { key: "m", name: "Without", note: `${outcome} / units`, type: "number", wide: true, value: (row) => row.unexposed, cell: (row) => `${row.unexposed_outcomes ?? "–"} / ${row.unexposed ?? "–"}` },
  ];
  const order = [...rows].sort((a, b) => (b.log_odds ?? -99) - (a.log_odds ?? -99));
  return h("div", { class: "forest-table" }, h("h3", null, outcome === "breakthrough" ? "Before breakthroughs" : `Before ${outcome}`), sortable(`forest-${outcome}`, `Odds ratios of factors before ${outcome}`, columns, order).element);
};

const forestSection = () => {
  const outcomes = [...new Set((book.factors ?? []).map((factor) => factor.outcome))];
  const window = book.factors?.find((factor) => factor.window)?.window;
  return h("section", null, h("h2", null, "What stands before them"),
    h("p", { class: "lead-in" }, h("b", null, "Associations, never causes."), ` How much more often one begins where the factor stands in ${window ? `the ${window} units` : "the units"} before than where it does not, within sessions, as odds; 95 % intervals clustered by session.`),
    outcomes.length
      ? [h("p", { class: "key" }, h("span", { class: "swatch square" }), "q under 0.05 ", h("span", { class: "swatch square open" }), "not; right of 1: more often after the factor"), outcomes.map(forest)]
      : h("p", { class: "aside" }, book.factors ? "Too few units to say anything." : "There is no factors.csv in the folder: an older version wrote these tables, or it was taken away."));
};
