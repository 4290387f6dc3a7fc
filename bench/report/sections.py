"""The results that bench/results.md is made of, in its order, and how `bench report` measures each."""

from __future__ import annotations

from typing import NamedTuple

from bench.data.perturbations import PERTURBATIONS


class Section(NamedTuple):
    name: str
    """Of its file in bench/results."""
    title: str
    bench: str
    """"" for what was measured by hand."""
    options: tuple[str, ...] = ()
    """PIAF, XQUAD, LIBRARY and N stand for what is given."""
    is_on_demand: bool = False
    """Measured only when --only names it: it takes long, or fetches what citeline does not need."""


_PIAF = ("--piaf", "PIAF", "--library", "LIBRARY")
SECTIONS = (
    Section("startup", "Waiting", "startup"),
    Section("stages", "A question, stage by stage, default models", "stages"),
    Section("stages-piaf", "A question, stage by stage, PIAF", "stages", _PIAF),
    Section("typed", "A question typed on the page", "typed"),
    Section("loaded", "A question beside two busy processes", "loaded"),
    Section("first_meeting", "What people meet first", ""),
    Section("llm_settings", "The language model's settings", "llm_settings"),
    Section("peers", "Beside other pipelines", "peers", ("--piaf", "PIAF"), is_on_demand=True),
    Section("indexing", "Indexing", "indexing", ("--piaf", "PIAF")),
    Section(
        "indexing-e5", "Indexing, multilingual-e5-small", "indexing",
        ("--piaf", "PIAF", "--embedder", "multilingual-e5-small"),
    ),
    Section("scale", "A growing library", "scale"),
    Section(
        "same_lines", "The same lines from one machine, Ray and Milvus", "same_lines", ("--ray", "3", "--milvus"),
        is_on_demand=True,
    ),
    Section("answers", "seeds/, default models", "answers"),
    Section("answers-no-llm", "seeds/, no language model", "answers", ("--llm", "none")),
    Section("kinds", "Kinds of question, default models", "kinds"),
    Section("kinds-no-llm", "Kinds of question, no language model", "kinds", ("--llm", "none")),
    Section("overview-no-llm", "Questions about the articles, no language model", "overview", ("--llm", "none")),
    Section("overview-summaries", "Summaries, default models", "overview", ("--kind", "summary")),
    Section("followups", "Follow-ups, no language model", "followups"),
    Section("reading", "Reading files", "reading"),
    Section("claims", "Claims with one thing changed", "claims", ("--piaf", "PIAF")),
    *(
        Section(
            f"retrieval-{perturb}" if perturb else "retrieval",
            f"Retrieval, PIAF, held-out half, {perturb or 'as asked'}",
            "retrieval",
            (*_PIAF, "--n", "300", *(("--perturb", perturb) if perturb else ())),
        )
        for perturb in ("", *PERTURBATIONS)
    ),
    Section("lost", "Where the line that answers is lost, PIAF, held-out half", "lost", (*_PIAF, "--n", "N")),
    Section("answers-piaf", "PIAF, held-out half, default models", "answers", (*_PIAF, "--n", "N")),
    Section(
        "answers-piaf-no-llm", "PIAF, held-out half, no language model", "answers",
        (*_PIAF, "--n", "N", "--llm", "none"),
    ),
    Section("curve", "Risk and coverage, PIAF, held-out half", "curve", (*_PIAF, "--n", "N")),
    Section("reply_language", "Reply in the question's language", "reply_language", ("--xquad", "XQUAD", *_PIAF)),
)  # fmt: skip


def title_of(name: str) -> str:
    """Return the title of a result; "" for one that is not of this list."""
    return next((section.title for section in SECTIONS if section.name == name), "")
