"""Compare editions of the reader on questions that none of them was trained on.

    python -m bench compare_readers WEIGHTS [WEIGHTS ...] --model FOLDER --piaf piaf-v1.0.json [--sets SET ...]

Four sets: our questions about news, short (`news_questions/fc`, which the score of "not in your articles" is fitted on)
and long (`fe`, on which nothing is fitted), where the best reading of an article's windows counts; PIAF's validation
articles, a window a question; and the passages with two things of a kind that are kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.command import Parser
from bench.data.squad import halves, is_validation, load
from bench.quality import written
from bench.quality.reader import auc, bootstrap, f1, refused
from bench.training.article_questions import FOLDER as NEWS
from bench.training.run import load_base
from bench.training.things import FOLDER as THINGS
from bench.training.things import examples
from bench.training.train_reader import validation
from rag.reader.span_reader import AdapterReader

SETS = ("news fc", "news fe", "PIAF validation", "two things of a kind")


class Asked(NamedTuple):
    """A question about windows; `answer` is "" where nothing answers."""

    question: str
    language: str
    windows: list[str]
    answer: str


def sets(piaf: Path, n: int) -> Iterator[tuple[str, list[Asked]]]:
    """Yield (name, questions), at most `n` of a set, drawn with a seed."""
    for folder in ("fc", "fe"):
        rows = [w for w in written.load(NEWS / folder) if w.asked_in == w.told_in == "fr"]
        windows = written.windows_of(NEWS / folder)
        drawn = random.Random(5).sample(rows, min(n, len(rows)))
        yield f"news {folder}", [Asked(w.question, "fr", windows[w.article], w.answer) for w in drawn]
    french = [i for i in halves(load(piaf, "fr"))[0] if is_validation(i.article)]
    pairs = validation(french, {}, n // 2)
    yield "PIAF validation", [Asked(e.question, "fr", [e.window], e.window[e.start : e.end]) for _, _, e in pairs]
    kept = list(examples(THINGS))
    kept = random.Random(5).sample(kept, min(n, len(kept)))
    yield "two things of a kind", [Asked(e.question, "fr", [e.window], e.window[e.start : e.end]) for e in kept]


def line_of(name: str, weights: str, rows: list[Asked], reader: AdapterReader) -> str:
    """Read every question and return a line of the table."""
    scores, spans = [], []
    for asked in rows:
        score, found = written.best_of(reader, asked.question, asked.language, asked.windows)
        scores.append((score, bool(asked.answer)))
        if asked.answer:
            spans.append(f1(found, asked.answer, asked.language))
    low, high = bootstrap(scores, auc, 300)
    touched = sum(f > 0 for f in spans) / len(spans)
    return (
        f"| {name} | {weights} | {len(spans)} + {len(scores) - len(spans)} | {auc(scores):.3f} [{low:.3f}, {high:.3f}] "
        f"| {refused(scores, written.FALSE_REFUSALS):.3f} | {sum(spans) / len(spans):.3f} | {touched:.3f} |"
    )


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none", seed=0, device="cpu")
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--n", type=int, default=140, help="at most so many questions of a set")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    encoder, tokenizer = load_base(args)
    readers = {str(path): AdapterReader(encoder, tokenizer, path) for path in args.weights}
    print("| set | weights | answerable + not | AUC | refused at 8 % false refusals | F1 | some word right |")
    print("|---|---|---:|---|---:|---:|---:|")
    for name, rows in sets(args.piaf, args.n):
        for weights, reader in readers.items() if name in args.sets else ():
            print(line_of(name, weights, rows, reader), flush=True)


if __name__ == "__main__":
    main()
