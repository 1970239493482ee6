#!/usr/bin/env bash
# Puts a CPU-only libtorch 2.4.0 (the one version that rust-bert 0.23 and tch 0.17 link to) into a folder and
# prints the two variables that `cargo build --features rust-bert` and the built program need:
#
#     eval "$(scripts/libtorch.sh)"
#     cargo build --release --features rust-bert
#
# Needs python3 with pip, gcc, and about 900 MB of download the first time. The folder is kept
# (default ~/.cache/breakthrough/libtorch-2.4.0; BREAKTHROUGH_LIBTORCH overrides it).
set -euo pipefail

dir=${BREAKTHROUGH_LIBTORCH:-${XDG_CACHE_HOME:-$HOME/.cache}/breakthrough/libtorch-2.4.0}

if [ ! -e "$dir/complete" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "libtorch.sh: fetching torch 2.4.0 with pip into $dir" >&2
  # PyPI has no CPU-only x86-64 wheel of 2.4. libtorch_cpu.so of the CUDA wheel is all that is used;
  # two small CUDA libraries come along because it names them as needed.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --python-version 3.11 --implementation cp --platform manylinux1_x86_64 --dest "$work" \
    torch==2.4.0 nvidia-cuda-cupti-cu12==12.1.105 nvidia-cuda-runtime-cu12==12.1.105 >&2
  rm -rf "$dir" && mkdir -p "$dir/lib"
  python3 - "$work" "$dir" <<'PY'
import pathlib, sys, zipfile
work, out = map(pathlib.Path, sys.argv[1:])
libs = {"libtorch_cpu.so", "libc10.so", "libgomp-a34b3233.so.1", "libcupti.so.12", "libcudart.so.12"}
for wheel in work.glob("*.whl"):
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            path = pathlib.PurePosixPath(name)
            if path.name in libs:
                (out / "lib" / path.name).write_bytes(z.read(name))
            elif name.startswith("torch/include/") and not name.endswith("/"):
                to = out / path.relative_to("torch")
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(z.read(name))
PY
  # The wheel's own libtorch.so only pulls in the CUDA half; an empty one links the same.
  echo 'void breakthrough_libtorch_stub(void) {}' > "$work/stub.c"
  gcc -shared -fPIC -Wl,-soname,libtorch.so -o "$dir/lib/libtorch.so" "$work/stub.c"
  touch "$dir/complete"
fi

echo "export LIBTORCH='$dir' LIBTORCH_CXX11_ABI=0"
echo "export LD_LIBRARY_PATH='$dir/lib'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
