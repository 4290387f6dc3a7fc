"""What the page gets that checks a text: sentence by sentence, harmless whatever it sends."""

from __future__ import annotations

import threading

import pytest
from checked_library import built, checking_answerer
from fakes import plain_answerer

from ui.services.host import LibraryHost
from ui.web.checking.controller import MOST_CHARS, Checking

DRAFT = "# The ferry\n\nThe old ferry is for sale. The works cost 3.2 million euros.\n\nIt is “very slow”. Who pays?\n"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("page"))


@pytest.fixture
def checking(path):
    return Checking(loaded(lambda: checking_answerer(path)))


def loaded(load):
    host = LibraryHost(load)
    host.main.load()
    return host.main


def test_a_text_is_checked_a_sentence_a_call(checking):
    """Which sentences there are, then each with its verdict and lines, at last how many of each."""
    begun = checking.begin({"text": DRAFT, "lang": "en"})
    assert begun["n"] == begun["html"].count("<li") == 3  # a heading and a question claim nothing
    found = [checking.check({"text": DRAFT, "n": n, "lang": "en"}) for n in range(begun["n"])]
    assert [each["verdict"] for each in found] == ["contradicted", "carried", "not_said"]
    assert "The old ferry is not for sale." in found[0]["html"] and 'data-first="9"' in found[0]["html"]
    assert "Your articles say otherwise" in found[0]["html"] and "found nowhere" in found[2]["html"]
    told = checking.summary({"carried": 1, "contradicted": 1, "not_said": 1, "lang": "en"})
    assert told == "3 sentences: 1 carried, 1 contradicted, 1 not said"
    assert checking.summary({"carried": 1}) == "1 phrase\u00a0: 1 confirmée, 0 contredite, 0 absente de vos articles"


def test_no_word_of_a_text_becomes_markup(checking):
    """Neither of the sentence nor of its quotation; a button names an article by a key."""
    text = "Le <img src=x onerror=alert(1)> coûte « <b>trop</b> cher » aujourd’hui.\n"
    for html in (
        checking.begin({"text": text})["html"],
        checking.check({"text": text, "n": 0})["html"],
        checking.frame({"text": "</textarea><script>alert(1)</script>", "lang": "fr"}),
    ):
        assert "<img" not in html and "<b>" not in html and "<script" not in html
        assert "&lt;" in html


@pytest.mark.parametrize(
    "wanted",
    [None, 7, "x", [], {}, {"text": 3, "n": "0"}, {"text": DRAFT, "n": -1}, {"text": DRAFT, "n": 99},
     {"text": DRAFT, "n": True}, {"text": "\ud800", "n": 0}, {"text": DRAFT, "n": 10**30}],
)  # fmt: skip
def test_whatever_the_page_sends_it_gets_words(checking, wanted):
    """Nonsense checks nothing and raises nothing."""
    assert checking.check(wanted)["said"]
    assert isinstance(checking.frame(wanted), str) and isinstance(checking.summary(wanted), str)
    assert {"said", "html"} & set(checking.begin(wanted))


def test_what_cannot_be_checked_is_told(checking, path):
    """Too long a text, one that claims nothing, no articles, no checker, no models yet."""
    assert str(MOST_CHARS) in checking.begin({"text": "a b c. " * MOST_CHARS, "lang": "en"})["said"]
    assert "claims nothing" in checking.begin({"text": "# Title\n\nWhy?\n", "lang": "en"})["said"]
    without = Checking(loaded(lambda: plain_answerer(path)))
    assert "no checker" in without.begin({"text": DRAFT, "lang": "en"})["said"]
    assert "loading" in Checking(LibraryHost(lambda: None).main).begin({"text": DRAFT, "lang": "en"})["said"]
    empty = loaded(lambda: checking_answerer(path))
    empty.answerer.articles = tuple
    assert "Ajoutez" in Checking(empty).begin({"text": DRAFT})["said"]


def test_who_finds_the_queue_full_is_asked_to_wait(checking):
    """And is checked once there is room."""
    queue = checking._library.queue
    places = [queue.join() for _ in range(queue.size + 1)]
    assert checking.check({"text": DRAFT, "n": 0}) == {"wait": True}
    for place in places:
        place.leave()
    assert checking.check({"text": DRAFT, "n": 0})["verdict"] == "contradicted"


def test_two_windows_check_at_once(checking):
    """Each gets its own text's verdicts."""
    texts = {"The old ferry is for sale.\n": "contradicted", "The works cost 3.2 million euros.\n": "carried"}
    got = {}

    def check(text):
        for _ in range(5):
            got.setdefault(text, []).append(checking.check({"text": text, "n": 0})["verdict"])

    threads = [threading.Thread(target=check, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == {text: [verdict] * 5 for text, verdict in texts.items()}
