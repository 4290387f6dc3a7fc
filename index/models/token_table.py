"""The table of an encoder's token vectors, left in its file: of a quarter of a million, a library needs some thousand.

They are two thirds of EmbeddingGemma's weights, 400 MB in bfloat16. Vectors that were read are cached, up to 25 MB.
What is computed is the same to the bit.
"""

from __future__ import annotations

import json
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.disk import OpenFile
from index.errors import ModelDamaged

if TYPE_CHECKING:
    from torch import Tensor

_MAX_HEADER = 100_000_000
_N_COMPARED = 16
N_KEPT = 16_384
"""Number of cached vectors; more than eight texts of maximum length contain."""


def leave_on_disk(encoder: Any, folder: Path) -> bool:
    """Make a transformers encoder that was loaded from `folder` read token vectors from its model.safetensors.

    Return False, changing nothing, if the file is missing or holds other vectors than the encoder.
    """
    import torch

    module = encoder.get_input_embeddings()
    weight = module.weight
    found = _Vectors.find(folder / "model.safetensors", _name(encoder, weight), tuple(weight.shape))
    if found is None:
        return False
    ids = np.linspace(0, len(weight) - 1, _N_COMPARED, dtype=np.int64)
    if not torch.equal(found.take(ids).to(weight.dtype), weight[torch.from_numpy(ids)]):
        return False
    dtype, scale = weight.dtype, getattr(module, "embed_scale", None)
    kept = _Kept(found, len(weight), weight.shape[1], dtype)
    module.weight = torch.nn.Parameter(torch.empty(0, weight.shape[1], dtype=dtype), requires_grad=False)

    def forward(input_ids: Tensor) -> Tensor:
        """Return for each token of (batch, tokens) its vector, scaled as the encoder does it."""
        vectors = kept.take(input_ids.numpy())
        return vectors if scale is None else vectors * scale.to(dtype)

    module.forward = forward
    return True


class _Vectors:
    """One tensor of a safetensors file."""

    def __init__(self, file: OpenFile, start: int, width: int, dtype: Any) -> None:
        self._file, self._start, self._width, self._dtype = file, start, width, dtype

    @classmethod
    def find(cls, path: Path, name: str, shape: tuple[int, ...]) -> _Vectors | None:
        """Return the tensor with this name and shape, or None if the file has none."""
        import torch

        kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
        try:
            file = OpenFile(path)
            size = bytearray(8)
            file.read_into(memoryview(size), 0)
            (length,) = struct.unpack("<Q", size)
            header = bytearray(min(length, _MAX_HEADER))
            file.read_into(memoryview(header), 8)
            entry = json.loads(header).get(name, {})
            kind, start = kinds[entry["dtype"]], 8 + length + entry["data_offsets"][0]
        except (OSError, ValueError, KeyError):
            return None
        return cls(file, start, shape[1] * kind.itemsize, kind) if tuple(entry["shape"]) == shape else None

    def take(self, rows: Any) -> Tensor:
        """Return some of its rows as stored, shape (n, dim). Raises ModelDamaged if the disk no longer has them."""
        import torch

        buffer = bytearray(len(rows) * self._width)
        view = memoryview(buffer)
        try:
            for at, row in enumerate(rows.tolist()):
                self._file.read_into(view[at * self._width : (at + 1) * self._width], self._start + row * self._width)
        except OSError as error:
            raise ModelDamaged(
                f"{self._file.path} can no longer be read: {error.strerror}. Check it: citeline models verify"
            ) from None
        return torch.frombuffer(buffer, dtype=self._dtype).view(len(rows), -1)


class _Kept:
    """Cache of vectors that were read, in the type used for computing; it starts over when it is full."""

    def __init__(self, vectors: _Vectors, n: int, dim: int, dtype: Any) -> None:
        import torch

        self._vectors, self._dtype = vectors, dtype
        self._table = torch.empty(N_KEPT, dim, dtype=dtype)
        self._n = 0
        self._places = np.full(n, -1, dtype=np.int64)
        self._guard = threading.Lock()

    def take(self, ids: Any) -> Tensor:
        """Return the vectors of an array of ids: its shape with one more dimension. Raises ModelDamaged."""
        import torch

        with self._guard:
            places = self._places[ids]
            if (places < 0).any():
                wanted, among = np.unique(ids, return_inverse=True)
                if len(wanted) > len(self._table):
                    return self._vectors.take(wanted).to(self._dtype)[torch.from_numpy(among.reshape(ids.shape))]
                self._keep(wanted)
                places = self._places[ids]
            return self._table[torch.from_numpy(places)]

    def _keep(self, wanted: Any) -> None:
        new = wanted[self._places[wanted] < 0]
        if self._n + len(new) > len(self._table):
            self._places[:], self._n, new = -1, 0, wanted
        end = self._n + len(new)
        self._table[self._n : end] = self._vectors.take(new).to(self._dtype)
        self._places[new] = np.arange(self._n, end)
        self._n = end


def _name(encoder: Any, weight: Any) -> str:
    found: str = next(name for name, parameter in encoder.named_parameters() if parameter is weight)
    return found
