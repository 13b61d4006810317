"""Checks that PyTorch and safetensors read what a training exported. usage: read_export.py RUN"""
import pathlib
import sys

import torch
from safetensors.torch import load_file

run = pathlib.Path(sys.argv[1])
pth = torch.load(run / "export/trained.pth", weights_only=True)
safe = load_file(run / "export/trained.safetensors")
assert list(pth) == list(safe) or set(pth) == set(safe), set(pth) ^ set(safe)
for name, tensor in pth.items():
    assert tensor.dtype == torch.float32 and torch.equal(tensor, safe[name]), name
# Names of the released files, as LION's own modules spell them.
for name in ("fusion_adapter.blocks.0.attention.self.query.weight", "ln_adapter.weight",
             "adapter_proj.0.weight", "adapter_proj.2.bias",
             "t5_model.encoder.block.0.layer.1.adapter.adapters.0.down_proj.weight",
             "t5_model.decoder.block.0.layer.2.adapter.adapters.0.scale"):
    assert name in pth, name
checkpoint = load_file(sorted((run / "checkpoints").iterdir())[-1])
assert {n for n in checkpoint if n.startswith("parameter/")} == {f"parameter/{n}" for n in safe}
print("PyTorch reads", len(pth), "tensors")
