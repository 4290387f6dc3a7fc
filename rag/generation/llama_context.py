"""A GGUF model at the level of tokens: what it has read, what it says next. The only module that imports llama_cpp."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from index.models import fingerprint, share_cores
from rag.errors import Interrupted, LlmError
from rag.generation.prefix_cache import Prefixes

N_BATCH = 512
_ABORTED = 2
_loading = threading.Lock()


class Llama:
    """A model and the one sequence of tokens it has read, in steps.

    How many tokens are read at once changes the last bits of the numbers, and with them, now and then, a word of the
    reply. So a step is always read by itself, and the first step is restored bit by bit: a prompt gets the same reply
    whatever was read before it. One caller at a time, except for `interrupt`.
    """

    def __init__(self, path: Path, n_ctx: int) -> None:
        """Load the weights. Raises LlmError if llama.cpp cannot read the file."""
        share_cores()
        import llama_cpp

        self._c = llama_cpp.llama_cpp
        n_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._llama = load(path, n_ctx, n_threads)
        weakref.finalize(self, self._llama.close)  # its own __del__ comes too late when the interpreter ends
        self._context = self._llama.ctx
        self._memory = self._c.llama_get_memory(self._context)
        self._vocab = self._c.llama_model_get_vocab(self._llama.model)
        self._n_vocab = int(self._c.llama_vocab_n_tokens(self._vocab))
        self._steps: list[tuple[int, ...]] = []
        build = f"{llama_cpp.__version__} {self._c.llama_print_system_info().decode()} {n_threads} {N_BATCH}"
        self._prefixes = Prefixes(f"{fingerprint(path)} {build}")
        self._guard = threading.Lock()
        self._is_at_work = False
        self._stop = ctypes.create_string_buffer(2)
        self._watch_stop()
        self._c.llama_log_set(_silence(), None)

    # --- text and tokens --------------------------------------------------------------------------------------------

    def tokens(self, text: str, special: bool = False) -> list[int]:
        """Return the token ids of a text; with `special`, the vocabulary's marks in it are read as marks."""
        return list(self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=special))

    def bytes_of(self, token: int) -> bytes:
        """Return what a token writes: UTF-8, which may end within a character; nothing for a mark."""
        return bytes(self._llama.detokenize([token], special=False))

    def bos(self) -> list[int]:
        """The token that begins a prompt, or none."""
        token = int(self._llama.token_bos())
        return [token] if token >= 0 and self._c.llama_vocab_get_add_bos(self._vocab) else []

    def eos(self) -> int:
        return int(self._llama.token_eos())

    def marks(self) -> set[str]:
        """How the vocabulary writes its control and user-defined tokens."""
        wanted = self._c.LLAMA_TOKEN_ATTR_CONTROL | self._c.LLAMA_TOKEN_ATTR_USER_DEFINED
        return {
            self._c.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace")
            for token in range(self._n_vocab)
            if self._c.llama_vocab_get_attr(self._vocab, token) & wanted
        }

    # --- reading and writing ----------------------------------------------------------------------------------------

    def read(self, steps: Sequence[Sequence[int]], to_write: bool = True) -> int:
        """Read a prompt, or as much of it as is known. Return how many of its tokens had been read before.

        With `to_write`, it ends with a step that is read now, whatever was read before. The first of several steps is
        kept on disk for other prompts that begin with it. Raises Interrupted, LlmError.
        """
        wanted = [tuple(step) for step in steps]
        with self._at_work():
            n_same = _n_common(self._steps, wanted)
            if to_write:
                n_same = min(n_same, max(0, len(wanted) - 1))
            elif n_same == len(wanted):
                return sum(map(len, wanted))
            if not n_same and len(wanted) > 1 and self._put_back(wanted[0]):
                n_same = 1
            self._steps = wanted[:n_same]
            n_kept = sum(map(len, self._steps))
            self._c.llama_memory_seq_rm(self._memory, 0, n_kept, -1)
            for step in wanted[n_same:]:
                self._decode(step)
                if step and not self._steps and len(wanted) > 1:
                    self._prefixes.save(step, self._state())
                self._steps.append(step)
        return n_kept

    def write(self, max_tokens: int, ends: Collection[int]) -> Iterator[int]:
        """Yield the likeliest continuation of what was read, at most `max_tokens`.

        It stops at one of `ends`, which is left out. Raises Interrupted, LlmError.
        """
        with self._at_work():
            token = -1
            for _ in range(max_tokens):
                if token >= 0:
                    self._decode((token,))
                logits = np.ctypeslib.as_array(self._c.llama_get_logits_ith(self._context, -1), shape=(self._n_vocab,))
                token = int(logits.argmax())
                if token in ends:
                    return
                yield token

    def interrupt(self) -> None:
        """Make the `read` or `write` in another thread raise Interrupted within milliseconds."""
        with self._guard:
            if self._is_at_work:
                self._stop[0] = b"x"

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._guard:
            self._is_at_work, self._stop[0] = True, b"\0"
        try:
            yield
        finally:
            with self._guard:
                self._is_at_work = False

    def _decode(self, tokens: Sequence[int]) -> None:
        """Read tokens as they are, at most N_BATCH at once. Raises Interrupted, LlmError."""
        for at in range(0, len(tokens), N_BATCH):
            part = tokens[at : at + N_BATCH]
            array = (self._c.llama_token * len(part))(*part)
            code = self._c.llama_decode(self._context, self._c.llama_batch_get_one(array, len(part)))
            if code == _ABORTED or self._stop[0] != b"\0":
                raise Interrupted("the model was told to stop")
            if code:
                raise LlmError(f"the model stopped working (code {code}). Ask again, or use --llm none")

    def _watch_stop(self) -> None:
        """Make llama.cpp look at `_stop` between two layers: the length of the string there says whether to stop.

        A Python function would have to wait for the interpreter's lock thousands of times a second.
        """
        with suppress(AttributeError, OSError, TypeError):  # no C library: a stop waits for the next word
            length = ctypes.cast(ctypes.CDLL(None).strlen, self._c.ggml_abort_callback)
            self._c.llama_set_abort_callback(self._context, length, ctypes.cast(self._stop, ctypes.c_void_p))

    def _state(self) -> bytes:
        size = self._c.llama_state_seq_get_size(self._context, 0)
        buffer = (ctypes.c_uint8 * size)()
        n_bytes = self._c.llama_state_seq_get_data(self._context, buffer, size, 0)
        return bytes(buffer)[:n_bytes]

    def _put_back(self, step: tuple[int, ...]) -> bool:
        """Restore the state after reading `step` alone, and return whether it is known."""
        state = self._prefixes.load(step)
        if state is None:
            return False
        self._c.llama_memory_clear(self._memory, False)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        return bool(self._c.llama_state_seq_set_data(self._context, buffer, len(state), 0) == len(state))


def load(path: Path, n_ctx: int, n_threads: int, use_extra_bufts: bool = False, **changed: Any) -> Any:
    """Load llama_cpp's model and context with the settings that measured best, except `changed`. Raises LlmError."""
    share_cores()
    import llama_cpp

    defaults = llama_cpp.llama_model_default_params

    def params() -> Any:
        # Weights as they are take the tiled kernel, which reads a prompt 1.6 times as fast; Llama() cannot be told.
        found = defaults()
        found.use_extra_bufts = use_extra_bufts
        return found

    with _loading:
        internals = llama_cpp.llama_cpp
        internals.llama_model_default_params = params
        try:
            settings = {"n_batch": N_BATCH, "flash_attn": True, **changed}
            return llama_cpp.Llama(
                str(path), n_ctx=n_ctx, n_threads=n_threads, n_threads_batch=n_threads, verbose=False, **settings
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise LlmError(f"llama.cpp cannot load {path}: {error}. Check it: citeline models verify") from None
        finally:
            internals.llama_model_default_params = defaults


@cache
def _silence() -> Any:
    """Return a sink for llama.cpp's log that lives as long as the process.

    Otherwise each interruption would be written to stderr.
    """
    import llama_cpp

    return llama_cpp.llama_log_callback(lambda *_: None)


def _n_common(a: Sequence[Any], b: Sequence[Any]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
