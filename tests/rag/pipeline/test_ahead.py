"""A question that is still being typed: read before it is asked, and answered as if it had not been."""

import threading
from dataclasses import replace

import pytest
from fakes import BagEmbedder, ScriptedLlm

from rag.errors import LlmError
from rag.generation.prompts import messages
from rag.pipeline.answerer import Answerer
from rag.pipeline.prefetch import Ahead, ReadingLlm, StoppableReader, Stopped
from rag.query import Query
from rag.reader.lexical import OverlapReader
from rag.types import Timings

COST = "Combien d’euros ont coûté les travaux à Vernay ?"
REPLY = "Les travaux ont coûté 3,2 millions d’euros."


@pytest.fixture
def answerer(library):
    return Answerer(library, BagEmbedder(), OverlapReader(), ScriptedLlm(REPLY, REPLY))


def test_the_model_reads_what_it_will_be_asked_and_writes_nothing(answerer):
    """The prompt that is read ahead is the one of the question, and the Answer is the one without reading ahead."""
    plain = answerer.ask(COST)
    answerer.read_ahead(COST)
    assert answerer.llm.read_ahead == answerer.llm.prompts
    assert replace(answerer.ask(COST), timings=Timings()) == replace(plain, timings=Timings())


def test_the_instructions_of_two_languages_are_read_at_the_start(answerer):
    """The one that most articles are in comes last, to be what the model is in."""
    answerer.library.languages = ("en", "de", "fr")
    answerer.warm()
    assert answerer.llm.read_ahead == [messages("de", (), ""), messages("en", (), "")]
    answerer.llm = None
    answerer.warm()


def test_what_the_reader_found_comes_before_the_models_first_word(answerer):
    """Its characters, which are in the article; the last Answer has them no more."""
    first, found, *drafts, last = answerer.stream(COST)
    assert first.found == () and first.hits
    (citation,) = found.found
    assert found.draft == "" and citation.quote in answerer.article(citation.span.article_id).text
    assert all(draft.found == found.found for draft in drafts) and drafts
    assert last.found == () and last.done


@pytest.mark.parametrize("text", ["", "  ", "?", "x" * 5000, "bonjour", "de quoi parlent mes articles ?", "\ud800"])
def test_what_is_no_question_yet_is_passed_over(answerer, text):
    """Nothing is raised."""
    answerer.read_ahead(text)
    assert answerer.llm.prompts == []


def test_a_follow_up_is_read_as_it_will_be_understood(library):
    """With the conversation before it."""
    answerer = Answerer(library, BagEmbedder(), OverlapReader(), ScriptedLlm(REPLY))
    history = [(COST, REPLY)]
    answerer.read_ahead("Et combien a coûté le pont ?", history)
    *_, last = answerer.stream("Et combien a coûté le pont ?", history)
    assert answerer.llm.read_ahead == answerer.llm.prompts and last.hits


def test_a_model_that_fails_is_no_error_yet(library):
    """The question itself will say it."""

    class Failing(ScriptedLlm):
        def read(self, messages):
            raise LlmError("out of order")

    Answerer(library, BagEmbedder(), OverlapReader(), Failing()).read_ahead(COST)


def test_without_a_model_only_the_windows_are_read(library):
    """And nothing is raised."""
    read = []

    class Noting(OverlapReader):
        def read(self, query, windows):
            read.extend(windows)
            return super().read(query, windows)

    Answerer(library, BagEmbedder(), Noting(), None).read_ahead(COST)
    assert read


def test_giving_way_interrupts_the_model_of_another_thread(library):
    """Whichever Answerer of the same models is told; one that begins later is not stopped."""
    begun, stopped = threading.Event(), threading.Event()

    class Slow(ScriptedLlm):
        def read(self, messages):
            super().read(messages)
            begun.set()
            assert stopped.wait(20)

        def interrupt(self):
            super().interrupt()
            stopped.set()

    answerer = Answerer(library, BagEmbedder(), OverlapReader(), Slow())
    thread = threading.Thread(target=answerer.read_ahead, args=(COST,))
    thread.start()
    assert begun.wait(20)
    answerer.beside(library).give_way()
    thread.join(20)
    assert not thread.is_alive() and answerer.llm.interruptions == 1
    answerer.give_way()
    assert answerer.llm.interruptions == 1
    answerer.read_ahead(COST)
    assert len(answerer.llm.read_ahead) == 2


def test_giving_way_to_the_same_question_lets_the_model_read_on():
    """Nothing more is begun, but what the model reads is what the answer waits for."""

    class Told(ScriptedLlm):
        def read(self, messages):
            ahead.stop(at_once=False)
            super().read(messages)

    ahead, llm = Ahead(), Told()
    with ahead.begin() as stop:
        with pytest.raises(Stopped):
            list(ReadingLlm(llm, stop).stream([], 10))
        with pytest.raises(Stopped):
            StoppableReader(OverlapReader(), stop).read(Query("Qui ?", "fr"), ["un"])
    assert len(llm.read_ahead) == 1 and llm.interruptions == 0


def test_giving_way_stops_between_two_windows():
    """What was asked to stop reads no further window, and lets no model begin."""
    windows = []

    class Noting(OverlapReader):
        def read(self, query, texts):
            windows.extend(texts)
            ahead.stop()
            return super().read(query, texts)

    ahead, llm = Ahead(), ScriptedLlm()
    with ahead.begin() as stop:
        with pytest.raises(Stopped):
            StoppableReader(Noting(), stop).read(Query("Qui ?", "fr"), ["un", "deux"])
        with pytest.raises(Stopped):
            ReadingLlm(llm, stop).read([])
    assert windows == ["un"] and llm.read_ahead == [] and llm.interruptions == 0


def test_a_stop_reaches_the_model(answerer):
    """`interrupt` is passed on; without a model nothing happens."""
    answerer.interrupt()
    assert answerer.llm.interruptions == 1
    answerer.llm = None
    answerer.interrupt()
