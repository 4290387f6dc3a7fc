"""Boxes within an article that are part of it: facts, figures, a portrait beside the text; not what leads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from index.extraction.pages.boxes import INVITATION, RELATED
from index.extraction.pages.passages import PAGE, Passage, is_hidden, names_of
from index.text import LEXICON

# Names that sites give such boxes, whole or as a part between hyphens.
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:encadres?|encarts?|fact-?box(?:es)?|facts?|info-?box|key-?(?:points?|facts?|figures?)|reperes?|"
    r"chiffres(?:-?cles)?|call-?out|highlights?|text-?box|sidebar-?box|hintergrund|info-?kasten|recuadro|riquadro|kader)"
    r"(?=$|[\s_-])",
    re.I,
)
_HEADED = LEXICON.pattern("page.fact_box", r"\W*(?:{})(?!\w)", re.I)
_OTHER = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|bio|signature|share|sharing|social|tags?|related|promo\w*|menu|nav\w*|"
    r"breadcrumbs?|cookies?|consent|paywall|ads?|advert\w*|pub|publicite|sponsor\w*|subscri\w*|abonn\w*|footer|"
    r"recommend\w*|newsletters?|comments?|copyright|toc|sommaire|contents|donate|dons?)(?=$|[\s_-])",
    re.I,
)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_SENTENCE = re.compile(r"[.!?…»”\")\]]\s*$")
_PROSE_CHARS = 40
_MOST_LINKED = 0.3


def in_fact_boxes(passages: Sequence[Passage], scope: Any, last: int) -> set[int]:
    """Return which paragraphs stand in boxes that are part of the article in `scope`, whose last paragraph is known."""
    boxes: dict[Any, list[int]] = {}
    for n, each in enumerate(passages):
        if (box := _box_of(each.element, scope)) is not None:
            boxes.setdefault(box, []).append(n)
    found: set[int] = set()
    for box, numbers in boxes.items():
        held = [passages[n] for n in numbers]
        if _is_part(box, held) and (numbers[0] < last or _is_marked(box, held)):
            found.update(n for n in numbers if passages[n].linked <= 0.5)
    return found


def _box_of(element: Any, scope: Any) -> Any:
    """Return the outermost box within `scope` that an element stands in, None if there is none or it is another's."""
    box = None
    for each in (element, *element.iterancestors()):
        if each is scope:
            return box
        is_box = each.tag == "aside" or (each.tag in ("div", "section") and _NAMED.search(names_of(each)))
        if each.tag in ("nav", "footer", "form", "dialog", "address", *PAGE) or _OTHER.search(names_of(each)):
            return None
        if is_hidden(each):
            return None
        box = each if is_box else box
    return None


def _is_part(box: Any, held: Sequence[Passage]) -> bool:
    """Does a box hold prose, and nothing that leads elsewhere or asks for something?"""
    n_chars = sum(len(each.text) for each in held)
    if sum(each.linked * len(each.text) for each in held) > _MOST_LINKED * n_chars:
        return False
    if any(True for _ in box.iter("form", "input", "iframe")) or box.find(".//a/p") is not None:
        return False
    for each in held:
        if RELATED.match(each.text) or INVITATION.match(each.text):
            return False
        if each.element.tag in _HEADINGS and each.linked > 0:
            return False
    return any(len(each.text) >= _PROSE_CHARS and _SENTENCE.search(each.text) for each in held)


def _is_marked(box: Any, held: Sequence[Passage]) -> bool:
    """Is a box below the text known as one of facts, by its name or its heading?"""
    return bool(_NAMED.search(names_of(box))) or any(
        each.element.tag in _HEADINGS and _HEADED.match(each.text) for each in held
    )
