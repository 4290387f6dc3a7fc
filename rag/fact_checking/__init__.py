"""Check a text that somebody wrote: what do the articles carry of it, what do they contradict, what do they not say?"""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.fact_checking.checking import CheckedStatement, FactChecker, report, summary
    from rag.fact_checking.drafts import Statement, statements
    from rag.fact_checking.quotes import CheckedQuote
    from rag.fact_checking.verdicts import judge_row
else:
    __getattr__ = face(
        __name__,
        checking="CheckedStatement FactChecker report summary",
        drafts="Statement statements",
        quotes="CheckedQuote",
        verdicts="judge_row",
    )

__all__ = [
    "CheckedQuote",
    "CheckedStatement",
    "FactChecker",
    "Statement",
    "judge_row",
    "report",
    "statements",
    "summary",
]
