"""The reader: where in a passage the answer is, and whether anything answers."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.reader.adapter import Adapter, fitted, load, token_ids
    from rag.reader.base import Reader, Reading
    from rag.reader.embedding import EMBEDDER, SimilarityReader
    from rag.reader.lexical import OverlapReader
    from rag.reader.not_in_articles import FEATURES, Judge, default_judge, is_answered
    from rag.reader.span_reader import AdapterReader
    from rag.reader.windows import NAMELESS, Window, best_first, read
else:
    __getattr__ = face(
        __name__,
        adapter="Adapter fitted load token_ids",
        not_in_articles="FEATURES Judge default_judge is_answered",
        base="Reader Reading",
        embedding="EMBEDDER SimilarityReader",
        lexical="OverlapReader",
        span_reader="AdapterReader",
        windows="NAMELESS Window best_first read",
    )

__all__ = [
    "EMBEDDER",
    "FEATURES",
    "NAMELESS",
    "Adapter",
    "AdapterReader",
    "Judge",
    "OverlapReader",
    "Reader",
    "Reading",
    "SimilarityReader",
    "Window",
    "best_first",
    "default_judge",
    "fitted",
    "is_answered",
    "load",
    "read",
    "token_ids",
]
