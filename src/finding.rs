//! What a search for identifying words says: where something stands that may still identify a person.
//!
//! Like `coding`, these are types that other modules meet in; how finds are made is the business of `privacy`.

use crate::transcript::{Session, Span};
use std::fmt;
use std::ops::Range;

/// What kind of thing may identify a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// An internet address, version 4 or 6.
    Ip,
    /// Number of a payment card.
    Card,
    /// Bank account: IBAN, sort code, account number after a cue.
    Bank,
    /// NHS number of England and Wales, CHI number of Scotland.
    Nhs,
    /// Social-security number of the US.
    SocialSecurity,
    /// Another official number: national insurance, PPS, Aadhaar, SIN, tax file number, passport.
    NationalId,
    /// Number of a medical record, case, file, policy, after a cue.
    Record,
    /// A date of birth.
    BirthDate,
    /// A date with day, month and year.
    Date,
    /// A telephone number.
    Phone,
    /// A street address.
    Address,
    /// A postal code.
    Postcode,
    /// An age over 89.
    Age,
    /// Where somebody works or goes to school.
    Organisation,
    /// Where somebody lives or comes from.
    Place,
    /// The name of a person.
    Name,
    /// The name of an account on the net.
    Handle,
}

impl Kind {
    /// Every kind, the one that goes before others at the same place first.
    pub const ALL: [Kind; 19] = [
        Kind::Email,
        Kind::Url,
        Kind::Ip,
        Kind::Card,
        Kind::Bank,
        Kind::Nhs,
        Kind::SocialSecurity,
        Kind::NationalId,
        Kind::Record,
        Kind::BirthDate,
        Kind::Date,
        Kind::Phone,
        Kind::Address,
        Kind::Postcode,
        Kind::Age,
        Kind::Organisation,
        Kind::Place,
        Kind::Name,
        Kind::Handle,
    ];

    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::Ip => "ip",
            Kind::Card => "card",
            Kind::Bank => "bank",
            Kind::Record => "record",
            Kind::Nhs => "nhs",
            Kind::SocialSecurity => "social_security",
            Kind::NationalId => "national_id",
            Kind::BirthDate => "birth_date",
            Kind::Date => "date",
            Kind::Phone => "phone",
            Kind::Address => "address",
            Kind::Postcode => "postcode",
            Kind::Age => "age",
            Kind::Organisation => "organisation",
            Kind::Place => "place",
            Kind::Name => "name",
            Kind::Handle => "handle",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which part of a session something stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The text of the unit with this index.
    Text(usize),
    /// The speaker label with this index in [`Session::labels`].
    Speaker(usize),
    /// The identifier of the session.
    SessionId,
    /// The identifier of the client.
    ClientId,
    /// The identifier of the therapist.
    TherapistId,
    /// The date of the session, as given.
    Date,
    /// The identifier of the unit with this index.
    UtteranceId(usize),
}

impl Field {
    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Field::Text(_) => "text",
            Field::Speaker(_) => "speaker",
            Field::SessionId => "session_id",
            Field::ClientId => "client_id",
            Field::TherapistId => "therapist_id",
            Field::Date => "date",
            Field::UtteranceId(_) => "utterance_id",
        }
    }

    /// What stands there in `session`; nothing if it has no such part.
    #[must_use]
    pub fn of(self, session: &Session) -> &str {
        match self {
            Field::Text(unit) => session.units.get(unit).map(|unit| unit.text.as_str()),
            Field::Speaker(label) => session.labels.get(label).map(String::as_str),
            Field::SessionId => Some(session.id.as_str()),
            Field::ClientId => session.client_id.as_deref(),
            Field::TherapistId => session.therapist_id.as_deref(),
            Field::Date => session.date.as_deref(),
            Field::UtteranceId(unit) => session.units.get(unit).map(|unit| unit.id.as_str()),
        }
        .unwrap_or_default()
    }
}

/// A place where something stands that may identify a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The part of the session.
    pub field: Field,
    /// What kind of thing it seems to be.
    pub kind: Kind,
    /// Where it stands in the field, in Unicode code points.
    pub span: Span,
    /// The same in bytes of UTF-8.
    pub bytes: Range<usize>,
}

impl Find {
    /// The words found, in the session that was searched.
    #[must_use]
    pub fn words<'a>(&self, session: &'a Session) -> &'a str {
        self.field.of(session).get(self.bytes.clone()).unwrap_or_default()
    }
}

/// A session with what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched {
    /// The session as it was searched.
    pub session: Session,
    /// What was found, in the order of the session; finds in one field do not overlap.
    pub finds: Vec<Find>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_in_order_under_their_names() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
            assert_eq!(Kind::ALL.iter().filter(|other| other.name() == kind.name()).count(), 1);
        }
    }
}
