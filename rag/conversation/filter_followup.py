"""Understand a follow-up that is only another date or source ("Et en avril ?", "Et selon Reuters ?")."""

from __future__ import annotations

import re

from rag.conversation.ellipsis import append, capital
from rag.filters import OPENERS, Folded, Known, When, find, said_by, when_at, whens
from rag.language import is_vowel


def followed(question: str, previous: str, language: str, known: Known) -> str | None:
    """Return the question before with another date or source, if a follow-up says only that ("Et en avril ?").

    None if it says more, or if `rag.conversation.ellipsis` does as well.
    """
    text = Folded.of(re.sub(r"[\s?!.¿¡]+$", "", question))
    opener = re.match(rf"[\s¿]*(?:(?:{OPENERS.of(language)})\b[\s,]+)?", text.folded)
    start = opener.end() if opener else 0
    when = when_at(text.folded, start, language, known.calendar)
    said = said_by(text, language, known.sources, known.calendar)
    before = Folded.of(previous)
    old = find(previous, language, known)
    if when and when.end == len(text.folded):
        olds = list(whens(before.folded, language, known.calendar)) if old and (old.first or old.last) else []
        if len(olds) == 1 and (old and (old.is_explicit or olds[0].is_relative or when.is_relative)):
            return _with_date(before, olds[0], text, when, language)
        return append(previous, text.typed(start, when.end)) if not olds and when.is_relative else None
    if said and (said.start, said.end) == (start, len(text.folded)):
        was = said_by(before, language, known.sources, known.calendar)
        if was:
            asked = before.typed(0, was.start) + text.typed(start, said.end) + before.typed(was.end, len(before.folded))
            return capital(asked)
        return append(previous, text.typed(start, said.end)) if not (old and old.sources) else None
    return None


def _with_date(before: Folded, old: When, text: Folded, new: When, language: str) -> str:
    """Replace the date in a question, keeping the preposition if it says the same."""
    is_plain = {old.relation, new.relation} <= {"", "in", "of"}
    start, put = (old.core, text.typed(new.core, new.end)) if is_plain else (old.start, text.typed(new.start, new.end))
    if new.is_partial and not old.is_partial and old.first and is_plain:
        put += f" {old.first.year}"  # "Et en avril ?" after "mars 2024"
    head = before.typed(0, start)
    if language == "fr" and (elided := re.search(r"\b(d)(?:e |['’])$", head, re.IGNORECASE)):
        head = head[: elided.start()] + elided.group(1) + ("’" if is_vowel(put) else "e ")
    return capital(head + put) + before.typed(old.end, len(before.folded))
