"""What is asked: about the articles themselves, which kind of question, one question or several."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.query.asked_year import happens_once, without_asked_year
    from rag.query.decomposition import split
    from rag.query.intent import Intent, is_file_name, is_greeting, recognise
    from rag.query.intent_rules import ENDING
    from rag.query.parts import Split
    from rag.query.query import Query
    from rag.query.question_kind import asks, kind_of, question_word
else:
    __getattr__ = face(
        __name__,
        asked_year="happens_once without_asked_year",
        decomposition="split",
        intent="Intent is_file_name is_greeting recognise",
        intent_rules="ENDING",
        parts="Split",
        query="Query",
        question_kind="asks kind_of question_word",
    )

__all__ = [
    "ENDING",
    "Intent",
    "Query",
    "Split",
    "asks",
    "happens_once",
    "is_file_name",
    "is_greeting",
    "kind_of",
    "question_word",
    "recognise",
    "split",
    "without_asked_year",
]
