#!/usr/bin/env bash
# Builds the fuzz targets and runs each of them, as many at a time as there are processors.
# usage: tools/fuzz.sh SECONDS [TARGET...]   (default: every target)
# What they learn stays in build/fuzz/corpus, for the next run. The exit code is 1 when a target
# found something; the input is then in build/fuzz/findings.
set -eu
cd "$(dirname "$0")/.."

if ! [[ "${1:-}" =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: tools/fuzz.sh SECONDS [TARGET...]" >&2
  exit 2
fi
seconds=$1
shift
build=build/fuzz

fuzz_one() {  # seconds, name
  local name=$2 bin=$build/tests/fuzz log=$build/findings/$2.log code=0
  mkdir -p "$build/corpus/$name" "$build/findings/$name"
  "$bin/${name}_fuzz" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$name/" "$build/corpus/$name" "$bin/seeds/$name" \
    >"$log" 2>&1 || code=$?
  local runs coverage
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep -o ' cov: [0-9]*' "$log" | tail -n 1 | tr -dc 0-9)
  if [ "$code" -eq 0 ]; then
    echo "$name: ok, ${runs:-0} runs, coverage ${coverage:-0}"
    return
  fi
  echo "$name: FAILED (exit code $code) after ${runs:-?} runs, coverage ${coverage:-0}"
  grep -E '^SUMMARY:|runtime error:|ERROR: ' "$log" | head -n 3 | sed 's/^/  /'
  sed -n "s|^.*Test unit written to |  input: |p" "$log"
  echo "  log: $log"
  return 1
}

if [ $# -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cpp; do
    set -- "$@" "$(basename "$source" _fuzz.cpp)"
  done
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${@/%/_fuzz}" >&2
export build
export -f fuzz_one
if ! printf '%s\n' "$@" | xargs -P "$(nproc)" -I {} bash -c "fuzz_one $seconds {}"; then
  exit 1
fi
