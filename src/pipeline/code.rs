//! Sessions to what is said about them, by the engine or from finished work.

use super::finished::Finished;
use super::{Error, Work};
use crate::coding::CodedSession;
use crate::model::{self, Model, Scored};
use crate::transcript::Session;
use crate::{moments, trends};
use rayon::prelude::*;

/// Codes sessions and gathers their moments and summaries; the whole way of a session through the program.
///
/// What is said of a session does not depend, to the last bit, on which other sessions are coded with it.
///
/// # Errors
/// If the tokenizer or the engine fails.
pub fn code(model: &Model, sessions: Vec<Session>) -> Result<Vec<CodedSession>, model::Error> {
    let reading = model.read(&sessions)?;
    let scored = (0..sessions.len()).into_par_iter().map(|i| reading.score(i));
    let scored = scored.collect::<Result<Vec<_>, _>>()?;
    let own = scored.par_iter().map(Scored::own_codings).collect::<Result<Vec<_>, _>>()?;
    let (codings, mut moments): (Vec<_>, Vec<_>) = (&scored, &sessions)
        .into_par_iter()
        .map(|(scored, session)| {
            let codings = scored.codings();
            let moments = moments::gather(session, &codings);
            (codings, moments)
        })
        .unzip();
    reading.find_evidence(&scored, &mut moments)?;
    Ok((sessions, codings, own, moments)
        .into_par_iter()
        .map(|(session, codings, own, moments)| {
            let summary = trends::summarise(&session, &codings);
            CodedSession { session, codings, own, moments, summary }
        })
        .collect())
}

/// Codes sessions as [`code`] does, but asks the engine only about those that are not among the finished work, and
/// adds them to it. Also says how many an earlier run had finished: sessions of one run may say the same, word for word.
#[expect(clippy::result_large_err, reason = "a session that is given back is as large as one that is taken")]
pub(super) fn take_up(
    model: &Model,
    sessions: Vec<Session>,
    finished: &mut Finished,
) -> Result<(Vec<CodedSession>, u64), Error> {
    let known: Vec<_> = sessions.iter().map(|session| finished.find(session)).collect();
    let completed: Vec<_> = sessions
        .into_par_iter()
        .zip(known)
        .map(|(session, known)| match known {
            Some((work, earlier)) => complete(session, work).map(|coded| (coded, earlier)),
            None => Err(session),
        })
        .collect();
    let (mut fresh, mut taken_up) = (Vec::new(), 0);
    let mut places = Vec::with_capacity(completed.len());
    for completed in completed {
        match completed {
            Ok((coded, earlier)) => {
                taken_up += u64::from(earlier);
                places.push(Some(coded));
            }
            Err(session) => {
                fresh.push(session);
                places.push(None);
            }
        }
    }
    let mut fresh = code(model, fresh)?;
    finished.keep(fresh.iter().map(|coded| (&coded.session, Work::of(coded))))?;
    let mut fresh = fresh.drain(..);
    let coded = places.into_iter().filter_map(|place| place.or_else(|| fresh.next())).collect();
    Ok((coded, taken_up))
}

/// Says anew what does not need the engine; gives the session back if that is not what the engine was asked about.
#[expect(clippy::result_large_err, reason = "a session that is given back is as large as one that is taken")]
fn complete(session: Session, work: Work) -> Result<CodedSession, Session> {
    let Work { codings, evidence } = work;
    let mut moments = moments::gather(&session, &codings);
    if codings.len() != session.units.len() || moments.len() != evidence.len() {
        return Err(session);
    }
    for (moment, evidence) in moments.iter_mut().zip(evidence) {
        moment.evidence = evidence;
    }
    let summary = trends::summarise(&session, &codings);
    Ok(CodedSession { session, codings, own: None, moments, summary })
}
