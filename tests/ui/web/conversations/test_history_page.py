"""The history on the page, in a browser: reload, browse, go on, delete, copy, save and check, judge; by keyboard
too."""

from __future__ import annotations

import json
import re

import pytest
from fakes import BagEmbedder, plain_answerer
from served import HOSTILE, Served

from index.ingestion.indexing import build
from rag.types import Answer
from ui.conversations.records import sources_of
from ui.conversations.store import History
from ui.conversations.verification import articles_of, read_export, verify
from ui.web.turns import named

try:
    from browser import no_sideways_scroll
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

REOPENS = "Quand le pont de Vernay rouvrira-t-il ?"
COST = "Combien d’euros ont coûté les travaux du pont de Vernay ?"
ITS_COST = "Combien d’euros ont coûté ses travaux ?"
STRIKE = "Who called the strike avoidable?"
BRIDGE = (
    "Société\n\nLe pont de Vernay rouvrira lundi\n\n"
    "VERNAY, 12 mars 2024 (AGL) — Le pont de Vernay, fermé depuis mars, rouvrira lundi matin, a annoncé la maire "
    "Claire Vidal.\n\nLes travaux ont coûté 3,2 millions d’euros. Ils devaient durer six mois.\n"
)
PORT = (
    "Port strike ends after nine days\n\nPaul Renaud, head of the port, called the strike “avoidable”.\nTraffic fell."
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder with articles, library and server of this module."""
    return tmp_path_factory.mktemp("history")


@pytest.fixture(scope="module")
def served(place):
    (place / "articles").mkdir()
    (place / "articles" / "pont.txt").write_text(BRIDGE, encoding="utf-8")
    (place / "articles" / "port.txt").write_text(PORT, encoding="utf-8")
    build(place / "library", BagEmbedder(), [place / "articles"])
    with Served(f"lambda: __import__('fakes').plain_answerer({str(place / 'library')!r})", place) as served:
        yield served


@pytest.fixture(scope="module")
def url(served):
    return served.url


@pytest.fixture
def history(place, served):
    """The history of the page's library, empty at first."""
    history = History.of(place / "library")
    history.delete_all()
    return history


def keep(place, history, *questions, talk=""):
    answerer = plain_answerer(place / "library")
    for question in questions:
        answer = answerer.ask(question) if isinstance(question, str) else question
        talk, _ = history.append(talk, answer, sources_of(answer, named(answerer, answer)))
    return talk


def ask(page, question):
    page.fill("#cl-box textarea", question)
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn").filter(has_text=question)
    expect(turn.locator(".cl-turn-bar")).to_be_visible()
    return turn


def see_history(page):
    page.click('.cl-bar [data-view="history"]')
    expect(page.locator(".cl-talks h2")).to_be_focused()
    return page.locator(".cl-talk-row")


def test_a_reload_keeps_the_conversation(open_window, history):
    """The turns are there again, the chips work, and the next question leans on them; a new window has none of it."""
    page = open_window()
    ask(page, REOPENS)
    ask(page, ITS_COST)
    page.reload()
    expect(page.locator(".cl-turn h2")).to_have_text([REOPENS, ITS_COST])
    expect(page.locator("#cl-live .cl-turn-bar")).to_be_in_viewport()
    page.locator("#cl-live .cl-chip").first.click()
    expect(page.locator("mark.cl-now")).to_contain_text("3,2 millions")
    turn = ask(page, "Et quand rouvrira-t-il ?")
    expect(turn.locator(".cl-understood")).to_contain_text("pont de Vernay")
    (summary,) = history.conversations()
    assert summary.n_turns == 3 and summary.title == REOPENS
    assert open_window().locator(".cl-turn").count() == 0


def test_a_name_in_the_store_is_not_trusted(open_window, history, place):
    """Whatever stands in the window's store: an empty page, that answers."""
    keep(place, history, REOPENS)
    page = open_window()
    for name in ("../../etc/passwd", "0" * 24, "<img src=x onerror=alert(1)>"):
        page.evaluate("name => sessionStorage.setItem('citeline-talk', name)", name)
        page.reload()
        expect(page.locator("#cl-box textarea")).to_be_enabled()
        expect(page.locator(".cl-turn")).to_have_count(0)
    ask(page, REOPENS)
    assert len(history.conversations()) == 2


def test_browse_reopen_and_go_on(open_window, history, place):
    """Newest first with date and number of turns; search; opening shows the turns, going on adds to the same one."""
    talk = keep(place, history, REOPENS)
    keep(place, history, STRIKE)
    page = open_window()
    rows = see_history(page)
    expect(rows).to_have_count(2)
    expect(rows.locator(".cl-meta").first).to_have_text(re.compile(r"^\d+(er)? \S+ 20\d\d, \d\d:\d\d · 1 question$"))
    page.fill(".cl-talk-search", "VERNAY rouvrira")
    expect(rows).to_have_count(1)
    expect(page.locator(".cl-talk-search")).to_be_focused()
    rows.locator(".cl-talk-open").click()
    expect(page.locator("#cl-live .cl-turn h2")).to_have_text(REOPENS)
    turn = ask(page, ITS_COST)
    expect(turn.locator(".cl-understood")).to_contain_text("travaux du pont de Vernay")
    assert history.conversations()[0].id == talk and history.conversations()[0].n_turns == 2
    see_history(page)
    page.fill(".cl-talk-search", "zzz")
    expect(page.locator(".cl-talk-list")).to_contain_text("Aucune conversation")


def test_an_article_that_changed_lights_nothing(open_window, history, place):
    """An old answer on a text that is another one now: the article opens and the page says that it changed."""
    keep(place, history, COST)
    path = place / "articles" / "pont.txt"
    path.write_text(BRIDGE.replace("3,2", "3,3"), encoding="utf-8")
    build(place / "library", BagEmbedder(), [place / "articles"])
    page = open_window()
    see_history(page).locator(".cl-talk-open").click()
    page.locator("#cl-live .cl-chip").first.click()
    expect(page.locator(".cl-stale")).to_be_visible()
    expect(page.locator("mark")).to_have_count(0)
    path.write_text(BRIDGE, encoding="utf-8")
    build(place / "library", BagEmbedder(), [place / "articles"])


def test_one_is_deleted_after_a_question(open_window, history, place):
    """Escape and Cancel keep it; Delete removes it; the one on the page takes its turns with it. Keyboard alone."""
    keep(place, history, STRIKE)
    page = open_window()
    ask(page, REOPENS)
    rows = see_history(page)
    delete = rows.first.locator("[data-do=delete]")
    delete.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cl-sure")).to_contain_text(REOPENS)
    expect(page.locator("[data-do=cancel]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cl-sure")).to_be_hidden()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".cl-sure")).to_be_hidden()
    expect(rows).to_have_count(2)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page.locator(".cl-turn")).to_have_count(0)
    assert [each.title for each in history.conversations()] == [STRIKE]
    page.reload()
    expect(page.locator("#cl-box textarea")).to_be_enabled()
    expect(page.locator(".cl-turn")).to_have_count(0)


def test_all_are_deleted_after_a_question(open_window, history, place):
    """Nothing is left on the page or on disk; the next question begins anew."""
    keep(place, history, STRIKE)
    keep(place, history, COST)
    page = open_window()
    rows = see_history(page)
    page.click("[data-do=delete-all]")
    expect(page.locator(".cl-sure p").first).to_contain_text("toutes les conversations")
    page.click("[data-do=sure]")
    expect(rows).to_have_count(0)
    expect(page.locator(".cl-talks")).to_contain_text("Pas encore de conversation")
    assert list(history.folder.iterdir()) == []
    ask(page, REOPENS)
    assert [each.title for each in history.conversations()] == [REOPENS]


def test_a_new_conversation_is_another_one(open_window, history):
    """After "new conversation" a question does not go into the old file, nor come back with a reload."""
    page = open_window()
    ask(page, REOPENS)
    page.click("#cl-new")
    expect(page.locator(".cl-turn")).to_have_count(0)
    page.reload()
    expect(page.locator("#cl-box textarea")).to_be_enabled()
    ask(page, STRIKE)
    assert sorted(each.n_turns for each in history.conversations()) == [1, 1]
    page.reload()
    expect(page.locator(".cl-turn h2")).to_have_text([STRIKE])


def test_an_answer_is_copied_with_its_citations(open_window, history):
    """As Markdown, through the clipboard, or without it where the browser refuses; the button's effect is announced."""
    page = open_window(permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, COST)
    turn.locator("[data-do=copy]").click()
    expect(turn.locator(".cl-said[role=status]")).to_have_text("Copié, avec ses citations.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("**Combien d’euros ont coûté")
    assert "[1] Le pont de Vernay rouvrira lundi, pont.txt:7, 12 mars 2024\n> Les travaux ont coûté 3,2" in copied
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    turn.locator("[data-do=copy]").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('**Combien')")
    expect(turn.locator("[data-do=copy]")).to_be_focused()


def test_a_conversation_is_saved_and_checked(open_window, history, place, tmp_path):
    """Both files are downloads of the page itself; the JSON holds until an article changes."""
    page = open_window()
    ask(page, COST)
    ask(page, STRIKE)
    see_history(page)
    with page.expect_download() as download:
        page.click(".cl-this [data-format=markdown]")
    assert re.fullmatch(r"citeline-\d{4}-\d\d-\d\d-[0-9a-f]{6}\.md", download.value.suggested_filename)
    download.value.save_as(tmp_path / "talk.md")
    assert "SHA-256" in (tmp_path / "talk.md").read_text(encoding="utf-8")
    with page.expect_download() as download:
        page.locator(".cl-talk-row [data-format=json]").first.click()
    download.value.save_as(tmp_path / "talk.json")
    cited = read_export(tmp_path / "talk.json")
    assert {each.standing.state for each in verify(cited, articles_of(place / "articles"))} == {"holds"}
    record = json.loads((tmp_path / "talk.json").read_text(encoding="utf-8"))
    assert [turn["question"] for turn in record["turns"]] == [COST, STRIKE]


def test_a_judgement_is_pressed_kept_and_taken_back(open_window, history):
    """Its state is pressed and announced; it stays with the turn when the next question moves it up, and after a
    reload; a remark is kept with Enter; pressing again takes it back. All by keyboard."""
    page = open_window()
    turn = ask(page, COST)
    turn.locator("[data-as=wrong]").focus()
    page.keyboard.press("Enter")
    expect(turn.locator("[data-as=wrong]")).to_have_attribute("aria-pressed", "true")
    expect(turn.locator(".cl-said[role=status]")).to_have_text("Avis gardé : fausse.")
    turn.locator(".cl-note-box").fill("<b>3,4</b> dit l’erratum")
    page.keyboard.press("Enter")
    expect(turn.locator(".cl-said")).to_have_text("Remarque gardée.")
    ask(page, STRIKE)
    old = page.locator("#cl-past .cl-turn")
    expect(old.locator("[data-as=wrong]")).to_have_attribute("aria-pressed", "true")
    expect(old.locator(".cl-note-box")).to_have_value("<b>3,4</b> dit l’erratum")
    page.reload()
    expect(old.locator("[aria-pressed=true]")).to_have_text(re.compile("Fausse"))
    expect(old.locator(".cl-note-box")).to_have_value("<b>3,4</b> dit l’erratum")
    kept = history.open(history.conversations()[0].id).turns[0]
    assert (kept.judgement, kept.note) == ("wrong", "<b>3,4</b> dit l’erratum")
    old.locator("[data-as=line]").click()
    expect(old.locator("[aria-pressed=true]")).to_have_text(re.compile("Mauvaise ligne"))
    old.locator("[data-as=line]").click()
    expect(old.locator("[aria-pressed=true]")).to_have_count(0)
    expect(old.locator(".cl-said")).to_have_text("Avis retiré.")
    assert history.open(history.conversations()[0].id).turns[0].judgement == ""


def test_an_answer_that_is_deleted_meanwhile_cannot_be_judged(open_window, history):
    """The page says that it is no longer there; nothing is pressed."""
    page = open_window()
    turn = ask(page, COST)
    history.delete_all()
    turn.locator("[data-as=right]").click()
    expect(turn.locator(".cl-said")).to_have_text("Cette réponse n’est plus dans l’historique.")
    expect(turn.locator("[aria-pressed=true]")).to_have_count(0)
    turn.locator("[data-do=copy]").click()
    expect(turn.locator(".cl-said")).to_have_text("Cette réponse n’est plus dans l’historique.")


def test_what_is_not_answered_is_right_or_wrong(open_window, history):
    """No line was cited, so none can be the wrong one."""
    turn = ask(open_window(), "Wann öffnet das Schwimmbad?")
    expect(turn.locator("[data-as]")).to_have_text(["Juste", "Fausse"])


def test_a_long_conversation_shows_its_end(open_window, history, place):
    """Of 500 turns the last 30 and the live one; earlier ones come above, 30 at a time, and nothing jumps."""
    answer = plain_answerer(place / "library").ask(COST)
    talk = ""
    for n in range(500):
        talk, _ = history.append(talk, Answer(f"Question {n + 1} ?", "fr", answer.claims, is_quote=True), {})
    page = open_window()
    see_history(page).locator(".cl-talk-open").click()
    expect(page.locator("#cl-live h2")).to_have_text("Question 500 ?")
    expect(page.locator("#cl-past .cl-turn")).to_have_count(30)
    first = page.locator("#cl-past .cl-turn", has_text="Question 470 ?")
    first.scroll_into_view_if_needed()
    page.locator(".cl-earlier button").scroll_into_view_if_needed()
    before = first.bounding_box()["y"]
    page.locator(".cl-earlier button").click()
    expect(page.locator("#cl-past .cl-turn")).to_have_count(60)
    expect(page.locator("#cl-past .cl-turn h2").first).to_have_text("Question 440 ?")
    page.wait_for_function(
        "y => Math.abs(document.querySelectorAll('#cl-past .cl-turn')[30].getBoundingClientRect().y - y) < 80",
        arg=before,
    )
    ask(page, STRIKE)
    expect(page.locator("#cl-past .cl-turn")).to_have_count(30)
    assert history.conversations()[0].n_turns == 501


def test_hostile_words_are_text(open_window, history):
    """Markup in a question is read in the list, in the question before a deletion and in the turn, never run."""
    history.append("", Answer(HOSTILE, "fr", message=HOSTILE), {})
    page = open_window()
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    rows = see_history(page)
    expect(rows.locator(".cl-title")).to_contain_text("<img src=x onerror=alert(1)>")
    rows.locator("[data-do=delete]").click()
    expect(page.locator(".cl-sure-title")).to_contain_text("<img src=x onerror=alert(1)>")
    page.keyboard.press("Escape")
    page.fill(".cl-talk-search", "<img src=x")
    expect(rows).to_have_count(1)
    rows.locator(".cl-talk-open").click()
    expect(page.locator("#cl-live h2")).to_contain_text("<script>alert(2)</script>")
    assert page.locator("#cl-desk :is(img, script, iframe, style)").count() == 0


def test_in_english(open_window, history, place):
    """An English browser has an English history; switching the language switches it, too."""
    keep(place, history, STRIKE)
    page = open_window(locale="en-GB")
    turn = ask(page, STRIKE)
    expect(turn.locator("[data-as]")).to_have_text(["Right", "Wrong", "Wrong line"])
    turn.locator("[data-as=right]").click()
    expect(turn.locator(".cl-said")).to_have_text("Feedback saved: right.")
    expect(page.locator("mark.cl-now")).to_be_visible()
    see_history(page)
    expect(page.locator(".cl-talks h2")).to_have_text("History")
    expect(page.locator(".cl-talk-row .cl-meta").first).to_contain_text("1 question")
    page.click("[data-speak]")
    expect(page.locator(".cl-talks h2")).to_have_text("Historique")
    expect(turn.locator("[data-as]")).to_have_text(["Juste", "Fausse", "Mauvaise ligne"])
    expect(turn.locator("[data-as=right]")).to_have_attribute("aria-pressed", "true")


def test_on_a_phone(open_window, history, place):
    """Nothing scrolls sideways; a conversation is opened and its answer is in sight once the history is closed."""
    keep(place, history, COST)
    page = open_window(390, 780, has_touch=True)
    rows = see_history(page)
    assert no_sideways_scroll(page)
    rows.locator(".cl-talk-open").tap()
    expect(page.locator("#cl-live .cl-turn")).to_be_visible()
    assert no_sideways_scroll(page)


def test_without_history_nothing_is_on_disk(open_window, place, tmp_path_factory, browser):
    """--no-history: a reload still finds the conversation, there is nothing to judge or to list, and no file."""
    folder = tmp_path_factory.mktemp("none")
    build(folder / "library", BagEmbedder(), [place / "articles"])
    load = f"lambda: __import__('fakes').plain_answerer({str(folder / 'library')!r}), keep_history=False"
    with Served(load, folder) as served:
        page = browser.new_page(locale="fr-FR")
        page.goto(served.url)
        expect(page.locator("#cl-box textarea")).to_be_enabled()
        turn = ask(page, COST)
        expect(turn.locator("[data-as]")).to_have_count(0)
        page.reload()
        expect(page.locator("#cl-live h2")).to_have_text(COST)
        page.click('.cl-bar [data-view="history"]')
        expect(page.locator(".cl-talks")).to_contain_text("Rien n’est gardé")
        expect(page.locator(".cl-talk-row")).to_have_count(0)
        page.close()
    assert not (folder / "library" / "talks").exists()
