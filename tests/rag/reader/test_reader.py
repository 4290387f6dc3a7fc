"""The reader: exact spans, refusals, and an embedder that never notices it."""

import hashlib
import json
import threading

import pytest
import torch
from tiny_encoders import WORDS, tiny_encoder, tiny_tensors, tiny_tokenizer, written
from transformers import BertConfig, BertModel

from index.models.embedder import SentenceTransformerEmbedder
from rag.errors import MisfitError, ReaderError
from rag.query.query import Query
from rag.reader import not_in_articles as abstain
from rag.reader.span_reader import N_KEPT, NOWHERE, WEIGHTS, AdapterReader, best_spans, encode


@pytest.fixture
def tiny(tmp_path):
    encoder = tiny_encoder()
    return AdapterReader(encoder, tiny_tokenizer(), written(tmp_path, tiny_tensors(encoder))), encoder


def test_one_reading_a_window_in_order(tiny):
    """A span is exact characters of its own window, without spaces around it."""
    reader, _ = tiny
    windows = ["le maire a inauguré le pont lundi .", "  la ville ", "le pont\n\nde la ville"]
    readings = reader.read(Query("qui a inauguré le pont ?", "fr"), windows)
    assert len(readings) == 3
    for window, reading in zip(windows, readings, strict=True):
        assert 0 <= reading.start < reading.end <= len(window)
        found = window[reading.start : reading.end]
        assert found == found.strip()


def test_windows_together_read_as_alone(tiny):
    """Exactly, in their order, and also once more than is remembered has been read."""
    reader, _ = tiny
    windows = [" ".join(WORDS[: 1 + k % 9]) + f" {k}" for k in range(N_KEPT + 5)]
    together = reader.read(Query("quand ?", "fr"), windows)
    assert [reader.read(Query("quand ?", "fr"), [window])[0] for window in windows] == together
    assert len(reader._kept) == N_KEPT


def test_what_was_read_is_not_read_again(tiny, monkeypatch):
    """The same question and window, until others came between; another question is another matter."""
    reader, _ = tiny
    first = reader.read(Query("qui ?", "fr"), ["le maire", "le pont"])
    calls = []
    logits = reader._adapter.logits
    monkeypatch.setattr(reader._adapter, "logits", lambda *batch: calls.append(1) or logits(*batch))
    assert reader.read(Query("qui ?", "fr"), ["le pont", "le maire"]) == first[::-1] and not calls
    reader.read(Query("quand ?", "fr"), ["le maire"])
    assert calls == [1]


def test_nothing_to_read(tiny):
    """No windows give no readings; a window of spaces gives an empty span far below every threshold."""
    reader, _ = tiny
    assert reader.read(Query("qui ?", "fr"), []) == []
    empty, blank, full = reader.read(Query("qui ?", "fr"), ["", " \n ", "le maire"])
    assert (empty.start, empty.end, empty.score) == (0, 0, NOWHERE) == (blank.start, blank.end, blank.score)
    assert full.end > full.start
    assert len(reader.read(Query("", "fr"), ["le maire"])) == 1


def test_long_texts_are_cut(tiny):
    """A window or a question beyond the token limits is cut, not refused, and the span stays short."""
    reader, _ = tiny
    window = "le maire a inauguré le pont . " * 400
    (reading,) = reader.read(Query("qui a inauguré le pont ? " * 200, "fr"), [window])
    assert 0 <= reading.start < reading.end <= len(window)
    assert len(window[reading.start : reading.end].split()) <= 30
    assert len(encode(tiny_tokenizer(), "qui " * 500, [window])[0].ids) <= 96 + 320 + 4


def test_padding_left_on_by_the_embedder_is_not_read(tiny):
    """The tokenizer is shared: what a padded batch left behind in it changes no token."""
    tokenizer = tiny_tokenizer()
    before = encode(tokenizer, "qui ?", ["le maire a inauguré le pont", "la ville"])
    tokenizer(["le", "le maire a inauguré le pont de la ville"], padding=True, truncation=True, max_length=2048)
    assert encode(tokenizer, "qui ?", ["le maire a inauguré le pont", "la ville"]) == before


def test_the_encoder_alone_is_untouched(tiny):
    """A forward pass outside `read` is the same bits as before there was a reader."""
    reader, encoder = tiny
    ids = torch.tensor([[2, 4, 6, 8, 1]])
    with torch.inference_mode():
        plain = tiny_encoder()(input_ids=ids).last_hidden_state
        reader.read(Query("qui ?", "fr"), ["le maire"])
        assert torch.equal(encoder(input_ids=ids).last_hidden_state, plain)
        with reader._adapter.active():
            assert not torch.equal(encoder(input_ids=ids).last_hidden_state, plain)
        assert torch.equal(encoder(input_ids=ids).last_hidden_state, plain)


def test_another_thread_embeds_while_one_reads(tiny):
    """The adapter is on for the reading thread only, so embedding at the same moment needs no lock to be right."""
    reader, encoder = tiny
    ids = torch.tensor([[2, 4, 6, 8, 1]])
    found = []

    def embed():
        with torch.inference_mode():
            found.append(encoder(input_ids=ids).last_hidden_state)

    def embed_elsewhere():  # a thread has its own number of torch's threads, and another number gives other last bits
        thread = threading.Thread(target=embed)
        thread.start()
        thread.join()

    embed_elsewhere()
    with reader._adapter.active():
        embed_elsewhere()
        embed()
    assert torch.equal(found[0], found[1])
    assert not torch.allclose(found[0], found[2], atol=1e-3), "here it is on"


def test_the_lock_is_held_while_reading(tmp_path):
    """The embedder's lock is taken for each window and free between two."""

    class Counted:
        def __init__(self):
            self.entered = self.left = 0

        def __enter__(self):
            self.entered += 1

        def __exit__(self, *_):
            self.left += 1

    encoder, lock = tiny_encoder(), Counted()
    AdapterReader(encoder, tiny_tokenizer(), written(tmp_path, tiny_tensors(encoder)), lock).read(
        Query("qui ?", "fr"), ["le", "la"]
    )
    assert (lock.entered, lock.left) == (2, 2)


def test_calibration_by_language(tmp_path):
    """Probability and threshold are those of the question's language, of `other` where it has none of its own."""
    encoder = tiny_encoder()
    calibration = {
        "fr": {"slope": 1.0, "intercept": 0.0, "threshold": 2.0},
        "other": {"slope": 1.0, "intercept": -1.0, "threshold": 3.0},
    }
    path = written(tmp_path, tiny_tensors(encoder), calibration=calibration)
    reader = AdapterReader(encoder, tiny_tokenizer(), path)
    assert reader.probability(0.0, "fr") == 0.5
    assert reader.probability(1.0, "it") == 0.5
    assert reader.probability(-1e9, "fr") < 1e-9 < 1 - 1e-9 < reader.probability(1e9, "fr")
    assert (reader.threshold("fr"), reader.threshold("it"), reader.threshold()) == (2.0, 3.0, 3.0)


def test_another_architecture_is_refused(tmp_path):
    """An embedder that is not EmbeddingGemma cannot carry the adapter."""
    path = written(tmp_path, tiny_tensors(tiny_encoder()))
    bert = BertModel(
        BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, vocab_size=9)
    )
    with pytest.raises(MisfitError, match="not for bert"):
        AdapterReader(bert, tiny_tokenizer(), path)
    with pytest.raises(MisfitError, match="not for gemma3_text"):
        AdapterReader(tiny_encoder(use_bidirectional_attention=False), tiny_tokenizer(), path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 64}, "head does not fit"),
        ({"num_hidden_layers": 1}, "no layer layers.1"),
        ({"intermediate_size": 64}, "down_proj do not fit"),
    ],
)
def test_another_size_is_refused(tmp_path, change, message):
    """Each tensor is held against the layer it belongs to before anything is hooked."""
    path = written(tmp_path, tiny_tensors(tiny_encoder()))
    encoder = tiny_encoder(**change)
    with pytest.raises(MisfitError, match=message):
        AdapterReader(encoder, tiny_tokenizer(), path)
    assert not any(module._forward_hooks for module in encoder.modules())


def test_broken_files_are_refused(tmp_path):
    """Missing or damaged weights, and a .json of other weights, are named with their path."""
    encoder = tiny_encoder()
    with pytest.raises(ReaderError, match="could not be read"):
        AdapterReader(encoder, tiny_tokenizer(), tmp_path / "none.safetensors")
    path = written(tmp_path, tiny_tensors(encoder), calibration={})
    path.with_suffix(".json").write_text(json.dumps({"format": 1, "sha256": "0"}))
    with pytest.raises(ReaderError, match="belongs to other weights"):
        AdapterReader(encoder, tiny_tokenizer(), path)
    path.with_suffix(".json").write_text(json.dumps({"format": 99}))
    with pytest.raises(ReaderError, match="format 99"):
        AdapterReader(encoder, tiny_tokenizer(), path)
    path.with_suffix(".json").write_text("{")
    with pytest.raises(ReaderError, match="not JSON"):
        AdapterReader(encoder, tiny_tokenizer(), path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ReaderError, match="could not be read"):
        AdapterReader(encoder, tiny_tokenizer(), path)


def test_the_shipped_files_belong_together():
    """reader.json names the bytes it was calibrated for, and what they were trained from."""
    config = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))
    assert config["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert set(config["calibration"]) == {"fr", "en", "other"}
    assert config["provenance"]["finished"]
    assert WEIGHTS.stat().st_size < 10_000_000


# With the real weights.

BRIDGE = (
    "La maire de Valbourg, Sylvie Courtois, a inauguré mardi le nouveau pont sur la Dorne. Long de 214 mètres, "
    "l'ouvrage a coûté 18 millions d'euros, financés pour moitié par la région. Les travaux avaient commencé en "
    "mars 2021.\nLes riverains réclamaient cette liaison depuis la crue de 1998, qui avait emporté l'ancien pont."
)


@pytest.fixture(scope="module")
def embedder():
    return SentenceTransformerEmbedder()


@pytest.mark.model
def test_a_question_that_was_read_ahead_is_encoded_once(embedder, monkeypatch):
    """The same numbers, which whoever got them before cannot have changed; only the last ones are remembered."""
    first = embedder.encode_query("Quand rouvre le pont ?")
    calls, encode = [], embedder.encode
    monkeypatch.setattr(embedder, "encode", lambda texts: (calls.append(texts), encode(texts))[1])
    again = embedder.encode_query("Quand rouvre le pont ?")
    assert calls == [] and (again == first).all()
    again[:] = 0
    assert (embedder.encode_query("Quand rouvre le pont ?") == first).all() and calls == []
    monkeypatch.setattr(embedder._queries, "most", 1)
    embedder.encode_query("Qui ?")
    assert (embedder.encode_query("Quand rouvre le pont ?") == first).all() and len(calls) == 2


@pytest.fixture(scope="module")
def reader(embedder):
    return AdapterReader(embedder.encoder, embedder.tokenizer, lock=embedder.lock)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "language", "answer"),
    [
        ("Qui a inauguré le pont ?", "fr", "Sylvie Courtois"),
        ("Combien le pont a-t-il coûté ?", "fr", "18 millions d'euros"),
        ("quand ont commence les travaux", "fr", "mars 2021"),
        ("How much did the bridge cost?", "en", "18 millions d'euros"),
        ("Who opened the bridge?", "en", "Sylvie Courtois"),
    ],
)
def test_real_answers(reader, question, language, answer):
    """French and English questions on French text get the characters that answer, above the threshold."""
    (reading,) = reader.read(Query(question, "fr"), [BRIDGE])
    assert answer in BRIDGE[reading.start : reading.end]
    assert reading.end - reading.start < len(answer) + 40
    assert reading.score >= reader.threshold(language)


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    ["Quelle est la capitale de la Mongolie ?", "Who won the world cup in 2018?", "Quel âge a le boulanger ?"],
)
def test_real_refusals(reader, question):
    """A question on something else is refused."""
    (reading,) = reader.read(Query(question, "fr"), [BRIDGE])
    language = "en" if question.startswith("Who") else "fr"
    assert reading.score < reader.threshold(language)
    assert reader.probability(reading.score, language) < 0.5


@pytest.mark.model
def test_real_best_window_is_the_one_that_answers(reader):
    """Among windows on like matters, the one that holds the answer scores best."""
    others = ["Le pont de Brest, long de 800 mètres, a été fermé.", "La maire a présenté le budget de la ville mardi."]
    readings = reader.read(Query("Qui a inauguré le pont sur la Dorne ?", "fr"), [others[0], BRIDGE, others[1]])
    assert max(range(3), key=lambda k: readings[k].score) == 1


@pytest.mark.model
def test_real_embeddings_are_bit_identical(embedder):
    """Embeddings before there is a reader, and after a read are the same bits."""
    texts = ["Un pont sur la Dorne.", BRIDGE]
    before = embedder.encode(texts)
    reader = AdapterReader(embedder.encoder, embedder.tokenizer)
    reader.read(Query("Qui ?", "fr"), [BRIDGE])
    assert (embedder.encode(texts) == before).all()


@pytest.mark.model
def test_real_threads_agree_with_one(embedder):
    """Two threads that read at once get what one gets."""
    reader = AdapterReader(embedder.encoder, embedder.tokenizer, lock=threading.Lock())
    questions = ["Qui a inauguré le pont ?", "Combien le pont a-t-il coûté ?"]
    alone = [reader.read(Query(q, "fr"), [BRIDGE, BRIDGE[:90]]) for q in questions]
    found = [None, None]

    def ask(k):
        found[k] = reader.read(Query(questions[k], "fr"), [BRIDGE, BRIDGE[:90]])

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_the_shipped_score_was_fitted_for_the_shipped_reader():
    """After another training the abstaining score has to be fitted again; this fails until it is."""
    fitted = json.loads(abstain.WEIGHTS.read_text(encoding="utf-8"))
    assert fitted["provenance"]["reader_sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    judge = abstain.default_judge()
    assert all(len(each.weights) == len(abstain.FEATURES) for each in (judge.alike, judge.across))


def test_further_spans_stand_apart_and_are_nearly_as_good():
    """Best first, none over another; what is not nearly as good, or worse than "not here", is none."""
    (e,) = encode(tiny_tokenizer(), "qui ?", ["le maire a inauguré le pont lundi"])
    starts = torch.full((len(e.ids),), -20.0)
    ends = torch.full((len(e.ids),), -20.0)
    starts[0] = ends[0] = -2.0
    for token, logit in ((1, 5.0), (5, 4.0), (6, 1.5), (3, -1.0)):
        starts[e.first + token] = ends[e.first + token] = logit
    found = best_spans(e, starts, ends)
    window = "le maire a inauguré le pont lundi"
    assert window[found.start : found.end] == "maire" and found.score == 14.0
    assert [window[a:b] for a, b in found.further] == ["pont"]
    starts[e.first + 5] = ends[e.first + 5] = -20.0
    starts[e.first + 1] = ends[e.first + 1] = starts[e.first + 6] = ends[e.first + 6] = -1.5
    starts[e.first + 3] = ends[e.first + 3] = -2.1
    found = best_spans(e, starts, ends)
    assert [window[a:b] for a, b in found.further] == ["lundi"]
