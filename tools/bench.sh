#!/usr/bin/env bash
# Every phase at the full LION-4B shape with random weights; more options: lion bench --help.
#   tools/bench.sh PROGRAM [ARGS]
# With LION_BENCH_PYTHON=PYTHON (torch, transformers and timm installed) the same phases in PyTorch eager
# run before and after, and the ratios are printed (below 1: ours is faster).
set -euo pipefail
cd "$(dirname "$0")/.."
lion=$1
shift
if [ -z "${LION_BENCH_PYTHON:-}" ]; then exec "$lion" bench --random "$@"; fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
threads=$(nproc)
"$LION_BENCH_PYTHON" benchmarks/torch_eager.py --threads "$threads" >"$out/torch-1.json"
"$lion" bench --random --json --threads "$threads" "$@" >"$out/lion.json"
"$LION_BENCH_PYTHON" benchmarks/torch_eager.py --threads "$threads" >"$out/torch-2.json"
"$LION_BENCH_PYTHON" tools/compare_bench.py "$out/lion.json" "$out/torch-1.json" "$out/torch-2.json"
