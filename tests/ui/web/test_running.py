"""An answer that was stopped shows nothing more, whoever is quicker."""

import threading

from rag.types import Answer
from ui.web.answering import until_stopped
from ui.web.running import Running
from ui.web.turns import Shown


def test_a_stop_comes_after_the_last_update():
    """`stop` returns when the answer has ended: what it then says is the last word."""
    running, told, began, go_on = Running(), [], threading.Event(), threading.Event()

    def grow():
        with running.run("a") as run:
            began.set()
            go_on.wait(5)
            told.append("update on its way")
            assert run.is_stopped

    thread = threading.Thread(target=grow)
    thread.start()
    began.wait(5)
    threading.Timer(0.05, go_on.set).start()
    running.stop("a")
    told.append("stopped")
    thread.join(5)
    assert told == ["update on its way", "stopped"]


def test_another_session_goes_on():
    """Stopping is for one session, and nothing happens when nothing grows."""
    running = Running()
    with running.run("a") as run:
        running.stop("b")
        assert not run.is_stopped


def test_the_next_question_is_not_stopped():
    """A stop is over with the answer it was for."""
    running = Running()
    with running.run("a"):
        pass
    running.stop("a")
    with running.run("a") as run:
        assert not run.is_stopped


def test_a_stop_before_the_beginning_is_for_what_was_expected():
    """Between the question and its first step nothing runs yet: the stop holds when it does."""
    running = Running()
    running.expect("a")
    running.stop("a", 0.0)
    with running.run("a") as run:
        assert run.is_stopped
    running.expect("a")
    with running.run("a") as run:
        assert not run.is_stopped


def test_a_stopped_turn_says_so_and_nothing_more():
    """Its last update is the stop; an answer that was whole before stays as it is."""
    with Running().run("a") as run:
        growing = iter([Shown("Q", note="waiting", kind="live"), Shown("Q", Answer("Q", "fr", done=False)), Shown("Z")])
        turns = until_stopped(growing, run, Shown("Q"))
        assert next(turns).is_live and next(turns).answer
        run._stopped.set()
        (last,) = turns
        assert (last.kind, last.note, last.is_live) == ("stopped", "stopped", False) and last.answer
    with Running().run("a") as run:
        whole = Shown("Q", Answer("Q", "fr", message="Rien."))
        turns = until_stopped(iter([whole, whole]), run, Shown("Q"))
        assert next(turns) is whole
        run._stopped.set()
        assert list(turns) == []
