"""The checker: three probabilities a claim, the same whatever stands beside it, and an embedder that never notices it.

All but the last test run on a tiny encoder with random weights.
"""

import hashlib
import json

import pytest
import torch
from safetensors.torch import save
from tiny_encoders import tiny_encoder, tiny_tensors, tiny_tokenizer, written

from index.models.embedder import SentenceTransformerEmbedder
from rag.errors import MisfitError, ReaderError
from rag.query.query import Query
from rag.reader.span_reader import AdapterReader
from rag.verification.checker import (
    LENGTHS,
    MAX_CLAIM_TOKENS,
    MAX_EVIDENCE_TOKENS,
    MAX_QUESTION_TOKENS,
    WEIGHTS,
    Checker,
    Pair,
    VerdictAdapter,
    collate,
    encode,
    shipped,
)

BRIDGE = "le maire a inauguré le pont lundi ."


def verdict_tensors(encoder):
    generator = torch.Generator().manual_seed(2)
    tensors = tiny_tensors(encoder)
    return tensors | {"head.weight": torch.randn(3, 64, generator=generator), "head.bias": torch.zeros(3)}


def weights_in(folder, encoder, **config):
    path = folder / "checker.safetensors"
    data = save(verdict_tensors(encoder))
    path.write_bytes(data)
    if config:
        config = {"format": 1, "sha256": hashlib.sha256(data).hexdigest()} | config
        path.with_suffix(".json").write_text(json.dumps(config))
    return path


@pytest.fixture
def tiny(tmp_path):
    encoder = tiny_encoder()
    return Checker(encoder, tiny_tokenizer(), weights_in(tmp_path, encoder)), encoder


def test_probabilities_of_three_a_pair(tiny):
    """In the pairs' order, each summing to 1; a plain tuple is a pair too."""
    checker, _ = tiny
    found = checker.verdicts([Pair("le maire", BRIDGE), ("la ville", BRIDGE), Pair("lundi", BRIDGE, "quand ?")])
    assert found.shape == (3, 3) and found.dtype == "float32"
    assert found.sum(1) == pytest.approx(1, abs=1e-6) and (found > 0).all()
    assert checker.verdicts([]).shape == (0, 3)


def test_each_pair_is_checked_by_itself(tiny, monkeypatch):
    """The same numbers alone and among others, also once more than is remembered has been checked."""
    checker, _ = tiny
    monkeypatch.setattr(checker._kept, "most", 12)
    pairs = [Pair(f"le maire {'a ' * k}", BRIDGE) for k in range(17)]
    together = checker.verdicts(pairs)
    assert all((checker.verdicts([pair])[0] == row).all() for pair, row in zip(pairs, together, strict=True))
    assert len(checker._kept) == 12


def test_claim_evidence_and_question_all_count(tiny):
    """Each of the three changes the verdict, so none is left out of the input."""
    checker, _ = tiny
    base, *others = checker.verdicts(
        [
            Pair("le maire", BRIDGE, "qui ?"),
            Pair("la ville", BRIDGE, "qui ?"),
            Pair("le maire", "le pont de la ville", "qui ?"),
            Pair("le maire", BRIDGE, "quand ?"),
            Pair("le maire", BRIDGE),
        ]
    )
    assert all(abs(base - other).max() > 1e-4 for other in others)


def test_what_was_checked_is_not_checked_again(tiny, monkeypatch):
    checker, _ = tiny
    first = checker.verdicts([Pair("le maire", BRIDGE)])
    monkeypatch.setattr(checker._adapter, "logits", lambda batch: pytest.fail("checked again"))
    assert (checker.verdicts([Pair("le maire", BRIDGE)]) == first).all()


@pytest.mark.parametrize("pair", [Pair("", BRIDGE), Pair(" \n", BRIDGE), Pair("le maire", " ")])
def test_nothing_to_check_is_not_said(tiny, pair):
    checker, _ = tiny
    assert checker.verdicts([pair]).tolist() == [[0, 0, 1]]
    assert checker.verdict(checker.verdicts([pair])[0]) == "not_said"


def test_claims_in_one_sequence_do_not_see_each_other():
    """Packed for training or checked alone, in whatever batch: the same logits, so what is learned is what is used."""
    encoder = tiny_encoder()
    adapter = VerdictAdapter(encoder, verdict_tensors(encoder))
    tokenizer = tiny_tokenizer()
    claims = [("le maire", ""), ("la ville de la ville", "où ?"), ("lundi", "quand ?")]
    with torch.inference_mode():
        packed = adapter.logits(collate([encode(tokenizer, BRIDGE, claims), encode(tokenizer, "le pont", claims)]))
        alone = [
            adapter.logits(collate([encode(tokenizer, evidence, [claim])], LENGTHS))
            for evidence in (BRIDGE, "le pont")
            for claim in claims
        ]
    assert torch.allclose(packed, torch.cat(alone), atol=1e-5)
    assert not torch.allclose(packed[:3], packed[3:], atol=1e-3)


def test_a_joint_checker_lets_evidence_see_the_claim(tmp_path):
    """Which of the two it is stands in the .json, and changes the numbers."""
    encoder, tokenizer = tiny_encoder(), tiny_tokenizer()
    encoded = [encode(tokenizer, BRIDGE, [("le maire", "")])]
    apart, joint = collate(encoded).seen[0, 0], collate(encoded, joint=True).seen[0, 0]
    assert joint.all() and not apart.all()
    evidence = encoded[0].segments.count(0)
    assert apart[evidence:].all() and apart[:evidence, :evidence].all()
    assert not apart[:evidence, evidence:].any()
    path = weights_in(tmp_path, encoder, joint=True)
    one = Checker(encoder, tokenizer, path).verdicts([Pair("le maire", BRIDGE)])
    path.with_suffix(".json").unlink()
    assert abs(one - Checker(tiny_encoder(), tokenizer, path).verdicts([Pair("le maire", BRIDGE)])).max() > 1e-5


def test_long_texts_are_cut(tiny):
    """Beyond the token limits, not refused."""
    checker, _ = tiny
    (encoded,) = [encode(tiny_tokenizer(), BRIDGE * 400, [("le maire " * 400, "qui ? " * 400)])]
    assert len(encoded.ids) <= MAX_EVIDENCE_TOKENS + MAX_CLAIM_TOKENS + MAX_QUESTION_TOKENS + 16
    assert min(encoded.positions) >= 0
    assert checker.verdicts([Pair("le maire " * 400, BRIDGE * 400, "qui ? " * 400)]).shape == (1, 3)


def test_padding_sees_no_claim_and_nothing_is_nan(tiny):
    """A batch of unlike lengths, padded, gives numbers."""
    checker, _ = tiny
    tokenizer = tiny_tokenizer()
    batch = [encode(tokenizer, "le", [("la", "")]), encode(tokenizer, BRIDGE * 5, [("le maire", "qui ?")] * 3)]
    with torch.inference_mode():
        assert checker._adapter.logits(collate(batch, LENGTHS)).isfinite().all()


def test_thresholds_and_verdicts(tmp_path):
    """Carried from the threshold on, with its own across languages; else the likelier of the other two."""
    encoder = tiny_encoder()
    path = weights_in(tmp_path, encoder, calibration={"same": {"threshold": 0.6}, "across": {"threshold": 0.8}})
    checker = Checker(encoder, tiny_tokenizer(), path)
    assert (checker.threshold(), checker.threshold(across=True)) == (0.6, 0.8)
    assert checker.verdict((0.7, 0.2, 0.1)) == "carried"
    assert checker.verdict((0.7, 0.2, 0.1), across=True) == "contradicted"
    assert checker.verdict((0.5, 0.2, 0.3)) == "not_said"


def test_reader_and_checker_share_an_encoder(tmp_path):
    """Each gives what it gives alone, and the encoder by itself is untouched."""
    alone, encoder = tiny_encoder(), tiny_encoder()
    reading = AdapterReader(alone, tiny_tokenizer(), written(tmp_path, tiny_tensors(alone))).read(
        Query("qui ?", "fr"), [BRIDGE]
    )
    path = weights_in(tmp_path, encoder)
    judged = Checker(tiny_encoder(), tiny_tokenizer(), path).verdicts([Pair("le maire", BRIDGE)])
    reader = AdapterReader(encoder, tiny_tokenizer(), tmp_path / "reader.safetensors")
    checker = Checker(encoder, tiny_tokenizer(), path)
    assert (checker.verdicts([Pair("le maire", BRIDGE)]) == judged).all()
    assert reader.read(Query("qui ?", "fr"), [BRIDGE]) == reading
    ids = torch.tensor([[2, 4, 6, 8, 1]])
    with torch.inference_mode():
        plain = tiny_encoder()(input_ids=ids).last_hidden_state
        assert torch.equal(encoder(input_ids=ids).last_hidden_state, plain)


def test_other_weights_are_refused(tmp_path):
    """A reader's weights are no checker's; a missing file is named."""
    encoder = tiny_encoder()
    with pytest.raises(ReaderError, match="checker weights could not be read"):
        Checker(encoder, tiny_tokenizer(), tmp_path / "none.safetensors")
    with pytest.raises(MisfitError, match="the checker's head does not fit"):
        Checker(encoder, tiny_tokenizer(), written(tmp_path, tiny_tensors(encoder)))


def test_without_weights_there_is_no_checker(tmp_path, monkeypatch):
    encoder = tiny_encoder()
    monkeypatch.setattr("rag.verification.checker.WEIGHTS", tmp_path / "checker.safetensors")
    assert shipped(encoder, tiny_tokenizer()) is None
    weights_in(tmp_path, encoder)
    assert isinstance(shipped(encoder, tiny_tokenizer()), Checker)


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="no checker is shipped yet")
def test_the_shipped_files_belong_together():
    """checker.json names the bytes it was calibrated for, and what they were trained from."""
    config = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))
    assert config["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert set(config["calibration"]) == {"same", "across"}
    assert config["provenance"]["finished"]
    assert WEIGHTS.stat().st_size <= 8 * 2**20


# With the real embedder, and a fresh adapter on it: nothing is trained here.


@pytest.mark.model
def test_real_embeddings_are_bit_identical_beside_a_checker(tmp_path):
    """Embeddings before there is a checker, and after it has checked, are the same bits; packed claims agree."""
    from bench.training.run import fresh_tensors, write

    embedder = SentenceTransformerEmbedder()
    texts = ["Un pont sur la Dorne.", "La maire a inauguré mardi le nouveau pont sur la Dorne."]
    before = embedder.encode(texts)
    width = embedder.encoder.config.hidden_size
    tensors = fresh_tensors(embedder.encoder, 0, 4, 12, (3, 2 * width))
    generator = torch.Generator().manual_seed(3)
    for name, tensor in tensors.items():
        if name.endswith(".B"):
            tensor += torch.randn(tensor.shape, generator=generator) * 0.02
    write(tmp_path, "checker", 1, 4, tensors, {})
    checker = Checker(embedder.encoder, embedder.tokenizer, tmp_path / "checker.safetensors", embedder.lock)
    claims = [("Le pont est ouvert.", ""), ("18 millions d'euros.", "Combien a coûté le pont ?")]
    alone = checker.verdicts([Pair(claim, texts[1], question) for claim, question in claims])
    with torch.inference_mode():
        packed = checker._adapter.logits(collate([encode(embedder.tokenizer, texts[1], claims)])).softmax(-1)
    assert abs(alone - packed.numpy()).max() < 0.05  # bfloat16
    assert (embedder.encode(texts) == before).all()
