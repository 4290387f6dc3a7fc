"""The words of the interface, in English and French."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.i18n.catalog import (
        ANSWER_LANGUAGES,
        PAGE_LANGUAGES,
        access_words,
        answer_words,
        box_words,
        check_words,
        everywhere_words,
        shelf_words,
        talk_words,
        words,
    )
    from ui.i18n.model_errors import llm_words
    from ui.i18n.page import (
        count,
        date_words,
        dotted,
        language_name,
        month_name,
        n_questions,
        page_language,
        page_theme,
        place_words,
    )
    from ui.i18n.skip_reasons import many_words, reason_words
    from ui.i18n.troubles import Trouble, trouble_words
else:
    __getattr__ = face(
        __name__,
        catalog="ANSWER_LANGUAGES PAGE_LANGUAGES access_words answer_words box_words check_words everywhere_words"
        " shelf_words talk_words words",
        model_errors="llm_words",
        page="count date_words dotted language_name month_name n_questions page_language page_theme place_words",
        skip_reasons="many_words reason_words",
        troubles="Trouble trouble_words",
    )

__all__ = [
    "ANSWER_LANGUAGES",
    "PAGE_LANGUAGES",
    "Trouble",
    "access_words",
    "answer_words",
    "box_words",
    "check_words",
    "count",
    "date_words",
    "dotted",
    "everywhere_words",
    "language_name",
    "llm_words",
    "many_words",
    "month_name",
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
