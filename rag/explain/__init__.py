"""Explain, stage by stage, why a question got its answer."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.explain.expected_lines import locate, parse
    from rag.explain.explanation import Explanation, explain
    from rag.explain.trace import Trace, follow
else:
    __getattr__ = face(
        __name__,
        expected_lines="locate parse",
        explanation="Explanation explain",
        trace="Trace follow",
    )

__all__ = ["Explanation", "Trace", "explain", "follow", "locate", "parse"]
