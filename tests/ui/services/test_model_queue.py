"""One model, one queue: what is stopped is one's own, and what is shown comes in time."""

import threading

import pytest

from index.types import Span
from rag.errors import Interrupted
from rag.types import Answer, Citation
from ui.services.model_queue import ModelQueue, QueueFull, throttled


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


class Beginning(Reading):
    """Searches until `found`, then reads a prompt that never ends; it can be interrupted only while it reads."""

    def __init__(self):
        super().__init__()
        self.found, self.is_reading = threading.Event(), False

    def stream(self, question, history=(), everywhere=False):
        self.began.set()
        assert self.found.wait(10)
        self.is_reading = True
        yield from super().stream(question)

    def interrupt(self):
        if self.is_reading:
            super().interrupt()


def test_a_stop_that_comes_before_the_model_begins_is_not_lost():
    """While articles are searched there is nothing to interrupt; the model does not begin for nobody afterwards."""
    queue, answerer = ModelQueue(), Beginning()
    growing = queue.stream(answerer, "Qui ?")
    thread, raised = run(growing)
    assert answerer.began.wait(5)
    growing.stop()
    answerer.found.set()
    thread.join(5)
    assert len(raised) == 1 and not queue.is_busy


class Greeting:
    """Says hello, and nothing may interrupt it."""

    def stream(self, question, history=(), everywhere=False):
        yield Answer(question, "fr", message="Bonjour !", kind="greeting")

    def interrupt(self):
        raise AssertionError("somebody else has the model")


@pytest.mark.parametrize("question", ["Bonjour", "hello!", "Merci beaucoup"])
def test_a_greeting_waits_for_nobody(question):
    """However many do, and hanging up on it interrupts nobody; "hello" before a question is a question."""
    queue, answerer = ModelQueue(size=1), Reading()
    first = queue.stream(answerer, "a")
    thread, _ = run(first)
    assert answerer.began.wait(5)
    second = queue.stream(answerer, "b")
    with pytest.raises(QueueFull):
        queue.stream(answerer, f"{question}, qui est le maire de Vernay ?")
    greeting = queue.stream(Greeting(), question)
    assert next(iter(greeting)).message == "Bonjour !"
    greeting.stop()
    greeting.close()
    assert queue.is_busy and queue.n_waiting == 1
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
