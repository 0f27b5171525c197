#!/bin/sh
# install-packages.sh LOCK [INDEX]: installs what LOCK pins into /venv. With an INDEX that has torch for processors alone,
# torch and torchvision of the same versions come from there, without hashes, and NVIDIA's libraries are left out. Exit code
# 1 where that torch needs them all the same: it could not be imported.
set -eu
lock=$1
index=${2:-}
pip=${PIP:-/venv/bin/pip}
if [ -n "$index" ]; then
  pinned=$(sed -n -E 's/^(torch|torchvision)==([^ ;]+).*/\1==\2/p' "$lock")
  "$pip" install --no-cache-dir --no-deps --index-url "$index" $pinned
  shorter=$(mktemp)
  trap 'rm "$shorter"' EXIT
  # A package and the lines of its hashes, which are indented.
  awk '/^[^ ]/ { left_out = /^(torch|torchvision|triton|nvidia-[^=]*|cuda-[^=]*)==/ } !left_out' "$lock" >"$shorter"
  lock=$shorter
fi
"$pip" install --no-cache-dir --no-deps --require-hashes --requirement "$lock"
if [ -n "$index" ] && ! "$pip" check; then
  echo "$index does not have torch for processors alone: packages that it needs are missing" >&2
  exit 1
fi
