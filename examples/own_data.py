#!/usr/bin/env python3
"""Writes painted scenes as a person's own data: a line an image, docs/own-data.md.

    lion scenes --out data/scenes --count 300 --seed 5
    python3 examples/own_data.py data/scenes data/scenes/own.jsonl

The captions are in a style that no model knows ("SHOWN: ..."), the questions ask what is there, and
the boxes are x, y, width, height in pixels, as COCO's are. Every tenth line is held out ("val").
"""
import json
import pathlib
import sys


def main() -> None:
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

    def find(name: str) -> dict:
        return json.loads(next(root.rglob(name)).read_text())

    captions = find("captions_train2014.json")
    lines = {image["id"]: {"image": image["file_name"]} for image in captions["images"]}
    for one in captions["annotations"]:
        lines[one["image_id"]].setdefault("caption", "SHOWN: " + one["caption"].rstrip("."))

    references = find("finetune_refcoco_train.json")
    image_of = {image["id"]: image for image in references["images"]}
    for one in references["annotations"]:
        image = image_of[one["image_id"]]
        if image["original_id"] in lines:
            lines[image["original_id"]].setdefault("boxes", []).append(
                {"phrase": image["caption"], "box": one["bbox"]})

    questions = find("v2_OpenEnded_mscoco_train2014_questions.json")["questions"]
    answers = {one["question_id"]: one["multiple_choice_answer"]
               for one in find("v2_mscoco_train2014_annotations.json")["annotations"]}
    for one in questions:
        if one["image_id"] in lines:
            lines[one["image_id"]].setdefault("questions", []).append(
                {"question": one["question"], "answer": answers[one["question_id"]]})

    folder = next(root.rglob("train2014"))
    with out.open("w") as file:
        for i, line in enumerate(lines.values()):
            line["image"] = str((folder / line["image"]).relative_to(out.parent))
            line["box_format"] = "xywh_pixels"
            line["split"] = "val" if i % 10 == 9 else "train"
            file.write(json.dumps(line) + "\n")
    print(f"{out}: {len(lines)} lines")


if __name__ == "__main__":
    main()
