"""All that a page says, paragraph by paragraph, and what each of these is beside an article."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from index.extraction.accounting import Block
from index.extraction.layout import tidy
from index.extraction.pages.passages import BLOCKS, PAGE, is_hidden, names_of, walk
from index.text import LEXICON

_UNSEEN = frozenset(
    "script style head title template noscript svg math iframe object embed canvas audio video map".split()
)
_CONTROLS = frozenset("button select textarea option".split())
_ADVERTISING = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|pub|publicite|sponsor\w*|promo\w*|partner-?content)(?=$|[\s_-])", re.I
)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|signature|meta(?:data)?|tags?|dates?|time|timestamp|published|updated|"
    r"reading-?time|rubrique|category|kicker|surtitre|copyright)(?=$|[\s_-])",
    re.I,
)
_LABEL = LEXICON.pattern("advertisements", r"(?:{})", re.IGNORECASE)


def blocks_of(tree: Any) -> Iterator[Block]:
    """Yield every paragraph of an element in order, menus and forms too; only what no browser shows is not there."""
    yield from filter(None, _walked(tree, ()))


def parted(tree: Any, begins: Sequence[Any]) -> list[list[Block]]:
    """Return the paragraphs of an element before the first of some elements in it, then those from each one on."""
    found: list[list[Block]] = [[]]
    for each in _walked(tree, frozenset(begins)):
        if each is None:
            found.append([])
        else:
            found[-1].append(each)
    return found


def _walked(tree: Any, begins: Collection[Any]) -> Iterator[Block | None]:
    """Yield every paragraph of an element in order, and None where one of some elements begins."""
    reasons = [""]  # of each element that is open, its own or that of what it stands in
    owners = [""]
    said: list[str] = []
    unseen = n_articles = 0

    def block() -> Iterator[Block]:
        if text := tidy("".join(said)):
            yield Block("advertising" if _LABEL.fullmatch(text) else owners[-1] or "other", text)
        said.clear()

    for event, element in walk(tree):
        name = element.tag if isinstance(element.tag, str) else ""
        is_block = name in BLOCKS or name in _CONTROLS or name == "nav"
        if is_block:
            yield from block()
        if event == "start" and element in begins:
            yield from block()
            yield None
        step = 1 if event == "start" else -1
        unseen += step * (name in _UNSEEN)
        n_articles += step * (name == "article")
        if event == "start":
            reasons.append("" if name in PAGE else _kind(element, n_articles > 0) or reasons[-1])
            owners += [reasons[-1]] if is_block and name != "br" else []
            said += [" | "] if name in ("td", "th") and said else []
            part = element.text
        else:
            reasons.pop()
            if is_block and name != "br":
                owners.pop()
            part = element.tail if element is not tree else None
        if part and not unseen:
            said.append(part)
    yield from block()


def _kind(element: Any, is_in_article: bool) -> str:
    """Return what an element is beside an article, "" if nothing says that it is."""
    names, role = names_of(element), element.get("role")
    kinds = (
        ("hidden", is_hidden(element)),
        ("control", element.tag in _CONTROLS or element.tag == "form"),
        ("menu", element.tag == "nav" or role == "navigation"),
        ("advertising", _ADVERTISING.search(names)),
        ("footer", element.tag == "footer" and not is_in_article),
        ("beside", element.tag == "aside"),
        ("byline", element.tag == "address" or _AROUND.search(names)),
    )
    return next((reason for reason, is_it in kinds if is_it), "")
