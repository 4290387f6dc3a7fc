"""The libraries that one process serves: the models are loaded once, one queue leads to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import NoLibrary
from index.ingestion import make_empty
from index.storage import current_generation
from ui.services.libraries import MAIN, NameRefused, address, is_name, root
from ui.services.model_queue import ModelQueue
from ui.services.open_library import OpenLibrary

if TYPE_CHECKING:
    from rag.pipeline import Answerer


class LibraryHost:
    """The main library and those beside it, which share its models. Each has a name and a page at its `address`."""

    def __init__(
        self, load: Callable[[], Answerer], others: Mapping[str, Path] | None = None, main_name: str = ""
    ) -> None:
        """`load` gives the main library's Answerer; with `others`, be there any or none, more can be made."""
        self.takes_more = others is not None
        self.main_name = main_name
        """What the main library is called on the page."""
        self.queue = ModelQueue()
        self.when_loaded: list[Callable[[OpenLibrary], None]] = []
        """Called for each library once it has an Answerer, by the thread that has loaded it."""
        self.when_created: list[Callable[[OpenLibrary], None]] = []
        """Called for each library that is made while the process runs, by the thread that makes it."""
        self.main = OpenLibrary(load, MAIN, self.queue, self.when_loaded)
        self.libraries = {MAIN: self.main}
        """By name; it grows."""
        for name, path in (others or {}).items():
            self.libraries[name] = self._beside(name, path)

    def start(self) -> None:
        """Load the models, and open the other libraries with them, each in a thread of its own."""
        for library in self.libraries.values():
            library.start()

    def create(self, name: str) -> str:
        """Make an empty library and its page; returns the page's address. Raises NameRefused or CitelineIndexError."""
        answerer = self.main.answerer
        if not self.takes_more or answerer is None or not is_name(name) or name.lower() in self._taken():
            raise NameRefused
        path = root() / name
        make_empty(path, answerer.embedder)
        library = self._beside(name, path)
        library.start()
        for act in self.when_created:
            act(library)
        self.libraries[name] = library
        return address(name)

    def _taken(self) -> set[str]:
        """Names of libraries and folders, in small letters."""
        folder = root()
        names = [*self.libraries, *([each.name for each in folder.iterdir()] if folder.is_dir() else [])]
        return {name.lower() for name in names}

    def _beside(self, name: str, path: Path) -> OpenLibrary:
        return OpenLibrary(lambda: self._load(path), name, self.queue, self.when_loaded)

    def _load(self, path: Path) -> Answerer:
        """The Answerer of another library, once the main one's models are there. Raises NoLibrary when they are not."""
        self.main.loaded.wait()
        if self.main.answerer is None:
            raise NoLibrary(self.main.error)
        if not current_generation(path):
            make_empty(path, self.main.answerer.embedder)
        return self.main.answerer.beside(path)
