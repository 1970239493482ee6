//! What parts the columns of a table: told from its header line.

use std::fmt;

/// What parts the columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write where a comma parts decimals.
    Semicolon,
    /// A tab.
    Tab,
    /// Another one, as the table itself says ([`Separator::said`]).
    Other(u8),
}

impl Separator {
    /// The one that is most often in a header line outside quotes; of equals the comma.
    pub(crate) fn of(header: &str) -> Separator {
        let count = |separator: Separator| {
            let mut quoted = false;
            let parts = |&byte: &u8| {
                quoted ^= byte == b'"';
                byte == separator.byte() && !quoted
            };
            header.bytes().filter(parts).count()
        };
        let all = [Separator::Tab, Separator::Semicolon, Separator::Comma];
        // The last of equals wins, hence the order.
        all.into_iter().max_by_key(|&separator| count(separator)).unwrap_or(Separator::Comma)
    }

    /// What a line says that it is, in Excel's own way of saying it: `sep=;` before the header.
    pub(crate) fn said(line: &str) -> Option<Separator> {
        match line.trim_start_matches('\u{feff}').trim_end().strip_prefix("sep=")?.as_bytes() {
            b"," => Some(Separator::Comma),
            b";" => Some(Separator::Semicolon),
            &[byte] => Some(Separator::Other(byte)),
            // The line ends in it.
            [] => line.trim_end_matches(['\r', '\n']).ends_with('\t').then_some(Separator::Tab),
            _ => None,
        }
    }

    /// The byte it is.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Other(byte) => byte,
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Separator::Comma => f.write_str("commas"),
            Separator::Semicolon => f.write_str("semicolons"),
            Separator::Tab => f.write_str("tabs"),
            Separator::Other(byte) => write!(f, "'{}'", char::from(*byte)),
        }
    }
}
