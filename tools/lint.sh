#!/usr/bin/env bash
# Layers, house rules and formatting of every C++ file; prints what is wrong and exits non-zero.
# usage: tools/lint.sh
set -eu
cd "$(dirname "$0")/.."

status=0
python3 tools/check_layers.py || status=1

if ! command -v clang-format >/dev/null; then
  echo "tools/lint.sh: clang-format is not installed. Run ./dev setup, or apt install clang-format." >&2
  exit 1
fi
folders=()
for folder in lion cli tests benchmarks examples; do
  [ -d "$folder" ] && folders+=("$folder")
done
find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 |
  xargs -0 -r clang-format --dry-run -Werror || status=1
exit $status
