#!/usr/bin/env bash
# The main job, once: an image in; tags, a caption, answers, a drawn box, a region's description out.
#   tools/demo.sh PROGRAM [IMAGE QUESTION OBJECT]
# Asks lion-mini about a scene that its training never saw; LION_MODEL=FOLDER asks another model.
set -euo pipefail
cd "$(dirname "$0")/.."
lion=$1
mini=models/lion-mini
model=${LION_MODEL:-$mini}
image=${2:-$mini/doctor/sea.jpg}
question=${3:-What color is the square?}
object=${4:-the dog}
out=build/demo
mkdir -p "$out"

ask() { # what is shown before the answer, command...
  printf '%-42s ' "$1"
  shift
  "$lion" "$@" --model "$model"
}

echo "image:   $image"
if [ "$model" = "$mini" ]; then
  echo "model:   lion-mini, which knows synthetic scenes only; photographs need the released"
  echo "         weights (README, \"Install\")"
fi
echo
ask "tags:" tags "$image"
ask "caption:" caption "$image"
ask "$question" query "$image" "$question"
ask "where is $object?" ground "$image" "$object" --grammar --draw "$out/ground.png"
ask "what is at 0.65,0.3,1,0.8?" describe "$image" --box 0.65,0.3,1,0.8
echo
echo "The box is drawn in $out/ground.png"
