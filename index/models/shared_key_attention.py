"""Attention as plain matrix products, for encoders in which all query heads share one key head, as EmbeddingGemma's do.

torch's fused kernel reaches a sixth of what the processor computes in bfloat16; one product of all heads' queries with
the one key head comes near it. The numbers are the same except for rounding (docs/experiments.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

NAME = "citeline-shared-key"
_MAX_SCORES = 400_000
"""Scores computed at a time: they must still be in the processor's cache when they are read again."""


def use(encoder: Any) -> bool:
    """Make an encoder compute its attention here. Return False, changing nothing, if it has more than one key head."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    config = getattr(encoder, "config", None)
    if getattr(config, "model_type", "") != "gemma3_text" or getattr(config, "num_key_value_heads", 0) != 1:
        return False
    AttentionInterface.register(NAME, _attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    encoder.set_attn_implementation(NAME)
    return True


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend as transformers calls it.

    `query` is (batch, heads, tokens, width), `key` and `value` have one head; where the mask is True may be seen.
    Returns (batch, tokens, heads, width).
    """
    import torch

    batch, heads, tokens, width = query.shape
    found = torch.empty(batch, tokens, heads, width, dtype=query.dtype)
    step = max(1, _MAX_SCORES // (heads * tokens * tokens))
    for start in range(0, batch, step):
        rows = slice(start, start + step)
        mask = None if attention_mask is None else attention_mask[rows]
        found[rows] = _product(query[rows], key[rows, 0], value[rows, 0], mask, scaling)
    return found, None


def _product(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float) -> Tensor:
    """Attend from (rows, heads, tokens, width) to (rows, tokens, width). Return (rows, tokens, heads, width)."""
    import torch

    rows, heads, tokens, width = query.shape
    scores = torch.bmm(query.reshape(rows, heads * tokens, width), key.transpose(1, 2))
    scores = scores.float().mul_(scaling).view(rows, heads, tokens, tokens)
    if mask is not None:
        # Not infinite: where padding sees nothing but padding a share of nothing would be NaN, and NaN spreads.
        scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    shares = scores.softmax(-1).to(query.dtype).view(rows, heads * tokens, tokens)
    return torch.bmm(shares, value).view(rows, heads, tokens, width).transpose(1, 2)
