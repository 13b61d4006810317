#!/usr/bin/env bash
# Trains lion-mini from nothing, phase after phase: configs/mini/*.json, each a run of `lion train`.
#   tools/mini.sh PROGRAM [FOLDER]
# What is done stays done: stopped at any moment, the same command goes on. runs/mini has all runs;
# FOLDER (default runs/mini/lion-mini) is the model at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
lion=$1
out=${2:-runs/mini/lion-mini}
runs=runs/mini

phase() { # name
  [ -e "$runs/$1/model/config.json" ] && return
  echo "== $1: $(sed -n '1s|^// lion-mini, ||p' "configs/mini/$1.json")"
  "$lion" train "configs/mini/$1.json" --resume
}

# What does not need each other shares the two cores. The first ones report their progress to files.
both() { # "name ..." "name ..."
  local first name
  (for name in $1; do
    phase "$name" > "$runs/$name.log" 2>&1 || { tail -5 "$runs/$name.log" >&2; exit 1; }
  done) &
  first=$!
  for name in $2; do
    phase "$name" || { wait "$first"; return 1; }
  done
  wait "$first"
}

mkdir -p "$runs"
[ -e "$runs/new/config.json" ] || "$lion" new --shape lion-mini --out "$runs/new"

# Stage 0: what the paper takes pretrained. No image is ever shown with a box.
both "tagger-crops tagger" "language-begin language-scenes"
# The vision encoder is said by the language model as it was before it met lists of tags.
both "crops scenes" language
# The paper's three stages; vision encoder, language model and tagger stay as they are.
both stage1 "codes stage2"
"$lion" data tags configs/mini/stage3.json --model "$runs/tagger/model" --dtype fp32
phase stage3

[ -e "$out/config.json" ] || "$lion" convert --model "$runs/stage3/model" --dtype bf16 --out "$out"
echo "$out: done"
