"""OpenDocument (.odt) and Rich Text (.rtf) to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from index.extraction.accounting import Block, measured
from index.extraction.exports.flow import read_flow
from index.extraction.exports.part import Part
from index.extraction.formats.office import ZipFile, xml_tree
from index.extraction.layout import Paragraph, lay_out, tidy
from index.extraction.note_calls import MAX_RAISED, raised
from index.skip_reason import NotAnArticle

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_RAISED = re.compile(r"super\b|(?!0+%)\d+%")
"""A position of print above the line: by name, or by a share of its height."""
_MOST_PARENTS = 20
_BLOCKS = (f"{_TEXT}p", f"{_TEXT}h")
_LEFT_OUT = frozenset((f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end", f"{_TEXT}note"))
_TITLES = re.compile(r"(?:title|titre|heading[ _]?(?:20_)?1|titel)", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_BESIDE = {
    **dict.fromkeys(
        ("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), "running_head"
    ),
    "annotation": "remark",
}
"""Groups of an RTF file that are not read, and why their text is left out."""
_NOTE_MARK = re.compile(r"\{[^{}]{0,200}\\super[^{}]{0,200}?(?:\\chftn|\d{1,3})\s*\}\s*\Z")
"""The raised number in front of a note."""
_MARK_CHARS = 600
_BRACE = re.compile(r"\\[\\{}]|[{}]")
_NAMED = re.compile(r"\{(?:\\\*)?\\(header[lrf]?|footer[lrf]?|annotation|footnote)(?![a-z])")
_NUMBERED = re.compile(r"\A(\[\d+\])\W*\d{0,3}\W*")
"""A note's number, and the one that the file writes before it."""
_HIGHEST = 8_000_000
"""Bytes of an RTF file without its pictures."""
_PICTURE = re.compile(rb"\{\\\*?\\?(?:pict|shppict|nonshppict|objdata)\b[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_BYTE = re.compile(rb"\\'([0-9a-fA-F]{2})")
_HIDES = re.compile(rb"\\(?:v|deleted)(?![a-z])")
_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'[0-9a-f]{2}|\\.|[{}]|[^\\{}]+", re.IGNORECASE | re.DOTALL)
_KEPT_HIDDEN = frozenset("par pard sect page row cell trowd intbl f fs uc plain".split())
"""Control words that hold inside hidden text too: ends of paragraphs, and how bytes are read behind it."""
_FIELD = re.compile(rb"\{\\\*\\fldinst[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
"""The instruction of a field, such as the address of a link; its result is a text of its own."""


class _Group(NamedTuple):
    """A group of an RTF source: the control word it opens with, what follows that, and where it stands."""

    name: str
    text: str
    begin: int
    end: int


def read_odt(data: bytes) -> list[Part]:
    """Return the articles of an OpenDocument text, mostly one. Raises ValueError."""
    file = ZipFile(data, "OpenDocument text")
    tree = xml_tree(file.read("content.xml"), "OpenDocument text")
    body = tree.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise NotAnArticle("missing_member", file="OpenDocument text", name="office:text")
    high = _raised_styles(file, tree)
    found = list(_paragraphs(body, high))
    bodies = body.iter(f"{_TEXT}note-body")
    said_by = {note: " ".join(_said(each, high) for each in note.iter(f"{_TEXT}p")) for note in bodies}
    notes = [_call_of(note) + text for note, text in said_by.items() if text]
    if not found:
        raise NotAnArticle("no_text")
    facts = _facts(file)
    title = next((text for text, style in found[:10] if _TITLES.fullmatch(style) and len(text) <= 220), "")
    declared = facts.get("title", "")
    title = title or (declared if declared in [text for text, _ in found[:5]] else "")
    texts = [*(text for text, _ in found), *notes]
    said = lay_out([Paragraph(text) for text in texts], title=title)
    there = [*_unsaid(file, tree), *(Block("other", text) for text in texts)]
    coverage = measured(there, said.lines, is_whole=not said.note)
    return read_flow(replace(said, author=facts.get("creator", ""), coverage=coverage))


def _unsaid(file: ZipFile, tree: Any) -> Iterator[Block]:
    """Yield what an OpenDocument text says besides the text that is read of it."""
    edges = xml_tree(file.read("styles.xml"), "OpenDocument text") if "styles.xml" in file.names else None
    found = [(tree, f"{_TEXT}tracked-changes", "deleted"), (tree, f"{_OFFICE}annotation", "remark")]
    found += [(edges, f"{_STYLE}{name}", "running_head") for name in ("header", "footer") if edges is not None]
    for root, name, reason in found:
        for element in root.iter(name):
            yield from (
                Block(reason, text) for each in element.iter(*_BLOCKS) if (text := tidy("".join(each.itertext())))
            )


def _facts(file: ZipFile) -> dict[str, str]:
    """Return title and creator as the file declares them."""
    if "meta.xml" not in file.names:
        return {}
    tree = xml_tree(file.read("meta.xml"), "OpenDocument text")
    creator = tree.find(f".//{_META}initial-creator")
    creator = creator if creator is not None else tree.find(f".//{_DC}creator")
    title = tree.find(f".//{_DC}title")
    named = {"title": title, "creator": creator}
    return {name: tidy(each.text or "")[:300] for name, each in named.items() if each is not None}


def _raised_styles(file: ZipFile, tree: Any) -> frozenset[str]:
    """Return the names of the styles of raised print, by themselves or by the style they are made from."""
    trees = [tree, xml_tree(file.read("styles.xml"), "OpenDocument text")] if "styles.xml" in file.names else [tree]
    positions: dict[str, str] = {}
    parents: dict[str, str] = {}
    for style in (each for one in trees for each in one.iter(f"{_STYLE}style")):
        name, props = style.get(f"{_STYLE}name") or "", style.find(f"{_STYLE}text-properties")
        parents[name] = style.get(f"{_STYLE}parent-style-name") or ""
        if props is not None and (position := props.get(f"{_STYLE}text-position")):
            positions[name] = position
    found = set()
    for name in parents:
        at = name
        for _ in range(_MOST_PARENTS):
            if at in positions or at not in parents:
                break
            at = parents[at]
        if _RAISED.match(positions.get(at, "")):
            found.add(name)
    return frozenset(found)


def _paragraphs(body: Any, high: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield (text, style) of each paragraph and heading; a table row is one paragraph."""
    rows = f"{_TABLE}table-row"
    for element in body.iter(rows, *_BLOCKS):
        parents = {parent.tag for parent in element.iterancestors()}
        if parents & _LEFT_OUT or rows in parents:
            continue
        if element.tag == rows:
            row = element.iter(f"{_TABLE}table-cell")
            cells = (tidy(" ".join(_said(each, high) for each in cell.iter(*_BLOCKS))) for cell in row)
            text, style = " | ".join(filter(None, cells)), ""
        else:
            text, style = _said(element, high), element.get(f"{_TEXT}style-name") or ""
            if element.tag == f"{_TEXT}h" and element.get(f"{_TEXT}outline-level", "1") == "1":
                style = "Title"
        if text:
            yield text, style


def _call_of(node: Any) -> str:
    """Return the number of a note, as it stands where the note is called and before it; "" without one."""
    note = node if node.tag == f"{_TEXT}note" else node.getparent()
    cited = note.find(f"{_TEXT}note-citation") if note is not None else None
    number = tidy("".join(cited.itertext())) if cited is not None else ""
    return (f"[{number}]" if node is note else f"[{number}] ") if 0 < len(number) <= MAX_RAISED else ""


def _said(paragraph: Any, high: frozenset[str]) -> str:
    """Return the text of a paragraph without notes, comments and what was deleted; `high` are raised styles."""
    said: list[str] = []
    left: list[Any] = [paragraph]
    while left:
        node = left.pop()
        if isinstance(node, str):
            said.append(node)
            continue
        if not isinstance(node.tag, str):
            continue
        if node.tag == f"{_TEXT}note":
            said.append(_call_of(node))
        if node.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            said.append(" ")
        if node.tag == f"{_TEXT}span" and node.get(f"{_TEXT}style-name") in high and not _LEFT_OUT & _tags_in(node):
            said.append(raised("".join(node.itertext()), "".join(said[-8:])[-24:], node.tail or ""))
        elif node.tag not in _LEFT_OUT:
            for child in reversed(node):
                left += [child.tail or "", child]
            said.append(node.text or "")
    return tidy("".join(said))


def _tags_in(node: Any) -> frozenset[str]:
    return frozenset(each.tag for each in node.iterdescendants())


def read_rtf(data: bytes) -> list[Part]:
    """Return the articles of a Rich Text file: one, or those of a Factiva or Nexis export. Raises ValueError."""
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise NotAnArticle("no_rtf")
    data = _FIELD.sub(b"", _PICTURE.sub(b"", data))
    if b"\\ansicpg10000" in data[:500] or data.startswith(b"{\\rtf1\\mac"):
        data = _BYTE.sub(_from_mac, data)
    if len(data) > _HIGHEST:
        raise NotAnArticle("n_bytes", n=len(data), most=_HIGHEST)
    source = data.decode("latin-1")
    hides = _HIDES.search(data) is not None
    everything = _rtf_lines(source) if hides else []
    source = _without_hidden(source) if hides else source
    head = source[: source.index("{", 1)] if "{" in source[1:] else source[:100]
    groups = _groups(source)
    source, notes = _without_notes(source, groups)
    lines = _rtf_lines(source)
    if notes:
        lines += [_NUMBERED.sub(r"\1 ", line) for line in _rtf_lines(f"{head}{notes}}}")]
    if not any(char.isalnum() for line in lines for char in line):
        raise NotAnArticle("no_text")
    said = lay_out([Paragraph(line) for line in lines])
    there = [Block("other", line) for line in lines if line] if not hides else []
    there += [Block("hidden", line) for line in everything if line]
    for reason in dict.fromkeys(_BESIDE.values()):
        texts = [f"{{{each.text}}}" for each in groups if _BESIDE.get(each.name) == reason]
        there += [Block(reason, line) for line in _rtf_lines(head + "\\par ".join(texts) + "}") if texts and line]
    return read_flow(replace(said, coverage=measured(there, said.lines, is_whole=not said.note)))


def _rtf_lines(source: str) -> list[str]:
    """Return the lines of an RTF source as they are read."""
    from striprtf.striprtf import rtf_to_text

    text: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    text = _SURROGATE.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace"), text)
    return [_row(tidy(line)) for line in re.split(r"\r\n|\r|\n", text)]


def _without_notes(source: str, groups: Sequence[_Group]) -> tuple[str, str]:
    """Return an RTF source with a call such as [1] for each note in it, and the notes as one of their own."""
    kept, notes, at = list[str](), list[str](), 0
    for each in groups:
        if each.name == "footnote":
            notes.append(f"\\par [{len(notes) + 1}] {{{each.text}}}")
            near = max(at, each.begin - _MARK_CHARS)
            kept += [source[at:near], _NOTE_MARK.sub("", source[near : each.begin]), f"{{[{len(notes)}]}}"]
            at = each.end
    return "".join(kept) + source[at:], "".join(notes)


def _groups(source: str) -> list[_Group]:
    """Return the groups of an RTF source that are not read where they stand, none within another one."""
    found: list[_Group] = []
    open_ones: list[tuple[int, re.Match[str] | None]] = []
    n_named = 0
    for token in _BRACE.finditer(source):
        if token.group() == "{":
            named = _NAMED.match(source, token.start())
            open_ones.append((token.start(), named))
            n_named += named is not None
        elif token.group() == "}" and open_ones:
            begin, named = open_ones.pop()
            n_named -= named is not None
            if named and not n_named:
                found.append(_Group(named[1], source[named.end() : token.start()], begin, token.end()))
    return found


def _without_hidden(source: str) -> str:
    """Return an RTF source without the text that a word processor hides or that was deleted with changes tracked.

    A control word holds until it is switched off or its group ends.
    """
    kept: list[str] = []
    hidden: frozenset[str] = frozenset()
    outer: list[frozenset[str]] = []
    for token in _TOKEN.finditer(source):
        text, word = token.group(), (token[1] or "").lower()
        if text == "{":
            outer.append(hidden)
        elif text == "}":
            hidden = outer.pop() if outer else frozenset()
        elif word in ("v", "deleted"):
            hidden = hidden - {word} if token[2] == "0" else hidden | {word}
            continue
        elif word == "plain":
            hidden = frozenset()
        if not hidden or text in "{}" or word in _KEPT_HIDDEN:
            kept.append(text)
    return "".join(kept)


def _from_mac(byte: re.Match[bytes]) -> bytes:
    """Return a letter of the Macintosh's character set by its number, which striprtf does not know."""
    return b"\\u%d?" % ord(bytes.fromhex(byte[1].decode("ascii")).decode("mac_roman"))


def _row(line: str) -> str:
    """Return a table's row, whose cells each end in "|", as rows are written elsewhere."""
    if "|" not in line:
        return line
    return " | ".join(filter(None, (cell.strip() for cell in line.split("|"))))
