"""A question and windows of evidence in; for each window the characters that answer, and how sure the reader is.

The reader is the embedder with a small trained adapter switched on: rank-32 additions to the linear layers of its top
layers and a head with two columns, start and end. Position 0 of the input means "not here", so the reader can
refuse; it cannot write a word of its own. What it was trained on and what it measures: reader.md.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.lru import Lru
from rag.query import Query
from rag.reader.adapter import Adapter, fitted, load, token_ids

if TYPE_CHECKING:
    from torch import Tensor
from rag.reader.base import Reading

WEIGHTS = Path(__file__).with_name("weights") / "reader.safetensors"
FORMAT = 1
PROMPT = "task: question answering | query: "
MAX_QUESTION_TOKENS = 96
MAX_WINDOW_TOKENS = 320
"""700 characters of French are about 190 tokens, of Greek or Hindi up to 300."""
MAX_SPAN_TOKENS = 30
LENGTHS = 16
"""Windows are padded to multiples of this many tokens: for every length, torch keeps some megabytes for good."""
N_KEPT = 256
"""Cached readings: a question is read again if it was read ahead, or is asked of fewer articles."""
MOST_FURTHER = 2
FURTHER = 6.0
"""Distance in logits below the best span within which another one is an answer too (docs/experiments.md)."""
NOWHERE = -50.0
"""The score of an empty window; real scores stay within about 30 of 0."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a score means for questions in one language: `1 / (1 + exp(-(slope * score + intercept)))`."""

    slope: float = 1.0
    intercept: float = 0.0
    threshold: float = 0.0
    """Score below which a window counts as "not here"."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One question with one window, as token ids: `<bos> question <eos> <bos> window <eos>`."""

    ids: list[int]
    first: int
    """Position of the window's first token."""
    offsets: list[tuple[int, int]]
    """Half-open characters of each window token, trimmed of spaces; (i, i) if only spaces are left."""


def encode(tokenizer: Any, question: str, windows: Sequence[str]) -> list[Encoded]:
    """Turn a question and its windows into token ids; anything beyond the token limits is cut."""
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    tokens = token_ids(tokenizer, [PROMPT + question.strip(), *windows])
    asked = [id_ for id_, _ in tokens[0][:MAX_QUESTION_TOKENS]]
    encoded = []
    for window, told in zip(windows, tokens[1:], strict=True):
        told = told[:MAX_WINDOW_TOKENS]
        ids = [bos, *asked, eos, bos, *(id_ for id_, _ in told), eos]
        encoded.append(Encoded(ids, len(asked) + 3, [_trim(window, *span) for _, span in told]))
    return encoded


def collate(batch: Sequence[Encoded], multiple: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """Pad on the right. Return ids, attention mask and the positions an answer may have, each (len(batch), longest).

    The longest is padded to a multiple of tokens.
    """
    import torch

    longest = -(-max(len(e.ids) for e in batch) // multiple) * multiple
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    allowed = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, e in enumerate(batch):
        ids[row, : len(e.ids)] = torch.tensor(e.ids)
        mask[row, : len(e.ids)] = 1
        allowed[row, e.first : e.first + len(e.offsets)] = torch.tensor([end > start for start, end in e.offsets])
    return ids, mask, allowed


class SpanAdapter(Adapter):
    """The additions that turn an encoder into a reader; the head gives one start and one end logit per token."""

    name = "reader"
    outputs = 2

    def logits(self, ids: Tensor, mask: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
        """Return start and end logits, float32, each (batch, tokens); -1e4 except at position 0 and where `allowed`."""
        with self.active():
            hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        both = self.head(hidden)
        allowed = allowed.clone()
        allowed[:, 0] = True
        both = both.masked_fill(~allowed.unsqueeze(-1), -1e4)
        return both[..., 0], both[..., 1]


class AdapterReader:
    """Reads with the embedder's own weights; needs no memory beyond the adapter's few megabytes."""

    def __init__(
        self,
        encoder: Any,
        tokenizer: Any,
        weights: Path | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        """Put the adapter in `weights` on `encoder`, the Gemma3TextModel of EmbeddingGemma, bfloat16 or float32.

        `lock` is held while reading; give the embedder's own, so that the two take turns with tokenizer and processor.
        Raises ReaderError if the weights are not there or damaged, MisfitError if they were trained on another encoder.
        """
        weights = weights or WEIGHTS
        tensors, self.config = load(weights, "reader", FORMAT)
        self._adapter = SpanAdapter(encoder, fitted(tensors, encoder))
        self._tokenizer = tokenizer
        self._lock = lock or threading.RLock()
        self._kept: Lru[tuple[str, str], Reading] = Lru(N_KEPT)
        self.calibrations = {
            language: Calibration(c["slope"], c["intercept"], c["threshold"])
            for language, c in self.config.get("calibration", {}).items()
        }

    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        """Return one Reading per window, in their order; an empty window gets an empty span and the score NOWHERE.

        Each is read by itself, which takes no longer and gives the same numbers whatever is read beside it.
        """
        return [self._reading(query.text, window) for window in windows]

    def _reading(self, question: str, window: str) -> Reading:
        import torch

        with self._lock, torch.inference_mode():
            if known := self._kept.get((question, window)):
                return known
            (encoded,) = encode(self._tokenizer, question, [window])
            if not any(end > start for start, end in encoded.offsets):
                return Reading(0, 0, NOWHERE)
            (starts,), (ends,) = self._adapter.logits(*collate([encoded], LENGTHS))
            found = best_spans(encoded, starts, ends)
            self._kept.put((question, window), found)
            return found

    def probability(self, score: float, language: str = "") -> float:
        """Return how likely a window with this score holds the answer, for a question in `language` (ISO 639-1).

        Fitted where one window in two held it (reader.json); uncalibrated weights give the plain logistic.
        """
        c = self._calibration(language)
        x = max(-60.0, min(60.0, c.slope * score + c.intercept))
        return 1 / (1 + math.exp(-x))

    def threshold(self, language: str = "") -> float:
        """Return the score below which a window counts as "not here" for a question in `language`."""
        return self._calibration(language).threshold

    def _calibration(self, language: str) -> Calibration:
        return self.calibrations.get(language) or self.calibrations.get("other") or Calibration()


def best_spans(e: Encoded, starts: Tensor, ends: Tensor) -> Reading:
    """Pick the best span of at most MAX_SPAN_TOKENS among the window's tokens.

    Others that are nearly as good, and better than "not here", are its `further` spans.
    """
    import torch

    n = len(e.offsets)
    start, end = starts[e.first : e.first + n], ends[e.first : e.first + n]
    scores = start.unsqueeze(1) + end.unsqueeze(0)
    band = torch.ones(n, n, dtype=torch.bool).triu().tril(MAX_SPAN_TOKENS - 1)
    scores = scores.masked_fill(~band, -1e5)
    nowhere = float(starts[0] + ends[0])
    spans: list[tuple[int, int]] = []
    best = nowhere
    while len(spans) <= MOST_FURTHER:
        i, j = divmod(int(scores.argmax()), n)
        score = float(scores[i, j])
        if spans and score < max(best - FURTHER, nowhere):
            break
        best = best if spans else score
        spans.append((e.offsets[i][0], e.offsets[j][1]))
        scores[: j + 1, i:] = -1e5  # whatever begins before its end and ends after its begin
    return Reading(*spans[0], best - nowhere, tuple(spans[1:]))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
