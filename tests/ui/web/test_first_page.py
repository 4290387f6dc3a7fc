"""The page of an empty library, as a newcomer meets it: a welcome to add articles, samples, a count before much is
read."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import no_sideways_scroll, pages_of, serious
from fakes import BagEmbedder

from index.ingestion.indexing import make_empty
from ui.services.host import LibraryHost
from ui.web.library.controller import Asked, ShelfView

try:
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)


@pytest.fixture
def empty(tmp_path, browser):
    """Open the page of a library without articles. At the end: no error was logged."""
    with pages_of(tmp_path, browser) as open_page:

        def open_empty(**options):
            make_empty(tmp_path / "library", BagEmbedder())
            return open_page(**options)

        yield open_empty


def test_an_empty_library_is_a_welcome(empty):
    """The panel for adding stands open, names the kinds and offers the samples; one click reads them, by keyboard
    too."""
    page = empty(locale="en-GB")
    panel = page.locator(".cl-stack-adding")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("To begin, add some articles")
    expect(panel).to_contain_text(".pdf, .docx")
    expect(page.locator(".cl-stack-path").last).to_be_visible()
    expect(page.locator("#cl-box textarea")).to_have_attribute("placeholder", "Add some articles first")
    expect(page.locator(".cl-stack-bar")).to_be_hidden()
    assert serious(page) == []
    page.locator("[data-do=samples]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cl-stack-table tbody tr").first).to_be_visible()
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("18 articles")
    expect(panel).to_be_hidden()
    expect(page.locator(".cl-stack-bar")).to_be_visible()
    expect(page.locator("#cl-box textarea")).to_have_attribute("placeholder", "Your question…")
    expect(page.locator(".cl-welcome .cl-example").first).to_be_visible()


def test_the_welcome_on_a_phone_in_the_dark(empty):
    """The conversation's place leads to the library, whose sheet is the same welcome; nothing scrolls sideways."""
    page = empty(width=390, height=780, has_touch=True, color_scheme="dark")
    page.tap(".cl-add-first")
    expect(page.locator(".cl-stack-adding")).to_contain_text("Pour commencer, ajoutez des articles")
    assert no_sideways_scroll(page) and serious(page) == []


def test_a_large_folder_is_counted_before_it_is_read(empty, tmp_path):
    """Its number, kinds and time are asked about; "no" reads nothing, "yes" does; a small one is read at once."""
    page = empty()
    large = tmp_path / "large"
    large.mkdir()
    for n in range(21):
        (large / f"{n}.txt").write_text(f"Article {n}\n\n" + f"Une phrase de plus, la {n}e. " * 700, encoding="utf-8")
    (large / "table.xlsx").write_text("x")
    page.fill(".cl-stack-adding .cl-stack-path", str(large))
    page.keyboard.press("Enter")
    expect(page.locator(".cl-stack-ask")).to_contain_text("21 fichiers (21 .txt), 0,4\u00a0Mo, environ 2 minutes")
    expect(page.locator(".cl-stack-ask")).to_contain_text("1 laissés de côté")
    assert serious(page) == []
    page.click(".cl-stack-no")
    expect(page.locator(".cl-stack-asking")).to_be_hidden()
    expect(page.locator(".cl-stack-report")).to_be_hidden()
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("0 article")
    page.fill(".cl-stack-adding .cl-stack-path", str(large))
    page.keyboard.press("Enter")
    page.click(".cl-stack-yes")
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("21 articles")


def view_of(path):
    from fakes import plain_answerer

    host = LibraryHost(lambda: plain_answerer(path))
    host.main.load()
    return ShelfView(host.main, host)


@pytest.mark.parametrize("do", ["add", "read"])
@pytest.mark.parametrize(("lang", "says"), [("fr", "appartient au système"), ("en", "belongs to the system")])
def test_the_page_refuses_what_the_command_does(tmp_path, library, do, lang, says):
    """In its language, whatever the script sends; and nothing is begun."""
    view = view_of(library)
    (tmp_path / "link").symlink_to("/etc")
    for path in ("/etc", f"{tmp_path}/link", f"{tmp_path}/{'../' * len(tmp_path.parts)}etc"):
        assert says in view.act(Asked(lang=lang, do=do, what=path))["error"]
    assert "citeline" in view.act(Asked(lang=lang, do=do, what=str(library)))["error"]
    assert view.shelf.job.state == "idle"


def test_without_a_checkout_there_are_no_samples(library, monkeypatch):
    """An installed package has no seeds: no button, and a wish for them is one line."""
    view, frame = view_of(library), 'cl-stack-first"><button'
    (shelf_frame, *_) = view.functions()
    assert frame in shelf_frame({"lang": "fr"})
    monkeypatch.setattr("ui.web.library.controller.SAMPLES", Path("/nowhere/seeds"))
    assert frame not in shelf_frame({"lang": "fr"})
    assert "error" in view.act(Asked(do="samples"))
