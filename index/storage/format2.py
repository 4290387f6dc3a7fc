"""Read a generation in the format before segments as one segment; the next change rewrites it without embedding.

Its files: articles.jsonl, chunks.bin, vectors.faiss, sentences.npz, keywords.json and keywords.npz.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from index.arrays import Rows
from index.storage.bm25 import Postings
from index.storage.segment import ROW, Segment, article_of, vector_table
from index.storage.vectors import Sentences, Table, flat_vectors
from index.text import terms, words_of
from index.types import Article

FORMAT = 2


def read(files: Mapping[str, bytes]) -> Segment:
    """Read the whole generation. The caller has checked the files. Raises ValueError if they do not belong together."""
    articles = [article_of(line) for line in files["articles.jsonl"].splitlines()]
    chunks = np.frombuffer(files["chunks.bin"], dtype=ROW)
    vectors = flat_vectors(files["vectors.faiss"])
    if len(chunks) and not 0 <= chunks["article"].min() <= chunks["article"].max() < len(articles):
        raise ValueError("a chunk of no article")
    postings, analysis = _postings(files, articles, chunks)
    with np.load(io.BytesIO(files["sentences.npz"]), allow_pickle=False) as found:
        sentences = Sentences(
            found["keys"], Table(found["vectors"], vectors.shape[1], "<f2"), found["which"], found["ends"]
        )
    return Segment(articles, chunks, vector_table(vectors), sentences, postings, analysis)


def order(segment: Segment) -> Rows:
    """Return the `order` of a library that is exactly one segment."""
    return np.array([(0, n) for n in range(len(segment.articles))], dtype=np.int64).reshape(-1, 2)


def _postings(files: Mapping[str, bytes], articles: Sequence[Article], chunks: Any) -> tuple[Postings, str]:
    """Return the terms of each chunk and the name of what made them, or "" if they were not stored and are made now."""
    about = json.loads(files["keywords.json"])
    analysis: str = about.get("analysis", "")
    if "vocabulary" not in about:
        return Postings.of([[] for _ in range(about["n"])]), analysis
    with np.load(io.BytesIO(files["keywords.npz"]), allow_pickle=False) as arrays:
        if "said" in arrays:
            lengths = np.diff(arrays["ends"], prepend=0)
            return Postings.of_numbers(about["vocabulary"], arrays["said"].astype(np.int64), lengths), analysis
    words = []
    texts = [(each.text, each.language, terms(each.title, each.language)) for each in articles]
    for n, start, length, _ in chunks.tolist():
        text, language, title_terms = texts[n]
        words.append(words_of(text[start : start + length], language, title_terms))
    return Postings.of(words), ""
