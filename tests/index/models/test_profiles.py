"""What embedders are given to read before a text."""

import pytest
from fakes import BagEmbedder

from index.models.catalogue import E5, GEMMA, ModelProfile, profile_of
from index.models.embedder import similarity_by


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("embeddinggemma-300m", GEMMA),
        ("multilingual-e5-small", E5),
        ("google--embeddinggemma-300m", GEMMA),
        ("intfloat--multilingual-e5-base", E5),
        ("bge-m3", ModelProfile()),
        ("qwen3-4b", ModelProfile()),
    ],
)
def test_a_model_of_the_catalogue_or_of_a_family_of_it_has_its_profile(name, expected):
    assert profile_of(name) == expected


@pytest.mark.parametrize(
    ("name", "before"), [("embeddinggemma-300m", "task: sentence similarity | query: "), ("multilingual-e5-small", "")]
)
def test_two_sentences_are_compared_as_the_model_was_trained_to(name, before):
    embedder = BagEmbedder(name)
    assert similarity_by(embedder)("le pont rouvre", "le pont rouvre") == pytest.approx(1.0)
    assert embedder.encoded == [f"{before}le pont rouvre"] * 2
