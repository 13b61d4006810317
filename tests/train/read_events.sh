#!/bin/sh
# Writes event files and reads them with TensorBoard, in the Python that LION_TEST_PYTHON names.
# usage: read_events.sh WRITE_EVENTS FOLDER
set -eu
python=${LION_TEST_PYTHON:-python3}
if ! "$python" -c 'import tensorboard' 2>/dev/null; then
  echo "skipped: $python has no tensorboard. Install it (pip install tensorboard), or name a" \
    "Python that has it in LION_TEST_PYTHON."
  exit 77
fi
rm -rf "$2"
"$1" "$2"
exec "$python" "$(dirname "$0")/read_events.py" "$2"
