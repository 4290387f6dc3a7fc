"""What is read of the hits, what it is worth and why: the same passages as deciding it hit by hit, and every reason
kept."""

from dataclasses import replace

import pytest
from fakes import BagEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.ingestion.indexing import build
from index.retrieval.hybrid import search
from index.storage.library import Library
from rag.evidence import cut
from rag.language.missing_names import unmet
from rag.query.query import Query
from rag.reader import windows as reading
from rag.reader.base import Reading
from rag.reader.lexical import OverlapReader
from rag.reader.not_in_articles import Judge, Logistic, features
from rag.reader.windows import NAMELESS, SHORT_TEXT, best_first, read

ARTICLES = {
    "vernay.txt": "Le pont de Vernay rouvrira lundi\n\nVERNAY, 12 mars 2024 — La maire Claire Vidal a rouvert le pont. Il a coûté 3 millions d’euros.",
    "metz.txt": "Le pont de Metz fermera en 2023\n\nLe pont de Metz fermera, a dit le préfet Anton Renaud. Le pont a 80 ans.",
    "port.txt": "Port strike ends\n\nPaul Renaud, head of the port, called the strike avoidable. The bridge stayed open.",
    "ferry.txt": "Harrowmouth loses its ferry\n\nThe last ferry sailed from Harrowmouth in 2024 with 212 passengers.",
}
QUESTIONS = [
    "Combien a coûté le pont de Vernay ?",
    "Qui est la maire de Vernay ?",
    "Quand fermera le pont de Metz ?",
    "Quand le pont de Metz a-t-il rouvert en 2021 ?",
    "Who is the head of the port?",
    "How many passengers sailed from Harrowmouth in 2024?",
    "What did Claire Vidal say about Harrowmouth?",
    "Who reopened the Ashford bridge?",
    "What did Renaud say in 2019?",
]
JUDGE = Judge(Logistic((0.3, 6.0, -1.0), -1.2), Logistic((0.4, 3.0, -1.0), -0.5))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    path = tmp_path_factory.mktemp("library")
    build(path, BagEmbedder(), [folder])
    return Library.open(path)


class Pointing:
    """Points at the same characters in every window, with the scores it was given, and keeps what it read."""

    def __init__(self, span, scores):
        self.span, self.scores, self.windows = span, scores, []

    def read(self, query, windows):
        self.windows = list(windows)
        return [Reading(*self.span, score) for score, _ in zip(self.scores, windows, strict=False)]

    def threshold(self, language=""):
        return 1.0 if language == "fr" else 0.5


def all_text(article):
    return "\n".join((article.title, article.date, article.text))


def hit_by_hit(question, language, library, hits, reader, judge, n_windows):
    """The same passages, each decision taken from the start where it is needed."""
    windows, second = [], []
    for hit in hits:
        article = library.by_id[hit.chunk.span.article_id]
        lacks = unmet(question, all_text(article), language, article.language, library.says)
        is_short = judge is not None and language == article.language and len(article.text) <= SHORT_TEXT
        if not lacks:
            windows.append(hit)
        elif is_short and not any(each[0].isdigit() for each in lacks):
            second.append(hit)
    weighed = [*windows, *second][:n_windows]
    windows = [hit for hit in hits if hit in weighed]
    by_turn = dict(
        zip(weighed, reader.read(Query(question, language), [hit.chunk.text for hit in weighed]), strict=True)
    )
    found = []
    for hit in windows:
        it = by_turn[hit]
        article = library.by_id[hit.chunk.span.article_id]
        if judge:
            known = features(it.score, hit, ["x"] if hit in second else [])
            score = judge.score(known, language != article.language)
        else:
            score = it.score - reader.threshold(language)
        if language != article.language and unmet(question, all_text(article), language, article.language, bool):
            score -= NAMELESS
        passage = cut(hit, article, (it.start, it.end), score)
        if passage.answering():
            found.append(passage)
    return sorted(found, key=lambda passage: -passage.score)


@settings(deadline=None, max_examples=150)
@given(
    question=st.sampled_from(QUESTIONS),
    language=st.sampled_from(["fr", "en", "es"]),
    scores=st.lists(st.integers(-12, 12).map(float), min_size=8, max_size=8),
    span=st.sampled_from([(0, 0), (0, 9), (20, 60), (34, 35)]),
    judge=st.sampled_from([None, JUDGE]),
    n_windows=st.integers(1, 5),
)
def test_the_passages_are_those_of_deciding_hit_by_hit(shelf, question, language, scores, span, judge, n_windows):
    """For every language of the question, reader and judge: the same passages, scores and order."""
    hits = search(shelf, BagEmbedder(), question, language)
    windows = read(Query(question, language), shelf, hits, Pointing(span, scores), judge, n_windows)
    assert best_first(windows) == hit_by_hit(question, language, shelf, hits, Pointing(span, scores), judge, n_windows)
    assert [window.hit for window in windows] == hits


def windows_of(shelf, question, language, reader=None, judge=None, n_windows=5):
    hits = search(shelf, BagEmbedder(), question, language)
    return {
        window.article.id: window
        for window in read(Query(question, language), shelf, hits, reader or OverlapReader(), judge, n_windows)
    }


def test_names_and_years_are_looked_up_once_an_article(shelf, monkeypatch):
    """However many of its chunks were found, and across languages too."""
    asked = []

    def counting(question, text, *rest):
        asked.append(text)
        return unmet(question, text, *rest)

    monkeypatch.setattr(reading, "unmet", counting)
    hits = search(shelf, BagEmbedder(), "Who reopened the Vernay bridge?", "en")
    read(Query("Who reopened the Vernay bridge?", "en"), shelf, [*hits, *hits], OverlapReader(), None, 5)
    assert sorted(asked) == sorted(map(all_text, shelf.articles))


def test_an_article_that_is_left_out_says_which_name_it_lacks(shelf):
    """The name and the year, and it was not read."""
    found = windows_of(shelf, "Quand le pont de Metz a-t-il rouvert en 2021 ?", "fr")
    assert found["vernay.txt"].unmet == ("2021", "Metz")
    assert found["metz.txt"].unmet == ("2021",)
    assert found["metz.txt"].reading is None and found["metz.txt"].score is None


def test_a_short_text_that_lacks_a_name_is_weighed_and_a_long_one_left_out(shelf):
    """A paragraph may leave out whose it is: with a judge it is read after the others, and with less."""
    question = "Quand le pont de Lyon a-t-il rouvert ?"
    found = windows_of(shelf, question, "fr", Pointing((0, 9), [5.0] * 8), JUDGE)["vernay.txt"]
    assert found.unmet == () and found.features[-1] == 1.0 and found.score is not None
    assert windows_of(shelf, question, "fr")["vernay.txt"].unmet == ("Lyon",)
    article = replace(shelf.by_id["vernay.txt"], lines=(*shelf.by_id["vernay.txt"].lines, "Encore. " * 200))
    assert reading._about_another(["Lyon"], "fr", article, shelf, JUDGE) == ("Lyon",)


def test_a_hit_beyond_the_windows_was_not_read(shelf):
    """It lacks no name, and it has no score."""
    reader = Pointing((0, 9), [5.0] * 8)
    found = windows_of(shelf, "Quand rouvrira le pont ?", "fr", reader, n_windows=2)
    late = [window for window in found.values() if window.reading is None]
    assert len(reader.windows) == 2 and len(late) == len(found) - 2
    assert all(window.unmet == () and window.passage is None for window in late)


def test_a_nameless_article_in_another_language_is_marked_and_loses_log_odds(shelf):
    """A name that stands nowhere leaves it in, with less; the features are those of the judge."""
    found = windows_of(shelf, "Who reopened the Ashford bridge?", "en", Pointing((0, 9), [5.0] * 8), JUDGE)
    window = found["vernay.txt"]
    assert window.unmet == () and window.is_nameless
    assert window.score == pytest.approx(JUDGE.score(window.features, True) - NAMELESS)
    assert found["port.txt"].features[-1] == 1.0 and not found["port.txt"].is_nameless


def test_a_name_of_another_article_leaves_one_out_across_languages(shelf):
    """Harrowmouth stands elsewhere in the library, so this article is about something else."""
    assert windows_of(shelf, "Who left Harrowmouth?", "en")["vernay.txt"].unmet == ("Harrowmouth",)


def test_a_reader_that_points_at_nothing_gives_no_passage(shelf):
    """The window keeps its score."""
    window = windows_of(shelf, "Quand rouvrira le pont ?", "fr", Pointing((0, 0), [5.0] * 8))["vernay.txt"]
    assert window.passage is None and window.score == 4.0
