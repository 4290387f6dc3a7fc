"""Messages in, text out. The only module that imports llama_cpp.

What articles and people wrote is turned into tokens without the vocabulary's control tokens, so "<|im_end|>" in an
article is ten plain characters to the model; the template around it is ours, never the model file's.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from index.models import resolve
from rag.errors import LlmError
from rag.prompt import Message
from rag.types import Usage


class Piece(NamedTuple):
    """Some more of a reply, and the tokens used up to here."""

    text: str
    usage: Usage


class Llm(Protocol):
    """Anything that continues a conversation."""

    name: str

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as this model cuts it (an estimate where the model is elsewhere)."""
        ...

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        """The reply, greedily, piece by piece; closing the iterator stops the model. Raises LlmError."""
        ...


def load_llm(spec: str) -> Llm | None:
    """The model that `spec` names: a catalogue name, path, hf:OWNER/REPO/FILE or OpenAI-style URL; None for "none".

    Raises ModelNotFound, UnknownModel, ModelDamaged or LlmError; nothing is downloaded here.
    """
    if spec == "none":
        return None
    if spec.startswith(("http://", "https://")):
        return OpenAiLlm(spec)
    return LlamaCppLlm(resolve(spec, "llm"), spec)


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
        """Load the weights. Raises LlmError when llama.cpp cannot read the file."""
        self.name = name if name and "/" not in name else path.stem
        self._lock = threading.Lock()
        self._llama = _load(path, n_ctx)
        self._n_ctx = n_ctx
        self._special = _special_tokens(self._llama)
        self._template = self._find_template()

    def count_tokens(self, text: str) -> int:
        return len(self._content(text))

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        tokens = self._prompt(messages)
        if len(tokens) + max_tokens > self._n_ctx:
            raise LlmError(f"the prompt has {len(tokens)} tokens; {self.name} takes {self._n_ctx - max_tokens}")
        with self._lock:
            yield from self._generate(tokens, max_tokens)

    def _generate(self, tokens: list[int], max_tokens: int) -> Iterator[Piece]:
        llama = self._llama
        cached = _common(llama._input_ids.tolist(), tokens)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        written = 0
        try:
            # Greedy: the same question about the same lines gets the same answer.
            for token in llama.generate(tokens, top_k=1, top_p=1.0, min_p=0.0, temp=0.0, repeat_penalty=1.0):
                if token in self._ends or written >= max_tokens:
                    break
                written += 1
                text = decoder.decode(llama.detokenize([token], special=False))
                yield Piece(text, Usage(len(tokens), cached, written))
        except (RuntimeError, ValueError) as error:
            raise LlmError(f"{self.name} stopped working: {error}. Ask again, or use --llm none") from None
        yield Piece(decoder.decode(b"", final=True), Usage(len(tokens), cached, written))

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        template = self._template
        tokens = self._marks(template.start) if template.start else self._bos()
        for message in messages:
            tokens += self._marks(template.before.format(role=template.role(message.role)))
            tokens += self._content(message.content)
            tokens += self._marks(template.after)
        return tokens + self._marks(template.reply)

    def _content(self, text: str) -> list[int]:
        """Tokens of text that somebody wrote: never one of the vocabulary's own marks, whatever it says."""
        # llama.cpp keeps user-defined tokens such as "<tool_call>" whole even here, so they are cut inside.
        pieces = self._special.sub(lambda mark: mark.group()[0] + "\0" + mark.group()[1:], text.replace("\0", " "))
        return [
            token
            for piece in pieces.split("\0")
            for token in self._llama.tokenize(piece.encode("utf-8", "replace"), add_bos=False, special=False)
        ]

    def _marks(self, text: str) -> list[int]:
        return list(self._llama.tokenize(text.encode(), add_bos=False, special=True))

    def _bos(self) -> list[int]:
        bos = self._llama.token_bos()
        model = self._llama._model
        import llama_cpp

        adds = bool(llama_cpp.llama_vocab_get_add_bos(llama_cpp.llama_model_get_vocab(model.model)))
        return [bos] if adds and bos >= 0 else []

    def _find_template(self) -> _Template:
        """The template whose marks are single tokens of this vocabulary. Raises LlmError when none is."""
        for template in _TEMPLATES:
            mark = template.after.strip()
            ids = self._marks(mark)
            if len(ids) == 1:
                self._ends = frozenset({ids[0], self._llama.token_eos()})
                return template
        raise LlmError(f"{self.name} marks turns in a way citeline does not know (ChatML, Llama 3 and Gemma are known)")


class OpenAiLlm:
    """A server of OpenAI's chat completions, such as llama-server, vLLM or Ollama: `URL#model` names its model."""

    def __init__(self, url: str) -> None:
        self._url, _, model = url.partition("#")
        self._url = self._url.rstrip("/")
        self._model = model or "default"
        self.name = url

    def count_tokens(self, text: str) -> int:
        return len(text) // 3 + 1

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        import httpx

        body = {
            "model": self._model,
            "messages": [message._asdict() for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        headers = {"Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', 'none')}"}
        usage = Usage()
        try:
            with httpx.stream(
                "POST",
                f"{self._url}/chat/completions",
                json=body,
                headers=headers,
                timeout=httpx.Timeout(120, connect=5),
            ) as response:
                if response.status_code != 200:
                    raise LlmError(
                        f"{self._url} answered {response.status_code}: {response.read()[:200].decode(errors='replace')}"
                    )
                for line in response.iter_lines():
                    if not line.startswith("data:") or line[5:].strip() == "[DONE]":
                        continue
                    event = json.loads(line[5:])
                    if counted := event.get("usage"):
                        usage = _usage(counted)
                    for choice in event.get("choices", []):
                        if text := choice.get("delta", {}).get("content"):
                            yield Piece(text, usage)
        except (httpx.HTTPError, httpx.InvalidURL, json.JSONDecodeError) as error:
            raise LlmError(
                f"no answer from {self._url}: {error}. Is the server running? --llm none works without one"
            ) from None
        yield Piece("", usage)


def _special_tokens(llama: Any) -> re.Pattern[str]:
    """What the vocabulary writes its control and user-defined tokens as, longest first."""
    import llama_cpp

    vocab = llama_cpp.llama_model_get_vocab(llama._model.model)
    wanted = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
    found = {
        llama_cpp.llama_vocab_get_text(vocab, token).decode("utf-8", "replace")
        for token in range(llama_cpp.llama_vocab_n_tokens(vocab))
        if llama_cpp.llama_vocab_get_attr(vocab, token) & wanted
    }
    longest_first = sorted((text for text in found if len(text) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _usage(counted: dict[str, Any]) -> Usage:
    details = counted.get("prompt_tokens_details") or {}
    return Usage(
        int(counted.get("prompt_tokens") or 0),
        int(details.get("cached_tokens") or 0),
        int(counted.get("completion_tokens") or 0),
    )


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


_loading = threading.Lock()


def _load(path: Path, n_ctx: int) -> Any:
    import llama_cpp

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    defaults = llama_cpp.llama_model_default_params

    def without_repacking() -> Any:
        # Weights as they are take the tiled kernel, which reads a prompt 1.6 times as fast; Llama() cannot be told.
        params = defaults()
        params.use_extra_bufts = False
        return params

    with _loading:
        internals = llama_cpp.llama_cpp
        internals.llama_model_default_params = without_repacking
        try:
            return llama_cpp.Llama(
                str(path),
                n_ctx=n_ctx,
                n_threads=threads,
                n_threads_batch=threads,
                n_batch=512,
                flash_attn=True,
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise LlmError(f"llama.cpp cannot load {path}: {error}. Check it: citeline models verify") from None
        finally:
            internals.llama_model_default_params = defaults
