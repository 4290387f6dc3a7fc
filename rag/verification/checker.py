"""A claim and its evidence in; how likely it is that the evidence carries the claim, contradicts it, or does not say.

The checker is the embedder with a small trained adapter switched on, as the reader is (rag/reader/adapter.py), and a
head with three columns. It reads both in whichever languages they are.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.lru import Lru
from rag.reader import Adapter, fitted, load, token_ids

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).with_name("weights") / "checker.safetensors"
FORMAT = 1
VERDICTS = ("carried", "contradicted", "not_said")
"""The columns of the head."""
PROMPT = "claim:"
QUESTION_PROMPT = "question:"
MAX_QUESTION_TOKENS = 64
MAX_CLAIM_TOKENS = 96
MAX_EVIDENCE_TOKENS = 320
_ORIGIN = MAX_QUESTION_TOKENS + MAX_CLAIM_TOKENS + 8
"""Position of the evidence's first token; claims end right before it, however long they are."""
LENGTHS = 16
"""Inputs are padded to multiples of as many tokens: for each length there is, torch keeps some megabytes for good."""
N_KEPT = 512
"""Verdicts that are remembered."""
THRESHOLD = 0.6
"""Probability from which a claim counts as carried, where the weights come with none of their own."""


class Pair(NamedTuple):
    """What is claimed, and the lines that are to carry it."""

    claim: str
    evidence: str
    question: str = ""
    """What the claim answers, for one too short to stand alone ("146 000 euros.")."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Evidence and claims about it as token ids: `<bos> evidence <eos>`, then `<bos> prompt claim <eos>` for each.

    Claims do not see each other, and evidence sees only itself unless the checker is joint.
    """

    ids: list[int]
    positions: list[int]
    """Each claim ends where the evidence begins, as if it were the only one."""
    segments: list[int]
    """0 in the evidence, k in the k-th claim."""
    claims: list[tuple[int, int, int]]
    """Of each claim the index of its <bos>, and the half-open indexes of its own tokens."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Encoded inputs side by side, padded on the right."""

    ids: Tensor
    positions: Tensor
    """(batch, tokens), as `ids`."""
    seen: Tensor
    """(batch, 1, tokens, tokens): which token sees which."""
    rows: Tensor
    """(claims,): the row a claim is in."""
    firsts: Tensor
    """(claims,): the index of its <bos>."""
    shares: Tensor
    """(claims, tokens): 1 / n at each of its n tokens, else 0."""

    def to(self, device: Any) -> Batch:
        names = ("ids", "positions", "seen", "rows", "firsts", "shares")
        return Batch(*(getattr(self, name).to(device) for name in names))


def encode(tokenizer: Any, evidence: str, claims: Sequence[tuple[str, str]]) -> Encoded:
    """Turn evidence and claims, each with its question or "", into token ids; what is beyond the limits is cut."""
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    texts = [evidence.strip(), PROMPT]
    for claim, question in claims:
        texts += [f"{QUESTION_PROMPT} {question.strip()} " if question.strip() else "", " " + claim.strip()]
    told, prompt, *rest = ([id_ for id_, _ in tokens] for tokens in token_ids(tokenizer, texts))
    ids = [bos, *told[:MAX_EVIDENCE_TOKENS], eos]
    positions = list(range(_ORIGIN, _ORIGIN + len(ids)))
    segments = [0] * len(ids)
    spans = []
    for k in range(len(claims)):
        asked, said = rest[2 * k][:MAX_QUESTION_TOKENS], rest[2 * k + 1][:MAX_CLAIM_TOKENS]
        part = [bos, *asked, *prompt, *said, eos]
        start = len(ids) + 1 + len(asked) + len(prompt)
        spans.append((len(ids), start, start + len(said)))
        ids += part
        positions += range(_ORIGIN - len(part), _ORIGIN)
        segments += [k + 1] * len(part)
    return Encoded(ids, positions, segments, spans)


def collate(batch: Sequence[Encoded], multiple: int = 1, joint: bool = False) -> Batch:
    """Pad to the longest, or to a multiple of tokens; where it is `joint`, evidence sees the claim too."""
    import torch

    longest = -(-max(len(e.ids) for e in batch) // multiple) * multiple
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    positions = torch.zeros(len(batch), longest, dtype=torch.long)
    # Padding sees padding: a token that sees nothing at all becomes NaN.
    segments = torch.full((len(batch), longest), -1)
    for row, e in enumerate(batch):
        ids[row, : len(e.ids)] = torch.tensor(e.ids)
        positions[row, : len(e.ids)] = torch.tensor(e.positions)
        segments[row, : len(e.ids)] = torch.tensor(e.segments)
    here, there = segments.unsqueeze(2), segments.unsqueeze(1)
    seen = (here == there) | ((there == 0) & (here > 0))
    if joint:
        seen |= (here == 0) & (there > 0)
    claims = [(row, *span) for row, e in enumerate(batch) for span in e.claims]
    shares = torch.zeros(len(claims), longest)
    for k, (_, _, start, end) in enumerate(claims):
        shares[k, start:end] = 1 / max(1, end - start)
    rows, firsts = torch.tensor([c[0] for c in claims]), torch.tensor([c[1] for c in claims])
    return Batch(ids, positions, seen.unsqueeze(1), rows, firsts, shares)


class VerdictAdapter(Adapter):
    """The additions that make a checker of an encoder."""

    name = "checker"
    outputs = len(VERDICTS)
    hidden_states = 2
    """A claim's <bos>, and the mean of its tokens."""

    def logits(self, batch: Batch) -> Tensor:
        """Return the logits of VERDICTS, float32, (claims, 3)."""
        import torch

        seen = {"full_attention": batch.seen, "sliding_attention": batch.seen}
        with self.active():
            hidden = self.encoder(
                input_ids=batch.ids, attention_mask=seen, position_ids=batch.positions, use_cache=False
            ).last_hidden_state.float()
        firsts = hidden[batch.rows, batch.firsts]
        means = torch.einsum("nt,ntw->nw", batch.shares, hidden[batch.rows])
        return self.head(torch.cat([firsts, means], dim=-1))


class Checker:
    """Checks with the embedder's own weights; needs no memory beyond the adapter's few megabytes."""

    def __init__(
        self,
        encoder: Any,
        tokenizer: Any,
        weights: Path | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        """Put the adapter in `weights` on `encoder`, the Gemma3TextModel of EmbeddingGemma, bfloat16 or float32.

        `lock` is held while checking; give the embedder's own, as to the reader. Raises ReaderError if the weights are
        not there or damaged, MisfitError if they were trained on another encoder.
        """
        tensors, self.config = load(weights or WEIGHTS, "checker", FORMAT)
        self._adapter = VerdictAdapter(encoder, fitted(tensors, encoder))
        self._joint = bool(self.config.get("joint", False))
        self._tokenizer = tokenizer
        self._lock = lock or threading.RLock()
        self._kept: Lru[Pair, tuple[float, ...]] = Lru(N_KEPT)

    def verdicts(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probabilities of VERDICTS for each pair, (pairs, 3), each row summing to 1.

        Each is checked by itself, which gives the same numbers whatever stands beside it. Nothing is said of an empty
        claim, nor by empty evidence.
        """
        found = [self._verdict(Pair(*pair)) for pair in pairs]
        return np.array(found, dtype=np.float32).reshape(len(found), len(VERDICTS))

    def _verdict(self, pair: Pair) -> tuple[float, ...]:
        import torch

        if not pair.claim.strip() or not pair.evidence.strip():
            return 0.0, 0.0, 1.0
        with self._lock, torch.inference_mode():
            if known := self._kept.get(pair):
                return known
            encoded = encode(self._tokenizer, pair.evidence, [(pair.claim, pair.question)])
            (logits,) = self._adapter.logits(collate([encoded], LENGTHS, self._joint))
            found = tuple(logits.softmax(-1).tolist())
            self._kept.put(pair, found)
            return found

    def threshold(self, across: bool = False) -> float:
        """Return the probability from which a claim counts as carried; `across` two languages it has its own."""
        fitted_on: dict[str, Any] = self.config.get("calibration", {}).get("across" if across else "same", {})
        return float(fitted_on.get("threshold", THRESHOLD))

    def verdict(self, probabilities: Sequence[float] | NDArray[np.float32], across: bool = False) -> str:
        """Return one of VERDICTS: carried from the threshold on, else the likelier of the other two."""
        carried, contradicted, not_said = map(float, probabilities)
        if carried >= self.threshold(across):
            return "carried"
        return "contradicted" if contradicted > not_said else "not_said"


def shipped(encoder: Any, tokenizer: Any, lock: AbstractContextManager[Any] | None = None) -> Checker | None:
    """Return the checker that comes with citeline, None where none does. Raises ReaderError as Checker does."""
    return Checker(encoder, tokenizer, WEIGHTS, lock) if WEIGHTS.is_file() else None
