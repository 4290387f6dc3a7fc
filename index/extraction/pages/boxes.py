"""What stands on a page beside its article: boxes that lead elsewhere, invitations to subscribe, comments."""

from __future__ import annotations

import re
from typing import Any

from index.extraction.accounting import Block
from index.extraction.layout import tidy
from index.extraction.pages.passages import BLOCKS, PAGE, is_standfirst, names_of
from index.extraction.pages.surroundings import blocks_of
from index.text import LEXICON

RELATED = LEXICON.pattern("page.related", r"\W*(?:{})(?!\w)", re.I)
INVITATION = LEXICON.pattern("page.invitation", r"\W*(?:{})", re.I)
_LEADS_ON = re.compile(r"\s*[:|>»›→▶►–—-]")
# Names that sites give such boxes, whole or as a part between hyphens.
_BOXES = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|recirc\w*|most-?(?:read|popular|viewed)|les-?plus-?lus|plus-?lus|trending|"
    r"(?:a-)?lire-?(?:aussi|egalement)|read-?(?:more|also|next)|see-?also|more-?(?:on|from|stories)|sur-?le-?meme-?sujet|"
    r"teasers?|outbrain|taboola|breadcrumbs?|fil-?ariane|share|sharing|social|onward|linked-?articles?)(?=$|[\s_-])",
    re.I,
)
_TRAIL = re.compile(r"breadcrumb|fil-?ariane", re.I)
_INVITING = re.compile(
    r"newsletter|(?:^|[\s_-])(?:cookies?|consent|paywall|subscribe|abonnement|signup)(?=$|[\s_-])", re.I
)
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments?|commentaires?|reactions?|respond|disqus_thread|(?:comments?|commentaires?)-?(?:list|area|section|"
    r"wrapper|block|container|thread)|commentlist)(?=$|\s)",
    re.I,
)


def remove_boxes(tree: Any) -> list[Block]:
    """Take out of a page what leads to other articles, invites to subscribe, or was written by its readers.

    Return the text of all that.
    """
    removed: list[Block] = []
    sizes = _sizes(tree)
    whole = sizes[tree][0]
    for element in list(tree.iter()):
        if element not in sizes or element.tag in PAGE or element.getparent() is None:
            continue
        n_chars, n_linked = sizes[element]
        if not n_chars or not _is_within(element, tree):
            continue
        if _is_box(element, n_chars, n_linked, whole) or _is_teaser(element, n_chars, n_linked):
            if element.find(".//h1") is None:
                removed += _drop(element)
        elif element.tag in BLOCKS and n_chars < 100 and _is_label(element):
            for each in _labelled(element, sizes, whole):
                if each.find(".//h1") is None and each.getparent() is not None:
                    removed += _drop(each)
    return removed


def _sizes(tree: Any) -> dict[Any, tuple[int, int]]:
    """Return the number of characters of each element's text, and of those in links."""
    sizes: dict[Any, tuple[int, int]] = {}
    for element in reversed(list(tree.iter())):
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "noscript", "template"):
            continue
        n_chars, n_linked = len((element.text or "").strip()), 0
        for child in element:
            chars, linked = sizes.get(child, (0, 0))
            n_chars += chars + len((child.tail or "").strip())
            n_linked += linked
        sizes[element] = n_chars, n_chars if element.tag == "a" and element.get("href") else n_linked
    return sizes


def _is_box(element: Any, n_chars: int, n_linked: int, whole: int) -> bool:
    """Is it, by the name it has, a box beside the article? One with most of the page's text is not."""
    names = names_of(element)
    if not names.strip():
        return False
    if _COMMENTS.search(names):
        return True
    if 2 * n_chars > whole:
        return False
    if _INVITING.search(names):
        return n_chars <= 600
    return (
        _BOXES.search(names) is not None
        and (n_linked >= 0.15 * n_chars or n_chars <= 100)
        and not is_standfirst(element)
    )


def _is_teaser(element: Any, n_chars: int, n_linked: int) -> bool:
    """Is it a line such as "Lire aussi : À Orvanne, le tri change", or one that asks to subscribe?"""
    if (
        element.tag not in BLOCKS
        or n_chars > 400
        or any(child.tag in BLOCKS and child.tag != "br" for child in element)
    ):
        return False
    text = tidy(element.text_content())
    if INVITATION.match(text):
        return n_linked >= 0.3 * n_chars or n_chars <= 80
    match = RELATED.match(text)
    rest = text[match.end() :] if match else ""
    return bool(rest.strip(" :»>…")) and (
        n_linked >= 0.4 * n_chars or (len(text) <= 200 and bool(_LEADS_ON.match(rest)))
    )


def _is_label(element: Any) -> bool:
    """Does it say nothing but "À lire aussi" and the like?"""
    text = tidy(element.text_content())
    match = RELATED.match(text)
    return match is not None and not text[match.end() :].strip(" :»>›→▶►…!")


def _labelled(label: Any, sizes: dict[Any, tuple[int, int]], whole: int) -> list[Any]:
    """Return what stands under a label: the box that begins with it, or itself and the lists of links that follow."""
    box = label
    for _ in range(4):
        parent = box.getparent()
        if parent is None or parent.tag in PAGE or (parent.text or "").strip():
            break
        if any(sizes.get(each, (0, 0))[0] for each in box.itersiblings(preceding=True)):
            break
        box = parent
        n_chars, n_linked = sizes.get(box, (0, 0))
        if n_linked >= 0.4 * n_chars and 2 * n_chars <= whole and n_chars > sizes[label][0]:
            return [box]
    found = []
    for each in label.itersiblings():
        n_chars, n_linked = sizes.get(each, (0, 0))
        if n_chars and n_linked < 0.6 * n_chars:
            break
        found += [each] if n_chars else []
    is_link = sizes[label][1] >= 0.5 * sizes[label][0]
    return [label, *found] if found or is_link else []


def _drop(element: Any) -> list[Block]:
    """Take an element out of its tree and return its text; the text behind it stays."""
    names, text = names_of(element), tidy(" ".join(each.text for each in blocks_of(element)))
    if _COMMENTS.search(names):
        reason = "comments"
    elif _INVITING.search(names) or INVITATION.match(text):
        reason = "invitation"
    elif match := _BOXES.search(names):
        is_sharing = match[0].strip(" _-").lower() in ("share", "sharing", "social")
        reason = "sharing" if is_sharing else "menu" if _TRAIL.search(match[0]) else "teaser"
    else:
        reason = "teaser"
    element.drop_tree()
    return [Block(reason, text)] if text else []


def _is_within(element: Any, tree: Any) -> bool:
    """Is an element still in the tree, and not in a box that was taken out?"""
    return element.getroottree().getroot() is tree
