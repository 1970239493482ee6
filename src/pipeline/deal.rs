//! Which sessions a shard takes.

use super::finished::words;
use crate::report::shard::Shard;
use crate::transcript::Session;

/// Whether the shard takes this session (or stretch of one); of all shards exactly one does.
///
/// Dealt by a checksum of who says what, before anything is redacted: so a session stays with its shard, and with the
/// finished work there, whatever is added to the input or renamed in it.
pub(super) fn takes(shard: Shard, session: &Session) -> bool {
    let number = words(session).first_chunk().copied().map_or(0, u64::from_le_bytes);
    number % u64::from(shard.of()) == u64::from(shard.number() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Speaker, Unit};
    use std::path::Path;

    #[test]
    fn every_session_has_one_shard_and_shards_are_even() {
        const OF: usize = 7;
        const SESSIONS: usize = 7000;
        let shards: Vec<Shard> = (1..=OF).map(|number| format!("{number}/{OF}").parse().unwrap()).collect();
        let mut taken = [0; OF];
        for i in 0..SESSIONS {
            let unit = Unit {
                id: "1".to_owned(),
                speaker: Speaker::Client(1),
                text: format!("It was {i} days."),
                start: None,
                end: None,
            };
            let mut session = Session::new("s".to_owned(), Path::new("s.csv").into());
            session.units.push(unit);
            let takers: Vec<_> = (0..OF).filter(|&shard| takes(shards[shard], &session)).collect();
            assert_eq!(takers.len(), 1);
            taken[takers[0]] += 1;
            session.id = "renamed".to_owned();
            assert!(takes(shards[takers[0]], &session));
        }
        // Five standard deviations.
        assert!(
            taken.iter().all(|count| (SESSIONS / OF - 150..SESSIONS / OF + 150).contains(count)),
            "{taken:?}"
        );
    }
}
