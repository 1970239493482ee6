//! What is said about a client over the sessions, and about a corpus: the rows of `clients.csv`, `trends.csv` and
//! `factors.csv`.

use crate::codebook::Code;
use std::fmt;
use std::sync::Arc;

/// What the course over the sessions comes to, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Breakthroughs set in from one session to the next, and stay.
    SuddenLasting,
    /// Breakthroughs set in from one session to the next, and go again.
    SuddenLost,
    /// Breakthroughs become more, with no single session to point at.
    Gradual,
    /// Resistance becomes less; more breakthroughs cannot be shown.
    Easing,
    /// Breakthroughs become fewer, or resistance becomes more, over the sessions.
    Declining,
    /// Much resistance, few breakthroughs, no session that stands out by them, and no sign of either changing.
    Stuck,
    /// None of the others can be shown.
    NoClearChange,
    /// Too few sessions in order to say anything, or to tell the turning point that they may show from chance.
    TooFewSessions,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Verdict; 8] = [
        Verdict::SuddenLasting,
        Verdict::SuddenLost,
        Verdict::Gradual,
        Verdict::Easing,
        Verdict::Declining,
        Verdict::Stuck,
        Verdict::NoClearChange,
        Verdict::TooFewSessions,
    ];

    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::SuddenLasting => "sudden_lasting",
            Verdict::SuddenLost => "sudden_lost",
            Verdict::Gradual => "gradual",
            Verdict::Easing => "easing",
            Verdict::Declining => "declining",
            Verdict::Stuck => "stuck",
            Verdict::NoClearChange => "no_clear_change",
            Verdict::TooFewSessions => "too_few_sessions",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where breakthroughs set in; labels are those of [`Trend::labels`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurningPoint {
    /// The first session after the turn.
    pub at: String,
    /// The earliest session that the turn may as well have come at (95 %).
    pub low: String,
    /// The latest one.
    pub high: String,
    /// The first session after the turn was lost.
    pub lost_by: Option<String>,
}

/// One client over all sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Client identifier, as given.
    pub id: String,
    /// Sessions of the client; one that the input interrupts counts once.
    pub sessions: usize,
    /// Sessions that could be put in order and measured.
    pub ordered: usize,
    /// The others.
    pub unordered: usize,
    /// Label of the first session in order: its number, else its date.
    pub first_session: Option<String>,
    /// Label of the last session in order.
    pub last_session: Option<String>,
    /// Date of the last session in order, as written.
    pub last_date: Option<String>,
    /// Therapists in order of appearance, each once.
    pub therapist_ids: Vec<String>,
    /// Mean over the sessions of units with a breakthrough code, per 100 client units.
    pub breakthrough_per_100: Option<f64>,
    /// The same for resistance.
    pub resistance_per_100: Option<f64>,
    /// Units with resistance as a part of those with resistance or a breakthrough (units with both count twice).
    pub resistance_share: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// The turning point; `Some` for the two sudden verdicts.
    pub turning_point: Option<TurningPoint>,
    /// Sessions that the verdict names without a turning point, by their labels: where too few sessions may have one, or
    /// those whose breakthroughs stand out although there is no clear change.
    pub named_sessions: Vec<String>,
    /// What was wrong with the sessions, without words of them.
    pub notes: Vec<String>,
}

impl Client {
    /// The verdict in words, e.g. `sudden turning point at session 5, lasting`.
    #[must_use]
    pub fn verdict_text(&self) -> String {
        let verdict = match (self.verdict, &self.turning_point) {
            (Verdict::SuddenLasting, Some(turn)) => {
                format!("sudden turning point at session {}, lasting", turn.at)
            }
            (Verdict::SuddenLost, Some(TurningPoint { at, lost_by: Some(lost), .. })) => {
                format!("sudden turning point at session {at}, lost by session {lost}")
            }
            (Verdict::SuddenLasting | Verdict::SuddenLost, _) => "sudden turning point".to_owned(),
            (Verdict::Gradual, _) => "gradual change".to_owned(),
            (Verdict::Easing, _) => "resistance easing".to_owned(),
            (Verdict::Declining, _) => {
                "declining: breakthroughs rarer or resistance more frequent".to_owned()
            }
            (Verdict::Stuck, _) => "stuck".to_owned(),
            (Verdict::NoClearChange, _) => "no clear change".to_owned(),
            (Verdict::TooFewSessions, _) => "too few sessions".to_owned(),
        };
        let Some((last, others)) = self.named_sessions.split_last() else { return verdict };
        let untold = format!("to tell a turning point at session {last} from chance");
        match self.verdict {
            Verdict::TooFewSessions => format!("{verdict} {untold}"),
            Verdict::NoClearChange => {
                let sessions = match others {
                    [] => format!("session {last}"),
                    _ => format!("sessions {} and {last}", others.join(", ")),
                };
                // What comes after the last session nobody knows.
                let lost = if self.last_session.as_ref() == Some(last) { "" } else { " and did not hold" };
                format!("{verdict}: breakthroughs stand out in {sessions}{lost}")
            }
            _ => format!("{verdict}; too few sessions {untold}"),
        }
    }
}

/// What a series over sessions counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Units with any breakthrough code.
    Breakthrough,
    /// Units with any resistance code.
    Resistance,
    /// Units with one code.
    Code(Code),
}

/// Number of measures.
pub const MEASURE_COUNT: usize = crate::codebook::CODE_COUNT + 2;

impl Measure {
    /// All measures: each of the two families before its codes, then the contributing codes.
    pub const ALL: [Measure; MEASURE_COUNT] = {
        let mut all = [Measure::Breakthrough; MEASURE_COUNT];
        let mut place = 1;
        let mut code = 0;
        while code < Code::ALL.len() {
            if code == Code::ResistanceChange as usize {
                all[place] = Measure::Resistance;
                place += 1;
            }
            all[place] = Measure::Code(Code::ALL[code]);
            place += 1;
            code += 1;
        }
        all
    };

    /// The name used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Breakthrough => "breakthrough",
            Measure::Resistance => "resistance",
            Measure::Code(code) => code.name(),
        }
    }

    /// Whether less of it is the gain: resistance of any kind.
    #[must_use]
    pub fn less_is_gain(self) -> bool {
        match self {
            Measure::Breakthrough => false,
            Measure::Resistance => true,
            Measure::Code(code) => code.family() == crate::codebook::Family::Resistance,
        }
    }
}

/// A number with a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// One measure of one client over the sessions in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Client identifier.
    pub client_id: String,
    /// What is counted.
    pub measure: Measure,
    /// Labels of the sessions in order.
    pub labels: Arc<[String]>,
    /// Units per 100 client units, one for each label.
    pub values: Vec<f64>,
    /// Theil-Sen slope per session; from three sessions on.
    pub slope: Option<Estimate>,
    /// Mann-Kendall S and its two-sided p; from three sessions on.
    pub mann_kendall: Option<(i64, f64)>,
    /// Index of the first session after the change point and its permutation p; from four sessions on, if the
    /// values are not all equal.
    pub change_point: Option<(usize, f64)>,
    /// Indices of the sessions after sudden gains.
    pub sudden_gains: Vec<usize>,
    /// Indices of the sessions after sudden losses.
    pub sudden_losses: Vec<usize>,
    /// Last minus first session in standard errors of a difference; from two sessions on.
    pub reliable_change: Option<f64>,
}

/// How a contributing code and what follows go together, over a corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// The contributing code.
    pub factor: Code,
    /// What follows: [`Measure::Breakthrough`] or [`Measure::Resistance`].
    pub outcome: Measure,
    /// Units before, in which the factor is looked for.
    pub window: usize,
    /// Units with the factor in the window.
    pub exposed: u64,
    /// Units without.
    pub unexposed: u64,
    /// Units with the factor in the window that carry the outcome.
    pub exposed_outcomes: u64,
    /// Units without the factor in the window that carry the outcome.
    pub unexposed_outcomes: u64,
    /// Log of the odds ratio within sessions; `None` where the sessions do not determine it.
    pub log_odds: Option<f64>,
    /// 95 % interval of it, clustered by session; `None` with few sessions.
    pub interval: Option<(f64, f64)>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// p adjusted for the number of factors and outcomes (Benjamini-Hochberg).
    pub q: Option<f64>,
    /// Sessions that inform the odds ratio.
    pub sessions: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_names_its_sessions() {
        let text = |verdict, named: &[&str]| {
            let named_sessions = named.iter().map(|&label| label.to_owned()).collect();
            let last_session = Some("8".to_owned());
            Client { last_session, verdict, named_sessions, ..client() }.verdict_text()
        };
        assert_eq!(text(Verdict::TooFewSessions, &[]), "too few sessions");
        assert_eq!(
            text(Verdict::TooFewSessions, &["3"]),
            "too few sessions to tell a turning point at session 3 from chance"
        );
        assert_eq!(
            text(Verdict::Easing, &["3"]),
            "resistance easing; too few sessions to tell a turning point at session 3 from chance"
        );
        assert_eq!(text(Verdict::NoClearChange, &[]), "no clear change");
        assert_eq!(
            text(Verdict::NoClearChange, &["3", "4"]),
            "no clear change: breakthroughs stand out in sessions 3 and 4 and did not hold"
        );
        assert_eq!(
            text(Verdict::NoClearChange, &["8"]),
            "no clear change: breakthroughs stand out in session 8"
        );
    }

    fn client() -> Client {
        Client {
            id: "k".to_owned(),
            sessions: 8,
            ordered: 8,
            unordered: 0,
            first_session: None,
            last_session: None,
            last_date: None,
            therapist_ids: Vec::new(),
            breakthrough_per_100: None,
            resistance_per_100: None,
            resistance_share: None,
            verdict: Verdict::Stuck,
            turning_point: None,
            named_sessions: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn measures_are_in_order_and_complete() {
        let names: Vec<_> = Measure::ALL.iter().map(|measure| measure.name()).collect();
        assert_eq!(names[..5], ["breakthrough", "emotional", "cognitive", "behavioural", "resistance"]);
        assert_eq!(names[5..9], ["resistance_change", "resistance_defence", "resistance_fear", "motivation"]);
        assert_eq!(names[14], "alliance");
    }
}
