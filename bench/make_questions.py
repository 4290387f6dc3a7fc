"""Write more questions about the tuning half's paragraphs, for the reader to learn from.

    python -m bench.make_questions --llm FILE.gguf --squad piaf-v1.0.json --evidence fr --language fr --out FILE.json

Answers are picked by rule (numbers, names, phrases that no question was asked about), a local language model writes a
question for each, several at a time from one reading of the paragraph. What comes out is a SQuAD-format file with the
same titles, so that `bench/squad.py` halves it alike. Held-out articles are never read.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.squad import Item, halves, is_validation, load
from rag.askable import Askable, askable
from rag.quiz import is_usable
from rag.quiz_prompt import WORDINGS, prefix

SEQUENCES = 10
"""Questions written side by side."""
MAX_TOKENS = 40


def answers(text: str, asked: Sequence[tuple[int, int]], language: str, most: int, rng: random.Random) -> list[Askable]:
    """What to ask for: half names, numbers and dates, half phrases, none that overlaps one already asked for."""
    found = askable(text, language)
    sharp = [each for each in found if each.kind in ("date", "number", "name")]
    loose = [each for each in found if each.kind not in ("date", "number", "name")]
    rng.shuffle(sharp)
    rng.shuffle(loose)
    chosen: list[Askable] = []
    for pool, room in ((sharp, (most + 1) // 2), (loose, most)):
        for each in pool:
            if len(chosen) >= room:
                break
            taken = [*asked, *((other.start, other.end) for other in chosen)]
            if not any(each.start < b and a < each.end for a, b in taken):
                chosen.append(each)
    return chosen


class Writer:
    """A GGUF model that continues several texts at once from a shared beginning."""

    def __init__(self, path: Path, threads: int, n_ctx: int = 4096) -> None:
        import llama_cpp

        self.c = llama_cpp
        llama_cpp.llama_backend_init()
        self._quiet = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(self._quiet, ctypes.c_void_p(0))
        params = llama_cpp.llama_model_default_params()
        params.use_extra_bufts = False
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        options = llama_cpp.llama_context_default_params()
        options.n_ctx, options.n_batch, options.n_ubatch = n_ctx, 1024, 512
        options.n_seq_max, options.kv_unified = SEQUENCES + 1, True
        options.n_threads = options.n_threads_batch = threads
        options.flash_attn_type = 1
        self.context = llama_cpp.llama_init_from_model(self.model, options)
        self.memory = llama_cpp.llama_get_memory(self.context)
        self.batch = llama_cpp.llama_batch_init(1024, 0, 1)
        self.n_vocab = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self.kept: list[int] = []

    def tokens(self, text: str, special: bool = True) -> list[int]:
        data = text.encode()
        out = (self.c.llama_token * (len(data) + 8))()
        n = self.c.llama_tokenize(self.vocab, data, len(data), out, len(out), False, special)
        return list(out[:n])

    def text(self, tokens: Sequence[int]) -> str:
        pieces = b""
        for token in tokens:
            buffer = ctypes.create_string_buffer(64)
            n = self.c.llama_token_to_piece(self.vocab, token, buffer, 64, 0, False)
            pieces += buffer.raw[:n]
        return pieces.decode("utf-8", "replace")

    def write(self, shared: list[int], endings: Sequence[list[int]], most: int) -> list[str]:
        """Greedy continuations of `shared + ending`, one an ending."""
        c = self.c
        common = next(
            (i for i, (x, y) in enumerate(zip(self.kept, shared, strict=False)) if x != y),
            min(len(self.kept), len(shared)),
        )
        common = min(common, len(shared) - 1)
        for sequence in range(1, SEQUENCES + 1):
            c.llama_memory_seq_rm(self.memory, sequence, -1, -1)
        c.llama_memory_seq_rm(self.memory, 0, common, -1)
        self._decode([(token, common + i, 0, False) for i, token in enumerate(shared[common:])])
        self.kept = shared
        for sequence in range(1, len(endings) + 1):
            c.llama_memory_seq_cp(self.memory, 0, sequence, -1, -1)
        rows = []
        for sequence, ending in enumerate(endings, start=1):
            rows += [(t, len(shared) + i, sequence, i == len(ending) - 1) for i, t in enumerate(ending)]
        picked = self._decode(rows)
        written: dict[int, list[int]] = {s: [] for s in range(1, len(endings) + 1)}
        place = {s: len(shared) + len(e) for s, e in enumerate(endings, start=1)}
        for _ in range(most):
            going = {s: t for s, t in picked.items() if not c.llama_vocab_is_eog(self.vocab, t) and t != 198}
            if not going:
                break
            rows = []
            for s, token in going.items():
                written[s].append(token)
                rows.append((token, place[s], s, True))
                place[s] += 1
            picked = self._decode(rows)
        return [self.text(tokens).strip() for tokens in written.values()]

    def _decode(self, rows: Sequence[tuple[int, int, int, bool]]) -> dict[int, int]:
        """Read (token, position, sequence, wanted) rows; the most likely next token of each wanted sequence."""
        found: dict[int, int] = {}
        for k in range(0, len(rows), 1024):
            part = rows[k : k + 1024]
            for i, (token, position, sequence, wanted) in enumerate(part):
                self.batch.token[i], self.batch.pos[i] = token, position
                self.batch.n_seq_id[i], self.batch.seq_id[i][0] = 1, sequence
                self.batch.logits[i] = wanted
            self.batch.n_tokens = len(part)
            if self.c.llama_decode(self.context, self.batch) != 0:
                raise RuntimeError("llama_decode failed")
            for i, (_, _, sequence, wanted) in enumerate(part):
                if wanted:
                    logits = self.c.llama_get_logits_ith(self.context, i)
                    found[sequence] = int(np.ctypeslib.as_array(logits, (self.n_vocab,)).argmax())
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llm", type=Path, required=True, help="a GGUF file with ChatML turns")
    parser.add_argument("--squad", type=Path, required=True)
    parser.add_argument("--evidence", default="fr", help="language of the paragraphs")
    parser.add_argument("--language", default="fr", choices=[*WORDINGS], help="language of the questions")
    parser.add_argument("--out", type=Path, required=True, help="taken up where it stopped")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    writer = Writer(args.llm, args.threads)
    said = WORDINGS[args.language]
    shown = [f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in prefix(args.language, args.evidence)]
    before = "".join(shown) + f"<|im_start|>user\n{said.text} "
    paragraphs: dict[tuple[str, int], list[Item]] = {}
    for item in halves(load(args.squad, args.evidence))[0]:
        if not is_validation(item.article):
            paragraphs.setdefault((item.article, item.paragraph), []).append(item)
    keys = sorted(paragraphs)
    random.Random(args.seed).shuffle(keys)
    data: list[dict[str, Any]] = json.loads(args.out.read_text())["data"] if args.out.exists() else []
    done = len(data)
    began = time.monotonic()
    n = 0
    for number, key in enumerate(keys):
        if number < done or (time.monotonic() - began) / 60 > args.minutes:
            continue
        items = paragraphs[key]
        context = items[0].context
        rng = random.Random(f"{args.seed} {args.language} {key}")
        spans = answers(context, [(i.start, i.end) for i in items], args.evidence, SEQUENCES, rng)
        text = " ".join(context.split())
        shared = writer.tokens(before) + writer.tokens(text[:2400], special=False)
        endings = [
            writer.tokens("\n\n" + said.answer + " ")
            + writer.tokens(" ".join(context[each.start : each.end].split()), special=False)
            + writer.tokens("<|im_end|>\n<|im_start|>assistant\n")
            for each in spans
        ]
        qas = []
        written = writer.write(shared, endings, MAX_TOKENS) if spans else []
        for (start, end, kind), question in zip(spans, written, strict=True):
            if is_usable(question, context[start:end], kind, args.language):
                told = {"text": context[start:end], "answer_start": start}
                qas.append({"id": f"{args.language}-{number}-{start}", "question": question, "answers": [told]})
        n += len(qas)
        data.append({"title": key[0], "paragraphs": [{"context": context, "qas": qas}]})
        if number % 10 == 9:
            speed = 60 * n / (time.monotonic() - began)
            print(f"{number + 1}/{len(keys)} paragraphs, {n} questions, {speed:.0f} a minute", flush=True)
            args.out.write_text(json.dumps({"version": "made", "data": data}, ensure_ascii=False, indent=1))
    args.out.write_text(json.dumps({"version": "made", "data": data}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
