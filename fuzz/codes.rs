//! The way from text to codes, fuzzed with the shipped model: tokens, windows, moments with their evidence; and the
//! finds of the privacy stage. Wherever something points into a text, it must point at words of it.

use breakthrough::finding::Searched;
use breakthrough::model::files::{Files, TOKENIZER};
use breakthrough::model::{EngineKind, Model, encode::Encoder};
use breakthrough::transcript::{Session, Span, Speaker, Unit};
use breakthrough::{pipeline, privacy};
use std::path::Path;
use std::sync::OnceLock;

fn model() -> &'static (Model, Encoder) {
    static MODEL: OnceLock<(Model, Encoder)> = OnceLock::new();
    MODEL.get_or_init(|| {
        // The tests stand in the root, the fuzzer in `fuzz`.
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder =
            root.ancestors().map(|folder| folder.join("models/minilm")).find(|folder| folder.is_dir());
        let files = Files::read(&folder.unwrap()).unwrap();
        let encoder = Encoder::new(files.bytes(TOKENIZER).unwrap(), 16).unwrap();
        (Model::load(&files, EngineKind::default()).unwrap(), encoder)
    })
}

/// Every line of the bytes is a unit, its first byte says whose.
fn session(bytes: &[u8]) -> Session {
    let mut session = Session::new("x".to_owned(), Path::new("x").into());
    for (n, line) in bytes.split(|&byte| byte == b'\n').take(20).enumerate() {
        let speaker = match line.first() {
            Some(b'T') => Speaker::Therapist,
            Some(b'N') => Speaker::Note(None),
            _ => Speaker::Client(1),
        };
        let text = String::from_utf8_lossy(line.get(1..).unwrap_or_default()).into_owned();
        session.units.push(Unit { id: n.to_string(), speaker, text, start: None, end: None });
    }
    session
}

/// Without the model, which is a thousand times slower than all else.
pub(crate) fn privacy(bytes: &[u8]) {
    let mut session = session(bytes);
    session.labels = session.units.iter().take(3).map(|unit| unit.text.clone()).collect();
    let finds = privacy::find(&session);
    for find in &finds {
        let text = find.field.of(&session);
        points(find.span, text);
        assert_eq!(find.span.words(text), &text[find.bytes.clone()]);
    }
    let units = session.units.len();
    assert_eq!(privacy::redact(Searched { session, finds }).units.len(), units);
}

/// All of it.
pub(crate) fn codes(bytes: &[u8]) {
    let session = session(bytes);
    let (model, encoder) = model();
    for unit in &session.units {
        let windows = encoder.windows(&unit.text).unwrap();
        // A word longer than a window may be cut within a character of several tokens, which then is in both.
        for two in windows.windows(2) {
            let (before, after) = (&two[0].bytes, &two[1].bytes);
            assert!(before.start <= after.start && before.end <= after.end);
            let shared = after.start..before.end.max(after.start);
            assert!(unit.text[shared].chars().count() <= 1);
        }
        assert!(windows.iter().all(|window| unit.text.get(window.bytes.clone()).is_some()));
    }
    for coded in pipeline::code(model, vec![session]).unwrap() {
        assert_eq!(coded.codings.len(), coded.session.units.len());
        for moment in &coded.moments {
            let text = &coded.session.units[moment.peak].text;
            if let Some(span) = moment.evidence {
                points(span, text);
            }
        }
    }
}

fn points(span: Span, text: &str) {
    assert!(span.start < span.end && span.end <= text.chars().count(), "{span:?}");
    assert!(!span.words(text).trim().is_empty(), "{span:?}");
}
