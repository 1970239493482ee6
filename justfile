# `just` lists the recipes.
default:
    @just --list

# Exactly what CI runs.
check:
    .ci/run

# Tests of the default build; names and flags are passed on.
test *args:
    cargo test --release {{args}}

# Lints, as CI has them.
lint:
    cargo clippy --release --all-targets -- -D warnings

# Formats the code.
fmt:
    cargo fmt

# Benchmarks.
bench *args:
    cargo bench {{args}}

# Trains the shipped model from a coded corpus; what is between stays in a work folder.
train corpus work="train-out":
    #!/usr/bin/env bash
    set -euo pipefail
    eval "$(scripts/libtorch.sh)"
    cargo run --release --features rust-bert -- \
        train --corpus '{{corpus}}' --base "$(scripts/base_model.sh)" --large "$(scripts/large_model.sh)" --work '{{work}}' --out models/minilm

# Both engines against each other and the reference; fetches libtorch the first time.
torch:
    #!/usr/bin/env bash
    set -euo pipefail
    eval "$(scripts/libtorch.sh)"
    cargo test --release --features rust-bert --test engines --test own_network --test adapt
