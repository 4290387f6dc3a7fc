"""Answers and texts as HTML or plain text, and the templates that HTML is made from."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.formats.html import escape, escape_key, unescape_key, visible
    from ui.formats.plain import answer_text, report_text, shown
    from ui.formats.templates import joined, render, text_html
else:
    __getattr__ = face(
        __name__,
        html="escape escape_key unescape_key visible",
        plain="answer_text report_text shown",
        templates="joined render text_html",
    )

__all__ = [
    "answer_text",
    "escape",
    "escape_key",
    "joined",
    "render",
    "report_text",
    "shown",
    "text_html",
    "unescape_key",
    "visible",
]
