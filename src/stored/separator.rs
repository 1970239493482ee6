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

    /// The byte it is.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Separator::Comma => "commas",
            Separator::Semicolon => "semicolons",
            Separator::Tab => "tabs",
        })
    }
}
