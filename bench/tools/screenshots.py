"""The pictures of the page in docs/, taken again: `citeline serve` on a library of seeds/articles, in a browser.

citeline index seeds/articles --library /tmp/seeds
python -m bench screenshots /tmp/seeds [--llm none]
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.paths import ROOT

DOCS = ROOT / "docs"
MAX_BYTES = 250_000
FRENCH = "Quand est-ce que les premiers trams rouleront à Montbray ?"
ENGLISH = "Who is Gábor Hidvégi?"
NOWHERE = "Qui a gagné la Coupe du monde de football en 1998 ?"


def ask(page: Any, question: str) -> None:
    page.fill("#cl-box textarea", question)
    page.press("#cl-box textarea", "Enter")
    page.wait_for_selector("#cl-live .cl-turn[data-status=live]")
    page.wait_for_selector("#cl-live .cl-turn:not([data-status=live])", timeout=180_000)
    page.wait_for_timeout(800)


def _open_article(page: Any) -> None:
    ask(page, FRENCH)
    page.locator("#cl-live .cl-chip").first.click()
    page.wait_for_timeout(600)


def _save(png: bytes, path: Path) -> None:
    """A picture of text needs few colours."""
    from PIL import Image

    Image.open(io.BytesIO(png)).convert("RGB").quantize(96).save(path, optimize=True)
    print(path.name, path.stat().st_size, "bytes", flush=True)
    assert path.stat().st_size < MAX_BYTES


SHOTS: dict[str, tuple[dict[str, Any], Callable[[Any], None]]] = {
    "page.png": ({}, lambda page: ask(page, FRENCH)),
    "page-dark-en.png": ({"locale": "en-GB", "color_scheme": "dark"}, lambda page: ask(page, ENGLISH)),
    "page-phone.png": ({"viewport": {"width": 390, "height": 780}}, _open_article),
    "abstained.png": ({}, lambda page: ask(page, NOWHERE)),
    "shelf.png": ({}, lambda page: page.wait_for_timeout(2_000)),
}


def main() -> None:
    """Take each picture in a new window; fails when one is larger than a repository should hold."""
    from playwright.sync_api import sync_playwright

    parser = Parser(__doc__, has_table=False)
    parser.add_argument("library")
    parser.add_argument("--llm", default="")
    parser.add_argument("--only", action="append", choices=SHOTS)
    given = parser.parse_args()
    command = [sys.executable, "-m", "ui.cli", "serve", "--library", given.library, "--port", "7869", "--no-browser"]
    command += ["--llm", given.llm] if given.llm else []
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        url = served.stdout.readline().split()[1]
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name in given.only or SHOTS:
                options, act = SHOTS[name]
                window = {"viewport": {"width": 1400, "height": 860}, "locale": "fr-FR", "color_scheme": "light"}
                page = browser.new_context(**(window | options)).new_page()
                page.goto(url)
                page.wait_for_selector("#cl-box textarea:not([disabled])", timeout=180_000)
                act(page)
                _save(page.screenshot(), DOCS / name)
                page.context.close()
            browser.close()
    finally:
        served.terminate()
        served.wait()
