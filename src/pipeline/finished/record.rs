//! One record as bytes, all numbers little-endian:
//!
//! ```text
//! u32 length of the payload · 32 bytes key · payload · first 8 bytes of the SHA-256 of all before
//! payload: u32 units · units × (13 × f32 probability, u16 codes) · u32 moments · moments × (u64 start, u64 end)
//! ```
//!
//! Spans are in characters; a moment without evidence has two numbers of all ones. Floats are kept bit by bit.

use super::super::Work;
use crate::codebook::{CODE_COUNT, Code};
use crate::coding::Coding;
use crate::transcript::{Session, Span};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// SHA-256 over all that decides what the engine says of a session.
pub(super) type Key = [u8; 32];

const HEAD: usize = 4 + size_of::<Key>();
const CHECK: usize = 8;

/// The part of keys that is the same for all sessions.
pub(super) fn seed(parts: [&str; 3]) -> Sha256 {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| add(&mut hash, part));
    hash
}

/// The key of a session: `seed`, and who says what in it.
pub(super) fn key(seed: &Sha256, session: &Session) -> Key {
    let mut hash = seed.clone();
    for unit in &session.units {
        add(&mut hash, &unit.speaker.to_string());
        add(&mut hash, &unit.text);
    }
    hash.finalize().into()
}

/// With its length before it, so that no two sequences of texts run together to the same bytes.
fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

/// Adds a record to `bytes`; `None`, and nothing added, if it is too large for its length.
pub(super) fn pack(key: Key, work: &Work, bytes: &mut Vec<u8>) -> Option<()> {
    let (units, moments) = (work.codings.len(), work.evidence.len());
    let length = 4 + units * (4 * CODE_COUNT + 2) + 4 + moments * 16;
    let start = bytes.len();
    bytes.extend(u32::try_from(length).ok()?.to_le_bytes());
    bytes.extend(key);
    bytes.extend((units as u32).to_le_bytes());
    for coding in &work.codings {
        coding.probabilities.iter().for_each(|p| bytes.extend(p.to_bits().to_le_bytes()));
        let codes = coding.codes.iter().fold(0_u16, |bits, code| bits | 1 << code as u16);
        bytes.extend(codes.to_le_bytes());
    }
    bytes.extend((moments as u32).to_le_bytes());
    for evidence in &work.evidence {
        let (start, end) = evidence.map_or((u64::MAX, u64::MAX), |span| (span.start as u64, span.end as u64));
        bytes.extend(start.to_le_bytes());
        bytes.extend(end.to_le_bytes());
    }
    let check = Sha256::digest(&bytes[start..]);
    bytes.extend(&check[..CHECK]);
    Some(())
}

/// Reads a payload; `None` if it is not as [`pack`] makes them.
pub(super) fn unpack(mut payload: &[u8]) -> Option<Work> {
    let rest = &mut payload;
    let units = u32::from_le_bytes(take(rest)?);
    let coding = |rest: &mut &[u8]| {
        let mut probabilities = [0.0; CODE_COUNT];
        for p in &mut probabilities {
            *p = f32::from_bits(u32::from_le_bytes(take(rest)?));
        }
        let bits = u16::from_le_bytes(take(rest)?);
        let codes = Code::ALL.into_iter().filter(|&code| bits & 1 << code as u16 != 0).collect();
        Some(Coding { probabilities, codes })
    };
    let codings = (0..units).map(|_| coding(rest)).collect::<Option<Vec<_>>>()?;
    let moments = u32::from_le_bytes(take(rest)?);
    let span = |rest: &mut &[u8]| {
        let (start, end) = (u64::from_le_bytes(take(rest)?), u64::from_le_bytes(take(rest)?));
        Some((start != u64::MAX).then_some(Span { start: start as usize, end: end as usize }))
    };
    let evidence = (0..moments).map(|_| span(rest)).collect::<Option<Vec<_>>>()?;
    rest.is_empty().then_some(Work { codings, evidence })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

/// A record as it stands in the file, checked or not.
pub(super) struct Frame(Vec<u8>);

impl Frame {
    /// Reads the next one; `None` if fewer than its bytes are `left` in the file.
    pub(super) fn read(from: &mut impl Read, left: u64) -> io::Result<Option<Frame>> {
        if left < (HEAD + CHECK) as u64 {
            return Ok(None);
        }
        let mut bytes = vec![0; HEAD];
        from.read_exact(&mut bytes)?;
        let length = u64::from(bytes.first_chunk().copied().map_or(0, u32::from_le_bytes));
        let more = length + CHECK as u64;
        if left - (HEAD as u64) < more {
            return Ok(None);
        }
        bytes.resize(HEAD + more as usize, 0);
        from.read_exact(&mut bytes[HEAD..])?;
        Ok(Some(Frame(bytes)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn key(&self) -> Key {
        self.0[4..].first_chunk().copied().unwrap_or_default()
    }

    /// What it holds; `None` if it is damaged.
    pub(super) fn payload(&self) -> Option<&[u8]> {
        let (before, check) = self.0.split_at(self.0.len() - CHECK);
        (Sha256::digest(before)[..CHECK] == *check).then(|| &before[HEAD..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::CodeSet;
    use crate::transcript::{Speaker, Unit};
    use std::path::Path;

    fn work() -> Work {
        let strange = [f32::MIN_POSITIVE / 4.0, -0.0, 0.1, 1.0, f32::NAN];
        let coding = |i: usize| Coding {
            probabilities: std::array::from_fn(|c| strange[(c + i) % strange.len()]),
            codes: [Code::ALL[i], Code::Alliance].into_iter().collect(),
        };
        let mut codings: Vec<_> = (0..7).map(coding).collect();
        codings[3].codes = CodeSet::EMPTY;
        Work { codings, evidence: vec![None, Some(Span { start: 3, end: 70_000 })] }
    }

    fn session(units: &[(Speaker, &str)]) -> Session {
        let unit = |&(speaker, text): &(Speaker, &str)| Unit {
            id: "1".to_owned(),
            speaker,
            text: text.to_owned(),
            start: None,
            end: None,
        };
        let units = units.iter().map(unit).collect();
        Session { units, ..Session::new("s".to_owned(), Path::new("s.csv").into()) }
    }

    #[test]
    fn what_is_packed_is_unpacked_to_the_last_bit() {
        let (mut bytes, work) = (Vec::new(), work());
        pack([7; 32], &work, &mut bytes).unwrap();
        let frame = Frame::read(&mut bytes.as_slice(), bytes.len() as u64).unwrap().unwrap();
        assert_eq!((frame.key(), frame.bytes()), ([7; 32], bytes.as_slice()));
        let back = unpack(frame.payload().unwrap()).unwrap();
        assert_eq!(back.evidence, work.evidence);
        for (a, b) in back.codings.iter().zip(&work.codings) {
            assert_eq!(a.codes, b.codes);
            assert_eq!(a.probabilities.map(f32::to_bits), b.probabilities.map(f32::to_bits));
        }
        assert_eq!(back.codings.len(), 7);
    }

    #[test]
    fn every_bit_is_watched_and_no_length_trusted() {
        let mut whole = Vec::new();
        pack([7; 32], &work(), &mut whole).unwrap();
        let intact = |bytes: &[u8]| {
            let frame = Frame::read(&mut &*bytes, bytes.len() as u64).unwrap();
            frame.is_some_and(|frame| frame.payload().is_some())
        };
        assert!(intact(&whole));
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!intact(&bytes), "bit {bit}");
        }
        assert!((0..whole.len()).all(|length| !intact(&whole[..length])));
        let payload = &whole[HEAD..whole.len() - CHECK];
        assert!((0..payload.len()).all(|length| unpack(&payload[..length]).is_none()));
    }

    #[test]
    fn keys_tell_apart_what_the_engine_would() {
        let (c, t) = (Speaker::Client(1), Speaker::Therapist);
        let say = session(&[(c, "ab"), (t, "c")]);
        let base = seed(["1", "sum", "embedded"]);
        let named = Session { id: "other".to_owned(), ..say.clone() };
        assert_eq!(key(&base, &say), key(&base, &named), "what it is called does not matter");
        let others = [
            key(&base, &session(&[(c, "a"), (t, "bc")])),
            key(&base, &session(&[(t, "ab"), (t, "c")])),
            key(&base, &session(&[(c, "ab")])),
            key(&base, &session(&[(c, "ab"), (t, "c"), (t, "")])),
            key(&seed(["2", "sum", "embedded"]), &say),
            key(&seed(["1", "mus", "embedded"]), &say),
            key(&seed(["1", "sum", "rust-bert"]), &say),
            key(&seed(["1s", "um", "embedded"]), &say),
        ];
        assert!(others.iter().all(|other| *other != key(&base, &say)));
    }
}
