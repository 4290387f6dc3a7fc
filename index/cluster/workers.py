"""The machines of a cluster as the workers of a build (`index.ingestion.Workers`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

from index.arrays import Array
from index.cluster.pool import Pool, Share, connected, remote
from index.cluster.worker import FileRead, Refusal, Worker, made_by
from index.documents import FilePart, Found
from index.errors import ClusterError
from index.extraction import Extractor
from index.ingestion import Prepared, Reader, bytes_of
from index.models import Embedder, SentenceTransformerEmbedder
from index.progress import Tick
from index.types import Article

_FILES = 16  # read in one go; a worker that is lost had no more
_ARTICLES = 64
_GROUPS = 8  # 64 texts: some seconds of a processor
_GPU_GROUPS = 128

__all__ = ["Share", "ray_workers"]


@contextmanager
def ray_workers(address: str, spec: str, share: Share) -> Iterator[RayWorkers]:
    """Connect to a Ray cluster and return its machines as the workers of a build with the embedder `spec`.

    Args:
        address: "auto" for the cluster this machine belongs to, "local" for one of this machine alone, or HOST:PORT.
        spec: The embedder, which every machine must have.
        share: What a worker takes of its machine; with a share of a GPU it embeds on that.

    Raises:
        ClusterError: Ray is not installed, or no cluster answers.
    """
    device = "cuda" if share.gpus else "cpu"
    with connected(address):
        yield RayWorkers(partial(SentenceTransformerEmbedder, spec, device=device), share)


class RayWorkers:
    """Workers of the cluster this process is connected to: some that read and cut, then some that embed."""

    def __init__(self, make_embedder: Callable[[], Embedder], share: Share) -> None:
        """Take how a worker loads the embedder, and its share of a machine. Those that read have no GPU."""
        self._make_embedder = make_embedder
        self._share = share
        self.n_lost = 0
        """Workers that were lost in mid-work, with a machine or alone; others did what they had."""

    @contextmanager
    def reader(
        self, files: Sequence[Found], known: Callable[[Found], str], tick: Tick, extractor: Extractor
    ) -> Iterator[Reader]:
        """Yield a reader of files that the workers have read, without OCR."""
        with self._pool(None, "") as pool:
            items = [[(file, known(file)) for file in batch] for batch in _batches(files, _FILES)]
            yield _Reader(_in_order(pool.run(lambda worker, item: worker.read.remote(item), items, tick)))

    def cut(
        self, articles: Sequence[Article], embedder: Embedder, tick: Tick
    ) -> Iterator[tuple[Prepared, Mapping[bytes, str]]]:
        """Yield for each article, in their order, how it is cut, and its passages by key."""
        passage_of = embedder.passage
        with self._pool(None, "") as pool:
            run = pool.run(
                lambda worker, item: worker.cut.remote(item, passage_of), _batches(articles, _ARTICLES), tick
            )
            yield from _in_order(run)

    def embed(self, groups: Sequence[Sequence[str]], embedder: Embedder, tick: Tick) -> Iterator[tuple[int, Array]]:
        """Yield the number of each group, once and as they come, with the vectors of its texts."""
        at_once = self._share.gpus > 0
        size = _GPU_GROUPS if at_once else _GROUPS
        with self._pool(self._make_embedder, embedder.fingerprint) as pool:
            run = pool.run(lambda worker, item: worker.embed.remote(item, at_once), _batches(groups, size), tick)
            for n, vectors in run:
                yield from enumerate(vectors, n * size)

    @contextmanager
    def _pool(self, make_embedder: Callable[[], Embedder] | None, fingerprint: str) -> Iterator[Pool]:
        share = self._share if make_embedder else Share(self._share.cpus)
        make = remote(Worker, share, made_by(), make_embedder)
        with Pool(make, share, lambda worker: worker.start.remote(fingerprint)) as pool:
            try:
                yield pool
            finally:
                self.n_lost += pool.n_lost


class _Reader:
    """Files in order, as workers read them."""

    def __init__(self, files: Iterator[FileRead]) -> None:
        self._files = files
        self._here: FileRead | None = None
        self._articles: dict[int, tuple[Article | None, str, Refusal | None]] = {}

    def digest(self, file: Found) -> str:
        self._here = here = next(self._files)
        assert here.id == file.id
        if not here.digest:
            assert here.refusal is not None
            _require_same(file, here.refusal, here.host)
            raise here.refusal.error()
        return here.digest

    def parts(self, file: Found, tick: Tick) -> Sequence[FilePart]:
        assert self._here is not None
        if self._here.refusal is not None:
            raise self._here.refusal.error()
        self._articles = {id(part): (article, note, why) for part, article, note, why in self._here.articles}
        return [part for part, *_ in self._here.articles]

    def article(self, part: FilePart, tick: Tick) -> tuple[Article, str]:
        article, note, refusal = self._articles[id(part)]
        if refusal is not None:
            raise refusal.error()
        assert article is not None
        return article, note


def _require_same(file: Found, refusal: Refusal, host: str) -> None:
    """Raise ClusterError if a file that a worker cannot read can be read here: nothing may go missing by that."""
    if refusal.reason is not None and refusal.reason.code == "changing":
        return
    try:
        bytes_of(file)
    except ValueError:
        return
    raise ClusterError(
        f"{host} cannot read {file.path}: {refusal.text}. This machine can: give every machine the folder under the "
        "same path"
    )


def _batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start:end] for start, end in pairwise([*range(0, len(items), size), len(items)])]


def _in_order(results: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Any]:
    """Yield what is in numbered results in the order of their numbers, each as soon as those before it are there."""
    early: dict[int, Sequence[Any]] = {}
    turn = 0
    for n, found in results:
        early[n] = found
        while turn in early:
            yield from early.pop(turn)
            turn += 1
