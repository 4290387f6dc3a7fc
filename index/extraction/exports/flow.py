"""A text of paragraphs that is an export in disguise: Nexis or Factiva saved as a Word or RTF file."""

from __future__ import annotations

from index.extraction.exports import factiva, nexis
from index.extraction.exports.part import Part, text_parts
from index.extraction.layout import Extracted, is_row


def read_flow(said: Extracted) -> list[Part]:
    """Return the articles of a text that was read from a file, or the text itself as the only one."""
    lines = paragraphs_of(said)
    return text_parts(said, nexis.of_text(lines) or factiva.of_text(lines), lines)


def paragraphs_of(said: Extracted) -> list[str]:
    """Return the paragraphs of a text that was laid out: lines without an empty one between them are one again."""
    found: list[str] = []
    before = ""
    for line in said.lines:
        if line and before and not (is_row(line) or is_row(before)):
            found[-1] += f" {line}"
        elif line:
            found.append(line)
        before = line
    return found
