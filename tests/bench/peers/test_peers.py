"""bench.peers without the peers: what their answers are worth, and how a worker counts."""

import pytest

from bench.peers import peers
from bench.peers.metrics import covered, is_refusal, lines_of, score
from bench.peers.table import ratio, table
from bench.peers.worker import MARK, Found, Meter, ask, marked, once, shared
from index.types import Span
from rag.evaluation.runner import Case

ARTICLE = ("Le pont est fermé.", "", "Il rouvrira  en mai.", "Le maire le regrette.")
ARTICLES = {"pont.txt": ARTICLE}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Le pont est fermé.", (1, 1)),
        ("Il rouvrira en mai. Le maire", (3, 4)),
        ("fermé.\n\nIl rouvrira", (1, 3)),
        ("regrette.", (4, 4)),
        ("Il rouvrira en juin.", None),
        (" ", None),
    ],
)
def test_a_chunk_is_found_on_its_lines_whatever_its_white_space(text, lines):
    """Splitters and cleaners change blanks and line ends, never letters."""
    assert lines_of(ARTICLE, text) == lines


def test_lines_that_say_nothing_are_not_counted():
    """A chunk over an empty line covers the lines around it only; lines that are known are taken as they are."""
    chunk = {"article": "pont.txt", "text": "fermé. Il rouvrira"}
    known = {"article": "pont.txt", "text": "", "first": 4, "last": 4}
    assert covered([chunk, known], ARTICLES) == {("pont.txt", 1), ("pont.txt", 3), ("pont.txt", 4)}


def test_a_source_that_is_not_in_its_article_is_an_error():
    """A chunk that cannot be placed must not pass as a miss of its system."""
    with pytest.raises(ValueError, match=r"pont\.txt"):
        covered([{"article": "pont.txt", "text": "ailleurs"}], ARTICLES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Je ne sais pas.",
        "Le contexte ne mentionne pas le nom du maire d'Aigremont.",
        "Le texte ne précise pas la longueur du glacier.",
        "Le nom du maire n'est pas mentionné dans le contexte fourni.",
        "La durée n’a pas été précisée.",
        "Il n'y a pas d'information sur ce sujet.",
        "Aucune des sources ne parle de ce peintre.",
        "Désolé, mais je n'ai rien trouvé.",
        "I don't know.",
        "The sources do not provide information about the price.",
        "The text does not explicitly mention the number of children.",
        "The architect is not mentioned in the provided context.",
        "There is no information about the coach company.",
        "It cannot be determined from the context.",
        "None of the sources are helpful.",
    ],
)
def test_a_refusal_is_known_by_its_words(text):
    """The phrases models refuse with, in French and English."""
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le pont a été fermé en 2019.",
        "Le conducteur n'est pas mort, il a été blessé.",
        "Elle a dit ne pas vouloir démissionner.",
        "Le maire ne veut pas fermer le pont.",
        "16 blessés",
        "The library has not reopened yet.",
        "He did not resign because of the vote.",
        "There were 31 children on board.",
        "None of the injuries was life-threatening.",
    ],
)
def test_a_negation_is_no_refusal(text):
    """What an article denies is an answer."""
    assert not is_refusal(text)


def test_marks_are_read_in_order_and_once():
    """[2], [1, 3] and a repeated [2]; a year in brackets is no source, nor is a number in round ones."""
    assert marked("Wet [2], in the evening [1, 3] and again [2], since [1984] (11).") == [2, 1, 3]


def test_marks_may_say_that_they_are_sources():
    """Small models copy "Source 2:" of their prompt; that is a citation all the same, and no word of the answer."""
    text = "Il a rouvert [Source 2] en mai (source 1 et 3)."
    assert marked(text) == [2, 1, 3]
    assert MARK.sub("", text) == "Il a rouvert en mai."
    assert marked("As Source 3 states, it rained.") == [3]
    assert marked("Aucune source ne le dit.") == []


CASE = Case("q", "Quand rouvre le pont ?", "date", ("en mai",), (Span("pont.txt", 3, 3),))


def result(**changed):
    """A result as a worker sends it."""
    return {
        "text": "Il rouvre en mai [1].",
        "refused": None,
        "sources": [{"article": "pont.txt", "text": "Le pont est fermé.\n\nIl rouvrira"}],
        "cited": None,
        "first": 2.0,
        "total": 3.0,
        "usage": {"prompt": 100, "cached": 30, "written": 9},
        "peak_mb": 1000.0,
    } | changed


def test_an_answer_is_scored_without_its_marks():
    """Words, lines and tokens of one result; nothing is cited by a system that cites nothing."""
    scored = score(CASE, result(), ARTICLES)
    assert (scored.n_words, scored.n_read, scored.refused, scored.cited) == (4, 70, False, None)
    assert scored.is_right and scored.f1 == pytest.approx(2 * 2 / (4 + 2))
    assert scored.hits(scored.found)
    assert scored.n_found_words == 8


def test_what_is_cited_decides_the_hit():
    """The article is right and the line is wrong: a miss."""
    wrong = score(CASE, result(cited=[{"article": "pont.txt", "first": 4, "last": 4, "text": ""}]), ARTICLES)
    assert not wrong.hits(wrong.cited)
    assert not score(CASE, result(cited=[]), ARTICLES).cited


def test_a_system_that_says_it_refused_has_no_answer():
    """What it says instead is no answer; words alone make a refusal only where the system does not say."""
    assert score(CASE, result(refused=True), ARTICLES).f1 == 0.0
    assert not score(CASE, result(refused=False, text="Je ne sais pas."), ARTICLES).refused
    assert score(CASE, result(text="Je ne sais pas."), ARTICLES).refused


def test_a_ratio_is_of_the_same_questions():
    """Twice as slow on each question is twice as slow in every drawing; nothing can be said over nothing."""

    def total(values):
        return sum(values)

    assert ratio([1.0, 5.0, 9.0], [2.0, 10.0, 18.0], total) == "×2.00 [2.00, 2.00]"
    assert ratio([0.0, 0.0], [1.0, 1.0], total) == ""


def test_the_table_has_a_column_a_system():
    """Every row has as many cells, and the first system stands without a ratio."""
    gone = Case("u", "Qui est le maire ?", "near_miss")
    ours = [score(CASE, result(cited=[], first=1.0), ARTICLES), score(gone, result(refused=True), ARTICLES)]
    theirs = [score(CASE, result(), ARTICLES), score(gone, result(), ARTICLES)]
    rows = list(table({"citeline": ours, "peer": theirs}))
    assert {row.count("|") for row in rows} == {4}
    by_title = {row.split("|")[1].strip(): row for row in rows}
    assert "| 1.0 s | 2.0 s ×2.00 [2.00, 2.00] |" in by_title["first word, answerable (n=1), median"]
    assert "| 0.00 [0.00, 0.79] | 1.00 [0.21, 1.00] |" in by_title["answered though nothing is there (n=1)"]
    assert by_title["line_hit, cited lines, no citation = miss (n=1)"].endswith("| 0.00 [0.00, 0.79] | - |")


def test_every_beginning_of_the_questions_is_mixed_alike():
    """Half of the first kind, a quarter of each other; it ends when one has run out."""
    kinds = [[Case(f"{kind}{n}", "?", "") for n in range(9)] for kind in "abc"]
    assert [case.id for case in peers.turns(kinds)][:8] == ["a0", "b0", "a1", "c0", "a2", "b1", "a3", "c1"]
    assert [case.id for case in peers.turns([[], kinds[1], kinds[2]])][:4] == ["c0", "b0", "c1", "b1"]


def test_only_what_is_missing_is_asked(tmp_path):
    """A run that was stopped in the middle of a line goes on; a worker with all its results is not even warmed."""

    class Recorder:
        name = "peer"

        def __init__(self):
            self.asked = []

        def ask(self, question):
            self.asked.append(question)
            return result()

    cases = [Case(str(n), f"question {n}", "") for n in range(3)]
    (tmp_path / "peer.jsonl").write_text('{"id": "1", "text": "kept"}\n{"id": "2", "te')
    worker = Recorder()
    peers.measure([worker], cases, tmp_path, "warm")
    assert worker.asked == ["warm", "question 0", "question 2"]
    assert set(peers.results(tmp_path, "peer")) == {"0", "1", "2"}
    peers.measure([worker], cases, tmp_path, "warm")
    assert len(worker.asked) == 3


def test_a_prefix_that_is_kept_is_not_read_again():
    """The last token of a prompt is always read, even when all of it was kept."""
    assert shared([1, 2, 3, 9], [1, 2, 3, 4, 5]) == 3
    assert shared([1, 2, 3], [1, 2, 3]) == 2
    assert shared([], [1, 2]) == 0


def test_the_clock_stops_with_the_last_piece():
    """The first word is the first piece that is not blank; asking for the sources costs nothing."""

    class Said:
        def stream(self, question):
            yield from ("", " ", "Il ", "rouvre.")

        def found(self, question):
            return Found("Il rouvre.", [])

    found = ask(Said(), Meter(), "Quand ?")
    assert 0 < found["first"] <= found["total"]
    assert (found["text"], found["cited"]) == ("Il rouvre.", None)


def test_an_index_is_whole_or_not_there(tmp_path):
    """One whose building was interrupted is built again, one that is there is kept."""
    built = []

    def build(folder):
        built.append(folder)
        (folder / "vectors").write_text("1")
        if len(built) == 1:
            raise KeyboardInterrupt

    index = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        once(index, build)
    assert not index.exists()
    once(index, build)
    once(index, build)
    assert len(built) == 2
    assert (index / "vectors").read_text() == "1"
