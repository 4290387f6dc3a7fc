"""What the search for a page's article has left out of it: its standfirst, captions, headings, a paragraph within."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.extraction.pages.fact_boxes import in_fact_boxes
from index.extraction.pages.passages import (
    PAGE,
    Passage,
    is_hidden,
    is_same,
    is_standfirst,
    key_of,
    names_of,
    near,
    passages_of,
)

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_HEADLINES = frozenset({"h1", *_HEADINGS})
_TEXTS = frozenset("p li blockquote dd dt tr pre div section".split())
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|signature|share|sharing|social|meta(?:data)?|tags?|related|promo\w*|menu|"
    r"nav\w*|breadcrumbs?|cookies?|consent|buttons?|btn|paywall|ads?|advert\w*|pub|publicite|subscri\w*|abonn\w*|footer|"
    r"sidebar|recommend\w*|newsletters?|dates?|time|timestamp|published|updated|reading-?time|comments?|copyright|"
    r"rubrique|section-?name|category|kicker|surtitre|hidden|sr-only|visually-?hidden|screen-reader-text|skip\w*)"
    r"(?=$|[\s_-])",
    re.I,
)
_CAPTION = re.compile(r"captions?(?![a-z])|(?:^|[\s_-])legendes?(?=$|[\s_-])", re.I)
_SENTENCE = re.compile(r"[.!?…:»”\")\]]\s*$")
_LOOKED_UP = 2000
"""Paragraphs that are looked for within the text that was found; each search takes time in its length."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where in a page its article is: numbers of passages, and the element that holds it."""

    head: int
    """The headline, -1 if it is none of them."""
    first: int
    last: int
    scope: Any


def restored(tree: Any, lines: Sequence[str], title: str, standfirst: str = "") -> list[str]:
    """Return the lines that were found in a page, and among them those of its article that were not.

    These are the standfirst, captions, headings of what was found, and whole paragraphs between two others. Where the
    page shows no standfirst, `standfirst` is put before the first line, as what its metadata says it is.
    """
    passages = list(passages_of(tree))
    _match(passages, lines)
    found = [
        n for n, each in enumerate(passages) if each.at >= 0 and not is_same(each.text, title) and len(each.text) > 20
    ]
    if not found:
        return list(lines)
    heads = [n for n, each in enumerate(passages) if each.element.tag in _HEADLINES and is_same(each.text, title)]
    scope = _scope(passages, found)
    inside = [n for n in found if scope is None or _is_inside(passages[n].element, scope)]
    frame = _Frame(heads[0] if heads else -1, inside[0], inside[-1], scope)
    boxed = in_fact_boxes(passages, scope, frame.last) if scope is not None else set()
    kept: dict[int, list[str]] = {}
    has_own = any(is_standfirst(passages[n].element) for n in found)
    at = head_line = next((n for n, line in enumerate(lines) if is_same(line, title)), -1)
    for n, each in enumerate(passages):
        if each.at >= 0:
            at = max(at, each.at)
        elif not is_same(each.text, title) and (n in boxed or _belongs(passages, n, frame)):
            has_own |= n < frame.first and n not in boxed and not _is_caption(each.element)
            kept.setdefault(at, []).append(f"- {each.text}" if each.element.tag == "li" else each.text)
    if standfirst and not has_own and not any(key_of(standfirst)[:60] in key_of(line) for line in lines):
        kept.setdefault(head_line, []).insert(0, standfirst)
    out = kept.get(-1, [])
    for n, line in enumerate(lines):
        out += [line, *kept.get(n, [])]
    return out


def _belongs(passages: Sequence[Passage], n: int, frame: _Frame) -> bool:
    """Is a paragraph that was not found one of the article's?"""
    each = passages[n]
    if each.linked > 0.5 or _is_around(each.element, frame.scope):
        return False
    is_inside = frame.scope is not None and _is_inside(each.element, frame.scope)
    is_below = 0 <= frame.head < n
    if _is_caption(each.element):
        return len(each.text) >= 10 and (is_inside or (is_below and n <= frame.last))
    is_prose = each.linked < 0.3 and bool(_SENTENCE.search(each.text))
    if n < frame.first:
        is_named = is_standfirst(each.element) and len(each.text) >= 20
        return (is_named and (is_below or is_inside)) or (is_below and is_prose and len(each.text) >= 60)
    if not is_inside or n > frame.last:
        return False
    if each.element.tag in _HEADINGS:
        following = next((one for one in passages[n + 1 : n + 5] if one.at >= 0 or len(one.text) >= 40), None)
        return following is not None and following.element.tag not in _HEADINGS and following.at >= 0
    return each.element.tag in _TEXTS and is_prose and len(each.text) >= 40


def _match(passages: Sequence[Passage], lines: Sequence[str]) -> None:
    """Note for each paragraph the line that has it, whole or as a part."""
    keys = [key_of(line) for line in lines]
    exact: dict[str, int] = {}
    for n, key in enumerate(keys):
        exact.setdefault(key, n)
    joined, ends = "\n".join(keys), []
    total = 0
    for key in keys:
        total += len(key) + 1
        ends.append(total)
    tried = 0
    for each in passages:
        key = key_of(each.text)
        each.at = exact.get(key, -1)
        if each.at < 0 and len(key) >= 12:
            tried += 1
            place = joined.find(key) if tried <= _LOOKED_UP else 0
            each.at = bisect_right(ends, place) if place >= 0 else -1


def _scope(passages: Sequence[Passage], found: Sequence[int]) -> Any:
    """Return the element that holds nearly all that was found: an article with its head, if there is one."""
    weights: dict[Any, int] = {}
    for n in found:
        for above in (passages[n].element, *passages[n].element.iterancestors()):
            weights[above] = weights.get(above, 0) + len(passages[n].text)
    whole = sum(len(passages[n].text) for n in found)
    holders = [
        element for element, weight in weights.items() if weight >= 0.8 * whole and element.tag not in ("html", "body")
    ]
    if not holders:
        return None
    inner = max(holders, key=lambda element: sum(1 for _ in element.iterancestors()))
    outer = [each for each in (inner, *inner.iterancestors()) if each.tag in ("article", "main")]
    articles = [each for each in outer if each.tag == "article"]
    return articles[-1] if articles else outer[-1] if outer else inner


def _is_inside(element: Any, scope: Any) -> bool:
    return element is scope or any(above is scope for above in element.iterancestors())


def _is_around(element: Any, scope: Any) -> bool:
    """Is it, by the name of itself or of what it stands in, a byline, a menu, a footer?"""
    for each in (element, *element.iterancestors()):
        if each is scope or each.tag in PAGE:
            return False
        if each.tag in ("nav", "aside", "footer", "form", "address", "dialog") or each.get("role") in (
            "navigation",
            "dialog",
        ):
            return True
        if is_hidden(each) or (_AROUND.search(names_of(each)) and not is_standfirst(each)):
            return True
    return False


def _is_caption(element: Any) -> bool:
    return any(
        each.tag in ("figcaption", "caption") or _CAPTION.search(names_of(each)) for each in (element, *near(element))
    )
