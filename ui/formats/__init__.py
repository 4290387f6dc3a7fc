"""Answers and texts as HTML or plain text."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.formats.html import escape, escape_key, unescape_key, visible
    from ui.formats.plain import answer_text, report_text, shown
else:
    __getattr__ = face(
        __name__,
        html="escape escape_key unescape_key visible",
        plain="answer_text report_text shown",
    )

__all__ = ["answer_text", "escape", "escape_key", "report_text", "shown", "unescape_key", "visible"]
