#!/usr/bin/env bash
# The main job, once: a picture in; a caption, answers, a drawn box, a region's description, tags out.
#   tools/demo.sh PROGRAM [PICTURE]
# lion-mini is asked about a scene that its training never saw. LION_MODEL=FOLDER asks another model,
# PICTURE asks about another picture.
set -euo pipefail
cd "$(dirname "$0")/.."
lion=$1
mini=models/lion-mini
picture=${2:-$mini/doctor/farm.png}
model=${LION_MODEL:-$mini}
out=build/demo
mkdir -p "$out"

ask() { # what is asked, command...
  printf '%-44s ' "$1"
  shift
  "$lion" "$@" --model "$model" --max-new-tokens 40
}

echo "picture: $picture"
[ "$model" = "$mini" ] && echo "model: lion-mini, which knows picture-book scenes only (photographs: README, \"Install\")"
echo
ask "caption:" caption "$picture"
