"""Years and names of a question that an article does not hold."""

from __future__ import annotations

from collections.abc import Callable

from index.text import fold
from rag.language.packs import PACKS
from rag.language.proper_names import is_acronym_of, names, stands
from rag.language.quantities import numbers


def unmet(
    question: str, text: str, language: str, source_language: str, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Return years and names of a question that are nowhere in an article's `text`: it may be about something else.

    Across languages, where names are spelled differently ("Poutine", "Putin"), names count only if the text has none of
    them and `is_known` says that one is, exactly as written, in another article.
    """
    asked = [name for name in names(question, language) if fold(name) not in _DEMONYMS]
    years = {n for n in numbers(question, language) if 1000 <= n < 2100} - numbers(text, source_language, loose=True)
    found = [as_written(n) for n in sorted(years)]
    if language == source_language:
        found += [
            name
            for name in asked
            if not stands(name, text, language, source_language, typos=True) and not is_acronym_of(name, text)
        ]
    else:
        if not any(stands(name, text, language, source_language) for name in asked):
            found += [name for name in asked if is_known(name)]
    return found


# Capitalised in English though no names: an article on France need not say "French".
_DEMONYMS = PACKS.all_words("names.demonyms")


def as_written(number: float) -> str:
    return f"{number:.12g}"
