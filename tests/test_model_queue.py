"""One model, one queue: what is stopped is one's own, and what is shown comes in time."""

import threading

from index.types import Span
from rag.errors import Interrupted
from rag.types import Answer, Citation
from ui.model_queue import ModelQueue, throttled


class Reading:
    """Reads a prompt until it is interrupted."""

    def __init__(self):
        self.began, self.told = threading.Event(), threading.Event()

    def stream(self, question, history=(), everywhere=False):
        self.began.set()
        assert self.told.wait(10)
        raise Interrupted("told to stop")
        yield

    def interrupt(self):
        self.told.set()


def run(growing):
    """Iterate in a thread; what it raised is appended to the list that comes back with the thread."""
    raised = []

    def go():
        try:
            list(growing)
        except Interrupted as error:
            raised.append(error)
        finally:
            growing.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread, raised


def test_who_stops_interrupts_the_model_at_once():
    """While it reads a prompt, before any word; the place is free afterwards, and a second stop does nothing."""
    queue, answerer = ModelQueue(), Reading()
    growing = queue.stream(answerer, "Qui ?")
    thread, raised = run(growing)
    assert answerer.began.wait(5)
    growing.stop()
    thread.join(5)
    assert len(raised) == 1 and not queue.is_busy
    answerer.told.clear()
    growing.stop()
    assert not answerer.told.is_set()


def test_who_waits_does_not_interrupt_who_is_answered():
    """A stop of the second question leaves the model to the first."""
    queue, answerer = ModelQueue(), Reading()
    first, second = queue.stream(answerer, "a"), queue.stream(answerer, "b")
    thread, _ = run(first)
    assert answerer.began.wait(5)
    assert next(iter(second)) is None
    second.stop()
    assert not answerer.told.is_set()
    second.close()
    first.stop()
    thread.join(5)
    assert not queue.is_busy


def test_a_question_that_was_never_begun_gives_its_place_up():
    """Closed before the first step."""
    queue = ModelQueue()
    queue.stream(Reading(), "a").close()
    assert not queue.is_busy


def test_what_the_reader_found_is_shown_at_once():
    """However soon it comes after the passages; words that follow as fast are shown together."""
    hits = Answer("Qui ?", "fr", done=False)
    found = Answer("Qui ?", "fr", found=(Citation(Span("a.txt", 1, 1), "Paul", 0, 4),), done=False)
    last = Answer("Qui ?", "fr")
    assert list(throttled(iter([hits, hits, found, found, last]), 60.0)) == [hits, found, last]
