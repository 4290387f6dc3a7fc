"""The view that checks a text, in a browser: by mouse and keyboard, stopped, beside an article, wide and narrow."""

from __future__ import annotations

import re

import pytest
from checked_library import built
from served import Served

try:
    from browser import no_sideways_scroll
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

DRAFT = "The old ferry is for sale. The works cost 3.2 million euros.\n\nIt is “very slow”, and <b>he</b> knows.\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("checking")


@pytest.fixture(scope="module")
def url(place):
    load = f"lambda: __import__('checked_library').checking_answerer({str(built(place))!r}, 0.15)"
    with Served(load, place) as served:
        yield served.url


def see(page):
    page.click('.cl-bar [data-view="check"]')
    expect(page.locator(".cl-check-text")).to_be_focused()


def test_a_pasted_text_is_checked_and_its_lines_open(open_window):
    """Each sentence has its verdict; a line opens the article; back in the view all is still there."""
    page = open_window(locale="en-GB")
    see(page)
    page.fill(".cl-check-text", DRAFT)
    page.press(".cl-check-text", "Control+Enter")
    expect(page.locator(".cl-check-said")).to_have_text("3 sentences: 1 carried, 1 contradicted, 1 not said")
    verdicts = [row.get_attribute("data-verdict") for row in page.locator(".cl-checks > li").all()]
    assert verdicts == ["contradicted", "carried", "not_said"]
    expect(page.locator(".cl-check-quote")).to_contain_text("found nowhere")
    assert page.locator(".cl-checks b").count() == 0  # what was typed is text
    page.locator(".cl-check-line").first.click()
    expect(page.locator("#cl-pane mark.cl-now, #cl-pane mark")).to_contain_text("The old ferry is not for sale.")
    page.click('.cl-bar [data-view="check"]')
    expect(page.locator(".cl-checks > li")).to_have_count(3)
    assert page.input_value(".cl-check-text") == DRAFT


def test_it_can_be_stopped_and_begun_again(open_window):
    """What was checked stays, the rest is not; a text that claims nothing is told."""
    page = open_window(locale="en-GB")
    see(page)
    page.fill(".cl-check-text", "The works cost 3.2 million euros. " + "The old ferry is for sale today. " * 12)
    page.click(".cl-check-go")
    expect(page.locator('.cl-checks > [data-verdict="carried"]')).to_have_count(1)
    page.click(".cl-check-stop")
    expect(page.locator(".cl-check-said")).to_have_text(re.compile("Stopped"))
    expect(page.locator(".cl-check-go")).to_be_visible()
    assert page.locator(".cl-checks > li:not([data-verdict])").count() > 5
    page.fill(".cl-check-text", "Why?")
    page.click(".cl-check-go")
    expect(page.locator(".cl-check-said")).to_contain_text("claims nothing")
    expect(page.locator(".cl-checks > li")).to_have_count(0)


def test_on_a_phone_in_french(open_window):
    """It fills the screen, scrolls down only, and closes to the conversation; switching the language keeps the text."""
    page = open_window(390, 780)
    see(page)
    page.fill(".cl-check-text", "Les travaux ont coûté 3,2 millions d’euros.")
    assert no_sideways_scroll(page)
    page.click(".cl-check-go")
    expect(page.locator(".cl-check-said")).to_have_text(re.compile(r"1 phrase"))
    assert no_sideways_scroll(page)
    page.click(".cl-check [data-do=close]")
    expect(page.locator("#cl-box textarea")).to_be_visible()
    page.click('.cl-bar [data-view="check"]')
    page.click("[data-speak=en]")
    expect(page.locator(".cl-check h2")).to_have_text("Check a text")
    assert page.input_value(".cl-check-text") == "Les travaux ont coûté 3,2 millions d’euros."
