"""The page in a browser: ask, follow a citation to its lines, go from one to the next, on a screen and on a phone."""

from __future__ import annotations

import re
import shutil
from urllib.parse import urlsplit

import httpx
import pytest
from test_server import HOSTILE, PARKING, PEDESTRIANS, REOPENS, Caller, Served

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("there is no chromium on this machine: apt-get install chromium", allow_module_level=True)

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
EXAMPLES = ["Quand le pont rouvre-t-il ?", "Combien a coûté le chantier ?"]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with Served("lambda: test_server.ScriptedAnswerer(0.01)", tmp_path_factory.mktemp("page"), EXAMPLES) as served:
        yield served.url


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(url, browser):
    """Open the page in a window of its own. At the end: no other host was asked, the console has no error."""
    contexts, trouble, expected = [], [], []

    def opened(width=1360, height=860, locale="fr-FR", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda r: trouble.append(r.url) if not _is_ours(r.url) else None)
        page.on("response", lambda r: trouble.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.goto(url)
        expect(page.locator("#cl-box textarea")).to_be_enabled()
        return page

    opened.expected = expected
    yield opened
    for context in contexts:
        context.close()
    assert [line for line in trouble if not any(words in line for words in expected)] == []


def _is_ours(address):
    parts = urlsplit(address)
    return parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1"


def ask(page, question, status):
    page.fill("#cl-box textarea", question)
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn").filter(has_text=question)
    expect(turn).to_have_attribute("data-status", status)
    return turn


def expect_lit(page, citation):
    """The strongly lit characters are the quote, in its article, and they are in sight."""
    expect(page.locator(".cl-facts span").first).to_have_text(citation.span.article_id)
    marks = page.locator("mark.cl-now")
    expect(marks.first).to_be_visible()
    lit = "() => [...document.querySelectorAll('mark.cl-now')].map(m => m.textContent).join('\\n')"
    page.wait_for_function(f"quote => ({lit})() === quote", arg=citation.quote)
    lines = page.locator("li:has(mark.cl-now)").evaluate_all("all => all.map(li => +li.dataset.n)")
    assert lines == list(range(citation.span.first, citation.span.last + 1))
    for mark in marks.all():
        expect(mark).to_be_in_viewport()


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_chip_opens_its_article_at_the_quote(open_page):
    """The first citation is open when the answer is; a chip of another article opens that one and lights its words."""
    page = open_page()
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect(turn.locator(".cl-chip")).to_have_text(["1", "2", "3"])
    expect_lit(page, REOPENS)
    turn.locator(".cl-chip").nth(2).click()
    expect_lit(page, PARKING)
    expect(turn.locator(".cl-chip").nth(2)).to_have_attribute("aria-current", "true")
    turn.locator(".cl-chip").nth(1).click()
    expect_lit(page, PEDESTRIANS)
    expect(page.locator(".cl-count")).to_have_text("2 / 3")


def test_a_follow_up_says_how_it_was_understood(open_page):
    """Above the answer, with a button that puts it into the box; a new conversation starts from an empty page."""
    page = open_page()
    expect(page.locator("#cl-new")).to_be_hidden()
    ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect(page.locator("#cl-live .cl-understood")).to_have_count(0)
    turn = ask(page, "Et les piétons ?", "grounded")
    expect(turn.locator(".cl-understood span")).to_have_text("Quand le pont rouvre-t-il aux <b>piétons</b> ?")
    turn.locator(".cl-edit").click()
    expect(page.locator("#cl-box textarea")).to_have_value("Quand le pont rouvre-t-il aux <b>piétons</b> ?")
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.click("#cl-new")
    expect(page.locator(".cl-turn")).to_have_count(0)
    expect(page.locator("#cl-welcome h2")).to_be_visible()
    expect(page.locator(".cl-shelf")).to_be_visible()


def test_a_greeting_is_a_greeting(open_page):
    """No "not in your articles", no passages: the sentence alone."""
    page = open_page()
    turn = ask(page, "Bonjour", "greeting")
    expect(turn.locator(".cl-text")).to_have_text("Bonjour ! Posez une question sur vos articles.")
    expect(turn.locator(".cl-status, .cl-card")).to_have_count(0)


def test_n_and_p_walk_through_the_citations(open_page):
    """n goes to the next one, p back, both around the end; the arrows do the same; in the box they are letters."""
    page = open_page()
    ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect_lit(page, REOPENS)
    page.locator(".cl-lines").focus()
    for key, citation in (("n", PEDESTRIANS), ("n", PARKING), ("n", REOPENS), ("p", PARKING), ("p", PEDESTRIANS)):
        page.keyboard.press(key)
        expect_lit(page, citation)
    page.click("[data-go=next]")
    expect_lit(page, PARKING)
    page.click("[data-go=previous]")
    expect_lit(page, PEDESTRIANS)
    page.locator("#cl-box textarea").press_sequentially("npn")
    expect(page.locator("#cl-box textarea")).to_have_value("npn")
    expect_lit(page, PEDESTRIANS)


def test_everything_can_be_reached_by_keyboard(open_page):
    """Tab reaches a chip, its focus is visible, Enter opens it."""
    page = open_page()
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect_lit(page, REOPENS)
    page.locator("[data-go=shelf]").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.cl-chip[data-n=\"3\"]')"):
            break
    assert turn.locator(".cl-chip").nth(2).evaluate("chip => getComputedStyle(chip).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect_lit(page, PARKING)


def test_a_line_far_down_a_long_article_is_brought_into_sight(open_page):
    """5,000 lines: line 4,321 is lit, in the viewport, within two seconds of the click."""
    page = open_page()
    turn = ask(page, "Et le dernier relevé ?", "grounded")
    expect(page.locator("mark.cl-now")).to_have_text("Relevé numéro 4321 : rien")
    page.locator(".cl-lines").evaluate("lines => lines.scrollTo(0, 0)")
    turn.locator(".cl-chip").click(timeout=2_000)
    expect(page.locator("mark.cl-now")).to_be_in_viewport(timeout=2_000)
    assert page.locator("li:has(mark.cl-now)").get_attribute("data-n") == "4321"


def test_a_quotation_and_an_abstention(open_page):
    """A quoted answer stands as a quotation; "not in your articles" shows the nearest passages, which open."""
    page = open_page()
    turn = ask(page, "Combien a coûté le chantier ?", "quoted")
    expect(turn.locator("blockquote")).to_contain_text("Le chantier a coûté 4,2 millions d’euros")
    turn = ask(page, "Qui a gagné la coupe ?", "abstained")
    expect(turn.locator(".cl-status")).to_have_text("Pas dans vos articles")
    expect(turn.locator(".cl-chip")).to_have_count(0)
    turn.locator(".cl-card").nth(1).click()
    expect(page.locator(".cl-facts span").first).to_have_text("river.txt")
    expect(page.locator("mark").first).to_be_in_viewport()
    expect(page.locator("#cl-past .cl-turn")).to_have_count(1)


def test_the_draft_is_said_to_be_unchecked_and_can_be_stopped(open_page):
    """While words arrive the page says they are being checked; Stop ends it and the box is ready for the next one."""
    page = open_page()
    page.fill("#cl-box textarea", "longue")
    page.press("#cl-box textarea", "Enter")
    expect(page.locator(".cl-draft")).to_contain_text("mot")
    expect(page.locator("#cl-live .cl-status")).to_have_text("en cours de vérification")
    expect(page.locator("#cl-live .cl-card").first).to_be_visible()
    page.click("#cl-stop")
    expect(page.locator("#cl-live .cl-note")).to_have_text("Arrêté avant la fin.")
    page.wait_for_timeout(400)
    expect(page.locator("#cl-live .cl-note")).to_have_text("Arrêté avant la fin.")
    ask(page, "Combien a coûté le chantier ?", "quoted")


def test_nothing_moves_while_the_answer_grows(open_page):
    """The question and the box stay where they are from the first passage to the last word."""
    page = open_page()
    ask(page, "Combien a coûté le chantier ?", "quoted")
    page.fill("#cl-box textarea", "Quand le pont rouvre-t-il ?")
    places = "[...document.querySelectorAll('#cl-live .cl-question, #cl-send, #cl-stop')].map(e => e.offsetParent"
    places += " ? Math.round(e.getBoundingClientRect().top) : 0).filter(Boolean)"
    # The page watches itself: a busy machine may not let the test look before the answer is whole.
    page.evaluate(
        "() => { window.seen = []; window.watch = setInterval(() => { "
        f"if (document.querySelector('#cl-live .cl-draft')) window.seen.push({places}); }}, 20); }}"
    )
    page.press("#cl-box textarea", "Enter")
    page.wait_for_selector(".cl-draft")
    page.wait_for_selector("#cl-live .cl-turn:not([data-status=live])")
    seen = [
        *page.evaluate("() => { clearInterval(window.watch); return window.seen; }"),
        page.evaluate(f"() => {places}"),
    ]
    assert len(seen) > 1 and all(place == seen[0] for place in seen)


def test_the_first_page_invites(open_page):
    """How many articles, in which languages, examples that ask themselves, the library's articles to read."""
    page = open_page()
    expect(page.locator(".cl-bar")).to_contain_text("5 articles · français, anglais")
    expect(page.locator(".cl-badge")).to_have_text("local · hors ligne")
    expect(page.locator(".cl-foot")).to_have_text(re.compile("qwen2.5-1.5b.*embeddinggemma-300m"))
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.click(".cl-spine:has-text('registre.txt')")
    expect(page.locator(".cl-article h2")).to_have_text("Le registre des crues")
    page.click(".cl-example >> nth=1")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")
    page.click("[data-go=shelf]")
    expect(page.locator(".cl-spine")).to_have_count(5)


def test_an_english_browser_gets_an_english_page(open_page):
    """Buttons, states and labels follow the browser; the answer keeps the question's language."""
    page = open_page(locale="en-GB")
    expect(page.locator("#cl-send")).to_have_text("Ask")
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect(turn.locator(".cl-status")).to_have_text("Checked against your articles")
    expect(page.locator(".cl-facts")).to_contain_text("14 March 2024")
    assert page.locator("html").get_attribute("lang") == "en"


def test_hostile_text_does_nothing(open_page):
    """Markup in question, file name, title, article and model text is read, not run."""
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    page.fill("#cl-box textarea", HOSTILE)
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn[data-status=grounded]")
    expect(turn.locator(".cl-chip")).to_have_count(1)
    for place in (turn.locator("h2"), turn.locator(".cl-claim"), page.locator(".cl-article h2")):
        expect(place).to_contain_text(
            "<img src=x onerror=alert(1)>\"'<U+202E>{{7*7}}${1}`</span><script>alert(2)</script>"
        )
    expect(page.locator("[data-kind=cite] mark.cl-now")).to_contain_text("{{7*7}}${1}`</span>")
    assert page.locator("#cl-desk :is(img, script, iframe, style)").count() == 0


def test_a_full_queue_is_said_in_words(open_page, url):
    """When too many questions wait already, the page says so in one line and can ask again."""
    open_page.expected.append("503")
    page = open_page()
    callers = [Caller(url) for _ in range(12)]
    callers[0].call("begin", "longue")
    running = callers[0].start("ask")
    for caller in callers[1:]:
        httpx.post(f"{caller.api}/call/ask", json={"data": [], "session_hash": caller.session})
    turn = ask(page, "Combien a coûté le chantier ?", "note")
    expect(turn.locator(".cl-note")).to_contain_text("Trop de questions attendent déjà.")
    callers[0].cancel("ask", running)


def test_a_phone_shows_the_article_below_the_answer(open_page):
    """Nothing scrolls sideways; a chip opens the article under the answer; it can be closed."""
    page = open_page(390, 780, has_touch=True)
    assert no_sideways_scroll(page)
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect(page.locator("#cl-right")).to_be_hidden()
    assert no_sideways_scroll(page)
    turn.locator(".cl-chip").first.tap()
    expect_lit(page, REOPENS)
    for width in (320, 800, 390):
        page.set_viewport_size({"width": width, "height": 780})
        assert no_sideways_scroll(page)
        answer, article = page.locator("#cl-left").bounding_box(), page.locator("#cl-right").bounding_box()
        assert article["y"] >= answer["y"] + answer["height"] - 1 and article["width"] == width
    page.tap("[data-go=next]")
    expect_lit(page, PEDESTRIANS)
    page.tap("[data-go=close]")
    expect(page.locator("#cl-right")).to_be_hidden()
    expect(page.locator("#cl-box textarea")).to_be_visible()
