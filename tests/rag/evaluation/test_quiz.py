"""Questions made from a library: what is kept, what is dropped and why, and those that must have no answer."""

import random

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from index.storage.library import Library
from index.types import Span
from rag.evaluation.generator_prompts import WORDINGS, asks_for, messages
from rag.evaluation.question_generator import Quiz, is_usable
from rag.reader.base import Reading
from rag.reader.lexical import OverlapReader

GOOD = "Combien d’euros ont coûté les travaux à Vernay ?"


class Echo:
    """A model that writes the question that stands under a word of the answer it is asked for, else a bad one."""

    name = "echo"

    def __init__(self, table):
        self.table = table
        self.asked = []

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, messages, max_tokens):
        answer = messages[-1].content.rpartition("\n\n")[2].split("\n")[0]
        self.asked.append(answer)
        reply = next((question for key, question in self.table.items() if key in answer), "Hm.")
        return ScriptedLlm(reply).stream(messages, max_tokens)


class Blind:
    """A reader that always points at the first word."""

    def read(self, query, windows):
        return [Reading(0, 1, 1.0) for _ in windows]

    def threshold(self, language=""):
        return 0.0


class Whole(Blind):
    """A reader that points at all of a window."""

    def read(self, query, windows):
        return [Reading(0, len(window), 1.0) for window in windows]


@pytest.fixture
def quiz(library):
    """A Quiz over the two small articles whose model knows these questions."""

    def quiz(table, reader=None, **options):
        return Quiz(Library.open(library), reader or OverlapReader(), Echo(table), **options)

    return quiz


def shelf(tmp_path, **texts):
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [folder])
    return Library.open(tmp_path / "lib")


def test_a_kept_question_knows_its_answer_and_its_line(quiz):
    """The answer is verbatim, the gold line is where it stands."""
    (made,) = quiz({"3,2 millions": GOOD}).make()
    assert made.case.question == GOOD
    assert made.case.answers == ("3,2 millions d’euros",)
    assert made.case.gold == (Span("pont.txt", 7, 7),)
    assert made.case.language == "fr"
    assert not made.case.hidden


def test_what_is_dropped_is_counted_by_its_reason(quiz):
    """No question, one that names nothing, one that the reader does not lead back from."""
    maker = quiz({"3,2 millions": "Combien ont coûté les travaux de construction ?"})
    assert list(maker.make()) == []
    assert maker.dropped["vague"] == 1 and maker.dropped["unusable"] > 1
    blind = quiz({"3,2 millions": GOOD}, Blind())
    assert list(blind.make()) == []
    assert blind.dropped["unread"] == 1


def test_a_question_about_something_else_in_the_chunk_is_dropped(tmp_path):
    """Its words must come from the sentence of its answer, its names from there, the headline or the article's main
    one."""
    text = "Le pont de Vernay rouvre lundi à Vernay.\n\nLa circulation est coupée pour 14 jours. Le parquet de Brenn enquête."
    library = shelf(tmp_path, a=text + " " * 5)
    for question, kept in (
        ("Combien de temps la circulation est-elle coupée à Vernay ?", 1),
        ("Combien de temps la circulation est-elle coupée à Brenn ?", 0),
        ("Combien de plongeurs ont inspecté les piles du pont de Vernay ?", 0),
    ):
        assert len(list(Quiz(library, Whole(), Echo({"14 jours": question})).make())) == kept, question


def test_the_same_seed_makes_the_same_questions(quiz):
    """And `after` goes on behind one without asking the model for what was tried before it."""
    table = {"3,2 millions": GOOD, "12 %": "By how much did traffic fall in June, according to Paul?"}
    first, again = quiz(table), quiz(table)
    made = [each.case for each in first.make()]
    assert len(made) == 2
    assert [each.case for each in again.make()] == made
    rest = quiz(table)
    assert [each.case for each in rest.make(after=made[0].id)] == made[1:]
    assert len(rest.llm.asked) < len(first.llm.asked)


def test_articles_take_turns(tmp_path):
    """A long article does not give all the questions."""
    long = "\n\n".join(f"Le phare de Brenn a coûté {n} euros cette année-là au port." for n in range(1000, 1120))
    library = shelf(tmp_path, a=long, b="Le pont de Vernay a coûté 4500 euros cette année-là au port.")
    table = {"4500": "Combien d’euros a coûté le pont de Vernay ?", " euros": "Combien a coûté le phare de Brenn ?"}
    found = []
    for made in Quiz(library, Whole(), Echo(table)).make():
        found.append(made.case.gold[0].article_id)
        if len(found) == 2:
            break
    assert set(found) == {"a.txt", "b.txt"}


def test_other_lines_that_say_it_are_gold_too(tmp_path):
    """An answer that cites the headline's line or another article about the same is not wrong."""
    library = shelf(
        tmp_path,
        a="Le pont de Vernay a coûté 4500 euros à la commune en mars.",
        b="Le pont de Vernay rouvre lundi.\n\nLe pont de Vernay avait coûté 4500 euros à la commune.",
        c="Le phare de Brenn a été vendu 4500 euros à un marin de passage.",
    )
    table = {"4500": "Combien a coûté le pont de Vernay à la commune ?"}
    cases = [made.case for made in Quiz(library, OverlapReader(), Echo(table)).make()]
    assert cases
    for case in cases:
        assert {str(span) for span in case.gold} == {"a.txt:1", "b.txt:3"}


def test_one_question_in_four_crosses_languages(tmp_path):
    """The model is told to ask in the other language; a question in the wrong one is dropped."""
    texts = {f"a{n}": f"Le pont de Vernay numéro {n} a coûté {4500 + n} euros à la commune." for n in range(8)}
    library = shelf(tmp_path, **texts)
    quiz = Quiz(library, OverlapReader(), Echo({"Answer:": "How many euros did the bridge of Vernay cost?"}), ["en"])
    languages = [made.case.language for made in quiz.make()]
    assert languages and set(languages) == {"en"}
    assert quiz.dropped["unusable"] > 0


# --- questions without an answer ------------------------------------------------------------------------------------


def test_removed_hides_the_article(quiz):
    """The same question; nothing else says it, so the only right answer is none."""
    maker = quiz({"3,2 millions": GOOD})
    (made,) = maker.make()
    case = maker.removed(made.case)
    assert (case.question, case.kind, case.hidden) == (GOOD, "removed", ("pont.txt",))
    assert case.gold == () and case.answers == ()


@pytest.mark.parametrize(
    "other",
    ["Un phare de Brenn, près de Vernay, a coûté 4500 euros.", "Les travaux du pont de Vernay ont coûté bien plus que cela."],
)  # fmt: skip
def test_removed_is_not_counted_when_another_article_may_answer(tmp_path, other):
    """The answer stands there too, or it is about the very same."""
    library = shelf(tmp_path, a="Les travaux du pont de Vernay ont coûté 4500 euros à la commune.", b=other)
    maker = Quiz(library, OverlapReader(), Echo({"4500": "Combien ont coûté les travaux du pont de Vernay ?"}))
    made = next(iter(maker.make()))
    assert maker.removed(made.case) is None


def test_altered_names_what_stands_nowhere(quiz):
    """One name, year or number is another one; no article holds it."""
    maker = quiz({"3,2 millions": GOOD})
    (made,) = maker.make()
    case = maker.altered(made.case)
    assert case.kind == "altered" and case.gold == () and not case.hidden
    changed = [new for new, old in zip(case.question.split(), GOOD.split(), strict=True) if new != old]
    assert len(changed) == 1 and not maker.library.says(changed[0])


def test_altered_years_stay_years(quiz):
    """1934 becomes a year near it that no article has."""
    new = quiz({})._unheard_of("1934", random.Random(0))
    assert new != "1934" and abs(int(new) - 1934) <= 9


def test_nothing_to_alter(quiz):
    """A question without a name or number has no altered twin."""
    maker = quiz({"3,2 millions": GOOD})
    (made,) = maker.make()
    from dataclasses import replace

    assert maker.altered(replace(made.case, question="Combien ont coûté les travaux ?")) is None


# --- what a usable question is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "kind", "language"),
    [
        ("Combien ont coûté les travaux du pont de Vernay ?", "3,2 millions d’euros", "number", "fr"),
        ("Quand Claire Vidal a-t-elle rouvert le pont de Vernay ?", "12 mars 2024", "date", "fr"),
        ("Why was the bridge at Vernay closed to the public?", "because of a flood", "reason", "en"),
        ("¿Cuánto costaron las obras del puente de Vernay?", "3,2 millones", "number", "es"),
        ("Wie viel haben die Arbeiten an der Brücke von Vernay gekostet?", "3,2 Millionen", "number", "de"),
        ("Chi ha annunciato che il ponte di Vernay sarà riaperto?", "Claire Vidal", "name", "it"),
        ("Quem anunciou que a ponte de Vernay vai reabrir em março?", "Claire Vidal", "name", "pt"),
    ],
)
def test_usable(question, answer, kind, language):
    """It asks for what the answer is, in its language."""
    assert is_usable(question, answer, kind, language)


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("Les travaux du pont de Vernay ont coûté cher.", "3,2 millions", "number"),
        ("Qui a payé les travaux ? Et combien ont-ils coûté ?", "3,2 millions", "number"),
        ("Est-il vrai de dire : les travaux du pont de Vernay sont finis ?", "la fin", "phrase"),
        ("Qui est la maire Claire Vidal de Vernay ?", "Claire Vidal", "name"),
        ("Qui a annoncé la réouverture du pont de Vernay ?", "12 mars 2024", "date"),
        ("Pourquoi a-t-elle rouvert le pont de Vernay ?", "parce que tout est fini", "reason"),
        ("Selon le texte, combien ont coûté les travaux de Vernay ?", "3,2 millions", "number"),
        ("How much did the work on the bridge at Vernay cost?", "3,2 millions", "number"),
        ("Combien ?", "3,2 millions", "number"),
    ],
)
def test_unusable(question, answer, kind):
    """No question, two, yes or no, the answer given away, the wrong kind, "elle", "le texte", another language."""
    assert not is_usable(question, answer, kind, "fr")


def test_every_language_shows_by_example():
    """As many examples as answers, each answer verbatim in its paragraph, each example question usable by our own
    rules."""
    kinds = ("date", "number", "name", "reason", "phrase")
    for language, said in WORDINGS.items():
        assert all(answer in said.paragraph for answer in said.answers)
        for answer, question, kind in zip(said.answers, said.questions, kinds, strict=True):
            assert is_usable(question, answer, kind, language), question


def test_a_language_without_wordings_is_asked_for_by_name():
    """English instructions that say Dutch."""
    told = messages("De brug kostte 1200 gulden.", "", "1200 gulden", "nl", "nl")
    assert "in Dutch" in told[0].content and "in English" not in told[0].content
    assert told[-1].content.endswith("1200 gulden")
    assert asks_for("Hoeveel kostte de brug?", "number", "nl")
