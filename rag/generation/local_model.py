"""A GGUF file in this process: messages to tokens, tokens to text.

What articles and people wrote is tokenised without the vocabulary's control tokens, so "<|im_end|>" in an article is
ten plain characters to the model; the template around it is ours, never the model file's.
"""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LlmError
from rag.generation.base import Piece
from rag.generation.llama_context import Llama
from rag.types import Message, Usage


@dataclass(frozen=True, slots=True)
class _Template:
    """How a family of models marks turns: `{role}` and the content between marks that are control tokens."""

    start: str
    before: str
    after: str
    reply: str
    roles: tuple[str, str, str] = ("system", "user", "assistant")

    def role(self, name: str) -> str:
        return dict(zip(("system", "user", "assistant"), self.roles, strict=True))[name]


_TEMPLATES = (
    _Template("", "<|im_start|>{role}\n", "<|im_end|>\n", "<|im_start|>assistant\n"),
    _Template(
        "",
        "<|start_header_id|>{role}<|end_header_id|>\n\n",
        "<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    _Template("", "<start_of_turn>{role}\n", "<end_of_turn>\n", "<start_of_turn>model\n", ("user", "user", "model")),
)


class LlamaCppLlm:
    """A GGUF file in this process, one caller at a time."""

    def __init__(self, path: Path, name: str = "", n_ctx: int = 4096) -> None:
        """Load the weights. Raises LlmError if llama.cpp cannot read the file."""
        self.name = name if name and "/" not in name else path.stem
        self._lock = threading.Lock()
        self._llama = Llama(path, n_ctx)
        self._n_ctx = n_ctx
        longest_first = sorted((mark for mark in self._llama.marks() if len(mark) > 1), key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._template = self._find_template()

    def count_tokens(self, text: str) -> int:
        return len(self._content(text))

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        steps = self._steps(messages)
        n_prompt = self._fitting(steps, max_tokens)
        with self._lock:
            n_kept = self._llama.read(steps)
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            n_written = 0
            for token in self._llama.write(max_tokens, self._ends):
                n_written += 1
                yield Piece(decoder.decode(self._llama.bytes_of(token)), Usage(n_prompt, n_kept, n_written))
            yield Piece(decoder.decode(b"", final=True), Usage(n_prompt, n_kept, n_written))

    def read(self, messages: Sequence[Message]) -> None:
        *steps, _ = self._steps(messages)
        self._fitting(steps, 1)
        with self._lock:
            self._llama.read(steps, to_write=False)

    def interrupt(self) -> None:
        self._llama.interrupt()

    def _fitting(self, steps: Sequence[Sequence[int]], room: int) -> int:
        """Return the number of tokens of a prompt. Raises LlmError if they leave no room for the reply."""
        n_prompt = sum(map(len, steps))
        if n_prompt + room > self._n_ctx:
            raise LlmError(f"the prompt has {n_prompt} tokens; {self.name} takes {self._n_ctx - room}")
        return n_prompt

    def _steps(self, messages: Sequence[Message]) -> list[list[int]]:
        """Split a prompt into steps: what always comes first, the last message up to its last empty line, the rest."""
        template = self._template
        first = self._marks(template.start) if template.start else self._llama.bos()
        for message in messages[:-1]:
            before, last = self._message(message)
            first += before + last
        evidence, question = self._message(messages[-1])
        return [first, evidence, question + self._marks(template.reply)]

    def _message(self, message: Message) -> tuple[list[int], list[int]]:
        """Return a message's tokens and those of its last paragraph.

        What precedes that is tokenised as if nothing followed.
        """
        template = self._template
        before, gap, last = message.content.rpartition("\n\n")
        start = self._marks(template.before.format(role=template.role(message.role)))
        return start + self._content(before), self._content(gap + last) + self._marks(template.after)

    def _content(self, text: str) -> list[int]:
        """Tokenise text that somebody wrote: never into one of the vocabulary's own marks, whatever it says."""
        # llama.cpp keeps user-defined tokens such as "<tool_call>" whole even here, so they are cut inside.
        pieces = self._special.sub(lambda mark: mark.group()[0] + "\0" + mark.group()[1:], text.replace("\0", " "))
        return [token for piece in pieces.split("\0") for token in self._llama.tokens(piece)]

    def _marks(self, text: str) -> list[int]:
        return self._llama.tokens(text, special=True)

    def _find_template(self) -> _Template:
        """Return the template whose marks are single tokens of this vocabulary. Raises LlmError if there is none."""
        for template in _TEMPLATES:
            ids = self._marks(template.after.strip())
            if len(ids) == 1:
                self._ends = frozenset({ids[0], self._llama.eos()})
                return template
        raise LlmError(f"{self.name} marks turns in a way citeline does not know (ChatML, Llama 3 and Gemma are known)")
