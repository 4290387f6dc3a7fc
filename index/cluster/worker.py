"""What a worker does on its machine, with the functions of a local build, and what it sends back."""

from __future__ import annotations

import hashlib
import platform
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import index
from index import disk
from index.arrays import Array
from index.documents import FilePart, Found, Unreadable, parts, read_article
from index.errors import CitelineIndexError, ClusterError
from index.extraction import Extractor
from index.ingestion import Prepared, bytes_of, prepare
from index.models import Embedder
from index.skip_reason import NotAnArticle, SkipReason
from index.types import Article

_LIBRARIES = (
    "langchain-text-splitters", "lxml", "py3langid", "pypdfium2", "PyStemmer", "sentence-transformers", "striprtf",
    "torch", "trafilatura", "transformers",
)  # fmt: skip
"""Those that decide what is read, how it is cut and which vectors it gets."""

PassageOf = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ValueError of reading, as it travels."""

    text: str
    reason: SkipReason | None
    is_for_now: bool
    """Whether it was Unreadable."""

    @classmethod
    def of(cls, error: ValueError) -> Refusal:
        reason = error.reason if isinstance(error, NotAnArticle) else None
        return cls(str(error), reason, isinstance(error, Unreadable))

    def error(self) -> ValueError:
        """Return the error it was made of."""
        if self.reason is None:
            return ValueError(self.text)
        return (Unreadable if self.is_for_now else NotAnArticle).of(self.reason)


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as a worker read it."""

    id: str
    digest: str
    """SHA-256 of its bytes, "" if they could not be read."""
    refusal: Refusal | None
    """Why it could not be read or taken apart."""
    articles: tuple[tuple[FilePart, Article | None, str, Refusal | None], ...]
    """Its parts without their content, each with the article and a note, or why it is none; () for a known file."""
    host: str


class Worker:
    """One of the processes of a cluster: it reads and cuts, or it embeds."""

    def __init__(self, made_by: Mapping[str, str], make_embedder: Callable[[], Embedder] | None) -> None:
        """Note what the machine that publishes has, and how to load the embedder; None for one that only reads."""
        self._made_by = made_by
        self._make_embedder = make_embedder
        self._embedder: Embedder | None = None
        self._extractor = Extractor()
        self._host = socket.gethostname()

    def start(self, fingerprint: str) -> str:
        """Get ready and return the name of this machine.

        Raises ClusterError if it would not give what the machine that publishes gives: other versions, another model.
        """
        for name, wanted in self._made_by.items():
            if (here := made_by().get(name, "none")) != wanted:
                raise ClusterError(
                    f"{self._host} has {name} {here}, this machine {wanted}. Install the same citeline on every machine"
                )
        if self._make_embedder is not None:
            try:
                self._embedder = self._make_embedder()
            except CitelineIndexError as error:
                raise ClusterError(f"on {self._host}: {error}") from None
            if self._embedder.fingerprint != fingerprint:
                raise ClusterError(
                    f"{self._host} has other weights of {self._embedder.name} than this machine. "
                    f"Fetch the same ones on every machine: citeline models fetch {self._embedder.name}"
                )
        return self._host

    def read(self, files: Sequence[tuple[Found, str]]) -> list[FileRead]:
        """Read files, except those whose bytes have the SHA-256 given with them."""
        return [self._read(file, known) for file, known in files]

    def _read(self, file: Found, known: str) -> FileRead:
        digest = ""
        try:
            data = bytes_of(file)
            digest = disk.sha256(data)
            split = [] if digest == known else parts(file, data, self._extractor)
        except ValueError as error:
            return FileRead(file.id, digest, Refusal.of(error), (), self._host)
        return FileRead(file.id, digest, None, tuple(map(self._article, split)), self._host)

    def _article(self, part: FilePart) -> tuple[FilePart, Article | None, str, Refusal | None]:
        bare = part if isinstance(part.content, SkipReason) else replace(part, content=b"")
        try:
            return bare, *read_article(part, self._extractor), None
        except ValueError as error:
            return bare, None, "", Refusal.of(error)

    def cut(self, articles: Sequence[Article], passage_of: PassageOf) -> list[tuple[Prepared, dict[bytes, str]]]:
        """Return for each article how it is cut, and its passages by key."""
        found = []
        for article in articles:
            passages: dict[bytes, str] = {}
            found.append((prepare(article, passage_of, passages.setdefault), passages))
        return found

    def embed(self, groups: Sequence[Sequence[str]], at_once: bool) -> list[Array]:
        """Return the vectors of each group, encoded by itself or, for a GPU, `at_once`."""
        assert self._embedder is not None
        if not at_once:
            return [self._embedder.encode(texts) for texts in groups]
        vectors = self._embedder.encode([text for texts in groups for text in texts])
        ends = [sum(map(len, groups[: n + 1])) for n in range(len(groups))]
        return [vectors[end - len(texts) : end] for texts, end in zip(groups, ends, strict=True)]


@cache
def made_by() -> dict[str, str]:
    """Return what decides on this machine what a library gets: the code itself, and the libraries' versions."""
    root = Path(index.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(each for each in root.rglob("*") if each.suffix in (".py", ".toml")):
        digest.update(f"{path.relative_to(root).as_posix()} ".encode() + path.read_bytes())
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: _version(name) for name in _LIBRARIES},
        "citeline's code": digest.hexdigest()[:12],
    }


def _version(name: str) -> str:
    """Return a library's version; what stands behind "+" only says for which processor it was built."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return "none"
