"""What was typed becomes a Query: once, in one place, with the conversation and the articles taken into account."""

from dataclasses import replace
from datetime import date

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from rag.config import Config
from rag.filters.detection import Known
from rag.pipeline.answerer import Answerer
from rag.pipeline.understanding import Catalog, understand
from rag.reader.lexical import OverlapReader

TODAY = date(2024, 6, 10)
TEXTS = {
    "mars.txt": "VERMELLES, 12 mars 2024 (AFP) — L’accident du pont de Vermelles a fait 14 blessés.",
    "mai.txt": "VERMELLES, 23 mai 2024 (AFP) — L’accident du pont de Vermelles a fait 16 blessés selon le rapport.",
}
WHO = "combien de blessés a fait l’accident du pont de Vermelles ?"


@pytest.fixture
def answerer(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(tmp_path / "library", BagEmbedder(), [folder])
    answerer = Answerer(tmp_path / "library", BagEmbedder(), OverlapReader(), None)
    answerer.today = lambda: TODAY
    return answerer


@pytest.fixture
def ask(answerer):
    """The Query of a question after a conversation."""

    def ask(typed, *history, **options):
        return understand(
            typed, history, Catalog.of(answerer.library, TODAY), options.pop("config", Config()), **options
        )

    return ask


def test_a_plain_question_is_asked_as_it_was_typed(ask):
    typed = "C" + WHO[1:]
    query = ask(typed)
    assert (query.typed, query.text, query.understood) == (typed, typed, "")
    assert (query.language, query.kind) == ("fr", "fact")
    assert query.filter is None and query.within is None and query.narrowed is None


def test_an_explicit_filter_is_applied_and_its_words_are_left_out(ask):
    query = ask(f"Dans les articles de mars 2024, {WHO}")
    assert query.text == "C" + WHO[1:] and query.typed.startswith("Dans les articles")
    assert query.within == {"mars.txt"} and query.filter.is_applied and query.narrowed is None


def test_words_that_may_be_about_what_happened_narrow_a_second_query(ask):
    """The first one asks all articles; the second has the same kind and language, and fewer articles."""
    query = ask("Combien de blessés a fait l’accident du pont de Vermelles le mois dernier ?")
    assert query.within is None and query.filter is None and "le mois dernier" in query.text
    assert query.narrowed.within == {"mai.txt"} and "le mois dernier" not in query.narrowed.text
    assert replace(query.narrowed, text=query.text, filter=None, within=None) == replace(query, narrowed=None)


@pytest.mark.parametrize("lifted", [{"everywhere": True}, {}])
def test_in_all_articles_nothing_narrows(ask, lifted):
    """By the caller, or by words at the end, which are not asked of the articles."""
    typed = f"Dans les articles de mars 2024, {WHO}" + ("" if lifted else " (dans tous les articles)")
    query = ask(typed, **lifted)
    assert query.within is None and not query.filter.is_applied
    assert query.text == "C" + WHO[1:] and query.typed == typed


def test_no_article_passes_the_filter(ask):
    query = ask(f"Dans les articles de 2019, {WHO}")
    assert query.is_hopeless and query.kind == "fact" and not query.parts


def test_parts_share_the_filter_of_the_whole_and_are_narrowed_by_nothing_else(ask):
    both = "combien de blessés a fait le pont de Vermelles et qui a rédigé le rapport"
    query = ask(f"Dans les articles de mai 2024, {both} ?")
    assert query.kind == "several" and [part.within for part in query.parts] == [{"mai.txt"}] * 2
    open_query = ask("Combien de blessés a fait le pont de Vermelles le mois dernier et qui a rédigé le rapport ?")
    assert len(open_query.parts) == 2 and open_query.narrowed is None
    assert all(part.within is None and part.narrowed is None for part in open_query.parts)


def test_a_follow_up_is_understood_from_the_conversation(ask):
    query = ask("Et en mai ?", (f"Dans les articles de mars 2024, {WHO}", "14 blessés."))
    assert query.typed == "Et en mai ?" and query.understood == f"Dans les articles de mai 2024, {WHO}"
    assert query.text == "C" + WHO[1:] and query.within == {"mai.txt"}


def test_a_short_follow_up_is_in_the_language_of_the_turn_before(ask):
    assert ask("Moscow?", ("Who closed the bridge of Vermelles?", "")).language == "en"


def test_a_greeting_does_not_lean_on_the_conversation(ask):
    query = ask("Merci !", ("C" + WHO[1:], "14 blessés."))
    assert query.kind == "greeting" and query.understood == ""


def test_what_would_be_too_long_a_question_is_not_understood(ask):
    history = (f"Dans les articles de mars 2024, {WHO}", "14 blessés.")
    assert ask("Et en mai ?", history, config=Config(question_chars=20)).understood == ""


def test_the_model_is_asked_only_where_no_rule_reaches(ask):
    """Its rewriting has to keep the question's words; this one does."""
    llm = ScriptedLlm("Qui a gagné à Vermelles ?")
    assert ask("C" + WHO[1:], ("Qui ?", "Personne."), llm=llm).understood == "" and not llm.prompts


@pytest.mark.parametrize(
    "question",
    [
        "C" + WHO[1:],
        "Combien de blessés a fait l’accident du pont de Vermelles le mois dernier ?",
        f"Dans les articles de mars 2024, {WHO}",
    ],
)
def test_no_stage_asks_again_what_a_question_is(answerer, monkeypatch, question):
    """Its language, its kind and its filter are looked for once, whatever comes of them."""
    counts = dict.fromkeys(("understanding.detect", "query.kind_of", "application.find"), 0)
    for place, home in (
        ("understanding.detect", "rag.pipeline"),
        ("query.kind_of", "rag.query"),
        ("application.find", "rag.filters"),
    ):
        monkeypatch.setattr(f"{home}.{place}", _counting(counts, place, f"{home}.{place}"))
    assert answerer.ask(question).supported
    assert counts == dict.fromkeys(counts, 1)


def _counting(counts, name, path):
    module, _, function = path.rpartition(".")
    real = getattr(__import__(module, fromlist=["x"]), function)

    def counted(*args, **kwargs):
        counts[name] += 1
        return real(*args, **kwargs)

    return counted


def test_the_articles_are_walked_through_once_a_generation_and_day(answerer, tmp_path, monkeypatch):
    """Not for each question: dates and sources are gathered again only when there are others, or another today."""
    real, walks = Known.of, []
    monkeypatch.setattr(Known, "of", lambda articles, today: walks.append(today) or real(articles, today))
    for question in ("C" + WHO[1:], f"Dans les articles de mars 2024, {WHO}", "Bonjour !"):
        answerer.ask(question, [("C" + WHO[1:], "14 blessés.")])
    assert len(walks) == 1
    (tmp_path / "articles" / "juin.txt").write_text("VERMELLES, 2 juin 2024 — Le pont de Vermelles rouvre.", "utf-8")
    build(tmp_path / "library", BagEmbedder())
    assert "juin.txt" in {hit.chunk.span.article_id for hit in answerer.ask("Quand rouvre le pont de Vermelles ?").hits}
    assert len(walks) == 2
    answerer.today = lambda: date(2024, 6, 11)
    answerer.ask("C" + WHO[1:])
    assert walks == [TODAY, TODAY, date(2024, 6, 11)]
