"""The words of the interface, in English and French."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.i18n.history import n_questions, talk_words
    from ui.i18n.library_panel import shelf_words
    from ui.i18n.model_errors import llm_words
    from ui.i18n.page import (
        MONTHS,
        count,
        date_words,
        dotted,
        language_name,
        page_language,
        page_theme,
        place_words,
        words,
    )
    from ui.i18n.skip_reasons import reason_words
    from ui.i18n.troubles import Trouble, trouble_words
else:
    __getattr__ = face(
        __name__,
        history="n_questions talk_words",
        library_panel="shelf_words",
        model_errors="llm_words",
        page="MONTHS count date_words dotted language_name page_language page_theme place_words words",
        skip_reasons="reason_words",
        troubles="Trouble trouble_words",
    )

__all__ = [
    "MONTHS",
    "Trouble",
    "count",
    "date_words",
    "dotted",
    "language_name",
    "llm_words",
    "n_questions",
    "page_language",
    "page_theme",
    "place_words",
    "reason_words",
    "shelf_words",
    "talk_words",
    "trouble_words",
    "words",
]
