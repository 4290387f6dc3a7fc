"""An answer that was stopped shows nothing more, whoever is quicker."""

import threading

from ui.running import Running


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
