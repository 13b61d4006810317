#!/bin/sh
# Trains two steps and reads what was exported, in the Python that LION_TEST_PYTHON names.
# usage: read_export.sh LION ORACLE FOLDER
set -eu
python=${LION_TEST_PYTHON:-python3}
if ! "$python" -c 'import torch, safetensors' 2>/dev/null; then
  echo "skipped: $python has not torch and safetensors. Install them, or name a Python that has" \
    "them in LION_TEST_PYTHON."
  exit 77
fi
rm -rf "$3"
mkdir -p "$3"
"$1" convert --base --vit "$2/eva_vit_g.pth" --llm "$2/flan-t5" --bert "$2/bert-base-uncased" \
  --config "$2/lion_config.json" --out "$3/base"
cat > "$3/settings.json" <<JSON
{"name": "export", "model": "$3/base", "out": "$3/run", "steps": 2, "batch": 4, "draw": 2,
 "micro_batch": 2,
 "config": {"visual_input": "AGGREGATOR", "enable_semantic_tags": false, "adapter": {"count": 1}},
 "train": ["fusion_adapter.", "ln_adapter.", "adapter_proj.",
           "t5_model.*.block.*.layer.*.adapter."],
 "reinitialize": ["fusion_adapter.", "ln_adapter.", "adapter_proj.",
           "t5_model.*.block.*.layer.*.adapter."],
 "data": {"datasets": [{"format": "scenes", "tasks": ["rec"], "count": 20, "size": 70}]}}
JSON
"$1" train "$3/settings.json"
exec "$python" "$(dirname "$0")/read_export.py" "$3/run"
