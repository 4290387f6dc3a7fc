"""What every stage decided for a question is written down while it is answered."""

from datetime import date

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from rag.config import Config
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader

TEXTS = {
    "mars.txt": "VERMELLES, 12 mars 2024 (AFP) — L’accident du pont de Vermelles a fait 14 blessés.",
    "mai.txt": "VERMELLES, 23 mai 2024 (AFP) — L’accident du pont de Vermelles a fait 16 blessés selon le rapport.",
}
TOLL = "Combien de blessés a fait l’accident du pont de Vermelles ?"
LAST_MONTH = "Combien de blessés a fait l’accident du pont de Vermelles le mois dernier ?"
FOURTEEN = "L’accident du pont de Vermelles a fait 14 blessés."


@pytest.fixture
def answerer(tmp_path):
    """An Answerer of an article of March and one of May, in June, with a model that says these replies."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(tmp_path / "library", BagEmbedder(), [folder])

    def answerer(*replies, **config):
        llm = ScriptedLlm(*replies) if replies else None
        answerer = Answerer(tmp_path / "library", BagEmbedder(), OverlapReader(), llm, Config(**config))
        answerer.today = lambda: date(2024, 6, 10)
        return answerer

    return answerer


def articles_of(attempt):
    return {hit.chunk.span.article_id for hit in attempt.hits}


def test_every_stage_of_a_plain_question_is_written_down(answerer):
    """Hits, windows with their scores, evidence, draft and claims are those the answer was made of."""
    run = answerer(FOURTEEN + " Le maire a pleuré.").run(TOLL)
    (attempt,) = run.attempts
    assert attempt is run.taken and attempt.query is run.query
    assert attempt.hits == run.answer.hits and [window.hit for window in attempt.windows] == list(attempt.hits)
    assert all(window.score is not None for window in attempt.windows)
    assert FOURTEEN in [sentence.text.rpartition("— ")[2] for sentence in attempt.selection.shown]
    assert attempt.draft.endswith("pleuré.") and not attempt.found_nothing
    assert [each.claim.verdict for each in attempt.claims] == ["supported", "unsupported"]
    assert attempt.claims[1].claim.reason and attempt.claims[1].checks
    assert [each.claim for each in attempt.claims] == list(run.answer.claims[:2])


def test_the_answer_of_a_run_is_the_one_that_asking_gives(answerer):
    asked, run = answerer(FOURTEEN).ask(TOLL), answerer(FOURTEEN).run(TOLL)
    assert (run.answer.claims, run.answer.text, run.answer.done) == (asked.claims, asked.text, True)


def test_sentences_there_was_no_room_for_are_kept_apart(answerer):
    selection = answerer(FOURTEEN, evidence_tokens=1).run(TOLL).taken.selection
    assert len(selection.shown) == 1 and len(selection.cut) == 1


def test_what_a_filter_put_aside_says_why(answerer):
    """Both were searched and read; the answer comes from the narrower one."""
    run = answerer().run(LAST_MONTH)
    plain, inside = run.attempts
    assert run.taken is inside and articles_of(inside) == {"mai.txt"} and articles_of(plain) == set(TEXTS)
    assert "“le mois dernier” narrows" in plain.put_aside and plain.windows


def test_a_filter_that_does_not_hold_is_put_aside(answerer):
    """Nothing in the articles of last week, of which there are none, answers."""
    run = answerer().run(TOLL.replace(" ?", " la semaine dernière ?"))
    plain, inside = run.attempts
    assert run.taken is plain and "does not narrow" in inside.put_aside and inside.hits == ()


def test_a_draft_that_found_nothing_is_put_aside_with_its_articles(answerer, monkeypatch):
    """The model is asked again in all articles; the first draft stays with the attempt that it belongs to."""
    monkeypatch.setattr("rag.pipeline.stages.SURE", 100.0)
    run = answerer("Pas dans les articles.", FOURTEEN).run(LAST_MONTH)
    _, inside, last = run.attempts
    assert inside.found_nothing and "found no answer" in inside.put_aside and inside.draft == "Pas dans les articles."
    assert run.taken is last and last.draft == FOURTEEN and not last.found_nothing
    assert run.answer.text.startswith(FOURTEEN)


def test_each_part_has_a_run_of_its_own(answerer):
    run = answerer(FOURTEEN, "Pas dans les articles.").run(f"{TOLL[:-2]} et qui a rédigé le discours ?")
    one, other = run.parts
    assert run.attempts == [] and one.taken.draft == FOURTEEN and one.answer.status == "grounded"
    assert other.query.about == "qui a rédigé le discours" and other.answer.status == "abstained"


def test_a_question_of_no_article_was_not_searched(answerer):
    run = answerer().run(f"Dans les articles de 2019, c{TOLL[1:]}")
    assert run.attempts == [] and run.taken.hits == () and run.answer.status == "abstained"


def test_a_summary_keeps_its_draft_and_its_claims(library):
    reply = "Les travaux ont coûté 3,2 millions d’euros."
    run = Answerer(library, BagEmbedder(), OverlapReader(), ScriptedLlm(reply)).run("Résume pont.txt")
    assert run.answer.kind == "summary" and run.taken.draft == reply and run.taken.selection.shown
    assert [each.claim for each in run.taken.claims] == list(run.answer.claims)
