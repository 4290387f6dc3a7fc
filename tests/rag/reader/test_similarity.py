"""The reader for multilingual-e5-small: the sentence that is most like the question, by meaning and by words."""

import numpy as np
import pytest
from fakes import BagEmbedder

from index.models.embedder import SentenceTransformerEmbedder
from rag.query.query import Query
from rag.reader.embedding import NOWHERE, SimilarityReader

BRIDGE = "Le pont de Vernay rouvrira lundi. Les travaux ont coûté 3,2 millions d’euros. Ils devaient durer six mois."
HARVEST = "Les vendanges commencent plus tôt. Le raisin est mûr en août."


class Angles(BagEmbedder):
    """Gives each text the cosine with the question that `cosines` has for the word in it, 0.7 to any other."""

    def __init__(self, **cosines):
        super().__init__()
        self.cosines = cosines

    def encode_query(self, query):
        return np.array([1.0, 0.0], dtype=np.float32)

    def encode(self, texts):
        found = [next((c for word, c in self.cosines.items() if word in text), 0.7) for text in texts]
        return np.array([(c, (1 - c * c) ** 0.5) for c in found], dtype=np.float32).reshape(-1, 2)


def test_the_most_similar_sentence_is_the_answer():
    """Also when it shares no word with the question; the reading is exact characters of its window."""
    reader = SimilarityReader(Angles(coûté=0.93))
    readings = reader.read(Query("Quel est le prix du chantier ?", "fr"), [HARVEST, BRIDGE])
    found = readings[1]
    assert BRIDGE[found.start : found.end] == "Les travaux ont coûté 3,2 millions d’euros."
    assert readings[0].score < reader.threshold("fr") < found.score


def test_words_decide_between_sentences_as_similar():
    """Of two sentences with one cosine, the one with the question's words."""
    reader = SimilarityReader(Angles())
    (found,) = reader.read(Query("Combien de mois devaient durer les travaux ?", "fr"), [BRIDGE])
    assert BRIDGE[found.start : found.end] == "Ils devaient durer six mois."


def test_a_year_that_is_not_there_rules_a_window_out():
    """However similar its sentences are."""
    reader = SimilarityReader(Angles(pont=0.99))
    asked = "Quand le pont de Vernay a-t-il rouvert en 1998 ?"
    assert [reading.score for reading in reader.read(Query(asked, "fr"), [BRIDGE])] == [NOWHERE]


def test_nothing_to_read():
    """A window without a sentence has an empty answer; no window, no reading."""
    reader = SimilarityReader(Angles())
    assert reader.read(Query("Qui ?", "fr"), []) == []
    (found,) = reader.read(Query("Qui ?", "fr"), [" \n "])
    assert (found.start, found.end, found.score) == (0, 0, NOWHERE)


@pytest.mark.model
def test_real_answers_and_refusals():
    """With the real embedder, French and English: the sentence that answers, and nothing where there is nothing."""
    reader = SimilarityReader(SentenceTransformerEmbedder("multilingual-e5-small"))
    asked = {"fr": "Quand le pont de Vernay sera-t-il rouvert ?", "en": "When will the Vernay bridge reopen?"}
    for language, question in asked.items():
        there, other = reader.read(Query(question, language), [BRIDGE, HARVEST])
        assert BRIDGE[there.start : there.end] == "Le pont de Vernay rouvrira lundi."
        assert there.score > other.score
        assert other.score < reader.threshold()
    (refused,) = reader.read(Query("Quelle est la capitale de la Mongolie ?", "fr"), [HARVEST])
    assert refused.score < reader.threshold("fr")
