"""The paragraphs of a page in order, each with the element it stands in and the names that its site gave that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.extraction.layout import tidy

BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr "
    "ul".split()
)
"""Elements that begin and end a paragraph."""
SILENT = frozenset(
    "script style head title template noscript svg math iframe object embed canvas select textarea button nav audio "
    "video map rp rt".split()
)
"""Elements whose text is no part of what a page says."""
_NAME_CHARS = 300
PAGE = frozenset({"html", "body", "main"})
_STANDFIRST = re.compile(
    r"chap[oô](?![a-z])|chapeau|stand-?first|(?:^|[\s_-])(?:lead|lede|dek|deck|intro|introduction|subtitle|sub-?headline|"
    r"sous-?titre|accroche|summary|kicker-?text|article-?(?:desc|description|lead|intro|summary)|desc|description|"
    r"entradilla|bajada|occhiello|sommario|vorspann|teaser-?text)(?=$|[\s_-]|[A-Z])|__desc",
)  # fmt: skip


@dataclass(slots=True)
class Passage:
    """A paragraph of the page as it stands in the tree."""

    element: Any
    text: str
    linked: float
    """Share of its characters that are links."""
    at: int = -1
    """Line of the text that was found that has it, -1 if none."""


def passages_of(tree: Any) -> Iterator[Passage]:
    """Yield every paragraph of a page in order, with the element it stands in."""
    owners: list[Any] = [tree]
    said: list[str] = []
    n_linked = silent = links = 0

    def passage() -> Iterator[Passage]:
        nonlocal n_linked
        if text := tidy("".join(said)):
            yield Passage(owners[-1], text, min(1.0, n_linked / len(text)))
        said.clear()
        n_linked = 0

    for event, element in walk(tree):
        name = element.tag if isinstance(element.tag, str) else ""
        is_silent = name in SILENT or element.get("hidden") is not None or element.get("aria-hidden") == "true"
        if event == "start":
            if name in BLOCKS:
                yield from passage()
                owners += [element] if name != "br" else []
            silent += is_silent
            links += name == "a"
            said += [" | "] if name in ("td", "th") and said else []
            part = element.text
        else:
            if name in BLOCKS and name != "br":
                yield from passage()
                owners.pop()
            silent -= is_silent
            links -= name == "a"
            part = element.tail
        if part and not silent:
            said.append(part)
            n_linked += len(part.strip()) if links > 0 else 0
    yield from passage()


def walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield each element of a tree where it starts and where it ends."""
    yield "start", tree
    open_ones = [(tree, iter(tree))]
    while open_ones:
        element, children = open_ones[-1]
        child = next(children, None)
        if child is None:
            open_ones.pop()
            yield "end", element
        else:
            yield "start", child
            open_ones.append((child, iter(child)))


def is_standfirst(element: Any) -> bool:
    return any(
        _STANDFIRST.search(names_of(each)) or (each.get("itemprop") or "").lower() in ("description", "abstract")
        for each in (element, *near(element))
    )


def near(element: Any) -> list[Any]:
    """Return the elements directly around one."""
    above: list[Any] = []
    for each in element.iterancestors():
        if len(above) == 2 or each.tag in ("article", "section", "header") or each.tag in PAGE:
            break
        above.append(each)
    return above


def names_of(element: Any) -> str:
    return f"{(element.get('class') or '')[:_NAME_CHARS]} {(element.get('id') or '')[:_NAME_CHARS]}"


def is_hidden(element: Any) -> bool:
    """Is it not shown, by its own attributes?"""
    return element.get("hidden") is not None or "display:none" in (element.get("style") or "").replace(" ", "")


def key_of(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def is_same(a: str, b: str) -> bool:
    return bool(b) and key_of(a) == key_of(b)
