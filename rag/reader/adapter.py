"""Low-rank additions to the embedder's linear layers, which are on only where they are asked for, and their files.

The reader and the checker are two of them on one encoder: the embedder's own weights are in memory once.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import MisfitError, ReaderError

if TYPE_CHECKING:
    from torch import Tensor


class Adapter:
    """Low-rank additions hooked onto an encoder's linear layers, and the head.

    The hooks stay; they add something only on a thread that is inside `active()`. Any other forward pass, at the same
    moment too, gives what the encoder alone gives, bit for bit.
    """

    name = "adapter"
    """What messages call it."""
    outputs = 1
    """Rows of the head."""
    hidden_states = 1
    """Hidden states side by side that the head takes."""

    def __init__(self, encoder: Any, tensors: dict[str, Tensor]) -> None:
        """Hook `tensors` onto `encoder`: `lora.MODULE.A`, `lora.MODULE.B`, `head.weight`, `head.bias`.

        Raises MisfitError if a tensor is missing or does not fit.
        """
        self.encoder = encoder
        self.tensors = tensors
        self._on = threading.local()
        for module, a, b in self._check():
            module.register_forward_hook(self._hook(a, b))

    @contextmanager
    def active(self) -> Iterator[None]:
        """Switch the additions on for this thread."""
        self._on.value = True
        try:
            yield
        finally:
            self._on.value = False

    def head(self, hidden: Tensor) -> Tensor:
        """Return the head's outputs, float32: (..., width) to (..., outputs)."""
        return hidden.float() @ self.tensors["head.weight"].float().T + self.tensors["head.bias"].float()

    def _hook(self, a: Tensor, b: Tensor) -> Any:
        def add(_module: Any, args: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
            if not getattr(self._on, "value", False):
                return None
            x = args[0]
            return output + (x @ a.T.to(x.dtype)) @ b.T.to(x.dtype)

        return add

    def _check(self) -> list[tuple[Any, Tensor, Tensor]]:
        """Pair each adapted linear layer with its tensors, or say what does not fit."""
        import torch

        encoder, tensors = self.encoder, self.tensors
        kind = getattr(getattr(encoder, "config", None), "model_type", type(encoder).__name__)
        if kind != "gemma3_text" or not getattr(encoder.config, "use_bidirectional_attention", False):
            raise MisfitError(f"the {self.name} is an adapter for EmbeddingGemma, not for {kind}")
        width = encoder.config.hidden_size
        head, bias = tensors.get("head.weight"), tensors.get("head.bias")
        shape = (self.outputs, self.hidden_states * width)
        if head is None or bias is None or head.shape != shape or bias.shape != (self.outputs,):
            raise MisfitError(f"the {self.name}'s head does not fit an encoder of width {width}")
        pairs = []
        for name, a in tensors.items():
            if not (name.startswith("lora.") and name.endswith(".A")):
                continue
            path = name.removeprefix("lora.").removesuffix(".A")
            b = tensors.get(f"lora.{path}.B")
            try:
                module = encoder.get_submodule(path)
            except AttributeError as error:
                message = f"the encoder has no layer {path}; the {self.name} was trained on another one"
                raise MisfitError(message) from error
            if not isinstance(module, torch.nn.Linear):
                raise MisfitError(f"layer {path} of the encoder is a {type(module).__name__}, not a linear layer")
            if b is None or a.shape != (b.shape[1], module.in_features) or b.shape[0] != module.out_features:
                raise MisfitError(f"the {self.name}'s tensors for {path} do not fit {tuple(module.weight.shape)}")
            pairs.append((module, a, b))
        return pairs


def fitted(tensors: dict[str, Tensor], encoder: Any) -> dict[str, Tensor]:
    """Return the additions in the encoder's own type, so that no layer converts, and the head in float32."""
    dtype = next(encoder.parameters()).dtype
    return {k: v.to(dtype) if k.startswith("lora.") else v.float() for k, v in tensors.items()}


def load(weights: Path, name: str, format_: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the tensors and, from the .json beside them, what their scores mean; {} where there is none.

    Raises ReaderError if a file cannot be read, or the .json belongs to other weights or to another citeline.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load as read

    try:
        data = weights.read_bytes()
        tensors = read(data)
    except (OSError, SafetensorError) as error:
        raise ReaderError(f"{name} weights could not be read: {weights} ({error}); install citeline again") from error
    beside = weights.with_suffix(".json")
    if not beside.is_file():
        return tensors, {}
    try:
        config: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReaderError(f"{beside} is not JSON ({error})") from error
    if config.get("format") != format_:
        raise ReaderError(f"{beside} has format {config.get('format')}, this citeline reads {format_}")
    digest = hashlib.sha256(data).hexdigest()
    if config.get("sha256") != digest:
        said = f"it names {config.get('sha256')}, the file is {digest}; install citeline again"
        raise ReaderError(f"{beside} belongs to other weights: {said}")
    return tensors, config


def token_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[tuple[int, tuple[int, int]]]]:
    """Return each text's tokens, without special ones: (id, half-open characters).

    Leaves the tokenizer's padding and truncation as the embedder set them: they are state of the tokenizer, and a copy
    of it takes 330 MB.
    """
    found = tokenizer.backend_tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [
        [(id_, span) for id_, span, real in zip(f.ids, f.offsets, f.attention_mask, strict=True) if real] for f in found
    ]
