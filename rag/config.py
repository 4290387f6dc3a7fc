"""What shapes an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Kind

DEFAULT_LLM = "qwen2.5-coder-1.5b"


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one Answerer. A tuned value names its measurement in docs/experiments.md."""

    n_hits: int = 8
    """Chunks an answer shows as its sources, best first."""
    n_windows: int = 5
    """Of these, how many the reader reads."""
    evidence_tokens: int = 120
    """Most tokens of article text the language model is shown: the answering sentences and what is beside them."""
    wide_evidence_tokens: int = 320
    """The same for what is said in more than a sentence: a reason, a summary."""
    answer_tokens: int = 96
    """Most tokens it may write."""
    question_chars: int = 1000
    """Longest question that is taken."""
    deadline_s: float = 120.0
    """After this the model is stopped and what it wrote is checked as it stands."""
    list_evidence_tokens: int = 480
    """The same for a list, which takes its items from several places."""
    list_answer_tokens: int = 160

    def budget(self, kind: Kind) -> int:
        """Most tokens of article text the language model is shown for a kind of question."""
        if kind == "list":
            return self.list_evidence_tokens
        return self.wide_evidence_tokens if kind == "reason" else self.evidence_tokens

    def tokens(self, kind: Kind) -> int:
        """Most tokens it may write."""
        return self.list_answer_tokens if kind == "list" else self.answer_tokens
