"""Answers and articles as HTML."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.web.render.article import digest
    from ui.web.render.checks import Searched, searched_html, why_html
    from ui.web.render.filter import filter_html
    from ui.web.render.turn_bar import Place, bar_html
else:
    __getattr__ = face(
        __name__,
        article="digest",
        checks="Searched searched_html why_html",
        filter="filter_html",
        turn_bar="Place bar_html",
    )

__all__ = ["Place", "Searched", "bar_html", "digest", "filter_html", "searched_html", "why_html"]
