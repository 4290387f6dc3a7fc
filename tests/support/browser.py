"""A real browser before the page."""

from __future__ import annotations

import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served import Served

try:
    import axe_playwright_python
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

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


@pytest.fixture(scope="module")
def browser():
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Windows:
    """Windows of the browser, each kept for the tests that want the same; all that went wrong in one is `trouble`."""

    def __init__(self, url, browser):
        self.url, self.browser, self.kept, self.trouble, self.expected = url, browser, {}, [], []

    def new(self, width=1360, height=860, locale="fr-FR", **options):
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda m: self.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("dialog", lambda dialog: self.trouble.append(f"a script ran: {dialog.message}"))
        page.on("request", lambda r: self.trouble.append(r.url) if not _is_ours(r.url) else None)
        page.on("response", lambda r: self.trouble.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.goto(self.url)
        expect(page.locator("#cl-box textarea")).to_be_enabled()
        return page

    def __call__(self, **options):
        """A window as a reader finds it: kept from the last test that wanted the same, in a new conversation."""
        key = tuple(sorted(options.items()))
        if key not in self.kept:
            self.kept[key] = self.new(**options)
            return self.kept[key]
        page = self.kept[key]
        page.evaluate("() => document.querySelector('#cl-new').click()")
        expect(page.locator(".cl-turn")).to_have_count(0)
        page.fill("#cl-box textarea", "")
        return page


@pytest.fixture(scope="module")
def windows(url, browser):
    windows = Windows(url, browser)
    yield windows
    for page in windows.kept.values():
        page.context.close()


@pytest.fixture
def open_page(windows):
    """Open the page. At the end: no other host was asked, no script ran, the console has no error."""
    windows.trouble.clear()
    windows.expected.clear()
    yield windows
    assert [line for line in windows.trouble if not any(words in line for words in windows.expected)] == []


@pytest.fixture
def open_window(url, browser):
    """Open the page in a window of its own. At the end: no other host was asked, the console has no error."""
    windows, pages = Windows(url, browser), []

    def opened(*size, **options):
        pages.append(windows.new(*size, **options))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()
    assert windows.trouble == []


@contextmanager
def pages_of(folder, browser):
    """Give what opens the page of `folder`/library; embedding takes `seconds` a group. At the end no error was logged."""
    opened, trouble = [], []

    def open_it(seconds=0.0, width=1400, height=860, locale="fr-FR", **options):
        load = f"lambda: __import__('fakes').slow_answerer({str(folder / 'library')!r}, {seconds})"
        (folder / "served").mkdir()
        served = Served(load, folder / "served")
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        opened.extend([context.close, lambda: served.end(signal.SIGKILL)])
        page = context.new_page()
        page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(served.url)
        expect(page.locator("#cl-box textarea")).to_be_enabled()
        return page

    expect.set_options(timeout=30_000)
    yield open_it
    for close in opened:
        close()
    assert trouble == []


def _is_ours(address):
    parts = urlsplit(address)
    return parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1"


def ask(page, question, status, shown=None):
    page.fill("#cl-box textarea", question)
    page.press("#cl-box textarea", "Enter")
    turn = page.locator("#cl-live .cl-turn").filter(has_text=question if shown is None else shown)
    expect(turn).to_have_attribute("data-status", status)
    return turn


def expect_lit(page, citation):
    """The strongly lit characters are the quote, in its article, and they are in sight."""
    expect(page.locator(".cl-facts span").first).to_have_text(citation.span.article_id)
    marks = page.locator("#cl-pane mark.cl-now")
    expect(marks.first).to_be_visible()
    page.wait_for_function(
        """wanted => {
            const marks = [...document.querySelectorAll('#cl-pane mark.cl-now')];
            const lines = [...new Set(marks.map((mark) => +mark.closest('li').dataset.n))];
            return marks.map((mark) => mark.textContent).join('\\n') === wanted.quote
                && lines.join() === wanted.lines;
        }""",
        arg={"quote": citation.quote, "lines": ",".join(map(str, range(citation.span.first, citation.span.last + 1)))},
    )
    for mark in marks.all():
        expect(mark).to_be_in_viewport()


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def tab_to(page, selector):
    """Press Tab until `selector` has the focus, which must be visible there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    pytest.fail(f"Tab does not come to {selector}")


def serious(page):
    """What axe-core finds that keeps somebody from using the page."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        (each["id"], node["target"], node["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
