"""Attention as plain products: the same numbers as torch's own."""

import pytest
import torch
from tiny_encoders import states, tiny
from transformers import BertConfig, BertModel

from index.models import shared_key_attention as attention


@pytest.mark.parametrize("most", [1, 700, 10**6])
def test_padded_batches_give_what_torch_gives(sequences, monkeypatch, most):
    """However many rows are computed at a time, and with sequences longer than the sliding window (9 to each side)."""
    monkeypatch.setattr(attention, "_MAX_SCORES", most)
    encoder = tiny()
    expected = states(encoder, sequences)
    assert attention.use(encoder) and attention.use(encoder)
    for found, each in zip(states(encoder, sequences), expected, strict=True):
        assert torch.allclose(found, each, atol=1e-5)


def test_in_bfloat16_it_differs_by_rounding_only(sequences):
    """As far from the float32 result as torch's own kernel is, within a factor of two."""
    exact = states(tiny(), sequences)
    encoder = tiny().bfloat16()
    before = states(encoder, sequences)
    attention.use(encoder)
    after = states(encoder, sequences)

    def error(found):
        return sum(float((f.float() - e).norm() / e.norm()) for f, e in zip(found, exact, strict=True)) / len(exact)

    assert 0 < error(after) < 2 * error(before)


def test_other_encoders_are_left_alone():
    """More key heads, another architecture, no transformer at all: nothing is changed."""
    several = tiny(num_attention_heads=4, num_key_value_heads=2)
    bert = BertModel(BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=48))
    for encoder in (several, bert):
        before = encoder.config._attn_implementation
        assert not attention.use(encoder)
        assert encoder.config._attn_implementation == before
    assert not attention.use(None)
