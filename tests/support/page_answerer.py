"""The scripted Answerer of test_server with a library on disk behind it, as the views of the page need one."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from fakes import BagEmbedder
from served import ARTICLES, ScriptedAnswerer

from index.ingestion.indexing import build
from index.storage.library import Library
from rag.errors import Interrupted


class PageAnswerer(ScriptedAnswerer):
    """Made in an empty folder: its articles are files there, its library is built from them."""

    def __init__(self, pause=0.0):
        super().__init__(pause)
        folder = Path("articles").resolve()
        for article in ARTICLES.values():
            file = folder / article.id
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(article.lines), encoding="utf-8")
        self.embedder = BagEmbedder()
        self.library_path = Path("library").resolve()
        build(self.library_path, self.embedder, [folder])
        self.library = Library.open(self.library_path)
        self.generation = self.library.generation

    def article(self, article_id):
        """As scripted, with the file that it stands in."""
        found = super().article(article_id)
        real = self.library.by_id.get(article_id)
        return replace(found, path=real.path, sha256=real.sha256) if real else found


class ReadingAnswerer(PageAnswerer):
    """Reads the prompt of "lente" until a file called `go` appears, or it is interrupted."""

    def stream(self, question, history=(), everywhere=False):
        if question != "lente":
            yield from super().stream(question, history, everywhere)
            return
        print("asked lente", flush=True)
        *growing, last = super().stream("Quand le pont rouvre-t-il ?")
        yield growing[0]
        time.sleep(0.3)
        yield growing[1]
        self.told.clear()
        for _ in range(400):
            if self.told.wait(0.05):
                raise Interrupted("told to stop")
            if Path("go").exists():
                break
        for each in growing[2:]:
            time.sleep(0.1)
            yield each
        yield last

    def interrupt(self):
        super().interrupt()
        self.told.set()
