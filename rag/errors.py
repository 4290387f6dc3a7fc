"""What can go wrong between a question and its answer. Each message is one line for a person.

RagError               never raised itself; catch it to catch all of these
├── QuestionError      empty, too long, or not text
├── ExpectError        lines named to be explained that name none, or several
├── LlmError           the language model could not be loaded or stopped working
│   └── Interrupted    it was told to stop
└── ReaderError        the files of the reader's or the checker's adapter are damaged, or not of one edition
    └── MisfitError    the adapter was trained on another embedder
"""

from __future__ import annotations


class RagError(Exception):
    """Base of everything that `rag` raises on purpose; its text is one line for a person."""


class QuestionError(RagError):
    pass


class ExpectError(RagError):
    pass


class LlmError(RagError):
    pass


class Interrupted(LlmError):
    pass


class ReaderError(RagError):
    pass


class MisfitError(ReaderError):
    pass
