"""Encoders of a few weights."""

from __future__ import annotations

import hashlib
import json

import pytest
import torch
from safetensors.torch import save
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast

LENGTHS = [7, 3, 20, 12]


def tiny(**changes):
    torch.manual_seed(0)
    settings = {
        "vocab_size": 32, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 6, "head_dim": 16,
        "num_attention_heads": 2, "num_key_value_heads": 1, "use_bidirectional_attention": True, "sliding_window": 16,
        "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2,
    }  # fmt: skip
    return Gemma3TextModel(Gemma3TextConfig(**settings | changes)).eval()


@pytest.fixture
def sequences():
    generator = torch.Generator().manual_seed(2)
    return [torch.randint(3, 32, (n,), generator=generator) for n in LENGTHS]


def padded(sequences):
    ids = torch.zeros(len(sequences), max(map(len, sequences)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, each in enumerate(sequences):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return ids, mask


@torch.inference_mode()
def states(encoder, sequences):
    """What a padded batch gives each sequence."""
    ids, mask = padded(sequences)
    hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return [hidden[row, : len(each)] for row, each in enumerate(sequences)]


WORDS = ["le", "la", "maire", "a", "inauguré", "pont", "lundi", "qui", "quand", "où", "de", "ville", ".", "?"]


def tiny_tokenizer():
    vocabulary = {w: i for i, w in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )


def tiny_encoder(**changes):
    torch.manual_seed(0)
    settings = {
        "vocab_size": 32,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "use_bidirectional_attention": True,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "bos_token_id": 2,
    }
    return Gemma3TextModel(Gemma3TextConfig(**settings | changes)).eval()


def tiny_tensors(encoder, rank=4):
    generator = torch.Generator().manual_seed(1)
    tensors = {"head.weight": torch.randn(2, 32, generator=generator), "head.bias": torch.zeros(2)}
    for name in ("layers.1.self_attn.q_proj", "layers.1.mlp.down_proj"):
        linear = encoder.get_submodule(name)
        tensors[f"lora.{name}.A"] = torch.randn(rank, linear.in_features, generator=generator)
        tensors[f"lora.{name}.B"] = torch.randn(linear.out_features, rank, generator=generator)
    return tensors


def written(folder, tensors, **config):
    """Write weights, and the .json beside them when it has anything to say."""
    path = folder / "reader.safetensors"
    data = save(tensors)
    path.write_bytes(data)
    if config:
        config = {"format": 1, "sha256": hashlib.sha256(data).hexdigest()} | config
        path.with_suffix(".json").write_text(json.dumps(config))
    return path
