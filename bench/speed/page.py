"""How long a click on a citation takes until its lines are lit and in sight: an article of 5,000 lines, in a browser.

python -m bench page      (needs Chromium and the dev extra)
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.command import Parser
from index.ingestion.indexing import build
from index.storage.library import Library
from index.types import Article, Span
from rag.types import Answer, Citation, Claim

N_LINES = 5_000
CLICKS = 20
PLACES = ((20, "long.txt"), (4_321, "long.txt"), (3, "short.txt"))

# Clicks a marker and waits until its stretch is lit and inside the window, two frames in a row.
CLICK = """async (at) => {
  const chip = document.querySelectorAll('#cl-live .cl-chip')[at];
  const began = performance.now();
  chip.click();
  for (;;) {
    await new Promise(done => requestAnimationFrame(done));
    const lit = document.querySelector('#cl-pane mark.cl-now')?.getBoundingClientRect();
    const is = document.querySelector('.cl-count')?.textContent === `${at + 1} / 3`;
    if (is && lit && lit.top > 0 && lit.bottom < innerHeight) return performance.now() - began;
    if (performance.now() - began > 5000) throw new Error('not lit');
  }
}"""


class HashEmbedder:
    """Vectors that mean nothing: the bench asks for no search."""

    name, fingerprint, dim = "none", "none", 8

    def passage(self, title: str, text: str) -> str:
        return text

    def encode(self, texts: Any) -> Any:
        return np.full((len(texts), self.dim), self.dim**-0.5, dtype=np.float32)


class OneAnswer:
    """Says one sentence with three citations: near the top and far down a long article, and in a short one."""

    llm_name, embedder_name, llm = "none", "none", None

    def __init__(self, folder: Path) -> None:
        articles = folder / "articles"
        articles.mkdir()
        lines = [
            f"Ligne {n} du registre, avec ce qu'une ligne de journal a de mots, ou presque." for n in range(N_LINES)
        ]
        (articles / "long.txt").write_text("\n".join(lines), encoding="utf-8")
        (articles / "short.txt").write_text("\n".join(lines[:40]), encoding="utf-8")
        self.library_path = folder / "library"
        build(self.library_path, HashEmbedder(), [articles])  # type: ignore[arg-type]
        self.library = Library.open(self.library_path)
        self.generation = self.library.generation

    def articles(self) -> list[Article]:
        return self.library.articles

    def article(self, article_id: str) -> Article:
        return self.library.by_id[article_id]

    def read_ahead(self, question: str, history: Any = ()) -> None:
        pass

    def give_way(self, at_once: bool = True) -> None:
        pass

    def interrupt(self) -> None:
        pass

    def stream(self, question: str, history: Any = (), everywhere: bool = False) -> Iterator[Answer]:
        cited = []
        for line, name in PLACES:
            text = self.article(name).lines[line - 1]
            cited.append(Citation(Span(name, line, line), text, 0, len(text)))
        yield Answer(question, "fr", (Claim("Trois lignes le disent.", "supported", tuple(cited)),))


def rows() -> list[tuple[str, str]]:
    """The click within the long article, and the one that has to bring it back: median and slowest, in milliseconds."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = _serve(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 860})
        page.goto(url)
        page.fill("#cl-box textarea:not([disabled])", "Où ?")
        page.press("#cl-box textarea", "Enter")
        page.wait_for_selector("#cl-live .cl-chip")
        page.wait_for_selector("#cl-pane mark.cl-now")
        within = [page.evaluate(CLICK, n % 2) for n in range(CLICKS + 2)][2:]
        back = []
        for n in range(CLICKS):
            page.evaluate(CLICK, 2)
            back.append(page.evaluate(CLICK, n % 2))
        browser.close()
    return [
        (f"click to lit line, within an article of {N_LINES:,} lines", _ms(within)),
        (f"the same when another article was open and the {N_LINES:,} lines come back", _ms(back)),
    ]


def _serve(folder: Path) -> str:
    from ui import server

    server.isolate(folder)
    import uvicorn

    from ui.services import LibraryHost

    host = LibraryHost(lambda: OneAnswer(folder))  # type: ignore[arg-type, return-value]
    host.start()
    sock = server.listen("127.0.0.1", 0)
    app = server.create_app(host, ["?"] * 4, keep_history=False)
    running = uvicorn.Server(server.config(app))
    threading.Thread(target=running.run, kwargs={"sockets": [sock]}, daemon=True).start()
    return f"http://127.0.0.1:{sock.getsockname()[1]}"


def _ms(found: list[float]) -> str:
    return f"{statistics.median(found):.0f} ms, slowest of {len(found)} {max(found):.0f} ms"


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none", embedder="none")
    parser.parse_args()
    for name, value in rows():
        print(f"| {name} | {value} |")
