// The course of a measure over the sessions of a client, with its trend and turning point.
const MARGIN = { left: 44, right: 16, top: 20, bottom: 22 };

/** Lines through the middle of the course: the slope, and those at the ends of its interval. */
const trendLines = (values, slope) => {
  const known = values.map((value, i) => [i, value]).filter(([, value]) => value !== null);
  if (!slope || known.length < 3) return null;
  const middle = median(known.map(([i]) => i));
  const level = median(known.map(([i, value]) => value - slope[0] * (i - middle)));
  return slope.map((each) => (i) => level + each * (i - middle));
};

/** Labels below the axis, as many as fit. */
const axisLabels = (labels, x, y, width) => {
  const longest = Math.max(...labels.map((label) => label.length), 1) * 7 + 10;
  const every = Math.max(1, Math.ceil((labels.length * longest) / width));
  return labels.map((label, i) => i % every === 0 && s("text", { x: x(i), y, class: "tick-label", "text-anchor": "middle" }, label));
};

/**
 * One panel: a dot per session that leads to it. `top` is the end of the scale, which panels share.
 */
const coursePanel = (client, family, width, top) => {
  const { labels, values, sessions, trend } = seriesOf(client, family);
  const height = 188;
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const step = (right - MARGIN.left) / Math.max(labels.length, 1);
  const x = (i) => MARGIN.left + step * (i + 0.5);
  const y = (value) => bottom - ((bottom - MARGIN.top) * value) / top;
  const grid = [0, top / 2, top].map((value) => [
    s("path", { class: value ? "grid" : "axis", d: `M${MARGIN.left},${y(value)}H${right}` }),
    s("text", { x: MARGIN.left - 8, y: y(value) + 4, class: "tick-label", "text-anchor": "end" }, String(value)),
  ]);
  const verdict = client.verdict;
  const at = (label) => (label ? labels.indexOf(label) : -1);
  const marks = [];
  if (at(verdict?.turn) >= 0) {
    const low = at(verdict.turn_low) >= 0 ? at(verdict.turn_low) : at(verdict.turn);
    const high = at(verdict.turn_high) >= 0 ? at(verdict.turn_high) : at(verdict.turn);
    marks.push(s("rect", { class: "turn-band", x: x(low) - step / 2, y: MARGIN.top, width: (high - low + 1) * step, height: bottom - MARGIN.top }));
    marks.push(s("path", { class: "turn", d: `M${x(at(verdict.turn))},${MARGIN.top}V${bottom}` }));
  }
  if (at(verdict?.lost_by) >= 0) marks.push(s("path", { class: "lost", d: `M${x(at(verdict.lost_by))},${MARGIN.top}V${bottom}` }));
  const lines = trendLines(values, trend?.slope);
  const last = values.length - 1;
  // What leaves the scale is cut off, not bent.
  const fan = lines && s("svg", { x: 0, y: MARGIN.top, width, height: bottom - MARGIN.top, viewBox: `0 ${MARGIN.top} ${width} ${bottom - MARGIN.top}`, overflow: "hidden" },
    s("path", { class: `fan ${family}`, d: `${through([lines[1], lines[2], lines[2], lines[1]].map((line, i) => [x(i < 2 ? 0 : last), y(line(i < 2 ? 0 : last))]))}z` }),
    s("path", { class: `trend ${family}`, d: through([[x(0), y(lines[0](0))], [x(last), y(lines[0](last))]]) }));
  const dots = values.map((value, i) => {
    if (value === null) return null;
    const dot = s("circle", { class: `dot ${family}`, cx: x(i), cy: y(value), r: 4.5 });
    const name = `Session ${labels[i]}: ${number(value)} per 100 client units`;
    return sessions[i] === undefined ? dot : s("a", { href: `#/session/${sessions[i]}`, "aria-label": name }, s("title", null, name), dot);
  });
  const name = family === "breakthrough" ? "Breakthroughs" : "Resistance";
  return s("svg", { class: "panel", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `${name} by session` },
    s("text", { x: MARGIN.left, y: 12, class: "panel-title" }, `${name}, units per 100 client units`),
    marks, grid, fan, s("path", { class: `line ${family}`, d: through(values.map((value, i) => [x(i), value === null ? null : y(value)])) }),
    dots, axisLabels(labels, x, height - 4, right - MARGIN.left));
};

const slopeText = (trend) =>
  trend?.slope ? `${signed(trend.slope[0], 2)} a session (95 % ${signed(trend.slope[1], 2)} to ${signed(trend.slope[2], 2)})` : "no trend computed";

/** Both families above one another on one scale. */
const courseChart = (client) => {
  const width = roomFor(1040);
  const both = ["breakthrough", "resistance"];
  const top = roundUp(Math.max(1, ...both.flatMap((family) => seriesOf(client, family).values.map((value) => value ?? 0))));
  const verdict = client.verdict;
  return h("figure", { class: "course" },
    both.map((family) => coursePanel(client, family, width, top)),
    h("figcaption", null,
      h("span", { class: "swatch dotted" }), "a session ", both.some((family) => seriesOf(client, family).trend?.slope) && [h("span", { class: "swatch sloped" }), "Theil–Sen slope, the band its 95 % interval "],
      verdict?.turn && [h("span", { class: "swatch turn" }), `turning point, session ${verdict.turn}${verdict.turn_low && verdict.turn_low !== verdict.turn_high ? `; it may lie anywhere from ${verdict.turn_low} to ${verdict.turn_high}` : ""} `],
      verdict?.lost_by && [h("span", { class: "swatch lost" }), `lost by session ${verdict.lost_by}`]));
};

/** A small course of one code. */
const small = (client, code, top) => {
  const [width, height] = [150, 52];
  const { labels, values, trend } = courseOf(client, code, bit(code));
  const x = (i) => 4 + ((width - 8) * i) / Math.max(values.length - 1, 1);
  const y = (value) => height - 5 - ((height - 10) * Math.min(value, top)) / top;
  const points = values.map((value, i) => [x(i), value === null ? null : y(value)]);
  const known = values.filter((value) => value !== null);
  const title = `${codeName(code)}: from ${number(known[0])} in session ${labels[0] ?? "–"} to ${number(known.at(-1))} in session ${labels.at(-1) ?? "–"}, per 100 client units`;
  return h("figure", { class: "small" },
    h("figcaption", null, codeName(code)),
    picture(width, height, title, null,
      s("path", { class: "axis", d: `M0,${height - 5}H${width}` }),
      s("path", { class: `line c-${code}`, d: through(points) }),
      points.length > 0 && points.at(-1)[1] !== null && s("circle", { class: `end c-${code}`, cx: points.at(-1)[0], cy: points.at(-1)[1], r: 3 })),
    h("small", null, trend?.slope ? `${signed(trend.slope[0], 2)} a session (${signed(trend.slope[1], 2)} to ${signed(trend.slope[2], 2)})` : `mean ${number(known.reduce((a, b) => a + b, 0) / (known.length || 1))}`));
};
const smalls = (client) => {
  const top = Math.max(1, ...book.codes.flatMap((code) => courseOf(client, code, bit(code)).values.map((value) => value ?? 0)));
  return [
    h("div", { class: "smalls" }, book.codes.map((code) => small(client, code, top))),
    h("p", { class: "key" }, `All on one scale, 0 to ${number(top, 0)} units per 100 client units; below each, its slope with interval.`),
  ];
};
