//! Offices, teams, papers and states, which stand where a name may stand.

use super::lists::is_in;
use super::words::{Gap, Shape, Word};

/// What a service, a team or a post has in its name.
const SERVICE: &str = " team teams service services unit department dept clinic centre center hospital surgery practice health housing council office trust care practitioner practitioners specialist consultant registrar coordinator police school college court charity agency helpline hub crisis triage reception liaison outreach outpatients inpatients inpatient camhs cmht iapt nursing support protection benefit benefits report assessment plan group board bank university nhs gp general ";

/// What makes a post of a title: "Nurse Practitioner".
const POST: &str =
    " practitioner practitioners specialist consultant manager prescriber associate assistant led in-charge ";

/// Fields that have a department.
const FIELDS: [&str; 6] = ["ology", "iatry", "therapy", "iatrics", "etics", "aedics"];

/// Whether the words with a capital from here on name a service or a post and nobody; behind a title, whether they name a post.
pub(super) fn is_service(words: &[Word<'_>], at: usize, titled: bool) -> bool {
    let run = words[at + 1..]
        .iter()
        .take(4)
        .take_while(|next| next.gap == Gap::Space && next.shape != Shape::Lower);
    std::iter::once(&words[at]).chain(run).any(|word| {
        let lower = word.lower();
        if titled {
            is_in(POST, &lower)
        } else {
            is_in(SERVICE, &lower) || FIELDS.iter().any(|field| lower.ends_with(field))
        }
    })
}
