//! From a series of sessions to a verdict. The rules, with why they are so, are in `docs/method.md`.
//!
//! Two witnesses must agree. The **order** of sessions is judged on expected units (sums of probabilities), by permutation;
//! the **size** of a change on units that carry a code, as they stand in the tables, against the error of the measure.

use super::permutation::p_values;
use super::reliable_change::standard_error;
use super::theil_sen;
use super::turn;
use crate::coding::case::{Measure, Verdict};
use std::cmp::Ordering;

/// Fewest sessions for any verdict: with four, even a perfect order is chance once in 24.
pub const LEAST_SESSIONS: usize = 5;
/// Share of orders by chance that may give a lasting turning point, and the same for gradual change.
pub const ERROR_RATE: f64 = 0.05;
/// The same for easing, and for a decline: less, for these are further looks at the same sessions.
pub const EASING_RATE: f64 = 0.025;
/// Sessions that a new level is seen for, at least, and sessions before it.
const SIDE: usize = 2;
/// Sessions before a turn that is lost again, and sessions that it must be lost for.
const LOST: usize = 3;
/// A breakthrough rate rises reliably beyond this many standard errors (one-sided 5 %).
const RISE: f64 = 1.645;
/// Units with a breakthrough in the session of the turn, at least.
const TURN_UNITS: usize = 2;
/// Standard errors by which a stretch that is lost again stands out, and a session that somebody stuck does not have.
const STANDS_OUT: f64 = 2.5;
/// Units with a breakthrough in the later half of a gradual change, at least; in a decline, those with one in the earlier
/// half, or those with resistance in the later one.
const GRADUAL_UNITS: usize = 3;
/// Units with resistance per 100 client units, and per unit with a breakthrough, from which somebody is stuck.
const STUCK: (f64, usize) = (18.0, 3);

/// One session as the verdict sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Client units; never 0.
    pub units: usize,
    /// Units with a breakthrough code.
    pub breakthroughs: usize,
    /// Units with a resistance code.
    pub resistances: usize,
    /// Units with a breakthrough code that the probabilities lead to expect.
    pub expected_breakthroughs: f64,
    /// The same for resistance.
    pub expected_resistances: f64,
}

/// A turning point, as indices of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The first session after it.
    pub at: usize,
    /// The earliest session it may have come at.
    pub low: usize,
    /// The latest one.
    pub high: usize,
    /// The first session after it was lost.
    pub lost_by: Option<usize>,
}

/// What a client's sessions come to; sessions are indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The turning point; `Some` for the two sudden verdicts.
    pub turn: Option<Turn>,
    /// Sessions that the verdict names without a turning point. Of [`Verdict::TooFewSessions`] and [`Verdict::Easing`]
    /// the one where a turn would lie that so few sessions cannot tell from chance; of [`Verdict::NoClearChange`] those
    /// whose breakthroughs forbid to say stuck.
    pub named: Vec<usize>,
}

/// The verdict on a client's sessions in order.
#[must_use]
pub fn judge(points: &[Point]) -> Judgement {
    if points.len() < LEAST_SESSIONS {
        return Judgement { verdict: Verdict::TooFewSessions, turn: None, named: Vec::new() };
    }
    let course = Course::new(points);
    let chance = course.by_chance();
    if chance.turn <= ERROR_RATE
        && let Some(at) = course.steepest(&course.as_is()).map(|(at, _)| at)
    {
        let lost_by = course.lost_after(at);
        let verdict = if lost_by.is_some() { Verdict::SuddenLost } else { Verdict::SuddenLasting };
        return Judgement { verdict, turn: Some(course.turn(at, lost_by)), named: Vec::new() };
    }
    if let Some((at, lost_by)) = course.stands_out() {
        let turn = Some(course.turn(at, Some(lost_by)));
        return Judgement { verdict: Verdict::SuddenLost, turn, named: Vec::new() };
    }
    let untold = course.untold(chance.turn);
    let (verdict, named) = if course.more_breakthroughs()
        && (chance.rise <= ERROR_RATE || (chance.step <= ERROR_RATE && chance.rise <= 2.0 * ERROR_RATE))
    {
        (Verdict::Gradual, Vec::new())
    } else if chance.ease <= EASING_RATE && course.less_resistance() {
        (Verdict::Easing, untold)
    } else if chance.decline <= EASING_RATE && course.worse() {
        (Verdict::Declining, Vec::new())
    } else if !untold.is_empty() {
        (Verdict::TooFewSessions, untold)
    } else if course.stuck() {
        let good = course.good_sessions();
        (if good.is_empty() { Verdict::Stuck } else { Verdict::NoClearChange }, good)
    } else {
        (Verdict::NoClearChange, Vec::new())
    };
    Judgement { verdict, turn: None, named }
}

/// How often sessions in another order look at least as much like a change.
struct Chance {
    /// A turn with all that is asked of one.
    turn: f64,
    /// A step of the net score.
    step: f64,
    /// Rising breakthroughs.
    rise: f64,
    /// Falling resistance.
    ease: f64,
    /// A falling net score.
    decline: f64,
}

struct Course<'a> {
    points: &'a [Point],
    /// Expected breakthrough less resistance units per 100 client units, session by session.
    net: Vec<f64>,
    /// Expected breakthrough units per 100 client units, less their mean.
    breakthrough: Vec<f64>,
    /// Expected resistance units per 100 client units, less their mean.
    resistance: Vec<f64>,
    /// `net` less its mean.
    centred: Vec<f64>,
    /// Sum of squares of `centred`.
    spread: f64,
    /// Units with a breakthrough per 100 client units over all sessions.
    rate: f64,
}

impl<'a> Course<'a> {
    fn new(points: &'a [Point]) -> Course<'a> {
        let per_100 = |of: fn(&Point) -> f64| -> Vec<f64> {
            points.iter().map(|point| 100.0 * of(point) / point.units.max(1) as f64).collect()
        };
        let net = per_100(|point| point.expected_breakthroughs - point.expected_resistances);
        let centred = centre(&net);
        let units: usize = points.iter().map(|point| point.units).sum();
        let breakthroughs: usize = points.iter().map(|point| point.breakthroughs).sum();
        Course {
            points,
            breakthrough: centre(&per_100(|point| point.expected_breakthroughs)),
            resistance: centre(&per_100(|point| point.expected_resistances)),
            spread: centred.iter().map(|x| x * x).sum(),
            centred,
            net,
            rate: 100.0 * breakthroughs as f64 / units.max(1) as f64,
        }
    }

    fn as_is(&self) -> Vec<usize> {
        (0..self.points.len()).collect()
    }

    fn by_chance(&self) -> Chance {
        // A series without differences has no order.
        let trend = |values: &[f64], order: &[usize]| {
            order.iter().enumerate().map(|(place, &i)| place as f64 * values[i]).sum::<f64>()
        };
        let [turn, step, rise, ease, decline] = p_values(self.points.len(), |order| {
            [
                self.steepest(order).map_or(0.0, |(_, height)| height),
                self.steps(order).map(|(_, height)| height).fold(f64::NEG_INFINITY, f64::max),
                trend(&self.breakthrough, order),
                -trend(&self.resistance, order),
                -trend(&self.centred, order),
            ]
        });
        Chance { turn, step, rise, ease, decline }
    }

    /// For every place that leaves two sessions on either side: the index after it and the height of the step of the net
    /// score there, standardised for the number of sessions on both sides.
    fn steps<'b>(&'b self, order: &'b [usize]) -> impl Iterator<Item = (usize, f64)> + 'b {
        let n = order.len();
        let mut before = 0.0;
        (1..=n - SIDE).filter_map(move |k| {
            before += self.centred[order[k - 1]];
            (k >= SIDE).then(|| (k, -before * (n as f64 / (k * (n - k)) as f64).sqrt()))
        })
    }

    /// The highest step that is sudden: the breakthrough rate rises reliably from one session to the next, stays higher
    /// on average, and two levels describe the net score better than a line, by BIC with one parameter more for the
    /// place.
    fn steepest(&self, order: &[usize]) -> Option<(usize, f64)> {
        let n = order.len() as f64;
        let middle = (n - 1.0) / 2.0;
        let line: f64 =
            order.iter().enumerate().map(|(place, &i)| (place as f64 - middle) * self.centred[i]).sum();
        let line = self.spread - line * line * 12.0 / (n * (n * n - 1.0));
        let most = line * libm::pow(n, -1.0 / n);
        // The sum over the sessions before a step, added up no further than it is asked for.
        let (mut added, mut before) = (0, 0.0);
        self.steps(order)
            .filter(|&(_, height)| height > 0.0 && self.spread - height * height < most)
            .filter(|&(k, _)| self.rises(order[k - 1], order[k]))
            .filter(|&(k, _)| {
                before = order[added..k].iter().fold(before, |sum, &i| sum + self.breakthrough[i]);
                added = k;
                before < 0.0
            })
            // The earliest of equals.
            .fold(
                None,
                |best, step| if best.is_none_or(|(_, height)| step.1 > height) { Some(step) } else { best },
            )
    }

    /// The session of a turn with all that is asked of one but `p`, its chance, where so few sessions are to blame: no
    /// order that divides them otherwise has as high a step, yet even this division comes by chance too often.
    fn untold(&self, p: f64) -> Vec<usize> {
        let clearest = |at: &usize| {
            let least = 1.0 / divisions(self.points.len(), *at);
            least > ERROR_RATE && p <= least + 1e-9
        };
        self.steepest(&self.as_is()).map(|(at, _)| at).filter(clearest).into_iter().collect()
    }

    /// Whether the rate of units with a breakthrough rises reliably from session `i` to session `j`.
    fn rises(&self, i: usize, j: usize) -> bool {
        let (a, b) = (&self.points[i], &self.points[j]);
        let rate = |point: &Point| 100.0 * point.breakthroughs as f64 / point.units.max(1) as f64;
        let error = standard_error(Measure::Breakthrough, self.rate, [a.units, b.units]);
        b.breakthroughs >= TURN_UNITS && rate(b) > rate(a) && rate(b) - rate(a) >= RISE * error
    }

    /// The session from which on a step at `at` is lost: the last three sessions or more lie nearer to the level before.
    fn lost_after(&self, at: usize) -> Option<usize> {
        let middle = f64::midpoint(mean(&self.net[..at]), mean(&self.net[at..]));
        let kept = self.net.iter().rposition(|x| *x >= middle).unwrap_or(0);
        (self.net.len() - 1 - kept >= LOST).then_some(kept + 1)
    }

    /// The stretch, with three sessions or more on either side, whose net score lies furthest above the mean, standardised
    /// for its length: its first session and the first after it. The last of equals. None in a course without end, of which it
    /// would take the square.
    fn highest_stretch(&self) -> Option<(usize, usize)> {
        let n = self.points.len();
        if n > theil_sen::MOST {
            return None;
        }
        let mut highest: Option<((usize, usize), f64)> = None;
        for i in LOST..n.saturating_sub(LOST) {
            // Grows with the stretch: to add up each anew would take the third power of a course.
            let mut sum = 0.0;
            for j in i + 1..=n - LOST {
                sum += self.centred[j - 1];
                let inside = (j - i) as f64;
                let height = sum / (inside * (1.0 - inside / n as f64)).sqrt();
                if highest.is_none_or(|(_, most)| height.total_cmp(&most).is_ge()) {
                    highest = Some(((i, j), height));
                }
            }
        }
        highest.map(|(stretch, _)| stretch)
    }

    /// The stretch that stands out most, if it begins with a reliable rise, is like no other session, and is followed by
    /// sessions no better than those before it: its first session and the first after it.
    fn stands_out(&self) -> Option<(usize, usize)> {
        let (i, j) = self.highest_stretch()?;
        let outside = [&self.net[..i], &self.net[j..]].concat();
        let middle = f64::midpoint(mean(&self.net[i..j]), mean(&outside));
        let apart = self.net[i..j].iter().all(|x| *x >= middle) && outside.iter().all(|x| *x < middle);
        let gone = mean(&self.net[j..]) <= mean(&self.net[..i]);
        (apart && gone && self.rises(i - 1, i) && self.distance(i, j) >= STANDS_OUT).then_some((i, j))
    }

    /// Standard errors between the units of a stretch and all others, a unit with a breakthrough counted as 1, one with
    /// resistance as -1.
    fn distance(&self, i: usize, j: usize) -> f64 {
        let sums = |points: &[Point]| {
            points.iter().fold([0.0; 3], |[units, up, down], point| {
                [units + point.units as f64, up + point.breakthroughs as f64, down + point.resistances as f64]
            })
        };
        let (inside, all) = (sums(&self.points[i..j]), sums(self.points));
        let [units, up, down] = all;
        let outside = units - inside[0];
        let score = (up - down) / units;
        let variance = (up + down) / units - score * score;
        let inner = (inside[1] - inside[2]) / inside[0];
        let outer = ((up - inside[1]) - (down - inside[2])) / outside;
        let error = (variance * (1.0 / inside[0] + 1.0 / outside)).sqrt();
        if error > 0.0 { (inner - outer) / error } else { 0.0 }
    }

    /// Sums over the first and the last half of the sessions (one in the middle is in neither), and how the rate of the last
    /// lies to that of the first.
    fn halves(&self, of: fn(&Point) -> usize) -> (usize, usize, Ordering) {
        let half = self.points.len() / 2;
        let sums = |points: &[Point]| {
            points.iter().fold((0, 0), |(units, sum), point| (units + point.units, sum + of(point)))
        };
        let (early_units, early) = sums(&self.points[..half]);
        let (late_units, late) = sums(&self.points[self.points.len() - half..]);
        (early, late, (late * early_units).cmp(&(early * late_units)))
    }

    fn more_breakthroughs(&self) -> bool {
        let (_, late, change) = self.halves(|point| point.breakthroughs);
        late >= GRADUAL_UNITS && change.is_gt()
    }

    fn less_resistance(&self) -> bool {
        self.halves(|point| point.resistances).2.is_lt()
    }

    /// Fewer breakthroughs in the later half, or more resistance.
    fn worse(&self) -> bool {
        let (before, _, breakthroughs) = self.halves(|point| point.breakthroughs);
        let (_, after, resistances) = self.halves(|point| point.resistances);
        before >= GRADUAL_UNITS && breakthroughs.is_lt() || after >= GRADUAL_UNITS && resistances.is_gt()
    }

    /// 18 of 100 client units resist, three for every one with a breakthrough, and in three sessions of five resistance is
    /// ahead.
    fn stuck(&self) -> bool {
        let sum = |of: fn(&Point) -> usize| self.points.iter().map(of).sum::<usize>();
        let (units, up, down) = (sum(|p| p.units), sum(|p| p.breakthroughs), sum(|p| p.resistances));
        let ahead = self.points.iter().filter(|point| point.resistances > point.breakthroughs).count();
        100.0 * down as f64 >= STUCK.0 * units as f64
            && down >= STUCK.1 * up
            && 5 * ahead >= 3 * self.points.len()
    }

    /// Sessions with several breakthroughs that stand out from all others.
    fn good_sessions(&self) -> Vec<usize> {
        let good =
            |&i: &usize| self.points[i].breakthroughs >= TURN_UNITS && self.distance(i, i + 1) >= STANDS_OUT;
        (0..self.points.len()).filter(good).collect()
    }

    fn turn(&self, at: usize, lost_by: Option<usize>) -> Turn {
        // What comes after the loss says nothing about the turn.
        let (low, high) = turn::range(&self.net[..lost_by.unwrap_or(self.net.len())]).unwrap_or((at, at));
        Turn { at, low: low.min(at), high: high.max(at), lost_by }
    }
}

/// In how many ways `k` of `n` sessions can stand before the others.
fn divisions(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| (n - k + i) as f64 / i as f64).product()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn centre(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|x| x - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_highest_stretch_is_that_of_all_stretches() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for n in [5, 6, 7, 8, 30, 61] {
            let points: Vec<Point> = (0..n)
                .map(|_| Point {
                    units: rng.random_range(5..60),
                    breakthroughs: 0,
                    resistances: 0,
                    // Many equal ones, so that stretches tie.
                    expected_breakthroughs: f64::from(rng.random_range(0..3)),
                    expected_resistances: 0.0,
                })
                .collect();
            let course = Course::new(&points);
            let height = |&(i, j): &(usize, usize)| {
                let inside = (j - i) as f64;
                course.centred[i..j].iter().sum::<f64>() / (inside * (1.0 - inside / n as f64)).sqrt()
            };
            let stretches = (3..n - 3).flat_map(|i| (i + 1..=n - 3).map(move |j| (i, j)));
            let highest = stretches.max_by(|a, b| height(a).total_cmp(&height(b)));
            assert_eq!(course.highest_stretch(), highest, "{n} sessions");
        }
    }
}
