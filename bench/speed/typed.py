"""What a reader of the page waits for after Enter, in a browser: a question that was typed, and one that was pasted.

    python -m bench typed [--library FOLDER] [--n 40]      (needs Chromium and the dev extra)

Every second question of seeds/ is pasted and sent at once, so that nothing can have been read ahead. The others are
typed as people type: a key every 0.14 s, 0.35 s between two words now and then, 0.5 s before Enter.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.paths import SEEDS
from bench.speed.stages import row
from bench.speed.startup import Start
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder

KEY_MS, WORD_MS, ENTER_MS = 140, 350, 500
READING_MS = 1500
"""Between an answer and the next question."""

# Times since Enter at which something was first on the page, in milliseconds. Nothing runs in the page but when it
# changes: looking at every frame would take from the models what is measured here.
WATCH = """() => {
  let began = 0, lit = false, seen = {}, ended = () => {};
  const note = (name) => requestAnimationFrame(() => { seen[name] ??= performance.now() - began; });
  window.watch = () => { seen = {}; began = 0; lit = false; window.seen = new Promise((done) => { ended = done; }); };
  document.querySelector('#cl-box textarea').addEventListener('keydown', (event) => {
    if (event.key === 'Enter') began = performance.now();
  }, true);
  new MutationObserver(() => {
    if (!began) return;
    const turn = document.querySelector('#cl-live .cl-turn');
    const status = turn?.dataset.status;
    const isLive = status === 'live';
    if (isLive && turn.querySelector('.cl-card')) note('sources');
    if (isLive && turn.querySelector('.cl-pointer')) { note('found'); lit = true; }
    if (lit && document.querySelector('[data-kind=found] mark.cl-now')) note('lit');
    if (isLive && turn.querySelector('.cl-draft')?.textContent) note('word');
    if (status && !isLive) { note('whole'); requestAnimationFrame(() => ended(seen)); }
  }).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['class', 'data-kind']
  });
}"""


def ask(page: Any, question: str, is_typed: bool) -> dict[str, float]:
    """Seconds from Enter to each stage that came."""
    page.evaluate("window.watch()")
    box = page.locator("#cl-box textarea")
    if is_typed:
        for n, word in enumerate(question.split(" ")):
            box.press_sequentially(f" {word}" if n else word, delay=KEY_MS)
            if n % 3 == 2:
                page.wait_for_timeout(WORD_MS)
        page.wait_for_timeout(ENTER_MS)
    else:
        page.fill("#cl-box textarea", question)
    box.press("Enter")
    seen = page.evaluate("window.seen")
    page.wait_for_timeout(READING_MS)
    return {name: ms / 1000 for name, ms in seen.items()}


def rows(typed: Sequence[dict[str, float]], pasted: Sequence[dict[str, float]]) -> list[str]:
    """The table."""
    table = ["| seconds after Enter | median | 95th | n |", "|---|---|---|---|"]
    for label, name in (
        ("sources on the page", "sources"),
        ("where the reader found it", "found"),
        ("its lines lit in the article", "lit"),
        ("first word of the answer", "word"),
        ("whole answer", "whole"),
    ):
        for how, found in (("typed", typed), ("pasted", pasted)):
            table.append(row(f"{label}, {how}", [each[name] for each in found if name in each]))
    return table


def measure(library: Path, n: int) -> list[str]:
    from playwright.sync_api import sync_playwright

    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    questions = random.Random(5).sample(questions, min(n, len(questions)))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    start = Start(library)
    found: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1400, "height": 860})
            page.goto(start.url)
            page.wait_for_selector("#cl-box textarea:not([disabled])", timeout=60_000)
            page.evaluate(WATCH)
            for at, question in enumerate(questions):
                page.evaluate("() => document.querySelector('#cl-new').click()")
                page.wait_for_selector("#cl-live .cl-turn", state="detached")
                found[at % 2].append(ask(page, question, at % 2 == 0))
            browser.close()
    finally:
        start.end()
    return rows(*found)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--library", type=Path, help="of seeds/articles; built without it")
    parser.add_argument("--n", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = args.library or Path(folder) / "library"
        if args.library is None:
            build(library, SentenceTransformerEmbedder(), [SEEDS / "articles"])
        print("\n".join(measure(library, args.n)))
