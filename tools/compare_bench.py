#!/usr/bin/env python3
"""Prints a table of `lion bench --json` beside the runs of benchmarks/torch_eager.py around it.

    tools/compare_bench.py LION.json TORCH.json [TORCH.json ...]
"""
import json
import statistics
import sys

ours, *peers = [json.loads(open(path).read().splitlines()[-1]) for path in sys.argv[1:]]
rows = [(name, lambda run, n=name: run["phases"][n]["median_s"]) for name in
        ("decode_image", "vit", "tagger", "qformer", "aggregator", "encoder")]
for search in ("greedy", "beam5"):
    rows.append((f"{search}: step", lambda run, s=search: run[s]["step"]["median_s"]))
    rows.append((f"{search}: before the first step", lambda run, s=search: run[s]["before_first_step"]["median_s"]))
print(f"{ours['dtype']}, {ours['threads']} threads, medians in seconds; {peers[0]['what']}, {len(peers)} runs around ours")
print("| phase | ours | PyTorch eager | ratio |\n| --- | --- | --- | --- |")
for name, value in rows:
    mine, theirs = value(ours), statistics.mean(value(peer) for peer in peers)
    print(f"| {name} | {mine:.4f} | {theirs:.4f} | {mine / theirs:.2f} |")
print(f"\npeak memory of ours: {ours['peak_rss_bytes'] / 2**30:.1f} GiB; "
      f"greedy {ours['greedy']['tokens_per_s']:.1f} tokens/s, beam 5 {ours['beam5']['tokens_per_s']:.1f} steps/s")
