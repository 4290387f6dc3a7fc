"""Settings that shape an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Kind

DEFAULT_LLM = "qwen2.5-coder-1.5b"


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one Answerer. A tuned value has its measurement in docs/experiments.md."""

    n_hits: int = 8
    """Number of chunks an answer shows as its sources, best first."""
    n_windows: int = 5
    """How many of these the reader reads."""
    evidence_tokens: int = 120
    """Maximum tokens of article text shown to the language model: the answering sentences and their neighbours."""
    wide_evidence_tokens: int = 320
    """The same for answers of more than one sentence: a reason, a summary."""
    answer_tokens: int = 96
    """Maximum tokens the language model may write."""
    question_chars: int = 1000
    """Maximum length of a question, in characters."""
    deadline_s: float = 120.0
    """Seconds after which the model is stopped and what it wrote is checked as it is."""
    list_evidence_tokens: int = 480
    """Evidence for a list, which takes its items from several places."""
    list_answer_tokens: int = 160
    translate: bool = False
    """Let the language model translate quotes in another language than the question's, and show what passes the check.
    It takes a small model seconds a quote, and most of what it writes does not pass (docs/experiments.md)."""

    def budget(self, kind: Kind) -> int:
        """Return the maximum tokens of article text shown to the language model for a kind of question."""
        if kind == "list":
            return self.list_evidence_tokens
        return self.wide_evidence_tokens if kind == "reason" else self.evidence_tokens

    def tokens(self, kind: Kind) -> int:
        """Return the maximum tokens the language model may write for a kind of question."""
        return self.list_answer_tokens if kind == "list" else self.answer_tokens
