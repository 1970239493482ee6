// The data of the page. Strips are unpacked, and words read, when they are first asked for.
const block = (id) => JSON.parse(document.getElementById(id).textContent);
const book = block("data");

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUE = new Uint8Array(128);
for (let i = 0; i < DIGITS.length; i += 1) VALUE[DIGITS.charCodeAt(i)] = i;

const bit = (code) => 1 << book.codes.indexOf(code);
const BREAKTHROUGH = bit("emotional") | bit("cognitive") | bit("behavioural");
const RESISTANCE = bit("resistance_change") | bit("resistance_defence") | bit("resistance_fear");
const familyOf = (code) => (bit(code) & BREAKTHROUGH ? "breakthrough" : bit(code) & RESISTANCE ? "resistance" : "factor");
const codesOf = (bits) => book.codes.filter((_, i) => bits & (1 << i));

/** For every unit of a session the number of its kind. */
const unitsOf = (session) => {
  if (!session.units) {
    const units = new Uint32Array(session.strip.length / book.width);
    for (let i = 0; i < units.length; i += 1) {
      let number = 0;
      for (let j = 0; j < book.width; j += 1) number = number * 64 + VALUE[session.strip.charCodeAt(i * book.width + j)];
      units[i] = number;
    }
    session.units = units;
  }
  return session.units;
};
const speakerOf = (session, at) => book.kinds[unitsOf(session)[at]][0];
const bitsOf = (session, at) => book.kinds[unitsOf(session)[at]][1];
const isNote = (session) => unitsOf(session).length > 0 && speakerOf(session, 0).startsWith("note");
const idOf = (session, at) => (typeof session.ids === "number" ? String(session.ids + at) : session.ids[at]);
const lengthOf = (session) => session.strip.length / book.width;

/** How many units carry any code of a set. */
const unitsWith = (session, bits) => {
  let found = 0;
  for (const kind of unitsOf(session)) if (book.kinds[kind][1] & bits) found += 1;
  return found;
};
const rate = (session, bits) => (session.clientUnits ? (100 * unitsWith(session, bits)) / session.clientUnits : null);
const ratesOf = (session) => (session.rates ??= { b: rate(session, BREAKTHROUGH), r: rate(session, RESISTANCE) });

/** Words by session; read before the first session or client is shown, and unpacked first if there are many. */
let words = null;
const loadWords = async () => {
  const element = document.getElementById("words");
  let text = element.textContent;
  if (element.type !== "application/json") {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }
  words = JSON.parse(text);
};
/** The words of a unit, if the page has them. */
const textOf = (index, at) => words[index]?.find(([place]) => place === at)?.[1];

/** The words that carry the code of a moment, or all of its peak; nothing if the page has none. */
const evidenceOf = (index, moment) => {
  const text = textOf(index, moment.peak);
  return text !== undefined && moment.span ? Array.from(text).slice(...moment.span).join("") : text ?? moment.evidence;
};

/** "Session 5", "Session of 2024-02-20", or the id. */
const sessionName = (session) => {
  if (session.label === undefined) return `Session ${session.id}`;
  return session.label === session.date ? `Session of ${session.date}` : `Session ${session.label}`;
};

/** Rates of a client in the order of the course: from the trends if there are any, else counted here. */
const courseOf = (client, measure, bits) => {
  const trend = client.trends?.[measure];
  if (trend) {
    // Labels may repeat: each takes the next session of that name.
    const named = new Map();
    for (const index of client.sessions) {
      const label = book.sessions[index].label;
      named.set(label, [...(named.get(label) ?? []), index]);
    }
    const next = (label) => (named.get(label)?.length > 1 ? named.get(label).shift() : named.get(label)?.[0]);
    return { labels: trend.labels, values: trend.values, sessions: trend.labels.map(next), trend };
  }
  const placed = client.sessions.filter((index) => book.sessions[index].label !== undefined);
  return {
    labels: placed.map((index) => book.sessions[index].label),
    values: placed.map((index) => rate(book.sessions[index], bits)),
    sessions: placed,
    trend: null,
  };
};

/** Units with resistance and with a breakthrough over all sessions of a client, and the part of the first in both. */
const balanceOf = (client) => {
  const sum = (bits) => client.sessions.reduce((sum, index) => sum + unitsWith(book.sessions[index], bits), 0);
  const [r, b] = [sum(RESISTANCE), sum(BREAKTHROUGH)];
  return { r, b, share: b + r ? r / (b + r) : null };
};
/** The date of the last session of the course, which is not that of one that stands outside of it. */
const lastDateOf = (client) => {
  const of = (index) => book.sessions[index];
  const last = client.sessions.findLast((index) => of(index).label !== undefined) ?? client.sessions.at(-1);
  return of(last)?.date ?? null;
};
const lastOf = (client) => client.verdict?.last ?? book.sessions[client.sessions.at(-1)]?.label ?? null;
const valueIn = (session, column) => {
  const at = book.groups.findIndex((group) => group.column === column);
  return at < 0 ? "" : book.groups[at].values[session.groups[at]];
};
