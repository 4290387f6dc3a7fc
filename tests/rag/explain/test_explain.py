"""Why a question got its answer: every stage shown, and for a line that was expected the first stage that lost it."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import BagEmbedder, ScriptedLlm
from rich.console import Console

from index.ingestion.indexing import build
from index.retrieval.hybrid import query_terms, rank, search
from index.storage.library import Library
from rag.config import Config
from rag.errors import ExpectError
from rag.explain import trace
from rag.explain.expected_lines import locate, parse
from rag.explain.explanation import explain
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from rag.reader.not_in_articles import FEATURES, Judge, default_judge
from rag.verification.support import CHECKS, check
from ui.cli import explanation as screen

ROOT = Path(__file__).parents[3]
COST = "Combien d’euros ont coûté les travaux à Vernay ?"
GOOD = "Les travaux ont coûté 3,2 millions d’euros."
FILLER = "Il a plu sur la ville et le vent a soufflé fort toute la nuit. " * 10


@pytest.fixture
def answerer(library):
    """An Answerer of the two small articles, with a model that says these replies."""

    def answerer(*replies, **config):
        llm = ScriptedLlm(*replies) if replies else None
        return Answerer(library, BagEmbedder(), OverlapReader(), llm, Config(**config))

    return answerer


@pytest.fixture
def shelf(tmp_path):
    """An Answerer of articles with these texts, by file name."""

    def shelf(texts, *replies, **config):
        folder = tmp_path / "shelf"
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        build(tmp_path / "lib", BagEmbedder(), [folder])
        llm = ScriptedLlm(*replies) if replies else None
        return Answerer(tmp_path / "lib", BagEmbedder(), OverlapReader(), llm, Config(**config))

    return shelf


def traced(answerer, question, expect):
    return trace.follow(explain(answerer, question), parse(expect), answerer.library)


def page(explanation, way=None, width=100):
    out = io.StringIO()
    screen.print_explanation(explanation, way, Console(file=out, width=width, highlight=False, markup=False))
    return out.getvalue()


# --- the stages -------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_one_that_asking_gives(answerer):
    """Explaining changes nothing: claims, hits and message are those of `ask`."""
    for replies in ((), (GOOD,), ("Les travaux ont coûté 4 millions d’euros.",), ("Pas dans les articles.",)):
        for question in (COST, "Qui a gagné à Roland-Garros ?", "Who called the strike avoidable?"):
            plain, explained = answerer(*replies).ask(question), explain(answerer(*replies), question).answer
            assert (plain.claims, plain.hits, plain.text) == (explained.claims, explained.hits, explained.text)


class Noting(OverlapReader):
    """Notes each window that is read."""

    def __init__(self):
        self.windows = []

    def read(self, query, windows):
        self.windows += windows
        return super().read(query, windows)


@pytest.mark.parametrize("question", [COST, "Combien ont coûté les travaux à Vernay et qui est la maire de Vernay ?"])
def test_explaining_runs_no_stage_again(library, question):
    """What is told was written down while the question was answered: nothing is read, written or decided anew."""

    def made(ask):
        noting, llm = Noting(), ScriptedLlm(GOOD, "La maire de Vernay est Claire Vidal.")
        ask(Answerer(library, BagEmbedder(), noting, llm))
        return noting.windows, llm.prompts

    assert made(lambda answerer: explain(answerer, question)) == made(lambda answerer: answerer.ask(question))


def test_a_side_of_a_comparison_is_explained_as_it_was_answered(answerer):
    """Asked by itself "What is said about …?" is a question about the articles; as a side it is answered from lines."""
    explanation = explain(answerer(), "What is the difference between the port and the bridge of Vernay?")
    assert explanation.answer.kind == "comparison"
    assert all(part.windows and part.answer.kind == "fact" for part in explanation.parts)


def test_words_that_no_article_has_are_told_apart(answerer):
    """All terms of the keyword leg are among the words, and what is in no article is marked."""
    asked = answerer()
    words = explain(asked, "Combien d’euros ont coûté les girafes ?").words
    assert {word.text: word.is_known for word in words} == {"euros": True, "coute": True, "girafes": False}
    found = {term for word in words for term in word.terms}
    known = {term for term in query_terms(asked.library, COST, "fr") if asked.library.keywords.knows(term)}
    assert known <= found | {term for word in explain(asked, COST).words for term in word.terms}


def test_the_whole_ranking_begins_with_the_hits(shelf):
    """One implementation: the hits are the first different texts of the ranking, which holds every chunk once."""
    texts = {f"{n:02}.txt": f"Le pont numéro {n} a coûté {n} euros.\n\nLe phare {n % 7} brille." for n in range(80)}
    library = shelf(texts).library
    for question in ("Combien a coûté le pont 12 ?", "phare", "rien de tel"):
        ranking = list(rank(library, BagEmbedder(), question, "fr", is_whole=True))
        hits = search(library, BagEmbedder(), question, "fr", k=8)
        distinct = {hit.chunk.text: hit for hit in reversed(ranking)}
        assert hits == [hit for hit in ranking if distinct[hit.chunk.text] is hit][:8]
        assert len({(hit.chunk.span.article_id, hit.chunk.start) for hit in ranking}) == len(library.rows)
        assert sorted(hit.dense_rank for hit in ranking) == list(range(1, len(library.rows) + 1))


def test_every_stage_is_in_the_dictionary(answerer):
    """And it can be written as JSON."""
    told = json.loads(json.dumps(explain(answerer(GOOD), COST).to_dict()))
    (first, *_) = told["hits"]
    assert first["chunk"] == "pont.txt:1-7" and first["rank"] == 1 and first["dense_rank"] == 1
    hit = explain(answerer(), COST).windows[0]
    assert (first["score"], first["passage_score"]) == (hit.hit.score, hit.score)
    assert first["read"] and first["answers"] and first["points_at"] == GOOD and first["points_at_line"] == "pont.txt:7"
    assert told["evidence"][0]["lines"] == "pont.txt:5" and told["prompt_tokens"] == 10
    (claim,) = told["claims"]
    assert claim["verdict"] == "supported" and claim["cites"] == "pont.txt:7"
    assert set(claim["verdicts"].values()) == {"passed"}
    assert told["draft"] == GOOD
    assert told["answer"]["status"] == "grounded" and told["reason"].startswith("grounded")
    other = next(hit for hit in told["hits"] if hit["chunk"].startswith("port"))
    assert not other["answers"]


def test_a_claim_that_fails_says_on_what(answerer):
    """The check that failed, what is missing, and which checks were not reached."""
    (checked,) = explain(answerer("Les travaux ont coûté 4 millions d’euros."), COST).claims
    assert checked.verdicts()["number"] == "failed" and checked.verdicts()["words"] == "not reached"
    assert checked.checks[0][0].missing == ("4000000",)


def test_the_checks_are_named_in_the_order_they_are_made():
    """A claim that fails a check and all after it is refused by the first."""
    line = "Le 3 mars, le prix a augmenté de 5 euros à Metz."
    wrong = {
        "number": "Le 9 mai, à Lyon, le prix n’a pas baissé de 5 kilomètres.",
        "name": "Le 3 mai, à Lyon, le prix n’a pas baissé de 5 kilomètres.",
        "date": "Le 3 mai, à Metz, le prix n’a pas baissé de 5 kilomètres.",
        "unit": "Le 3 mars, à Metz, le prix n’a pas baissé de 5 kilomètres.",
        "opposite": "Le 3 mars, à Metz, le prix n’a pas baissé de 5 euros.",
        "negation": "Le 3 mars, à Metz, le prix n’a pas bougé de 5 euros.",
        "words": "Le 3 mars, à Metz, une voiture rouge roulait vite avec 5 euros.",
    }
    assert tuple(wrong) == CHECKS
    assert {kind: check(claim, line, line, "", "fr", "fr").kind for kind, claim in wrong.items()} == {
        k: k for k in CHECKS
    }


def test_the_reason_says_why_in_one_sentence(answerer):
    """For each status, with the numbers that decided."""
    assert explain(answerer(), "Quelle équipe a gagné le tournoi ?").reason.startswith(
        "abstained: the best passage scored -"
    )
    assert "under the threshold 0" in explain(answerer(), "Quelle équipe a gagné le tournoi ?").reason
    assert "“Metz” of the question stands nowhere" in explain(answerer(), "Qu’a annoncé la maire de Metz ?").reason
    assert "no language model" in explain(answerer(), COST).reason
    unsure = "Combien d’euros ont coûté les nouveaux trains à Vernay ?"
    assert "the model found no answer" in explain(answerer("Pas dans les articles."), unsure).reason
    sure = explain(answerer("Pas dans les articles."), COST)
    assert sure.answer.status == "quoted" and "the reader is believed" in sure.reason
    wrong = explain(answerer("Les travaux ont coûté 4 millions d’euros."), COST)
    assert wrong.reason == "quoted: no sentence the model wrote is carried by the lines, so the line itself is shown"


def test_what_was_cut_for_the_budget_is_shown(shelf):
    """The first sentence always fits, the second passage's does not."""
    texts = {
        "a.txt": "Le pont de Vernay a coûté trois millions d’euros.",
        "b.txt": "Le pont de Vernay a coûté des millions d’euros à tous.",
    }
    explanation = explain(
        shelf(texts, "Le pont a coûté trois millions d’euros.", evidence_tokens=12),
        "Combien a coûté le pont de Vernay ?",
    )
    assert len(explanation.evidence) == 1 and len(explanation.cut) == 1
    assert "cut, over 12 tokens" in page(explanation)


@pytest.mark.parametrize("intercept", [9.0, -9.0])
def test_the_shipped_kind_of_score_is_shown_with_what_it_is_made_of(library, intercept):
    """With a judge, as the product runs: every figure of the score, and the line lost by it."""
    score = replace(default_judge().alike, intercept=intercept)
    asked = Answerer(library, BagEmbedder(), OverlapReader(), None, Config(), Judge(score, score))
    explanation = explain(asked, COST)
    way = trace.follow(explanation, parse("pont.txt:7"), asked.library)
    shown = page(explanation, way)
    assert "cosine" in shown and "reader" in shown
    assert way.lost == ("" if intercept > 0 else "threshold")
    assert set(explanation.to_dict()["hits"][0]["features"]) == set(FEATURES)


def test_a_question_about_the_articles_has_no_reader_stage(answerer):
    """A greeting is explained by its kind; nothing fails because no line was read."""
    explanation = explain(answerer(), "Bonjour !")
    assert explanation.windows == () and "greeting" in explanation.reason
    way = trace.follow(explanation, parse("pont.txt:7"), answerer().library)
    assert way.lost == "search" and "kind" in way.steps[-1].text
    assert "greeting" in page(explanation, way)


def test_a_question_in_parts_is_explained_part_by_part(answerer):
    """Each part has its own stages, and a line is followed through the part where it came furthest."""
    question = "Combien ont coûté les travaux à Vernay et qui est la maire de Vernay ?"
    replies = (GOOD, "La maire de Vernay est Claire Vidal.")
    explanation = explain(answerer(*replies, *replies), question)
    assert explanation.answer.kind == "several"
    assert [part.answer.status for part in explanation.parts] == ["grounded", "grounded"]
    assert len(json.loads(json.dumps(explanation.to_dict()))["parts"]) == 2
    way = trace.follow(explanation, parse("pont.txt:7"), answerer().library)
    assert way.lost == "" and way.steps[-1].text == "the answer cites it"
    assert trace.follow(explanation, parse("pont.txt:3"), answerer().library).lost != "search"
    told = page(explanation, way)
    assert told.index("Part 1 of 2") < told.index("Part 2 of 2") < told.index("You expected")


def test_lines_quoted_beside_the_model_are_no_sentence_of_it(shelf):
    """An article that gives another number is quoted; the draft has one sentence all the same."""
    texts = {
        "a.txt": "Le pont de Vernay a coûté trois millions d’euros.",
        "b.txt": "Le pont de Vernay a coûté cinq millions d’euros.",
    }
    reader = shelf(texts, "Le pont de Vernay a coûté trois millions d’euros.")
    explanation = explain(reader, "Combien d’euros a coûté le pont de Vernay ?")
    assert len(explanation.answer.claims) == 2 and len(explanation.claims) == 1
    assert explanation.reason.startswith("grounded: the sentence the model wrote stands in the articles; lines that")


# --- where a line was lost
# ----------------------------------------------------------------------------------------------


def test_a_line_that_is_cited_went_through_every_stage(answerer):
    """No stage lost it, there is nothing to try, and each stage is told."""
    way = traced(answerer(GOOD), COST, "pont.txt:7")
    assert way.lost == "" and way.advice == ""
    stages = [step.stage for step in way.steps]
    assert stages == ["library", "chunk", "search", "reader", "threshold", "evidence", "claims"]
    assert stages == [stage for stage in trace.STAGES if stage in stages]
    assert "sentence 2" in way.steps[-2].text


@pytest.mark.parametrize(
    ("expect", "said", "advice"),
    [
        ("nowhere.txt:1", "no article is called nowhere.txt", "citeline index FOLDER"),
        ("pontt.txt:1", "no article is called pontt.txt", "Did you mean pont.txt"),
        ("pont.txt:99", "pont.txt has 7 lines, there is no line 99", "citeline index"),
        ("pont.txt:5-8", "pont.txt has 7 lines, there is no line 8", "citeline index"),
    ],
)
def test_lost_in_the_library(answerer, expect, said, advice):
    """An unknown file, a name that is nearly one, a line that is not there."""
    way = traced(answerer(), COST, expect)
    assert way.lost == "library" and way.steps[-1].text == said and advice in way.advice


def test_a_file_that_was_passed_over_says_why(library, folder, answerer):
    """The reason of the last `citeline index`."""
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "leer.txt").write_text(" \n", encoding="utf-8")
    build(library, BagEmbedder())
    skipped = Library.open(library).manifest.skipped
    assert skipped
    way = traced(answerer(), COST, f"{skipped[0].path}:1")
    assert way.lost == "library" and skipped[0].reason in way.steps[-1].text


def test_lost_because_the_line_is_empty(answerer):
    """A line between two paragraphs."""
    way = traced(answerer(), COST, "pont.txt:2")
    assert way.lost == "chunk" and "no text" in way.steps[-1].text


def test_lost_by_the_search(answerer):
    """With its ranks in both legs, and the words that are in no article."""
    way = traced(answerer(n_hits=1), "Combien ont coûté les girafes du pont ?", "port.txt:4")
    assert way.lost == "search"
    assert "rank 2 of 2" in way.steps[-1].text and "the best 1 are taken" in way.steps[-1].text
    assert "In no article: “girafes”." in way.advice and "June" in way.advice


def test_a_repeated_text_is_named_as_such(shelf):
    """The same dispatch in two files: the other file was taken."""
    text = "Le pont de Vernay a coûté trois millions d’euros."
    way = traced(shelf({"a.txt": text, "b.txt": text}), "Combien a coûté le pont de Vernay ?", "b.txt:1")
    assert way.lost == "search" and "a.txt:1 says the same" in way.steps[-1].text


def test_lost_by_the_name_check(answerer):
    """Which name the article lacks, and how it spells one that is near."""
    way = traced(answerer(), "Qu’a annoncé la maire Claire Vidalenc ?", "pont.txt:5")
    assert way.lost == "names" and "“Vidalenc”" in way.steps[-1].text
    assert "The article writes Vidal." in way.advice
    year = traced(answerer(), "Combien ont coûté les travaux à Vernay en 2019 ?", "pont.txt:7")
    assert year.lost == "names" and "without “2019”" in year.advice


def test_lost_beyond_the_windows(answerer):
    """It was a hit, but came after those that are read."""
    way = traced(answerer(n_windows=1), "Combien ont coûté les travaux en juin ?", "port.txt:4")
    assert way.lost == "windows" and "the best 1 of the hits" in way.steps[-1].text


def test_lost_by_the_reader(answerer):
    """It points at another sentence of the same chunk."""
    way = traced(answerer(), COST, "pont.txt:3")
    assert way.lost == "reader" and "points elsewhere in the chunk, at pont.txt:7" in way.steps[-1].text


def test_a_line_the_reader_passed_by_may_come_along(answerer):
    """As a neighbour of the answering sentence it is shown to the model, and then the answer cites another."""
    way = traced(answerer(GOOD), COST, "pont.txt:5")
    assert "came along as its neighbour" in next(step.text for step in way.steps if step.stage == "reader")
    assert way.lost == "claims"


def test_lost_by_the_score(answerer):
    """With what the score is made of."""
    way = traced(answerer(), "Combien ont coûté les girafes, les lions, les zèbres et les travaux ?", "pont.txt:7")
    assert way.lost == "threshold" and "under the threshold 0" in way.steps[-1].text


def test_lost_for_the_token_budget(shelf):
    """It answers, and there was no room for it."""
    texts = {
        "a.txt": "Le pont de Vernay a coûté trois millions d’euros.",
        "b.txt": "Le pont de Vernay a coûté, tous le savent, beaucoup d’euros.",
    }
    reader = shelf(texts, "Le pont de Vernay a coûté trois millions d’euros.", evidence_tokens=12)
    explanation = explain(reader, "Combien a coûté le pont de Vernay ?")
    (cut,) = explanation.cut
    way = trace.follow(explanation, parse(str(cut.citation().span)), reader.library)
    assert way.lost == "evidence" and "more than 12 tokens" in way.steps[-1].text


def test_lost_by_the_draft(answerer):
    """The model found nothing and the reader was none too sure."""
    question = "Combien d’euros ont coûté les nouveaux trains à Vernay ?"
    way = traced(answerer("Pas dans les articles."), question, "pont.txt:7")
    assert way.lost == "draft" and "Pas dans les articles." in way.steps[-1].text


def test_lost_because_another_line_was_cited(answerer):
    """And what of the draft was not shown, with its reason."""
    reply = "Les travaux ont coûté 3,2 millions d’euros. Ils ont été payés par la Suède."
    way = traced(answerer(reply), COST, "pont.txt:5")
    assert way.lost == "claims"
    assert "the answer cites pont.txt:7" in way.steps[-1].text and "Suède" in way.steps[-1].text


def test_lost_because_another_line_was_quoted(shelf):
    """Without a model only the best lines are quoted."""
    texts = {
        "a.txt": "Le pont de Vernay a coûté trois millions d’euros.",
        "b.txt": "Le pont de Vernay a vieilli; des euros sont dus.",
    }
    way = traced(shelf(texts), "Combien d’euros a coûté le pont de Vernay ?", "b.txt:1")
    assert way.lost == "claims" and "quotes a.txt:1" in way.steps[-1].text


def test_a_long_line_is_followed_where_it_is_best(shelf):
    """One line in several chunks: the search rank is that of the best of them."""
    texts = {"a.txt": FILLER + "Le pont de Vernay a coûté trois millions d’euros. " + FILLER}
    way = traced(shelf(texts), "Combien d’euros a coûté le pont de Vernay ?", "a.txt:1")
    assert way.lost == ""
    assert "of which the best is followed" in way.steps[1].text and "together: rank 1 " in way.steps[2].text


# --- which line is meant
# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "paris.txt", "paris.txt:", ":12", "paris.txt:x", "paris.txt:0", "paris.txt:9-3", "a:1-2-3"]
)
def test_what_names_no_line_is_refused(text):
    """One line that says what to type."""
    with pytest.raises(ExpectError, match=r"paris\.txt:12"):
        parse(text)


def test_a_file_may_be_named_without_its_folder(shelf):
    """By its id, by the end of its path, on Windows too, without its case; not when two have that name."""
    texts = {"x/un.txt": "Un texte sur le phare.", "x/deux.txt": "Deux ponts.", "y/deux.txt": "Deux phares."}
    library = shelf(texts).library
    for name in ("x/un.txt", "un.txt", "UN.txt", "x\\un.txt", "./x/un.txt", "/home/me/articles/x/un.txt"):
        assert locate(parse(f"{name}:1"), library).id == "x/un.txt"
    assert locate(parse("x/deux.txt:1"), library).id == "x/deux.txt"
    assert locate(parse("drei.txt:1"), library) is None
    with pytest.raises(ExpectError, match="2 articles"):
        locate(parse("deux.txt:1"), library)


# --- on the screen
# ------------------------------------------------------------------------------------------------------


def test_every_stage_has_a_name_for_a_person():
    """No stage can lose a line without a name to say."""
    assert tuple(screen._STAGES) == trace.STAGES


def test_the_page_tells_every_stage_in_order(answerer):
    """From the question to the line that was expected."""
    explanation = explain(answerer(GOOD), COST)
    told = page(explanation, traced(answerer(GOOD), COST, "pont.txt:3"))
    heads = [
        "Question",
        "Search",
        "Reader",
        "Evidence",
        "Draft",
        "Answer",
        "You expected pont.txt:3",
        "Lost at: the reader",
    ]
    places = [told.index(head) for head in heads]
    assert places == sorted(places)
    assert "number ✓" in told and "cites pont.txt:7" in told


@pytest.mark.parametrize("width", [24, 40, 72])
def test_a_narrow_terminal_is_kept_to(answerer, width):
    """No line is wider than the terminal, none ends in spaces, no word is lost."""
    explanation = explain(answerer(GOOD), COST)
    way = traced(answerer(GOOD), COST, "pont.txt:3")
    told = page(explanation, way, width)
    assert all(len(line) <= width and line == line.rstrip() for line in told.split("\n"))
    assert "".join(told.split()) == "".join(page(explanation, way, 400).split())


def test_nothing_an_article_says_is_obeyed_by_the_terminal(shelf):
    """Neither escape sequences nor the terminal library's own markup."""
    texts = {"[red]a.txt": "Le pont [bold]de[/bold] Vernay\x1b[31m a coûté trois millions d’euros."}
    told = page(explain(shelf(texts), "Combien d’euros a coûté le pont de Vernay ?"))
    assert "\x1b[31m" not in told
    assert "[bold]de[/bold]" in told and "[red]a.txt" in told


# --- the command
# --------------------------------------------------------------------------------------------------------


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", "explain", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        timeout=300,
    )


def test_the_command_explains_itself():
    """`--help` names its options."""
    result = run("--help")
    assert result.returncode == 0 and "--expect" in result.stdout and "FILE:LINE" in result.stdout


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("pont.txt", "FILE:LINE"),
        ("pont.txt:0", "count from 1"),
        ("pont.txt:7-3", "the first before"),
        ("a\x1b[31m", "\\x1b"),
    ],
)
def test_a_bad_line_is_one_clear_line(library, expect, said):
    """Exit code 1, no traceback, before any model is loaded."""
    result = run(COST, "--expect", expect, "--library", library)
    assert result.returncode == 1 and result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("citeline: ") and said in line and "\x1b" not in line


def test_a_name_of_two_articles_is_one_clear_line(shelf, tmp_path):
    """Both are named."""
    shelf({"x/deux.txt": "Deux ponts.", "y/deux.txt": "Deux phares."})
    result = run("Où sont les ponts ?", "--expect", "deux.txt:1", "--library", tmp_path / "lib")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "x/deux.txt, y/deux.txt" in line


def test_an_empty_question_is_refused(library):
    """As `ask` does."""
    result = run("  ", "--library", library)
    assert result.returncode == 1 and "question is empty" in result.stderr
