"""A draft over a wire: the report of `citeline check --json`, and questions have their turn between its sentences."""

import asyncio
import threading

import pytest
from checked_library import built, fact_checker
from fake_checker import WordChecker
from fakes import plain_answerer
from starlette.requests import ClientDisconnect

from rag.fact_checking import report
from ui.api.checking import DraftCheck
from ui.api.mcp import check as check_tool
from ui.api.requests import Refusal
from ui.api.responses import heard_out
from ui.api.schemas import CheckArguments
from ui.services.host import LibraryHost

DRAFT = "# The ferry\n\nThe old ferry is for sale. The works cost 3.2 million euros.\n\nIt is “very slow”. Who pays?\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("wire"))


def host_of(path, checker):
    """A host whose library is loaded."""

    def load():
        answerer = plain_answerer(path)
        answerer.checker = checker
        return answerer

    host = LibraryHost(load)
    host.main.load()
    return host


class HeldChecker(WordChecker):
    """Waits in its first verdict until it is let go."""

    def __init__(self):
        super().__init__()
        self.began, self.go = threading.Event(), threading.Event()

    def _verdict(self, *pair):
        self.began.set()
        assert self.go.wait(10)
        return super()._verdict(*pair)


def test_the_report_is_that_of_the_command(path):
    async def run():
        return await DraftCheck(host_of(path, WordChecker()), DRAFT).answer()

    checker = fact_checker(path)
    assert asyncio.run(run()) == report(checker.library, list(checker.check_text(DRAFT)))


def test_the_tool_tells_how_far_it_is_and_gives_words_and_json(path):
    class Progress:
        def __init__(self):
            self.told = []

        async def tell(self, message):
            self.told.append(message)

    progress = Progress()
    text, found = asyncio.run(check_tool(host_of(path, WordChecker()), progress, CheckArguments(text=DRAFT)))
    assert text.split("\n")[0] == "line 3: contradicted: The old ferry is for sale."
    assert found["summary"]["sentences"] == 3
    assert progress.told[-1] == "checked 3 of 3"


def test_a_question_has_its_turn_between_two_sentences(path):
    """It does not wait for the whole draft."""
    checker = HeldChecker()
    host = host_of(path, checker)

    async def run():
        checking = DraftCheck(host, DRAFT)
        await asyncio.to_thread(checker.began.wait, 10)
        turn = host.queue.join().run(lambda: iter([checking.n_checked]))
        checker.go.set()
        n_checked = await asyncio.to_thread(lambda: next(each for each in turn if each is not None))
        turn.close()
        return n_checked, await checking.answer()

    n_checked, found = asyncio.run(run())
    assert n_checked <= 1 and len(found["sentences"]) == 3
    assert not host.queue.is_busy


def test_who_does_not_listen_any_more_is_not_checked_for(path):
    """The sentence that is being checked is the last, and its place in the queue is free again."""
    checker = HeldChecker()
    host = host_of(path, checker)

    async def run():
        checking = DraftCheck(host, DRAFT)
        await asyncio.to_thread(checker.began.wait, 10)
        checking.cancel()
        checker.go.set()
        return await checking.answer()

    assert len(asyncio.run(run())["sentences"]) == 1
    assert not host.queue.is_busy


def test_what_cannot_be_checked_is_refused(path):
    """With a status and a line; what fails inside is not told to the caller."""

    class Failing(WordChecker):
        def _verdict(self, *pair):
            raise RuntimeError("/home/somebody/secret")

    async def refused(host, draft="The old ferry is for sale."):
        with pytest.raises(Refusal) as error:
            await DraftCheck(host, draft).answer()
        return error.value.status, str(error.value)

    assert asyncio.run(refused(host_of(path, None)))[0] == 501
    assert asyncio.run(refused(LibraryHost(lambda: None)))[0] == 503
    status, said = asyncio.run(refused(host_of(path, WordChecker()), "Who pays?"))
    assert status == 400 and "no sentence" in said
    status, said = asyncio.run(refused(host_of(path, Failing())))
    assert status == 500 and "secret" not in said
    full = host_of(path, WordChecker())
    places = [full.queue.join() for _ in range(full.queue.size + 1)]
    assert asyncio.run(refused(full))[0] == 429
    for place in places:
        place.leave()


def test_who_hangs_up_is_not_checked_for(path):
    """Over HTTP, too."""
    checker = HeldChecker()
    host = host_of(path, checker)

    class Gone:
        async def receive(self):
            await asyncio.to_thread(checker.began.wait, 10)
            return {"type": "http.disconnect"}

    async def run():
        checking = DraftCheck(host, DRAFT)
        with pytest.raises(ClientDisconnect):
            await heard_out(Gone(), checking)
        checker.go.set()
        await asyncio.wait([checking._result])
        return checking.n_checked

    assert asyncio.run(run()) <= 1
    assert not host.queue.is_busy
