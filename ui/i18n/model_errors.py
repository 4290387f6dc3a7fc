"""Why a language model did not answer, in French: `rag` says it in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ui.i18n.catalog import page_texts
from ui.i18n.patterns import Wordings

_VALUES = {
    "n": r"[\d,.]+",
    "url": r"https?://\S*",
    "said": "(?: \\(“.*”\\))?",
    "place": r"an event|the whole|[\w\[\]]+",
}


def llm_words(line: str, lang: str) -> str:
    """A line of an LlmError in "fr" or "en"; one that is not known as it is."""
    return line if lang == "en" else _wordings().french(line) or line


def _french(name: str, value: str) -> str:
    """The value of a parameter in French."""
    if name == "reason":
        return llm_words(value, "fr")
    if name == "reasons":
        return " — ".join(llm_words(each, "fr") for each in value.split(" — "))
    if name == "n":
        return value.replace(",", "\u202f").replace(".", ",")
    if name == "said":
        return f" («\u00a0{value[3:-2]}\u00a0»)" if value else ""
    return _values().get(value, value) if name in ("thing", "place", "expected", "advice") else value


@cache
def _wordings() -> Wordings:
    values = _VALUES | dict.fromkeys(("thing", "expected", "advice"), "|".join(map(re.escape, ["null", *_values()])))
    return Wordings(_paired("model_errors"), values, _french)


@cache
def _values() -> Mapping[str, str]:
    """The values that have a translation: English -> French."""
    return _paired("model_error_values")


def _paired(section: str) -> dict[str, str]:
    return {text: page_texts(section, "fr")[key] for key, text in page_texts(section, "en").items()}
