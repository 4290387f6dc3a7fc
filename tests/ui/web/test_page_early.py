"""The page before the model's first word, in a browser: what the reader found, what is read while typing, the stop."""

from __future__ import annotations

import pytest
from served import PARKING, REOPENS, Served, until

try:
    from browser import ask, expect_lit, serious
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

ASKED = "Quand le pont rouvre-t-il ?"
UNCHECKED = "sans doute ici, à vérifier"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    load = "lambda: __import__('page_answerer').ReadingAnswerer()"
    with Served(load, tmp_path_factory.mktemp("early")) as served:
        yield served


@pytest.fixture(scope="module")
def url(served):
    return served.url


@pytest.fixture
def go(served):
    """Lets the model of "lente" write; taken back at the end."""
    file = served.folder / "go"
    yield file.touch
    file.unlink(missing_ok=True)


def begin(page, question="lente"):
    page.fill("#cl-box textarea", question)
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn")
    expect(turn.locator(".cl-pointer")).to_be_visible()
    return turn


# --- what the reader found ------------------------------------------------------------------------------------------


def test_where_the_answer_stands_is_shown_before_it_is_written(open_page, go):
    """Its characters, said to be unchecked, with a marker; lit in the article. The checked answer takes their place."""
    page = open_page()
    turn = begin(page)
    expect(turn).to_have_attribute("data-status", "live")
    expect(turn.locator(".cl-pointer")).to_have_text(f"1{UNCHECKED}")
    expect(turn.locator(".cl-pointed")).to_have_text(
        "«\u00a0le pont des Tanneurs rouvrira à la circulation le 3 mai\u00a0»"
    )
    expect(turn.locator(".cl-pointer .cl-chip")).to_have_attribute("aria-current", "true")
    expect_lit(page, REOPENS)
    assert page.locator("[role=status].cl-hidden").last.text_content() == "Lecture des passages…"
    go()
    expect(turn).to_have_attribute("data-status", "grounded")
    expect(turn.locator(".cl-pointer, .cl-pointed")).to_have_count(0)
    expect(turn.locator(".cl-chip").first).to_have_attribute("aria-current", "true")
    expect_lit(page, REOPENS)


WATCH = """() => {
  window.shift = 0;
  window.seen = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shift += each.value;
  }).observe({ type: "layout-shift" });
  new MutationObserver(() => {
    const cards = document.querySelector("#cl-live [data-status=live] .cl-cards");
    const said = document.querySelector("#cl-live .cl-body > *")?.className ?? "";
    if (cards) window.seen.push([said, Math.round(cards.getBoundingClientRect().top)]);
  }).observe(document.querySelector("#cl-live"), { childList: true, subtree: true, attributes: true, characterData: true });
}"""
"""Where the passages stand, by what stands above them."""


@pytest.mark.parametrize("window", [{}, {"width": 390, "height": 780}])
def test_nothing_moves_as_it_comes_and_goes(open_page, go, window):
    """No layout shift until the model writes, on a screen and on a phone; on a screen none until the last word."""
    page = open_page(**window)
    page.evaluate(WATCH)
    turn = begin(page)
    page.wait_for_timeout(600)  # a shift right after a key is not counted
    assert page.evaluate("window.shift") < 0.01
    go()
    expect(turn).to_have_attribute("data-status", "grounded")
    first = dict(reversed(page.evaluate("window.seen")))
    assert set(first) == {"", "cl-pointed", "cl-draft"} and len(set(first.values())) == 1
    assert window or page.evaluate("window.shift") < 0.01


def test_an_article_that_was_opened_meanwhile_stays(open_page, go):
    """A passage that the reader of the page has opened for this question is not taken away."""
    page = open_page()
    page.fill("#cl-box textarea", "lente")
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn")
    turn.locator(".cl-card").nth(1).click()
    expect(turn.locator(".cl-pointer")).to_be_visible()
    expect(page.locator(".cl-facts span").first).to_have_text(PARKING.span.article_id)
    go()
    expect(turn).to_have_attribute("data-status", "grounded")
    page.wait_for_timeout(300)
    expect(page.locator(".cl-facts span").first).to_have_text(PARKING.span.article_id)


def test_nobody_is_kept_out_meanwhile(open_page, go):
    """axe-core finds nothing serious while only the reader has spoken."""
    page = open_page()
    turn = begin(page)
    expect_lit(page, REOPENS)
    assert serious(page) == []
    go()
    expect(turn).to_have_attribute("data-status", "grounded")


# --- read while it is typed -----------------------------------------------------------------------------------------


def said(served, what="ahead"):
    return [line.strip() for line in list(served.lines) if line.startswith(what)]


def test_a_question_is_read_while_it_is_typed(open_page, served):
    """After a pause and three words, each text once, and its answer is the same."""
    page = open_page()
    before = len(said(served))
    box = page.locator("#cl-box textarea")
    box.press_sequentially("Quand le")
    page.wait_for_timeout(500)
    assert len(said(served)) == before
    box.press_sequentially(" pont")
    until(lambda: said(served)[before:] == [f"ahead {'Quand le pont'!a}"])
    box.press_sequentially(" ")
    page.wait_for_timeout(500)
    assert len(said(served)) == before + 1
    box.press_sequentially("rouvre-t-il ?")
    until(lambda: said(served)[before + 1 :] == [f"ahead {ASKED!a}"])
    gave_way = served.count("gave way")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "grounded")
    expect(page.locator("#cl-live .cl-chip")).to_have_text(["1", "2", "3"])
    assert served.count("gave way") == gave_way  # what is read for this very question goes on


def test_what_is_whole_waits_for_no_pause(open_page, served):
    """A question mark, or a text that was pasted, is sent as soon as it stands there."""
    page = open_page()
    page.evaluate(
        "() => { const wait = window.setTimeout; window.waits = [];"
        " window.setTimeout = (call, ms, ...rest) => {"
        " if (call.name === 'send') window.waits.push(ms); return wait(call, ms, ...rest); } }"
    )
    before = len(said(served))
    box = page.locator("#cl-box textarea")
    box.press_sequentially("Combien a coûté le pont ?")
    until(lambda: f"ahead {'Combien a coûté le pont ?'!a}" in said(served)[before:])
    assert page.evaluate("window.waits.at(-2) > 100 && window.waits.at(-1) === 0")
    box.fill("")
    page.evaluate(
        "() => { const box = document.querySelector('#cl-box textarea'); box.value = 'Quand rouvre le pont';"
        " box.dispatchEvent(new InputEvent('input', {bubbles: true, inputType: 'insertFromPaste'})); }"
    )
    assert page.evaluate("window.waits.at(-2) > 100 && window.waits.at(-1) === 0")
    until(lambda: said(served)[-1] == f"ahead {'Quand rouvre le pont'!a}")
    page.fill("#cl-box textarea", "")


def test_another_question_comes_first(open_page, served):
    """What was being read has given way before it begins."""
    page = open_page()
    before = len(said(served))
    page.fill("#cl-box textarea", "Combien a coûté le pont")
    until(lambda: said(served)[before:] == [f"ahead {'Combien a coûté le pont'!a}"])
    page.fill("#cl-box textarea", "Et le parking")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "abstained")
    lines = [line.strip() for line in served.lines]
    asked = len(lines) - 1 - lines[::-1].index(f"asked {'Et le parking'!a}")
    assert lines[asked - 1] == "gave way"


def test_a_follow_up_is_read_with_what_it_leans_on(open_page, served):
    """The conversation on the page goes along, also for what was typed while the answer before it grew."""
    page = open_page()
    ask(page, ASKED, "grounded")
    before = len(said(served))
    page.locator("#cl-box textarea").press_sequentially("Et pour les piétons")
    until(lambda: said(served)[before:] == [f"ahead {'Et pour les piétons'!a} {ASKED!a}"])
    page.fill("#cl-box textarea", "Combien a coûté le chantier ?")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")


def test_nothing_is_read_while_an_answer_grows(open_page, served, go):
    """Nor while a letter is being composed; what then stands in the box is read when the answer is there."""
    page = open_page()
    turn = begin(page)
    before = len(said(served))
    page.locator("#cl-box textarea").press_sequentially("Et pour les piétons")
    page.wait_for_timeout(600)
    assert len(said(served)) == before
    go()
    expect(turn).to_have_attribute("data-status", "grounded")
    until(lambda: said(served)[before:] == [f"ahead {'Et pour les piétons'!a} {ASKED!a}"])
    box = page.locator("#cl-box textarea")
    box.dispatch_event("compositionstart")
    page.fill("#cl-box textarea", "Et pour les piétons ce soir")
    page.evaluate(
        "() => { const box = document.querySelector('#cl-box textarea');"
        " box.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true})); }"
    )
    page.wait_for_timeout(600)
    assert len(said(served)) == before + 1
    box.dispatch_event("compositionend")
    until(lambda: len(said(served)) == before + 2)
    page.fill("#cl-box textarea", "")


def test_what_was_typed_is_kept_nowhere(open_page, served):
    """Neither in a file nor in what the server says of itself; only the test's Answerer tells."""
    page = open_page()
    page.locator("#cl-box textarea").press_sequentially("mon secret bien gardé")
    until(lambda: any("secret" in line for line in said(served)))
    files = [file for file in served.folder.rglob("*") if file.is_file()]
    assert files and not [file for file in files if "secret bien gardé".encode() in file.read_bytes()]
    page.fill("#cl-box textarea", "")


# --- stop -----------------------------------------------------------------------------------------------------------


def test_stop_does_not_wait_for_the_first_word(open_page, served):
    """The model is interrupted while it reads; where the answer stands is still shown, and the next question goes."""
    page = open_page()
    turn = begin(page)
    before = served.count("interrupted")
    page.click("#cl-stop")
    expect(turn.locator(".cl-note")).to_have_text("Arrêté avant la fin.", timeout=3_000)
    until(lambda: served.count("interrupted") > before, 2.0)
    until(lambda: not page.request.get(f"{served.url}/api/status").json()["queue"]["busy"], 2.0)
    expect(turn).to_have_attribute("data-status", "stopped")
    expect(turn.locator(".cl-pointed")).to_be_visible()
    ask(page, "Combien a coûté le chantier ?", "quoted")
