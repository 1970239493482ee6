// What the page calls things. Names of codes are those of the codebook.
const CODES = {
  emotional: ["Emotional breakthrough", "Release of an emotion that had been held back, or relief after it."],
  cognitive: ["Cognitive breakthrough", "New insight or a shift of thought."],
  behavioural: ["Behavioural breakthrough", "A tangible change in action or reaction, done or under way."],
  resistance_change: ["Resistance to change", "Reluctance toward, or arguing against, change or the work of therapy."],
  resistance_defence: ["Resistance by defence", "A defence at work: denial, minimising, blaming, changing the subject."],
  resistance_fear: ["Resistance by fear", "Fear that stands in the way of change or of the work."],
  motivation: ["Motivation", "Desire, ability, reason, need or commitment to change."],
  self_awareness: ["Self-awareness", "The client observes their own feelings, thoughts or patterns, without a shift."],
  openness: ["Openness", "Vulnerability: private or painful material disclosed."],
  empathy: ["Empathy", "The therapist understands, accepts, validates."],
  guidance: ["Guidance", "The therapist uses a technique or expertise that moves the work on."],
  pacing: ["Pacing", "The therapist respects pace, choice and boundaries."],
  alliance: ["Alliance", "Trust, rapport, agreement on goals or tasks; a rupture named and repaired."],
};
const FAMILIES = { breakthrough: "Any breakthrough", resistance: "Any resistance" };

const VERDICTS = {
  sudden_lasting: ["Sudden, lasting", "A turning point after which breakthroughs stay more frequent."],
  sudden_lost: ["Sudden, lost", "A turning point whose gain is gone by a later session."],
  gradual: ["Gradual change", "Breakthroughs become more frequent bit by bit."],
  easing: ["Resistance easing", "Resistance becomes rarer."],
  declining: ["Declining", "Breakthroughs become rarer over the sessions, or resistance more frequent: in what is said, which need not be how somebody is."],
  stuck: ["Stuck", "Resistance stays, and breakthroughs are few."],
  no_clear_change: ["No clear change", "No change could be told from chance; that is not to say that nothing changed."],
  too_few_sessions: ["Too few sessions", "Too few sessions in order to tell a change from chance."],
};

const codeName = (code) => CODES[code]?.[0] ?? FAMILIES[code] ?? code.replaceAll("_", " ");
/** The name without its family, where there is little room. */
const shortName = (code) =>
  ({ emotional: "Emotional", cognitive: "Cognitive", behavioural: "Behavioural", resistance_change: "to change",
     resistance_defence: "by defence", resistance_fear: "by fear" })[code] ?? codeName(code);
const verdictName = (word) => VERDICTS[word]?.[0] ?? word.replaceAll("_", " ");

/** Words for probabilities, as the IPCC uses them. */
const LIKELIHOODS = [
  [0.9, "very likely", "0.90 and over"],
  [0.66, "likely", "0.66 to 0.90"],
  [0.33, "about as likely as not", "0.33 to 0.66"],
  [0, "less likely than not", "under 0.33"],
];
const likelihood = (p) => LIKELIHOODS.find(([from]) => p >= from)?.[1] ?? "not known";

const MANNERS = { sudden: "a sudden change", gradual: "a gradual change", cathartic: "a cathartic release" };

const number = (value, digits = 1) => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return value < 0 && Number(text.replaceAll(",", "")) !== 0 ? `−${text}` : text;
};
const signed = (value, digits = 1) => (value > 0 ? `+${number(value, digits)}` : number(value, digits));
const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
const pValue = (p) => (p === null || p === undefined ? "–" : p < 0.001 ? "< 0.001" : number(p, 3));
