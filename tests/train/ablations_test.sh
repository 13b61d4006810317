#!/usr/bin/env bash
# usage: ablations_test.sh CHECKOUT   runs tools/ablations.mk with a program that only leaves the files that lion
# would: every config is there, runs come after those that they begin with, seeds can be added later.
set -eu
checkout=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ln -s "$checkout/configs" "$checkout/tools" .
mkdir -p runs/mini
for part in tagger language scenes codes; do
  mkdir -p runs/mini/$part/model runs/mini/$part/export
  touch runs/mini/$part/model/config.json runs/mini/$part/export/trained.safetensors
done

cat > lion <<'LION'
#!/usr/bin/env python3
import json, re, sys
from pathlib import Path

def settings(path):
    own = json.loads(re.sub(r"(?m)^\s*//.*", "", path.read_text()))
    return settings(path.parent / own["extends"]) | own if "extends" in own else own

def leave(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def option(name):
    return Path(sys.argv[sys.argv.index(name) + 1])

command = sys.argv[1]
if command == "scenes":
    leave(option("--out") / "scenes.json")
elif command == "data":
    leave(Path(settings(Path(sys.argv[3]))["tag_cache"]))
elif command == "train":
    config = settings(Path(sys.argv[2]))
    needed = [init["file"] for init in config["init"]]
    if config.get("tags", "none") != "none":
        needed.append(config["tag_cache"])
    missing = [file for file in needed if not Path(file).exists()]
    if missing:
        sys.exit(f"{sys.argv[2]}: needs {missing}")
    leave(Path(config["out"]) / "model/config.json")
    leave(Path(config["out"]) / "export/trained.safetensors")
elif command == "eval":
    leave(option("--out") / sys.argv[2] / "result.json", '{"score": 50}')
LION
chmod +x lion

ablations() { make -s -j2 -f tools/ablations.mk LION="$folder/lion" "$@"; }
fail() { echo "$*" >&2; cat runs/mini/ablations/results.md >&2; exit 1; }
ablations SEEDS=1
if grep -qF '50.0 (' runs/mini/ablations/results.md; then fail "one seed has no spread"; fi
ablations SEEDS="1 2"
# Every row of every table has scores of both seeds.
rows=$(grep -c '50.0 (50.0 to 50.0)' runs/mini/ablations/results.md || true)
test "$rows" -eq 11 || fail "$rows rows of two seeds, expected 11"
test -z "$(ablations SEEDS='1 2')" || fail "what is there was run again"
