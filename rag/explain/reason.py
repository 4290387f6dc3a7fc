"""State in one sentence why an Answer has its status."""

from __future__ import annotations

from rag.pipeline import SURE
from rag.reader import Window
from rag.run import Attempt, Run

READ = ("fact", "yes_no", "list", "reason")
"""Kinds that are answered from the lines the reader points at; the others in parts, or from whole articles."""


def outcome(run: Run) -> str:
    """Why a run's Answer has the status it has, in one sentence."""
    answer, attempt = run.answer, run.taken
    passages = attempt.passages
    best = f"{passages[0].score:+.1f}" if passages else ""
    if answer.kind not in READ:
        how = "in parts" if answer.kind in ("several", "comparison") else "from whole articles"
        how = "without the articles" if answer.kind == "greeting" else how
        return f"{answer.status}: a question of the kind “{answer.kind}” is answered {how}"
    if answer.status == "abstained":
        return "abstained: " + _why_nothing(attempt)
    if answer.status == "grounded":
        wrote, held = len(attempt.claims), sum(each.claim.verdict == "supported" for each in attempt.claims)
        if held == wrote:
            said = "the sentence the model wrote stands" if wrote == 1 else f"all {wrote} sentences of the model stand"
        else:
            said = f"{held} of the {wrote} sentences the model wrote stand{'s' if held == 1 else ''}"
        differs = "; lines that say otherwise are quoted beside it" if wrote < len(answer.claims) else ""
        return f"grounded: {said} in the articles{differs}"
    if answer.llm == "none":
        return f"quoted: no language model was asked; the best passage scored {best}, over the threshold 0"
    if attempt.found_nothing:
        return (
            f"quoted: the model found no answer, but the best passage scored {best}; "
            f"from {SURE:g} up the reader is believed"
        )
    return "quoted: no sentence the model wrote is carried by the lines, so the line itself is shown"


def _why_nothing(attempt: Attempt) -> str:
    windows, passages = attempt.windows, attempt.passages
    if not windows:
        return "the search found nothing"
    if all(window.unmet for window in windows):
        other = "; the others lack a name or year of the question too" if len(windows) > 1 else ""
        return f"the nearest article {_lacks(windows[0])}{other}"
    if not passages:
        return "the reader points at nothing in what it read"
    if passages[0].score < 0:
        nearest = f"; the nearest article {_lacks(windows[0])}" if windows[0].unmet else ""
        return f"the best passage scored {passages[0].score:.1f}, under the threshold 0{nearest}"
    if attempt.found_nothing:
        return (
            f"the model found no answer in the lines, and the best passage scored {passages[0].score:+.1f}; "
            f"under {SURE:g} the model is believed"
        )
    return "nothing that was found could be claimed"


def _lacks(window: Window) -> str:
    lacking = ", ".join(f"“{name}”" for name in window.unmet)
    return f"was not read, because {lacking} of the question stand{'s' * (len(window.unmet) == 1)} nowhere in it"
