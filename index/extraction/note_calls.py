"""Raised print: which of it calls a note, and how it is written in plain text ("1934[1]", "86 m²", "1er")."""

from __future__ import annotations

import re
from typing import Any

MAX_RAISED = 12
"""Longer raised text is no note call and stays as it is. In characters."""

_LOOKED_AT = 24  # characters before
_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
_EXPONENT = re.compile(r"[-−–+]?\d{1,3}")
_POWER_OF = re.compile(r"(?<![^\W\d_])(?:[a-zµ]|d?[acdhkmnµ]m|mc|ft|yd|mi)$|(?<![\d.,])10$", re.IGNORECASE)
_CENTS = re.compile(r"\d[.,]$")
_PRICE = re.compile(r"[\s\u00a0\u202f]*(?:[€$£¥]|euros?\b|eur\b)", re.IGNORECASE)
_WORD_END = re.compile(r"[^\W\d_]{3}$")
_RAISED_DIGITS = str.maketrans("0123456789-−–+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_NAMED = re.compile(r"note|footnote|noteref|reference|endnote|appel|(?:^|[\s_-])fn", re.IGNORECASE)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*(?:super|text-top)", re.IGNORECASE)
_RAISED_CLASS = re.compile(r"(?:^|[\s_-])(?:sup|super|superscript|exposant)(?:$|[\s_-])", re.IGNORECASE)
_BREAKS = frozenset("p div li td th blockquote section article body h1 h2 h3 h4 h5 h6 br dd dt figcaption".split())


def raised(text: str, before: str, after: str = "", *, is_call: bool = False) -> str:
    """Return how raised `text` is written between `before` and `after`; `is_call` if it is known to call a note.

    A call stands in square brackets, a power in raised digits; ordinals and all else stay as they are.
    """
    said = text.strip()
    last = before[-1:]
    if not said or len(said) > MAX_RAISED:
        return text
    if said.isascii() and _EXPONENT.fullmatch(said) and said != "1" and not is_call and _POWER_OF.search(before):
        return said.translate(_RAISED_DIGITS)
    if _NUMBERS.fullmatch(said):
        if is_call:
            return f"[{said}]"
        if after[:1] in ("/", "⁄"):  # a fraction
            return f" {said}" if last.isdigit() else said
        is_nuclide = last.isspace() and after[:1].isalpha()
        is_cents = len(said) == 2 and _CENTS.search(before) and _PRICE.match(after)
        return text if is_nuclide or is_cents else f"[{said}]"
    if len(said) == 1 and said.isalpha() and (is_call or (said in "abcd" and _WORD_END.search(before))):
        return f"[{said}]"
    return f"[{said}]" if is_call and any(map(str.isdigit, said)) and not re.search(r"[\[(]", said) else text


def write_raised(tree: Any) -> Any:
    """Write the raised print of a web page's element tree out in place, and return the tree."""
    for element in list(tree.iter("sup", "a", "span")):
        if element.getparent() is None:
            continue  # of raised print that is written already
        said = element.text_content()
        if not 0 < len(said.strip()) <= MAX_RAISED:
            continue
        link = _link_of(element, said)
        if element.tag == "a":
            if not link or not _is_glued(element) or not re.fullmatch(r"\s*\d{1,3}\s*", said):
                continue
            if any(_is_raised(each) for each in element.iter()) or _is_raised(element.getparent()):
                continue  # its turn comes, or came
        elif not _is_raised(element):
            continue
        is_call = link or any(_NAMED.search(element.get(name) or "") for name in ("class", "id", "role"))
        written = raised(said, _before(element), element.tail or "", is_call=is_call)
        if written != said:
            for child in list(element):
                element.remove(child)
            element.text = written
    return tree


def _is_raised(element: Any) -> bool:
    if element.tag == "sup":
        return True
    named = _RAISED_CLASS.search(element.get("class") or "") if element.tag == "span" else None
    return bool(named or _RAISED_STYLE.search(element.get("style") or ""))


def _link_of(element: Any, said: str) -> bool:
    """Return whether the element, its only child or a parent with no more text is a link to a place on a page."""
    parents: list[Any] = []
    for parent in element.iterancestors():
        if parent.tag in _BREAKS or len(parents) > 3:
            break
        parents.append(parent)
    near = [element, *element.iterdescendants(), *(each for each in parents if len(each) < 4)]
    links = [each for each in near if each.tag == "a" and "#" in (each.get("href") or "")]
    return any(each.text_content().strip() == said.strip() for each in links)


def _is_glued(element: Any) -> bool:
    """Return whether a link follows a word or a closing mark at once, and no other link."""
    previous = element.getprevious()
    if previous is not None and previous.tag == "a" and not previous.tail:
        return False
    return bool(re.search(r"[\w.,;:!?»”\")\]]$", _before(element)))


def _before(element: Any) -> str:
    """Return the end of what stands before an element in its paragraph."""
    while element.tag not in _BREAKS:
        previous, parent = element.getprevious(), element.getparent()
        if parent is None:
            return ""
        if previous is None:
            text, element = parent.text or "", parent
        elif previous.tail or previous.tag in _BREAKS:
            return (previous.tail or "")[-_LOOKED_AT:]
        else:
            text, element = previous.text_content(), previous
        if text:
            return str(text[-_LOOKED_AT:])
    return ""
