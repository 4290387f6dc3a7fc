"""Conversations on disk: kept, exported, checked again, judged."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.conversations.export import answer_markdown, conversation_json, conversation_markdown
    from ui.conversations.feedback import Feedback, read_feedback
    from ui.conversations.records import Judgement, KeptTurn, sources_of
    from ui.conversations.save import SaveFile, is_writable, replace_file
    from ui.conversations.store import History, Summary
    from ui.conversations.verification import (
        VerifyError,
        articles_of,
        failed,
        read_export,
        report_dict,
        summary_text,
        verify,
    )
else:
    __getattr__ = face(
        __name__,
        export="answer_markdown conversation_json conversation_markdown",
        feedback="Feedback read_feedback",
        records="Judgement KeptTurn sources_of",
        save="SaveFile is_writable replace_file",
        store="History Summary",
        verification="VerifyError articles_of failed read_export report_dict summary_text verify",
    )

__all__ = [
    "Feedback",
    "History",
    "Judgement",
    "KeptTurn",
    "SaveFile",
    "Summary",
    "VerifyError",
    "answer_markdown",
    "articles_of",
    "conversation_json",
    "conversation_markdown",
    "failed",
    "is_writable",
    "read_export",
    "read_feedback",
    "replace_file",
    "report_dict",
    "sources_of",
    "summary_text",
    "verify",
]
