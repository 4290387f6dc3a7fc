"""Nothing typed on the page is lost, in a browser: questions that wait, are stopped, refused or cut off, a reload, a
server that goes away and comes back."""

from __future__ import annotations

import signal

import httpx
import pytest
from served import Served, until

from ui.services.model_queue import QUEUE_SIZE

try:
    from browser import Windows, no_sideways_scroll, serious, tab_to
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

LOAD = "lambda: __import__('page_answerer').ReadingAnswerer(0.01)"
COST, CUP, OPENS = "Combien a coûté le chantier ?", "Qui a gagné la coupe ?", "Quand le pont rouvre-t-il ?"
ABORTED = ("AbortError", "errored out")
"""What Gradio writes on the console when its page is loaded again during an answer."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served(LOAD, tmp_path_factory.mktemp("kept")) as served:
        yield served


@pytest.fixture(scope="module")
def url(served):
    return served.url


@pytest.fixture(scope="module")
def windows(url, browser):
    windows = Windows(url, browser)
    yield windows
    for page in windows.kept.values():
        page.context.close()


@pytest.fixture
def page(open_page, windows, served, request):
    """A window of its own; whatever it asks is over at the end."""
    page = windows.new(**getattr(request, "param", {}))
    yield page
    page.context.close()
    until(lambda: not _is_busy(served), 30)


def _is_busy(served):
    return httpx.get(f"{served.url}/api/status", timeout=30).json()["queue"]["busy"]


@pytest.fixture
def go(served):
    """Lets the model of "lente" write; taken back at the end."""
    file = served.folder / "go"
    yield file.touch
    file.unlink(missing_ok=True)


def send(page, *questions):
    for question in questions:
        page.fill("#cl-box textarea", question)
        page.press("#cl-box textarea", "Enter")


def begin(page):
    """A question whose answer does not come by itself."""
    send(page, "lente")
    expect(page.locator("#cl-live .cl-pointer")).to_be_visible()


def kept(page, state):
    return page.locator(f'.cl-kept[data-state="{state}"] .cl-kept-question')


def in_box(page):
    return page.locator("#cl-box textarea")


# --- several questions ----------------------------------------------------------------------------------------------


def test_questions_asked_during_an_answer_wait_and_are_answered_in_order(page, served, go):
    """Each is a visible turn at once, with its place; what is being typed stays; the first answer stays in sight."""
    begin(page)
    send(page, COST, CUP)
    expect(kept(page, "waiting")).to_have_text([COST, CUP])
    expect(page.locator(".cl-kept-state")).to_have_text(["En attente, nº\u00a01", "En attente, nº\u00a02"])
    expect(in_box(page)).to_have_value("")
    in_box(page).press_sequentially("et puis")
    expect(page.locator("#cl-send")).to_be_visible()
    expect(page.locator("#cl-stop")).to_be_visible()
    go()
    expect(page.locator(".cl-turn h2")).to_have_text([OPENS, COST, CUP])
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "abstained")
    expect(page.locator("#cl-past .cl-turn").nth(0)).to_have_attribute("data-status", "grounded")
    expect(page.locator("#cl-past .cl-turn").nth(1)).to_have_attribute("data-status", "quoted")
    expect(page.locator("#cl-past .cl-question").first).to_be_in_viewport()
    expect(page.locator(".cl-kept")).to_have_count(0)
    expect(in_box(page)).to_have_value("et puis")


def test_stop_stops_the_running_one_only(page, served):
    """The next goes on by itself; one that was taken back into the box is not asked; the stopped one can be again."""
    begin(page)
    send(page, CUP, COST)
    page.locator(".cl-kept", has_text=CUP).locator("[data-kept=back]").click()
    expect(in_box(page)).to_have_value(CUP)
    expect(in_box(page)).to_be_focused()
    expect(kept(page, "waiting")).to_have_text([COST])
    asked = served.count("asked '")
    page.click("#cl-stop")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")
    stopped = page.locator("#cl-past .cl-turn")
    expect(stopped.locator(".cl-note")).to_have_text("Arrêté avant la fin.")
    expect(stopped.locator(".cl-again button")).to_have_text(["relancer", "modifier"])
    page.wait_for_timeout(500)
    assert served.count("asked '") == asked + 1 and in_box(page).input_value() == CUP
    stopped.locator("[data-again]").click()
    expect(page.locator("#cl-live .cl-pointer")).to_be_visible()
    assert in_box(page).input_value() == CUP
    page.click("#cl-stop")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "stopped")


def test_no_letter_is_wiped(page):
    """What is typed right behind Enter stays, whenever the page takes note of the question."""
    for n in range(3):
        page.fill("#cl-box textarea", "")
        in_box(page).press_sequentially(f"Bonjour {n}")
        page.keyboard.press("Enter")
        page.keyboard.type("la suite de ce que je voulais dire", delay=15)
        expect(page.locator("#cl-live .cl-turn h2")).to_have_text(f"Bonjour {n}")
        expect(page.locator("#cl-live .cl-turn")).not_to_have_attribute("data-status", "live")
        expect(in_box(page)).to_have_value("la suite de ce que je voulais dire")


def test_no_more_than_the_queue_holds_wait(page):
    """One more stays in the box, and the page says why; so does one that is too long or holds no word."""
    begin(page)
    send(page, *(f"Question {n} ?" for n in range(QUEUE_SIZE + 1)))
    expect(kept(page, "waiting")).to_have_count(QUEUE_SIZE)
    expect(in_box(page)).to_have_value(f"Question {QUEUE_SIZE} ?")
    expect(page.locator(".cl-said-here[role=status]")).to_contain_text("8 questions attendent déjà")
    for text, why in (("é" * 1001, "La question a 1\u202f001 caractères"), ("???", "pas de mot")):
        send(page, text)
        expect(in_box(page)).to_have_value(text)
        expect(page.locator(".cl-said-here")).to_contain_text(why)
    page.fill("#cl-box textarea", "a")
    expect(page.locator(".cl-said-here")).to_be_hidden()


def test_what_fails_can_be_asked_again_or_edited(page, served):
    """A failure has both buttons, by keyboard too; what stood in the box is set aside, not overwritten."""
    send(page, "panne")
    turn = page.locator("#cl-live .cl-turn")
    expect(turn).to_have_attribute("data-status", "failed")
    page.fill("#cl-box textarea", "brouillon")
    page.evaluate("() => document.querySelector('.cl-skip').focus()")
    tab_to(page, ".cl-again [data-edit]")
    page.keyboard.press("Enter")
    expect(in_box(page)).to_have_value("panne")
    expect(in_box(page)).to_be_focused()
    expect(kept(page, "aside")).to_have_text(["brouillon"])
    page.click(".cl-kept [data-kept=drop]")
    expect(page.locator(".cl-kept")).to_have_count(0)
    asked = served.count("asked 'panne'")
    turn.locator("[data-again]").click()
    until(lambda: served.count("asked 'panne'") == asked + 1)
    expect(page.locator("#cl-past .cl-turn")).to_have_attribute("data-status", "failed")
    expect(in_box(page)).to_have_value("panne")


def test_another_conversation_loses_no_question(page, served):
    """What grows is stopped, what waits is not asked there: both are kept above the box."""
    begin(page)
    send(page, CUP)
    asked = served.count("asked '")
    page.evaluate("() => document.querySelector('#cl-new').click()")
    expect(page.locator(".cl-turn")).to_have_count(0)
    expect(kept(page, "lost")).to_have_text(["lente", CUP])
    page.wait_for_timeout(500)
    assert served.count("asked '") == asked
    send(page, COST)
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")


# --- a reload, a server that goes -----------------------------------------------------------------------------------


def test_a_reload_keeps_what_was_typed(page, windows, served):
    """Asked, waiting, and only typed: each is there again, nothing is asked by itself; a press asks it."""
    windows.expected.extend(ABORTED)
    begin(page)
    send(page, CUP)
    page.fill("#cl-box textarea", "à moitié <b>tapé")
    asked = served.count("asked '")
    page.reload()
    expect(in_box(page)).to_be_enabled()
    expect(kept(page, "lost")).to_have_text(["lente", CUP])
    expect(in_box(page)).to_have_value("à moitié <b>tapé")
    page.wait_for_timeout(1500)
    assert served.count("asked '") == asked
    page.locator(".cl-kept", has_text=CUP).locator("[data-kept=again]").click()
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "abstained")
    expect(kept(page, "lost")).to_have_text(["lente"])
    page.click(".cl-kept [data-kept=edit]")
    expect(in_box(page)).to_have_value("lente")
    expect(kept(page, "aside")).to_have_text(["à moitié <b>tapé"])
    page.reload()
    expect(in_box(page)).to_have_value("lente")
    expect(kept(page, "aside")).to_have_text(["à moitié <b>tapé"])


def test_a_store_of_nonsense_is_an_empty_one(page):
    """Whatever stands in the window's store, the page answers; markup in it is text."""
    for text in ("{", "null", '[1, {"text": 3}, null]', '[{"text": "<img src=x onerror=alert(1)>", "state": "<b>"}]'):
        page.evaluate("text => sessionStorage.setItem('citeline-asked:/', text)", text)
        page.reload()
        expect(in_box(page)).to_be_enabled()
    expect(kept(page, "lost")).to_have_text(["<img src=x onerror=alert(1)>"])
    send(page, COST)
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")


@pytest.mark.parametrize(
    "page",
    [{"locale": "fr-FR"}, {"locale": "en-GB", "color_scheme": "dark"}, {"width": 390, "height": 780}],
    indirect=True,
)
def test_nobody_is_kept_out(page):
    """axe-core finds nothing serious, and nothing scrolls sideways, with questions that wait, got lost or were
    stopped."""
    begin(page)
    send(page, "Une question " + "très " * 40 + "longue ?", CUP)
    page.locator(".cl-kept", has_text=CUP).locator("[data-kept=back]").click()
    send(page, "???")
    assert serious(page) == [] and no_sideways_scroll(page)
    page.evaluate("() => document.dispatchEvent(new CustomEvent('citeline:away', { detail: true }))")
    expect(kept(page, "lost")).to_have_count(2)
    assert serious(page) == [] and no_sideways_scroll(page)
    page.evaluate("() => document.dispatchEvent(new CustomEvent('citeline:away', { detail: false }))")
    page.click("#cl-stop")
    expect(page.locator("#cl-live .cl-again")).to_be_visible()
    assert serious(page) == [] and no_sideways_scroll(page)


def test_a_server_that_goes_away_is_said_and_comes_back(browser, tmp_path):
    """Killed during an answer: the page says so in its language, nothing spins, no toast; the question is kept. Once
    it is there again the page goes on by itself."""
    with Served(LOAD, tmp_path) as served:
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(60_000)
        page.goto(served.url)
        expect(in_box(page)).to_be_enabled()
        begin(page)
        send(page, CUP)
        served.end(signal.SIGKILL)
        port = int(served.url.rsplit(":", 1)[1])
        away = page.locator(".cl-away[role=alert]")
        expect(away).to_contain_text("citeline is not responding. Start citeline serve again")
        expect(page.locator('[data-status="live"]')).to_have_count(0)
        expect(page.locator("#cl-live .cl-note")).to_have_text("Cut off: citeline is not responding.")
        expect(kept(page, "lost")).to_have_text(["lente", CUP])
        expect(page.locator("#cl-stop")).to_be_hidden()
        send(page, COST)
        expect(in_box(page)).to_have_value(COST)
        expect(page.locator(".cl-said-here")).to_contain_text("the question stays here")
        page.click(".cl-kept [data-kept=again] >> nth=0")
        expect(kept(page, "lost")).to_have_text(["lente", CUP])
        broken = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        for view in ("history", "check", "shelf"):
            page.click(f".cl-bar [data-view={view}]")
            page.wait_for_timeout(1000)
            expect(page.locator("body")).not_to_contain_text("undefined")
        assert broken == []
        page.click("#cl-live .cl-card >> nth=1")
        page.wait_for_timeout(3000)
        expect(page.locator(".toast-wrap :visible")).to_have_count(0)
        expect(page.get_by_text("Connection", exact=False).locator("visible=true")).to_have_count(0)
        assert serious(page) == []
    with Served(LOAD, tmp_path, port=port) as served:
        expect(away).to_be_hidden(timeout=60_000)
        expect(in_box(page)).to_be_enabled()
        expect(in_box(page)).to_have_value(COST)
        expect(kept(page, "lost")).to_have_text(["lente", CUP])
        assert served.count("asked") == 0
        page.press("#cl-box textarea", "Enter")
        expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")
        page.context.close()
