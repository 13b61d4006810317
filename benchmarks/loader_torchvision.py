#!/usr/bin/env python3
"""The yardstick of loader_bench: Pillow and torchvision on the same images, in one thread.

usage: loader_torchvision.py IMAGES [ROUNDS]      (needs pillow, torch, torchvision)

Reads, decodes, crops, resizes, mirrors and normalises the JPEG images of a folder as LION's
training does and prints milliseconds per image as JSON. No texts: loader_bench's are on top.
"""
import json
import pathlib
import statistics
import sys
import time

import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.jpg"))
    torch.set_num_threads(1)
    torch.manual_seed(0)
    transform = transforms.Compose([
        transforms.RandomResizedCrop(
            224, scale=(0.5, 1.0), interpolation=transforms.InterpolationMode.BICUBIC),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, STD),
    ])

    def one_round():
        begin = time.perf_counter()
        torch.stack([transform(Image.open(file).convert("RGB")) for file in files])
        return (time.perf_counter() - begin) * 1000 / len(files)

    for _ in range(2):
        one_round()
    times = sorted(one_round() for _ in range(rounds))
    print(json.dumps({
        "case": f"pillow {PIL.__version__}, torchvision {torchvision.__version__}",
        "images": len(files), "rounds": rounds, "median_ms": statistics.median(times),
        "min_ms": times[0]}))


main()
