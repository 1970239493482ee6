//! The card of an own codebook: what it was learned from, what it is worth, and what it must not be used for.

use super::{Adapted, Material};
use crate::coding::own::Voice;
use crate::model::own::Learner;
use std::fmt::Write;

/// The card as Markdown. `model` is what the codebook was learned on, e.g. `minilm 1.1.0`.
#[must_use]
pub fn card(adapted: &Adapted, material: &Material, model: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, adapted, material, model);
    out
}

fn write(out: &mut String, adapted: &Adapted, material: &Material, model: &str) -> std::fmt::Result {
    let (book, network) = (&adapted.own.codebook, adapted.own.learner == Learner::Network);
    writeln!(out, "# {}\n", book.name)?;
    writeln!(
        out,
        "A codebook of {} labels, learned by `breakthrough {}` {} on {model}{} {}\n",
        book.labels.len(),
        if network { "train --codes" } else { "adapt" },
        env!("CARGO_PKG_VERSION"),
        if network {
            ": layers of their own, over the layers of that network that stay as they are."
        } else {
            " as it is: per label a logistic regression over the states of the network and one over hashed n-grams, mixed."
        },
        if book.single { "A unit has one label." } else { "A unit has any number of labels, also none." }
    )?;
    writeln!(out, "| label | on | threshold |\n|---|---|--:|")?;
    for (label, decision) in book.labels.iter().zip(&adapted.own.decisions) {
        let voices: Vec<&str> = label.voices.iter().map(|voice| name(*voice)).collect();
        writeln!(
            out,
            "| {} | {} | {:.3} |",
            label.name.replace('|', "\\|"),
            voices.join(", "),
            decision.threshold
        )?;
    }
    writeln!(
        out,
        "\nLearned from {} units of {} sessions in {} groups, coded by whoever coded them; the labels mean what they meant \
         there, and nothing is known about how sure that coding is. On other sides than those listed a label is never given.\n",
        adapted.units,
        material.sessions.len(),
        material.groups.len(),
    )?;
    writeln!(
        out,
        "## How good it is\n\nCross-validation in {} folds by group. {} of a fold were chosen inside the other folds. If the model below has learned from the same texts, the figures are too high. \
         Each label is measured on the sides that it was seen on; whole sets of labels on all units, so that where sides have labels of their own, part of that agreement is who speaks.\n\n{}",
        adapted.folds,
        if network { "Thresholds" } else { "Strengths, mixing weights and thresholds" },
        adapted.figures.to_markdown()
    )?;
    writeln!(
        out,
        "## What it must not be used for\n\nNot for diagnosis, and not for decisions about a person, client or therapist. Its labels are \
         suggestions of where to look. On talk of another kind than it was learned from, its figures do not hold: code a sample \
         of that talk and run `breakthrough agreement` before counting anything."
    )
}

fn name(voice: Voice) -> &'static str {
    match voice {
        Voice::Client => "client",
        Voice::Therapist => "therapist",
        Voice::Note => "note",
    }
}
