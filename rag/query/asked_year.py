"""The year that a yes-or-no question asks for."""

from __future__ import annotations

import re
from functools import cache

from index.text import words
from rag.language import PACKS
from rag.query.query import Query

# What happens to a thing once, so that another year is a "no".
_ONCE = PACKS.all_words("question.once")


def happens_once(question: str, language: str) -> bool:
    """Does a question ask for what happens to a thing once ("built", "born")?"""
    return any(word.startswith(_once()) for word in words(question, language))


def without_asked_year(query: Query) -> str:
    """Return a question without the year it asks about: "was it built in 1975?" is answered by "built in 1967".

    Only for what happens once: an article on the glacier's loss in 2023 does not answer for 2021.
    """
    if not happens_once(query.text, query.language) or query.kind != "yes_no":
        return query.text
    return re.sub(r"\b(?:1\d|20)\d\d\b", "", query.text)


@cache
def _once() -> tuple[str, ...]:
    return tuple(_ONCE)
