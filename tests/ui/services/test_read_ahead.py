"""What is typed is read before it is asked: the newest only, and never in the way of a question."""

import threading

import httpx
import pytest
from served import Served, until

from ui.services.model_queue import ModelQueue
from ui.services.read_ahead import typed_text


class Patient:
    """Reads ahead until it is told to give way; `said` is what happened, in order."""

    def __init__(self, deaf=0):
        self.said, self.deaf, self.told = [], deaf, threading.Event()
        self.is_hasty = None

    def read_ahead(self, question, history=()):
        self.told.clear()
        self.said.append(f"ahead {question}")
        assert self.told.wait(10)
        self.said.append(f"left {question}")

    def give_way(self, at_once=True):
        """The first `deaf` times come too early, when it has not begun yet."""
        self.deaf -= 1
        self.is_hasty = at_once
        if self.deaf < 0 and at_once:
            self.told.set()

    def stream(self, question, history=(), everywhere=False):
        self.said.append(f"asked {question}")
        yield from ()


def ask(queue, answerer, question="Qui ?"):
    return list(queue.stream(answerer, question))


@pytest.mark.parametrize("deaf", [0, 1, 2])
def test_a_question_goes_first(deaf):
    """What is read ahead has ended when the question begins, also when it had hardly begun itself."""
    queue, answerer = ModelQueue(), Patient(deaf)
    queue.read_ahead(answerer, "Qui est")
    until(lambda: answerer.said)
    ask(queue, answerer)
    assert answerer.said == ["ahead Qui est", "left Qui est", "asked Qui ?"] and answerer.is_hasty
    assert not queue.is_busy


def test_the_newest_text_is_read():
    """What was being read gives way to it; what came between the two is never read."""
    queue, answerer = ModelQueue(), Patient()
    queue.read_ahead(answerer, "a")
    until(lambda: answerer.said)
    with queue._changed:  # so that the thread of "a" does not come between
        queue.read_ahead(answerer, "b")
        queue.read_ahead(answerer, "c")
    until(lambda: "ahead c" in answerer.said)
    ask(queue, answerer)
    assert answerer.said == ["ahead a", "left a", "ahead c", "left c", "asked Qui ?"]


@pytest.mark.parametrize(("then", "is_hasty"), [("Qui est le maire ?", False), ("Qui est le maire de", True)])
def test_a_question_mark_interrupts_no_model(then, is_hasty):
    """The text before it has the same words, and most likely the same evidence; one more word is another text."""
    queue, answerer = ModelQueue(), Patient()
    queue.read_ahead(answerer, "Qui est le maire")
    until(lambda: answerer.said)
    queue.read_ahead(answerer, then)
    assert answerer.is_hasty is is_hasty
    answerer.told.set()
    until(lambda: f"ahead {then}" in answerer.said)
    ask(queue, answerer)


def test_what_is_read_for_the_question_itself_goes_on():
    """It is asked in the same words: nothing is interrupted or waits; what came after it is dropped all the same."""
    queue, answerer = ModelQueue(), Patient()
    queue.read_ahead(answerer, "Qui  est-ce ?")
    until(lambda: answerer.said)
    with queue._changed:
        queue._ahead._next = (answerer, "autre chose", ())
        asked = queue.stream(answerer, "Qui est-ce ?")
    list(asked)
    assert answerer.said == ["ahead Qui  est-ce ?", "asked Qui est-ce ?"] and answerer.is_hasty is False
    answerer.told.set()
    until(lambda: queue._ahead._reading is None)
    assert answerer.said[2:] == ["left Qui  est-ce ?"]


def test_the_same_words_to_another_library_give_way():
    """It is another question."""
    queue, one, other = ModelQueue(), Patient(), Patient()
    queue.read_ahead(one, "Qui est-ce ?")
    until(lambda: one.said)
    ask(queue, other, "Qui est-ce ?")
    assert one.said == ["ahead Qui est-ce ?", "left Qui est-ce ?"] and other.said == ["asked Qui est-ce ?"]


def test_nothing_is_read_while_somebody_asks():
    """Not even after the question before it has been answered: its reader will type on."""
    queue, answerer = ModelQueue(), Patient()
    place = queue.join()
    queue.read_ahead(answerer, "a")
    place.leave()
    ask(queue, answerer)
    assert answerer.said == ["asked Qui ?"]


def test_what_waits_to_be_read_is_dropped_when_somebody_asks():
    """A question ends all reading ahead, not only the one that runs."""
    queue, answerer = ModelQueue(), Patient()
    queue.read_ahead(answerer, "a")
    until(lambda: answerer.said)
    with queue._changed:
        queue.read_ahead(answerer, "b")
        place = queue.join()
    place.leave()
    until(lambda: "left a" in answerer.said)
    ask(queue, answerer)
    assert answerer.said == ["ahead a", "left a", "asked Qui ?"]


def test_a_failure_ends_nothing_and_says_no_word_of_the_text(caplog):
    """The next text is read; the log has the error, not what was typed."""

    class Failing(Patient):
        def read_ahead(self, question, history=()):
            self.said.append(question)
            raise RuntimeError("out of memory")

    queue, answerer = ModelQueue(), Failing()
    for text in ("secret de famille", "encore un secret"):
        queue.read_ahead(answerer, text)
        until(lambda: queue._ahead._reading is None)
    assert len(answerer.said) == 2 and "out of memory" in caplog.text and "secret" not in caplog.text


@pytest.mark.parametrize("is_on", [True, False])
def test_it_can_be_switched_off(tmp_path, is_on):
    """Then the page has no script that sends what is typed, and no event that would take it."""
    with Served("served.ScriptedAnswerer", tmp_path, options=f"read_ahead={is_on}") as page:
        config = httpx.get(f"{page.url}/config").json()
    (place,) = (each for each in config["components"] if each["props"].get("elem_id") == "cl-ahead")
    assert bool(place["props"].get("js_on_load")) == is_on
    assert (
        any(target == [place["id"], "input"] for each in config["dependencies"] for target in each["targets"]) == is_on
    )


@pytest.mark.parametrize("event", [None, "x", [], {}, {"text": 3}, {"text": None}, {"text": "x" * 1001}])
def test_nonsense_from_the_page_is_nothing_to_read(event):
    """Whatever is sent in place of a text, and texts that could not be asked."""
    assert typed_text(event) == ""
    assert typed_text({"text": "Qui est le maire"}) == "Qui est le maire"
