//! One series for each measure of a client, with its statistics.

use super::cases::Visit;
use super::change_point::change_point;
use super::mann_kendall::mann_kendall;
use super::reliable_change::{RELIABLE, standard_error};
use super::sudden_gains;
use super::theil_sen::theil_sen;
use crate::coding::case::{Measure, Trend};
use std::sync::Arc;

/// Fewest sessions for a slope and a test.
const LEAST: usize = 3;

pub(super) fn trends(client_id: &str, labels: &Arc<[String]>, visits: &[&Visit<'_>]) -> Vec<Trend> {
    let units: Vec<usize> = visits.iter().map(|visit| visit.units).collect();
    let all: usize = units.iter().sum();
    Measure::ALL
        .into_iter()
        .map(|measure| {
            let count = |visit: &Visit<'_>| match measure {
                Measure::Breakthrough => visit.breakthroughs,
                Measure::Resistance => visit.resistances,
                Measure::Code(code) => visit.counts[code as usize],
            };
            let values: Vec<f64> =
                visits.iter().map(|visit| 100.0 * count(visit) as f64 / visit.units as f64).collect();
            let rate =
                100.0 * visits.iter().map(|visit| count(visit)).sum::<usize>() as f64 / all.max(1) as f64;
            let error = |i: usize, j: usize| standard_error(measure, rate, [units[i], units[j]]);
            let cutoffs: Vec<f64> =
                (0..values.len()).map(|k| RELIABLE * error(k.saturating_sub(1), k)).collect();
            let (sudden_gains, sudden_losses) =
                sudden_gains::changes(&values, &cutoffs, measure.less_is_gain());
            let enough = values.len() >= LEAST;
            let last = values.len().saturating_sub(1);
            Trend {
                client_id: client_id.to_owned(),
                measure,
                labels: Arc::clone(labels),
                slope: theil_sen(&values).filter(|_| enough),
                mann_kendall: enough.then(|| mann_kendall(&values)),
                change_point: change_point(&values),
                sudden_gains,
                sudden_losses,
                reliable_change: (last > 0).then(|| (values[last] - values[0]) / error(0, last)),
                values,
            }
        })
        .collect()
}
