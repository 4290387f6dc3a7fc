"""Whether a text says "not", or that something is doubted, only planned, or somebody's word."""

from __future__ import annotations

import re

from index.text import fold
from rag.language.packs import PACKS

_NEGATIONS = PACKS.rules("grammar.negation")
# What is said, wished, planned or doubted is not what is.
_UNSURE = PACKS.rules("verdict.unsure")
_ORDERS = PACKS.rules("verdict.orders")
# What models' own formats are written with, and who speaks in them.
_CONTROL = re.compile(
    r"<\|[\w ]*\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|[\U000E0000-\U000E007F]"
    r"|</?(?:system|assistant|user|human|developer|instructions?|prompt)\b[^<>]{0,80}>|\[/?(?:system|assistant|user)\]"
    r"|^[ \t]*#+ *(?:instruction|response|system|prompt)s?\b"
    r"|(?:^|[.!?»”\"]\s+)\W{0,3}(?:system|assistant|developer|user|human) ?(?:prompt|message)? ?:",
    re.IGNORECASE | re.MULTILINE,
)
# Characters that are not seen, and a long word of letters and figures that says nothing to a reader.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_ENCODED = re.compile(r"(?<![\w./:=&?%#@-])(?=\w*[a-z])(?=\w*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+/]{32,}={0,2}(?![\w./@-])")


def is_negated(text: str, language: str) -> bool:
    """Return whether a text says "not" somewhere, in one of the languages whose negations are known."""
    return bool(re.search(_NEGATIONS.of(language), fold(text)))


def is_unsure(text: str, language: str) -> bool:
    """Return whether a text says, in known words, that something is only planned, wished or doubted."""
    return bool(unsure_words(text, language))


def unsure_words(text: str, language: str) -> set[str]:
    """Return the words, folded, by which a text says that something is only planned, wished or doubted."""
    return set(re.findall(rf"\b(?:{_UNSURE.of(language)})\b", fold(text)))


def is_order(text: str, language: str) -> bool:
    """Return whether a text tells a reader or a model what to do or to answer, or imitates a question and its answer.

    Orders are known in some languages only, and English ones are known in all; control tokens and encoded text too.
    """
    text = _UNSEEN.sub("", text)
    if _CONTROL.search(text) or _ENCODED.search(text):
        return True
    plain = fold(text)
    return any(re.search(_ORDERS.of(code), plain) for code in (language, "en"))
