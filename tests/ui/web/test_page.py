"""The page in a browser: ask, follow a citation to its lines, go from one to the next, on a screen and on a phone."""

from __future__ import annotations

import re

import pytest
from browser import ask, expect, expect_lit, no_sideways_scroll, serious, tab_to
from hostile import HOSTILE as TEXTS
from hostile import HOSTILE_ANSWER, HOSTILE_ARTICLES
from served import PARKING, PEDESTRIANS, REOPENS, Caller, Served, until

from ui.formats.html import visible
from ui.services.model_queue import QUEUE_SIZE

EXAMPLES = [
    *("Quand le pont rouvre-t-il ?", "Combien a coûté le chantier ?"),
    *("Qui a gagné la coupe ?", "Et le dernier relevé ?"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with Served(
        "lambda: __import__('page_answerer').PageAnswerer(0.01)", tmp_path_factory.mktemp("page"), EXAMPLES
    ) as served:
        yield served.url


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
    expect(page.locator("#cl-shelf")).to_be_visible()


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


def test_a_preview_shows_the_cited_lines(open_page):
    """Pointing at a marker shows its lines among eight; the card can be pointed at, Escape closes it."""
    page = open_page()
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    card, chip = page.locator("#cl-peek-card"), turn.locator(".cl-chip").nth(1)
    chip.hover()
    expect(card.locator("mark")).to_have_text(PEDESTRIANS.quote)
    expect(card.locator("li")).to_have_count(8)
    expect(card.locator("li.cl-cited")).to_have_attribute("data-n", "7")
    expect(chip).to_have_attribute("aria-describedby", "cl-peek-said")
    expect(page.locator("#cl-peek-said")).to_have_text(PEDESTRIANS.quote)
    marker, shown = chip.bounding_box(), card.bounding_box()
    assert shown["y"] >= marker["y"] + marker["height"] or shown["y"] + shown["height"] <= marker["y"]
    card.locator("mark").hover()
    page.wait_for_timeout(500)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    turn.locator(".cl-chip").nth(2).hover()
    expect(card.locator(".cl-title")).to_have_text("Le marché couvert cherche un toit provisoire")
    page.locator("h1").hover()
    expect(card).to_be_hidden()


def test_everything_can_be_done_by_keyboard(open_page):
    """Ask, reach a marker, see its preview, open it, list the keys, change view and come back, without a pointer."""
    page = open_page()
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.keyboard.type("Quand le pont rouvre-t-il ?")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "grounded")
    expect_lit(page, REOPENS)
    page.evaluate("() => document.activeElement.blur()")
    tab_to(page, ".cl-skip[data-go=box]")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.evaluate("() => document.querySelector('.cl-skip').focus()")
    tab_to(page, '.cl-chip[data-n="3"]')
    expect(page.locator("#cl-peek-card mark")).to_have_text(PARKING.quote)
    page.keyboard.press("Escape")
    expect(page.locator("#cl-peek-card")).to_be_hidden()
    page.keyboard.press("Enter")
    expect_lit(page, PARKING)
    page.keyboard.press("?")
    expect(page.locator("#cl-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#cl-keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.evaluate("() => document.querySelector('.cl-skip').focus()")
    tab_to(page, ".cl-bar [data-view=history]")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-history")).to_be_visible()
    expect(page.locator("#cl-pane")).to_be_hidden()
    expect(page.locator(".cl-bar [data-view=history]")).to_have_attribute("aria-pressed", "true")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("n")
    expect_lit(page, REOPENS)
    expect(page.locator("#cl-history")).to_be_hidden()


def test_keys_of_one_letter_can_be_switched_off(open_page):
    """The window of the keys has a switch; off, n and ? do nothing."""
    page = open_page()
    ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect_lit(page, REOPENS)
    page.click("[data-go=keys]")
    page.click("#cl-keys [role=switch]")
    page.keyboard.press("Escape")
    page.locator(".cl-lines").focus()
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#cl-keys")).to_be_hidden()
    expect_lit(page, REOPENS)
    page.click("[data-go=keys]")
    page.click("#cl-keys [role=switch]")
    page.click("#cl-keys [data-go=read]")
    page.locator(".cl-lines").focus()
    page.keyboard.press("n")
    expect_lit(page, PEDESTRIANS)


def test_a_line_far_down_a_long_article_is_brought_into_sight(open_page):
    """5,000 lines: line 4,321 is lit, in the viewport, within two seconds of the click."""
    page = open_page()
    turn = ask(page, "Et le dernier relevé ?", "grounded")
    expect(page.locator("#cl-pane mark.cl-now")).to_have_text("Relevé numéro 4321 : rien")
    page.locator(".cl-lines").evaluate("lines => lines.scrollTo(0, 0)")
    turn.locator(".cl-chip").click(timeout=2_000)
    expect(page.locator("#cl-pane mark.cl-now")).to_be_in_viewport(timeout=2_000)
    assert page.locator("#cl-pane li:has(mark.cl-now)").get_attribute("data-n") == "4321"


def test_a_quotation_and_an_abstention(open_page):
    """A quoted answer stands as a quotation; "not in your articles" shows the nearest passages, which open."""
    page = open_page()
    turn = ask(page, "Combien a coûté le chantier ?", "quoted")
    expect(turn.locator("blockquote")).to_contain_text("Le chantier a coûté 4,2 millions d’euros")
    turn = ask(page, "Qui a gagné la coupe ?", "abstained")
    expect(turn.locator(".cl-status")).to_have_text("Pas dans vos articles")
    expect(turn.locator(".cl-searched")).to_have_text(
        "Cherché dans\u00a0: 5 articles. Dans aucun article\u00a0: «\u00a0gagné\u00a0», «\u00a0coupe\u00a0»."
    )
    turn.locator(".cl-why summary").click()
    expect(turn.locator(".cl-why p")).to_contain_text("Le modèle de langue n’a donc rien écrit")
    expect(turn.locator(".cl-chip")).to_have_count(0)
    turn.locator(".cl-card").nth(1).click()
    expect(page.locator(".cl-facts span").first).to_have_text("river.txt")
    expect(page.locator("#cl-pane mark").first).to_be_in_viewport()
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
    expect(page.locator("#cl-live .cl-draft")).to_have_count(0)
    expect(page.locator("#cl-live .cl-card").first).to_be_visible()
    ask(page, "Combien a coûté le chantier ?", "quoted")


def test_nothing_moves_while_the_answer_grows(open_page):
    """Question, box and passages stay where they are from the first passage to the last word: no layout shift."""
    page = open_page()
    ask(page, "Combien a coûté le chantier ?", "quoted")
    page.fill("#cl-box textarea", "Quand le pont rouvre-t-il ?")
    places = "[...document.querySelectorAll('#cl-live .cl-question, #cl-live .cl-cards, #cl-send, #cl-stop')]"
    places += ".map(e => e.offsetParent ? Math.round(e.getBoundingClientRect().top) : 0).filter(Boolean)"
    # The page watches itself: a busy machine may not let the test look before the answer is whole.
    page.evaluate(
        "() => { window.seen = []; window.shift = 0;"
        " new PerformanceObserver(list => { for (const each of list.getEntries())"
        " if (!each.hadRecentInput) window.shift += each.value; }).observe({type: 'layout-shift'});"
        " window.watch = setInterval(() => {"
        f" if (document.querySelector('#cl-live .cl-draft')) window.seen.push({places}); }}, 20); }}"
    )
    page.press("#cl-box textarea", "Enter")
    page.wait_for_selector(".cl-draft")
    page.wait_for_selector("#cl-live .cl-turn:not([data-status=live])")
    seen = page.evaluate("() => { clearInterval(window.watch); return window.seen; }")
    assert seen and all(place == seen[0] for place in seen)
    question, *_, box = page.evaluate(f"() => {places}")
    assert (question, box) == (seen[0][0], seen[0][-1])
    assert page.evaluate("window.shift") < 0.01


MEASURED = """() => {
  window.measured = [];
  const told = (name) => window.measured.push(`${name} ${new Error().stack}`);
  for (const [what, names] of [
    [Element.prototype, ["getBoundingClientRect", "getClientRects", "scrollIntoView", "scrollTo"]],
    [Element.prototype, ["scrollTop", "scrollHeight", "clientHeight", "clientWidth"]],
    [HTMLElement.prototype, ["offsetTop", "offsetHeight", "offsetWidth", "offsetParent", "innerText"]],
  ]) for (const name of names) {
    const { value, get, ...rest } = Object.getOwnPropertyDescriptor(what, name);
    const seen = (call) => call && function (...args) { told(name); return call.apply(this, args); };
    Object.defineProperty(what, name, value ? { ...rest, value: seen(value) } : { ...rest, get: seen(get) });
  }
}"""


def test_nothing_is_measured_while_words_arrive(open_page):
    """No word makes the browser lay the page out for a script: it shares its cores with the model."""
    page = open_page.new()
    page.fill("#cl-box textarea", "longue")
    page.press("#cl-box textarea", "Enter")
    expect(page.locator(".cl-draft")).to_contain_text("mot")
    expect(page.locator("#cl-pane mark.cl-now").first).to_be_in_viewport()
    page.wait_for_timeout(500)
    page.evaluate(MEASURED)
    length = "document.querySelector('.cl-draft').textContent.length"
    page.wait_for_function(f"before => {length} > before + 400", arg=page.evaluate(length))
    assert page.evaluate("window.measured") == []
    page.click("#cl-stop")
    expect(page.locator("#cl-live .cl-note")).to_have_text("Arrêté avant la fin.")
    page.context.close()


def test_the_first_page_invites(open_page):
    """How many articles, in which languages, examples that ask themselves, the library's articles to read."""
    page = open_page()
    expect(page.locator(".cl-bar")).to_contain_text("5 articles · français, anglais")
    expect(page.locator(".cl-badge")).to_have_text("local · hors ligne")
    expect(page.locator(".cl-foot")).to_have_text(re.compile("qwen2.5-1.5b.*embeddinggemma-300m"))
    expect(page.locator("#cl-box textarea")).to_be_focused()
    page.click(".cl-stack-open:has-text('Le registre des crues')")
    expect(page.locator(".cl-article h2")).to_have_text("Le registre des crues")
    page.click(".cl-example >> nth=1")
    expect(page.locator("#cl-live .cl-turn")).to_have_attribute("data-status", "quoted")
    page.click(".cl-bar [data-view=shelf]")
    expect(page.locator(".cl-stack-open")).to_have_count(5)
    expect(page.locator("#cl-pane")).to_be_hidden()


def test_an_english_browser_gets_an_english_page(open_page):
    """Buttons, states and labels follow the browser; the answer keeps the question's language."""
    page = open_page(locale="en-GB")
    expect(page.locator("#cl-send")).to_have_text("Ask")
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect(turn.locator(".cl-status")).to_have_text("Checked against your articles")
    expect(page.locator(".cl-facts")).to_contain_text("14 March 2024")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_reader_switches_the_language(open_page):
    """Everything on the page changes, the turns too, without a reload; a reload keeps it."""
    page = open_page.new()
    ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    expect_lit(page, REOPENS)
    page.click("[data-speak=en]")
    expect(page.locator("#cl-live .cl-status")).to_have_text("Checked against your articles")
    expect(page.locator("#cl-send")).to_have_text("Ask")
    expect(page.locator(".cl-facts")).to_contain_text("14 March 2024")
    expect(page.locator(".cl-chip").first).to_have_attribute("aria-current", "true")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator(".cl-lines").focus()
    page.keyboard.press("n")
    expect_lit(page, PEDESTRIANS)
    page.reload()
    expect(page.locator("#cl-send")).to_have_text("Ask")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("[data-speak=fr]")
    expect(page.locator("#cl-send")).to_have_text("Demander")
    page.context.close()


def test_the_reader_switches_the_colours(open_page):
    """As the system, then light, then dark, at once; a reload keeps it from its first paint on."""
    page = open_page.new(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.click("[data-go=theme]")
    light = page.evaluate(paper)
    assert light != dark
    expect(page.locator(".cl-theme")).to_have_accessible_name("Couleurs\u00a0: clair")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "light" and page.evaluate(paper) == light
    page.click("[data-go=theme]")
    assert page.evaluate(paper) == dark
    page.click("[data-go=theme]")
    expect(page.locator(".cl-theme")).to_have_accessible_name("Couleurs\u00a0: comme le système")
    assert page.evaluate(paper) == dark and page.locator("html").get_attribute("data-theme") is None
    page.context.close()


LOOK = """() => [document.title, location.href, document.styleSheets.length, ...['display', 'visibility', 'backgroundColor',
'color', 'fontSize'].map(name => getComputedStyle(document.body)[name]), document.forms.length]"""
ELEMENTS = ":is(img, script, iframe, style, link, form, base, meta, svg, math, template, object)"
OPEN_EACH = """async () => {
  const seen = [];
  const chips = [...document.querySelectorAll('#cl-live .cl-chip')];
  for (const [at, chip] of chips.entries()) {
    chip.click();
    for (let tries = 0; tries < 500; tries++) {
      if (document.querySelector('.cl-count')?.textContent === `${at + 1} / ${chips.length}`) break;
      await new Promise(done => setTimeout(done, 10));
    }
    seen.push([document.querySelector('.cl-article h2').textContent, document.querySelector('#cl-pane mark.cl-now').textContent]);
  }
  return seen;
}"""


def test_hostile_text_is_text(open_page):
    """As question, reply, reason, title, file name and article text: every character shown, nothing run, nothing
    asked."""
    page = open_page()
    look, elements = page.evaluate(LOOK), page.locator(ELEMENTS).count()
    turn = ask(page, "hostile", "grounded", shown="")
    expect(turn.locator("h2")).to_contain_text("<svg onload=alert(1)>")
    claims = turn.locator(".cl-claim").evaluate_all(
        "all => all.map(each => { const copy = each.cloneNode(true);"
        " copy.querySelectorAll('.cl-chip').forEach(chip => chip.remove()); return copy.textContent; })"
    )
    assert claims == [visible(claim.text) for claim in HOSTILE_ANSWER.supported]
    titles = [visible(article.title) for article in HOSTILE_ARTICLES.values()]
    assert turn.locator(".cl-source .cl-title").evaluate_all("all => all.map(each => each.textContent)") == titles
    reasons = turn.locator(".cl-reason").evaluate_all("all => all.map(each => each.textContent)")
    assert reasons == [visible(text) for text in TEXTS]
    quotes = [visible(article.lines[0]) for article in HOSTILE_ARTICLES.values()]
    assert page.evaluate(OPEN_EACH) == [[title, quote] for title, quote in zip(titles, quotes, strict=True)]
    for text in ("<img src=x onerror=alert(1)>", "{{7*7}} ${7*7} @children"):
        ask(page, text, "abstained")
    assert page.evaluate(LOOK) == look and page.locator(ELEMENTS).count() == elements
    assert no_sideways_scroll(page)


@pytest.mark.parametrize(
    "window", [{"locale": "fr-FR"}, {"locale": "en-GB", "color_scheme": "dark"}, {"width": 390, "height": 780}]
)
def test_nobody_is_kept_out(open_page, window):
    """axe-core finds nothing serious in any state: welcome, each kind of answer, article, preview, views, keys."""
    page = open_page(**window)
    found = {"welcome": serious(page)}
    turn = ask(page, "Qui a gagné la coupe ?", "abstained")
    turn.locator(".cl-why summary").click()
    found["abstained"] = serious(page)
    ask(page, "Combien a coûté le chantier ?", "quoted")
    turn = ask(page, "Quand le pont rouvre-t-il ?", "grounded")
    turn.locator(".cl-dropped summary").click()
    turn.locator(".cl-why summary").click()
    turn.locator(".cl-chip").first.click()
    expect_lit(page, REOPENS)
    turn.locator(".cl-chip").last.hover()
    expect(page.locator("#cl-peek-card")).to_be_visible()
    found["answers, article, preview"] = serious(page)
    for view in ("shelf", "history", "check"):
        page.evaluate("view => document.dispatchEvent(new CustomEvent('citeline:view', {detail: view}))", view)
        page.wait_for_timeout(400)
        found[view] = serious(page)
    page.evaluate("() => document.querySelector('[data-go=keys]').click()")
    found["keys"] = serious(page)
    page.keyboard.press("Escape")
    assert {state: each for state, each in found.items() if each} == {}


def test_a_full_queue_is_said_in_words(open_page, url):
    """When too many questions wait already, the page says so in one line and can ask again."""
    page = open_page()
    callers = [Caller(url) for _ in range(QUEUE_SIZE + 1)]
    for caller in callers:
        caller.begin("longue")
    running = [(caller, caller.start("ask")) for caller in callers]
    waiting = f"{url}/api/status"
    until(lambda: page.request.get(waiting).json()["queue"]["waiting"] == QUEUE_SIZE, 30)
    turn = ask(page, "Combien a coûté le chantier ?", "note")
    expect(turn.locator(".cl-note")).to_contain_text("Trop de questions attendent déjà.")
    for caller, event in running:
        caller.cancel("ask", event)
    until(lambda: not page.request.get(waiting).json()["queue"]["busy"], 30)
    ask(page, "Combien a coûté le chantier ?", "quoted")


def test_a_phone_shows_the_article_below_the_answer(open_page):
    """Nothing scrolls sideways; a chip opens the article under the answer; it can be closed."""
    page = open_page(width=390, height=780, has_touch=True)
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
    for view in ("shelf", "history", "check"):
        page.tap(f".cl-bar [data-view={view}]")
        expect(page.locator(f"#cl-{view}")).to_be_visible()
        assert no_sideways_scroll(page)
        page.tap(f".cl-bar [data-view={view}]")
        expect(page.locator("#cl-right")).to_be_hidden()
    expect(page.locator("#cl-box textarea")).to_be_visible()
