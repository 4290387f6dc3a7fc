"""Quotes in another language with a translation: the model's, if rules and checker let it pass in both directions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from rag.config import Config
from rag.errors import LlmError
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from rag.serialization import AnswerRecord

LINE = "The ferry Harrow Queen carried 41,000 passengers in 1925, the harbour company said."
QUESTION = "Combien de passagers le ferry Harrow Queen a-t-il transportés en 1925, 41,000 passengers ?"
GOOD = "Le ferry Harrow Queen a transporté 41 000 passagers en 1925, a dit la compagnie du port."


class Agreeing:
    """A checker that carries what the test says, and keeps what it was shown."""

    def __init__(self, carries=lambda claim, evidence: True):
        self.carries, self.seen = carries, []

    def threshold(self, across=False):
        return 0.5

    def verdicts(self, pairs):
        self.seen += pairs
        found = [self.carries(claim, evidence) for claim, evidence, _ in pairs]
        return np.array([[0.9, 0.05, 0.05] if each else [0.1, 0.2, 0.7] for each in found], dtype=np.float32)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Ask about one English line with a model that writes nothing usable, then these replies."""
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "ferry.txt").write_text(f"The Harrow Queen\n\n{LINE}\n", encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "shelf"])
    monkeypatch.setattr("rag.pipeline.translation.similarity_by", lambda embedder: lambda a, b: 0.9)

    def ask(*replies, carries=lambda claim, evidence: "compagnie" in claim or "compagnie" in evidence, translate=True):
        llm = ScriptedLlm("Elle a coulé.", *replies)
        config = Config(translate=translate)
        answerer = Answerer(tmp_path / "lib", BagEmbedder(), OverlapReader(), llm, config, checker=Agreeing(carries))
        return answerer.ask(QUESTION), llm

    return ask


def test_a_quote_comes_with_its_translation(ask):
    """Marked as one, behind the original; kept in the JSON and read back; the model's tokens are counted."""
    answer, llm = ask(GOOD)
    (claim,) = answer.supported
    assert answer.status == "quoted" and claim.text == LINE and claim.translation == GOOD
    assert answer.text.endswith(f"« {LINE} » (traduction : « {GOOD} »)")
    assert claim.citations[0].quote == LINE
    assert llm.prompts[1][-1].content == LINE and "en français" in llm.prompts[1][0].content
    assert answer.usage.prompt_tokens == 20
    told = json.loads(json.dumps(answer.to_dict()))
    assert AnswerRecord.model_validate(told).answer().text == answer.text and told["claims"][0]["translation"] == GOOD


@pytest.mark.parametrize(
    ("reply", "carries"),
    [
        (GOOD.replace("41 000", "14 000"), lambda claim, evidence: True),
        (GOOD.replace("en 1925, ", ""), lambda claim, evidence: True),
        (GOOD.replace("Harrow Queen", "Queen Mary"), lambda claim, evidence: True),
        (LINE, lambda claim, evidence: True),
        ("", lambda claim, evidence: True),
        (GOOD, lambda claim, evidence: "compagnie" in evidence),
        (GOOD, lambda claim, evidence: "compagnie" in claim),
    ],
    ids=["figure", "left out", "name", "not translated", "empty", "there", "back"],
)
def test_what_does_not_pass_is_left_out(ask, reply, carries):
    """The original stands alone: by the rules, or because the checker refuses it in one direction."""
    answer, _ = ask(reply, carries=carries)
    assert answer.status == "quoted" and LINE in answer.text and "traduction" not in answer.text


def test_nobody_waits_for_a_translation_who_did_not_ask_for_it(ask):
    answer, llm = ask(translate=False)
    assert LINE in answer.text and len(llm.prompts) == 1


def test_a_model_that_fails_is_told(ask):
    with pytest.raises(LlmError):
        ask(LlmError("gone"))
