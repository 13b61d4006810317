#!/usr/bin/env python3
"""What a user would run instead: PyTorch eager with Hugging Face's InstructBLIP, random weights at
the shape of LION-4B, phase by phase. Prints one JSON object in the layout of `lion bench --json`.

    python benchmarks/torch_eager.py [--threads 2] [--repeats 5] [--dtype bf16|fp32]

Needs torch, transformers and timm from PyPI; the C++ program does not.
"""
import argparse
import io
import json
import statistics
import time

import numpy as np
import timm
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from transformers import (InstructBlipConfig, InstructBlipForConditionalGeneration, InstructBlipQFormerConfig,
                          InstructBlipVisionConfig, T5Config)
from transformers.modeling_outputs import BaseModelOutput

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--dtype", choices=("bf16", "fp32"), default="bf16")
parser.add_argument("--decode-tokens", type=int, default=24)
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.set_grad_enabled(False)
torch.manual_seed(0)
DTYPE = {"bf16": torch.bfloat16, "fp32": torch.float32}[args.dtype]


def fill(model):
    """Memory and small random values for a model made on the meta device."""
    model = model.to(DTYPE).to_empty(device="cpu").eval()
    noise = (torch.randn(1 << 20) * 0.02).to(DTYPE)
    for name, p in model.named_parameters():
        if p.dim() < 2:
            p.fill_(1.0 if name.endswith("weight") else 0.0)
        else:
            flat = p.view(-1)
            for i in range(0, flat.numel(), noise.numel()):
                n = min(noise.numel(), flat.numel() - i)
                flat[i:i + n] = noise[:n]
    for _, b in model.named_buffers():
        if not b.is_floating_point():
            b.copy_(torch.arange(b.shape[-1]).expand_as(b))
    return model


def summary(samples):
    return {"median_s": statistics.median(samples), "min_s": min(samples), "max_s": max(samples)}


def timed(work):
    work()
    samples = []
    for _ in range(args.repeats):
        begin = time.perf_counter()
        work()
        samples.append(time.perf_counter() - begin)
    return summary(samples)


class Attention(nn.Module):
    """softmax(q k^T / sqrt(d)) v, dense, residual, LayerNorm: a BERT sublayer."""

    def __init__(self, width, heads, kv_width):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(kv_width, width), nn.Linear(kv_width, width)
        self.dense, self.norm = nn.Linear(width, width), nn.LayerNorm(width)

    def forward(self, x, kv):
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        y = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(kv)), split(self.v(kv)))
        return self.norm(self.dense(y.transpose(1, 2).flatten(2)) + x)


class FeedForward(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.a, self.b, self.norm = nn.Linear(width, inner), nn.Linear(inner, width), nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.b(F.gelu(self.a(x))) + x)


class Aggregator(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.ModuleList([Attention(1408, 16, 1408), Attention(1408, 16, 1408), FeedForward(1408, 3072)])
            for _ in range(2))
        self.norm, self.mlp = nn.LayerNorm(1408), nn.Sequential(nn.Linear(1408, 5632), nn.GELU(), nn.Linear(5632, 2048))

    def forward(self, x, others):
        for (self_attention, cross_attention, ffn), y in zip(self.blocks, others):
            x = ffn(cross_attention(self_attention(x, x), y))
        return self.mlp(self.norm(x))


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.swin = timm.create_model("swin_large_patch4_window12_384", pretrained=False, num_classes=0)
        self.proj, self.word, self.fc = nn.Linear(1536, 512), nn.Linear(512, 768), nn.Linear(768, 1)
        self.labels = nn.Parameter(torch.randn(4585, 512) * 0.02)
        self.layers = nn.ModuleList(nn.ModuleList([Attention(768, 4, 512), FeedForward(768, 3072)]) for _ in range(2))

    def forward(self, image):
        tokens = self.swin.forward_features(image).flatten(1, 2)
        memory = self.proj(torch.cat([tokens.mean(1, keepdim=True), tokens], 1))
        x = F.relu(self.word(self.labels)).unsqueeze(0)
        for attention, ffn in self.layers:
            x = ffn(attention(x, memory))
        return self.fc(x)


def jpeg():
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((640, 480), Image.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def preprocess(data):
    x = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").resize((224, 224), Image.BICUBIC), np.float32) / 255
    mean, std = np.float32([0.481, 0.458, 0.408]), np.float32([0.269, 0.261, 0.276])
    return torch.from_numpy(np.ascontiguousarray(((x - mean) / std).transpose(2, 0, 1)))


vision = InstructBlipVisionConfig(hidden_size=1408, intermediate_size=6144, num_hidden_layers=39, num_attention_heads=16,
                                  image_size=224, patch_size=14)
qformer = InstructBlipQFormerConfig(num_hidden_layers=12, encoder_hidden_size=1408, cross_attention_frequency=2)
t5 = T5Config(vocab_size=32128, d_model=2048, d_kv=64, d_ff=5120, num_layers=24, num_decoder_layers=24, num_heads=32,
              feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=0, eos_token_id=1,
              pad_token_id=0)
with torch.device("meta"):
    model = InstructBlipForConditionalGeneration(InstructBlipConfig(
        vision_config=vision.to_dict(), qformer_config=qformer.to_dict(), text_config=t5.to_dict(), num_query_tokens=32))
model = fill(model)
inner = model.model if hasattr(model, "model") else model
llm = inner.language_model if hasattr(inner, "language_model") else model.language_model

result = {"what": f"PyTorch {torch.__version__} eager", "dtype": args.dtype, "threads": torch.get_num_threads(),
          "repeats": args.repeats, "phases": {}}
phases = result["phases"]
data = jpeg()
phases["decode_image"] = timed(lambda: preprocess(data))
image = torch.randn(1, 3, 224, 224).to(DTYPE)
phases["vit"] = timed(lambda: inner.vision_model(pixel_values=image))
seen, queries = torch.randn(1, 257, 1408).to(DTYPE), torch.randn(1, 32, 768).to(DTYPE)
ids, ones = torch.randint(10, 30000, (1, 40)), torch.ones(1, 72, dtype=torch.long)
phases["qformer"] = timed(lambda: inner.qformer(
    input_ids=ids, attention_mask=ones, query_embeds=queries, encoder_hidden_states=seen,
    encoder_attention_mask=torch.ones(1, 257, dtype=torch.long)))
embeds, mask = torch.randn(1, 350, 2048).to(DTYPE) * 0.1, torch.ones(1, 350, dtype=torch.long)
phases["encoder"] = timed(lambda: llm.encoder(inputs_embeds=embeds, attention_mask=mask))
memory = torch.randn(1, 350, 2048).to(DTYPE)


def generate(tokens, beams):
    llm.generate(encoder_outputs=BaseModelOutput(last_hidden_state=memory.clone()), attention_mask=mask,
                 max_new_tokens=tokens, min_new_tokens=tokens, num_beams=beams, do_sample=False)


for name, beams in (("greedy", 1), ("beam5", 5)):
    generate(4, beams)
    steps, before = [], []
    for _ in range(args.repeats):
        a = time.perf_counter()
        generate(4, beams)
        b = time.perf_counter()
        generate(4 + args.decode_tokens, beams)
        c = time.perf_counter()
        steps.append(((c - b) - (b - a)) / args.decode_tokens)
        before.append((b - a) - 4 * steps[-1])
    result[name] = {"tokens_per_s": 1 / statistics.median(steps), "step": summary(steps),
                    "before_first_step": summary(before)}
del model, inner, llm

aggregator = Aggregator().to(DTYPE).eval()
phases["aggregator"] = timed(lambda: aggregator(seen, [seen, seen]))
tagger = Tagger().to(DTYPE).eval()
tag_image = torch.randn(1, 3, 384, 384).to(DTYPE)
phases["tagger"] = timed(lambda: tagger(tag_image))
print(json.dumps(result))
