"""A follow-up that is only another date or source takes the place of the one before."""

from datetime import date

import pytest

from rag.conversation.filter_followup import followed
from rag.filters.dates import Calendar
from rag.filters.detection import Known
from rag.filters.publishers import source_keys

KNOWN = Known(
    Calendar(date(2026, 11, 22), frozenset({"2024-03", "2024-04"})),
    {key: name for name in ("AFP", "Reuters") for key in source_keys(name)},
)


@pytest.mark.parametrize(
    ("language", "before", "question", "expected"),
    [
        ("fr", "Que disent les articles de mars sur le pont ?", "Et en avril ?", "Que disent les articles d’avril sur le pont ?"),
        ("fr", "Que disent les articles d’avril 2024 ?", "Et en mars ?", "Que disent les articles de mars 2024 ?"),
        ("fr", "Que disent les articles parus en mars ?", "Et depuis mai ?", "Que disent les articles parus depuis mai ?"),
        ("fr", "Que s’est-il passé la semaine dernière ?", "Et hier ?", "Que s’est-il passé hier ?"),
        ("fr", "Qui a gagné ?", "Et la semaine dernière ?", "Qui a gagné la semaine dernière ?"),
        ("fr", "Selon l’AFP, combien de morts ?", "Et selon Reuters ?", "Selon Reuters, combien de morts ?"),
        ("fr", "Combien de morts ?", "Et selon Reuters ?", "Combien de morts selon Reuters ?"),
        ("en", "In articles from last week, who won?", "And last month?", "In articles from last month, who won?"),
        ("de", "Was sagen die Artikel vom März?", "Und im April?", "Was sagen die Artikel vom April?"),
        ("fr", "Combien de morts en mars ?", "Et en avril ?", None),
        ("fr", "Qui a gagné ?", "Et en 2019 ?", None),
        ("fr", "Qui a gagné ?", "Pourquoi ?", None),
        ("en", "Who won?", "And who lost in March?", None),
    ],
)  # fmt: skip
def test_followed(language, before, question, expected):
    """What `rag.conversation.ellipsis` does as well, or what says more, is left to it."""
    assert followed(question, before, language, KNOWN) == expected
