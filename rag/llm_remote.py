"""A language model behind an address that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import LlmError
from rag.llm import Piece
from rag.prompt import Message
from rag.types import Usage


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

    def read(self, messages: Sequence[Message]) -> None:
        """What the server keeps of a prompt is its own affair."""

    def interrupt(self) -> None:
        """A reply is read piece by piece: who closes the iterator stops it."""


def _usage(counted: dict[str, Any]) -> Usage:
    details = counted.get("prompt_tokens_details") or {}
    return Usage(
        int(counted.get("prompt_tokens") or 0),
        int(details.get("cached_tokens") or 0),
        int(counted.get("completion_tokens") or 0),
    )
