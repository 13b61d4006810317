#!/usr/bin/env python3
"""Prints the tables of tools/ablations.mk beside the paper's, and draws them.

    tools/ablations_table.py runs/mini/ablations [FOLDER]

The tables are Markdown: a mean over seeds, and the lowest and the highest. With a FOLDER,
every seed's score and the means are drawn there as SVG (needs matplotlib: apt-get install python3-matplotlib).
"""
import json
import statistics
import sys
from pathlib import Path

FIGURES = {"coco": "captions, CIDEr", "coco_objects": "objects named, recall %", "vqav2": "VQA, %", "gqa": "GQA, exact %",
           "refcoco_val": "REC, Acc@0.5", "refcoco_testB": "REC, held-out combinations"}
# Title, figures, rows (name, run, the paper's figures in words).
TABLES = [
    ("Table 3: strategies of instruction tuning", list(FIGURES), "paper: held-in, held-out, REC",
     [("single stage", "single-stage-fresh", "84.79, 60.20, 3.78"),
      ("single stage, aggregator from stage 2's codes", "single-stage", "-"),
      ("stage-wise", "no-router", "88.07, 61.91, 54.46"),
      ("stage-wise with router", "no-tags", "87.67, 62.16, 54.98")]),
    ("Table 4: dual-level visual knowledge", list(FIGURES), "paper: COCOCap, GQA, REC",
     [("image-level tasks alone", "image-level", "135.47, 46.34, -"),
      ("image-level tasks and tags, soft prompt", "image-level-tags", "-"),
      ("with grounding", "no-tags", "137.87, 49.22, 54.98"),
      ("with grounding and tags, soft prompt", "stage3", "138.20, 49.50, 54.92"),
      ("with grounding and tags in words alone", "hard-tags", "not printed")]),
    ("Figure 6: the vision aggregator (stage 2)", ["refcoco_val", "refcoco_testB"], "paper",
     [("without aggregator", "no-aggregator", "lower on all 8 sets"),
      ("with aggregator", "stage2", "higher on all 8 sets")]),
]


def scores_of(folder, run, benchmark):
    files = sorted(folder.glob(f"seed-*/scores/{run}/{benchmark}/result.json"))
    return [json.loads(file.read_text())["score"] for file in files]


def cell(values):
    if not values:
        return "-"
    mean = f"{statistics.mean(values):.1f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.1f} to {max(values):.1f})"


def print_table(folder, title, benchmarks, paper, rows):
    print(f"### {title}\n")
    print("| | " + " | ".join(FIGURES[name] for name in benchmarks) + f" | {paper} |")
    print("| --- " * (len(benchmarks) + 2) + "|")
    for name, run, figures in rows:
        cells = [cell(scores_of(folder, run, benchmark)) for benchmark in benchmarks]
        print(f"| {name} | " + " | ".join(cells) + f" | {figures} |")
    print()


def draw(folder, path, title, benchmarks, rows):
    from matplotlib import pyplot
    pyplot.rcParams["svg.fonttype"] = "none"  # words stay words
    pyplot.rcParams["svg.hashsalt"] = path.stem  # the same scores, the same file
    figure, panels = pyplot.subplots(1, len(benchmarks), figsize=(2.6 * len(benchmarks), 1.2 + 0.4 * len(rows)), sharey=True,
                                     layout="constrained")
    for panel, benchmark in zip(panels, benchmarks):
        values = [scores_of(folder, run, benchmark) for _, run, _ in rows]
        for place, seeds in enumerate(values):
            panel.plot(seeds, [place] * len(seeds), "o", color="#7aa6c2", markersize=6)
            if seeds:
                panel.plot([statistics.mean(seeds)], [place], "|", color="#1d3c52", markersize=18, markeredgewidth=2)
        panel.margins(x=0.15)
        panel.grid(axis="x", linewidth=0.4)
        panel.set_title(FIGURES[benchmark], fontsize=9)
        panel.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=8)
        panel.set_ylim(len(rows) - 0.5, -0.5)
    figure.suptitle(title, fontsize=10)
    figure.savefig(path, metadata={"Date": None})


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    for number, (title, benchmarks, paper, rows) in enumerate(TABLES):
        print_table(folder, title, benchmarks, paper, rows)
        if len(sys.argv) == 3:
            name = ("table-3", "table-4", "figure-6")[number]
            draw(folder, Path(sys.argv[2]) / f"{name}.svg", title, benchmarks, rows)


if __name__ == "__main__":
    main()
