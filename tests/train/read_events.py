"""Checks with TensorBoard what write_events.cpp wrote. usage: read_events.py FOLDER"""
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1]).Reload()
tags = events.Tags()
assert tags["scalars"] == ["loss/all"], tags
assert tags["images"] == ["samples"], tags
points = [(e.step, e.value) for e in events.Scalars("loss/all")]
expected = [(s, 10.0 - s) for s in range(6)] + [(s, 20.0 - s) for s in range(6, 10)]
assert points == expected, points
times = [e.wall_time for e in events.Scalars("loss/all")]
assert times == sorted(times) and times[0] > 1.7e9, times

image, = events.Images("samples")
assert (image.step, image.width, image.height) == (3, 6, 4), image
assert image.encoded_image_string.startswith(b"\x89PNG"), image.encoded_image_string[:8]

text, = events.Tensors("config")
assert text.tensor_proto.string_val == [b"**stage** 1"], text
assert events.SummaryMetadata("config").plugin_data.plugin_name == "text"
print("TensorBoard reads", len(points), "points, an image and a text")
