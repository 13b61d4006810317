#!/usr/bin/env bash
# The main job, once: a picture in; tags, a caption, an answer and a drawn box out.
#   tools/demo.sh PROGRAM [PICTURE]
# With LION_MODEL=FOLDER the demo asks that model; otherwise a tiny one with random weights, which
# shows that everything runs but answers noise.
set -euo pipefail
cd "$(dirname "$0")/.."
lion=$1
picture=${2:-tests/fixtures/oracle/images/photo.jpg}
out=build/demo
model=${LION_MODEL:-}
mkdir -p "$out"

if [ -z "$model" ]; then
  model=$out/tiny-lion
  files=tests/fixtures/oracle
  if [ ! -e "$model/config.json" ]; then
    "$lion" convert --vit $files/eva_vit_g.pth --llm $files/flan-t5 --bert $files/bert-base-uncased \
      --ram $files/ram_swin_large_14m.pth --ram-tags $files/ram_tag_list.txt \
      --ram-thresholds $files/ram_tag_list_threshold.txt --lion $files/lion.pth --out "$model"
  fi
  cat <<'EOF'

This model is tiny and its weights are random: the words below are NOISE. They are the same noise
that the Python reference gives, so the whole path from pixels to words and boxes is real.
For real answers convert the released weights (README, "Install") and run:
  LION_MODEL=lion-4b ./dev demo

EOF
fi

ask() { # what, command...
  printf '%-11s ' "$1:"
  shift
  "$lion" "$@" --model "$model" --max-new-tokens 40
}

echo "picture:    $picture"
printf '%-11s ' "tags:"
"$lion" tags "$picture" --model "$model"
ask caption caption "$picture"
ask question query "$picture" "What is the animal looking at?"
ask box ground "$picture" "the cat" --grammar --draw "$out/ground.png"
ask region describe "$picture" --box 0.2,0.1,0.8,0.9
echo
echo "The box is drawn in $out/ground.png"
