// A session as a strip: every unit a tick. Breakthroughs stand up, resistance hangs down, what contributes lies
// between; so the families can be told apart without their colours.
const UP = [0, 11];
const MIDDLE = [12, 4];
const DOWN = [17, 11];
const STRIP_HEIGHT = 28;

const ticks = (places, [y, height], width = 0.84) =>
  places.map((x) => `M${(x + (1 - width) / 2).toFixed(2)},${y}h${width}v${height}h-${width}z`).join("");

const placesOf = (session, bits) => {
  const places = [];
  unitsOf(session).forEach((kind, at) => { if (book.kinds[kind][1] & bits) places.push(at); });
  return places;
};

const inWords = (session) =>
  `${count(lengthOf(session), isNote(session) ? "sentence" : "turn")}, ${unitsWith(session, BREAKTHROUGH)} with a breakthrough, ` +
  `${unitsWith(session, RESISTANCE)} with resistance`;

/** One session in one row; `span` is the length of the longest beside it. */
const strip = (session, span) => {
  const plain = placesOf(session, -1).length;
  const silent = [];
  unitsOf(session).forEach((kind, at) => { if (!book.kinds[kind][1]) silent.push(at); });
  const factors = placesOf(session, ~(BREAKTHROUGH | RESISTANCE));
  const paths = [s("path", { class: "tick none", d: ticks(silent, [13, 2]) })];
  if (plain) paths.push(s("path", { class: "tick factor", d: ticks(factors, MIDDLE) }));
  for (const code of book.codes.slice(0, 6)) {
    const places = placesOf(session, bit(code));
    if (places.length) paths.push(s("path", { class: `tick c-${code}`, d: ticks(places, familyOf(code) === "breakthrough" ? UP : DOWN) }));
  }
  const marks = (session.moments ?? []).map((moment) => {
    const up = familyOf(book.codes[moment.code]) === "breakthrough";
    return s("path", { class: "mark", d: `M${moment.first},${up ? -3 : STRIP_HEIGHT + 2}h${moment.last - moment.first + 1}v1.4h-${moment.last - moment.first + 1}z` });
  });
  return s("svg", { class: "strip", viewBox: `0 -4 ${Math.max(span, 1)} ${STRIP_HEIGHT + 8}`, preserveAspectRatio: "none", role: "img", "aria-label": inWords(session) }, paths, marks);
};

/** The end of the scale of a session's courses. */
const topOf = (session) => [0.1, 0.25, 0.5, 0.75, 1].find((top) => Math.max(...Object.values(session.courses).flat()) <= top) ?? 1;

/** Smoothed probabilities of the three families over the session. */
const curves = (session, length) => {
  const line = ([family, values]) => {
    const points = values.map((value, i) => [0.5 + ((length - 1) * i) / Math.max(values.length - 1, 1), 39 - (38 * value) / topOf(session)]);
    return s("path", { class: `curve ${family}`, d: through(points), "vector-effect": "non-scaling-stroke" });
  };
  const order = ["factor", "resistance", "breakthrough"].filter((family) => session.courses[family]);
  return [
    s("svg", { class: "curves", viewBox: `0 0 ${Math.max(length, 1)} 40`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      s("path", { class: "rail", d: `M0,39.5H${length}`, "vector-effect": "non-scaling-stroke" }), order.map((family) => line([family, session.courses[family]]))),
    h("span", { class: "n" }),
  ];
};

/** A session as a score: a line for each code, moments marked, the turns of the client shaded above. */
const score = (session, index) => {
  const length = lengthOf(session);
  const lane = (places, className) =>
    s("svg", { class: "lane", viewBox: `0 0 ${Math.max(length, 1)} 10`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      s("path", { class: "rail", d: `M0,4.6h${length}v.8h-${length}z` }),
      (session.moments ?? []).filter((moment) => `c-${book.codes[moment.code]}` === className)
        .map((moment) => s("a", { href: `#/session/${index}/${session.moments.indexOf(moment)}`, tabindex: "-1" },
          s("path", { class: `hold ${className}`, d: `M${moment.first},0h${moment.last - moment.first + 1}v10h-${moment.last - moment.first + 1}z` }))),
      s("path", { class: `tick ${className}`, d: ticks(places, [1, 8]) }));
  const clients = [];
  unitsOf(session).forEach((kind, at) => { if (!book.kinds[kind][0].startsWith("therapist")) clients.push(at); });
  const row = (name, places, className, unit) => [
    h("dt", { class: places.length ? "" : "dim" }, name),
    h("dd", null, lane(places, className), h("span", { class: "n" }, places.length || "·", h("span", { class: "hidden" }, ` ${unit}`))),
  ];
  const rows = [];
  if (session.courses) rows.push([h("dt", null, "Course", h("small", null, `probability, smoothed; 0 to ${number(topOf(session), 2)}`)), h("dd", null, curves(session, length))]);
  if (!isNote(session)) rows.push(row("Client speaks", clients, "speaker", "turns of a client"));
  const heads = { breakthrough: "Breakthrough", resistance: "Resistance", factor: "What contributes" };
  let family = "";
  for (const code of book.codes) {
    if (familyOf(code) !== family) {
      family = familyOf(code);
      rows.push([h("dt", { class: "head" }, heads[family]), h("dd", { class: "head" })]);
    }
    rows.push(row(shortName(code), placesOf(session, bit(code)), `c-${code}`, "units"));
  }
  return h("figure", { class: "score" }, h("figcaption", { class: "hidden" }, inWords(session)), h("dl", null, rows));
};
