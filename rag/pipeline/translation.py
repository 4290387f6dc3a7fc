"""Quotes in another language than the question's, with what the language model made of them, if that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.models import similarity_by
from index.text import detect
from rag.generation import translation_messages
from rag.run import Run
from rag.types import Claim, Usage
from rag.verification import is_same

MOST = 2
"""Quotes of an answer that are translated: each takes the language model a sentence."""
LONGEST = 60
"""Words of a quote that is translated; a longer one is left as it is."""
TOKENS = 160
"""Most tokens of a translation."""


def translated(claims: Sequence[Claim], run: Run) -> tuple[Claim, ...]:
    """Return the claims, the first quotes in another language than the question's with a translation.

    One that the rules or the checker do not let pass, in both directions, is left out; so are all where nobody asked
    for them, or there is no checker, no language model, or no time left. Raises LlmError when the model fails.
    """
    found, n = [], 0
    for claim in claims:
        if n < MOST and (source := _foreign(claim, run)) is not None:
            n += 1
            claim = replace(claim, translation=_translation(claim, source, run))
        found.append(claim)
    return tuple(found)


def _foreign(claim: Claim, run: Run) -> str | None:
    """Return the language of a quote that is to be translated, None for any other claim."""
    setting = run.setting
    if not setting.config.translate or setting.checker is None or setting.llm is None or run.is_late():
        return None
    if claim.origin != "quote" or len(claim.text.split()) > LONGEST:
        return None
    language = setting.library.by_id[claim.citations[0].span.article_id].language
    return language if language != run.query.language else None


def _translation(claim: Claim, source: str, run: Run) -> str:
    """Return the model's translation of a quote on one line, or "" if it may say something else."""
    llm, checker, language = run.setting.llm, run.setting.checker, run.query.language
    assert llm is not None
    assert checker is not None
    text, before, usage = "", run.answer.usage, Usage()
    for piece in llm.stream(translation_messages(language, claim.text), TOKENS):
        text, usage = text + piece.text, piece.usage
        if run.is_late():
            return ""
    run.answer = replace(run.answer, usage=before.plus(usage))
    text = " ".join(text.split())
    if detect(text, default=language) != language:
        return ""
    return text if is_same(text, claim.text, (language, source), similarity_by(run.setting.embedder), checker) else ""
