"""Measure the answers on one's own articles: questions made from them, outcomes, figures."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.evaluation.feedback import Judged
    from rag.evaluation.metrics import SURE, most_wrong
    from rag.evaluation.question_generator import Quiz
    from rag.evaluation.runner import JUDGED, RATES, Case, Figure, HidingAnswerer, Outcome, ask, figures
    from rag.evaluation.suggestions import N_STARTERS, starters
else:
    __getattr__ = face(
        __name__,
        feedback="Judged",
        metrics="SURE most_wrong",
        question_generator="Quiz",
        runner="Case Figure HidingAnswerer JUDGED Outcome RATES ask figures",
        suggestions="N_STARTERS starters",
    )

__all__ = [
    "JUDGED",
    "N_STARTERS",
    "RATES",
    "SURE",
    "Case",
    "Figure",
    "HidingAnswerer",
    "Judged",
    "Outcome",
    "Quiz",
    "ask",
    "figures",
    "most_wrong",
    "starters",
]
