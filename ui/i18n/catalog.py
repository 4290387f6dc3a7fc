"""The texts of the interface: one TOML file a language, read when the first of its texts is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

PAGE_LANGUAGES = ("fr", "en")
"""The languages of the page; it is in French when another is asked for."""
ANSWER_LANGUAGES = (*PAGE_LANGUAGES, "es", "de", "it", "pt")
"""The languages of what stands around an answer outside of the page; English when another is asked for."""

_FOLDER = Path(__file__).parent


def words(lang: str) -> Mapping[str, str]:
    """Return the texts of the page in "fr" or "en"; in French for any other language, as those below."""
    return page_texts("page", lang)


def shelf_words(lang: str) -> Mapping[str, str]:
    """Return the texts of the library panel."""
    return page_texts("library", lang)


def talk_words(lang: str) -> Mapping[str, str]:
    """Return the texts of the history, of the tools under an answer and of an exported conversation."""
    return page_texts("history", lang)


def check_words(lang: str) -> Mapping[str, str]:
    """Return the texts of the view that checks a text."""
    return page_texts("check", lang)


def box_words(lang: str) -> Mapping[str, str]:
    """Return the texts about questions that have no answer yet."""
    return page_texts("question_box", lang)


def everywhere_words(lang: str) -> Mapping[str, str]:
    """Return the label and the title of the button that asks a question again of all articles."""
    return page_texts("everywhere", lang)


def access_words(lang: str) -> Mapping[str, str]:
    """Return what a browser is told that is not let in, by reason."""
    return page_texts("access", lang)


def count_words(lang: str) -> Mapping[str, tuple[str, str]]:
    """Return the wordings for one and for several, by noun."""
    return page_texts("counts", lang)


def answer_words(lang: str) -> Mapping[str, str]:
    """Return what stands around an answer in `lang`, or in English when there are no texts in `lang`."""
    return _texts(lang if lang in ANSWER_LANGUAGES else "en")["answer"]


def page_texts(section: str, lang: str) -> Mapping[str, Any]:
    """Return one section of a language of the page, in French when `lang` is none of them."""
    return _texts(lang if lang in PAGE_LANGUAGES else "fr")[section]


@cache
def _texts(lang: str) -> Mapping[str, Mapping[str, Any]]:
    """Read a language's file: section -> key -> text, or a tuple of texts."""
    import tomllib

    read = tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: MappingProxyType(_frozen(section)) for name, section in read.items()})


def _frozen(section: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in section.items()}
