"""Train the reader's adapter, calibrate it, and write reader.safetensors and reader.json.

    python -m bench.train_reader --model FOLDER --piaf piaf-v1.0.json --xquad FOLDER --minutes 60 --out FOLDER

Held-out articles (bench/squad.py) are never read here. Runs on two CPU cores; the learning rate follows the clock, so
a slower machine sees fewer examples and still ends well. With --steps instead of --minutes the run is the same every
time on one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from transformers import AutoModel, AutoTokenizer

from bench.squad import Item, halves, is_validation, load, load_parallel, sentences
from rag.reader import (
    FORMAT,
    MAX_SPAN_TOKENS,
    MAX_WINDOW_TOKENS,
    PROMPT,
    Adapter,
    AdapterReader,
    Encoded,
    collate,
    encode,
)

RANK = 32
TOP_LAYERS = 10
LEARNING_RATE = 4e-4
WARM_UP = 60
NEGATIVES = 0.42
FRENCH = 0.62
MADE = 0.35
DROPOUT = 0.1
AVERAGED = 0.998
FALSE_REFUSALS = 0.06
WINDOW = 700
# Characters: scripts that take more tokens a character get shorter windows.
WINDOW_BY_LANGUAGE = {"zh": 300, "th": 450, "hi": 450, "ar": 500, "el": 500}
# How often a language is drawn: France's neighbours first, the others so that the adapter stays multilingual.
LANGUAGES = {
    "en": 6,
    "es": 3,
    "de": 3,
    "ro": 2,
    "tr": 1,
    "vi": 1,
    "ru": 1,
    "el": 0.7,
    "ar": 1,
    "hi": 0.5,
    "th": 0.4,
    "zh": 0.7,
}
OFFICES = [
    {"président", "premier ministre", "ministre", "maire", "directeur", "roi", "gouverneur", "secrétaire général"},
    {"présidente", "première ministre", "ministre", "maire", "directrice", "reine", "gouverneure"},
    {"entraîneur", "capitaine", "gardien", "arbitre", "buteur"},
    {"acteur", "réalisateur", "producteur", "scénariste", "compositeur", "auteur", "éditeur"},
    {"père", "mère", "frère", "sœur", "fils", "fille", "épouse", "mari"},
    {"president", "prime minister", "mayor", "king", "governor", "director", "chairman", "secretary"},
    {"coach", "captain", "quarterback", "owner", "general manager"},
    {"premier", "deuxième", "troisième", "dernier"},
    {"first", "second", "third", "last"},
    {"nord", "sud", "ouest"},
    {"north", "south", "east", "west"},
]
_NUMBER = re.compile(r"\b\d[\d.,  ]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<=[\s'’(])(?:[A-ZÀ-ÖØ-Þ][\w’'-]{2,})(?:\s+(?:[A-ZÀ-ÖØ-Þ][\w’'-]+))*")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Example:
    """`window[start:end]` answers the question; start is -1 where nothing does."""

    question: str
    window: str
    start: int
    end: int


class Drawer:
    """Draws examples at random from items: positives, and negatives of five kinds."""

    def __init__(
        self,
        french: Sequence[Item],
        parallel: dict[str, list[Item]],
        seed: int,
        share: float = FRENCH,
        made: Sequence[tuple[Item, Item]] = (),
        found: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`made` are (asked, told) that a language model wrote, `found` what the retriever has for an id."""
        self.random = random.Random(seed)
        self.share = share
        self.made = list(made)
        self.found = found or {}
        self.french = list(french)
        self.parallel = {language: {i.id: i for i in items} for language, items in parallel.items()}
        self.ids = sorted(next(iter(self.parallel.values()))) if self.parallel else []
        self.paragraphs: dict[tuple[str, str], list[str]] = {}
        self.names: dict[str, list[str]] = {}
        for item in [*french, *(i for items in parallel.values() for i in items)]:
            here = self.paragraphs.setdefault((item.language, item.article), [])
            if item.context not in here:
                here.append(item.context)
            self.names.setdefault(item.language, []).extend(m.group() for m in _NAME.finditer(item.question))

    def draw(self) -> Example:
        while True:
            kind = self.random.random()
            if kind < MADE * self.share and self.made:
                asked, told = self.random.choice(self.made)
            elif kind < self.share or not self.ids:
                asked = told = self.random.choice(self.french)
            else:
                id_ = self.random.choice(self.ids)
                language = self._language()
                told = self.parallel[language].get(id_) or self.random.choice(self.french)
                other = language
                while kind >= 1 - 0.45 * (1 - self.share) and other == language:
                    other = self._language()
                asked = self.parallel[other].get(id_, told) if told.language != "fr" else told
            example = self.make(asked, told, self.random.random() < NEGATIVES)
            if example is not None:
                return example

    def make(self, asked: Item, told: Item, negative: bool) -> Example | None:
        """Ask `asked`'s question about a window of `told`'s paragraph, or about one that does not answer it."""
        limit = WINDOW_BY_LANGUAGE.get(told.language, WINDOW)
        if self.random.random() < 0.4:
            limit = self.random.randint(limit // 5, limit)
        question = asked.question
        if not negative:
            a, b = self.around(told.context, told.start, told.end, limit)
            example = Example(question, told.context[a:b], told.start - a, told.end - a)
        else:
            kind = self.random.random()
            altered = self.alter(asked, told) if kind < 0.35 else None
            if altered:
                question = altered
                a, b = self.around(told.context, told.start, told.end, limit)
                window = told.context[a:b]
            elif kind < 0.5:
                window = self._without_answer(told, limit)
            elif kind < 0.8 and self.found.get(asked.id):
                window = self.random.choice(self.found[asked.id])[:limit]
            else:
                window = self.elsewhere(asked, told, limit)
            if not altered and (not window.strip() or told.answer.casefold() in window.casefold()):
                return None
            example = Example(question, window, -1, -1)
        return self._as_in_the_wild(example, told)

    def _language(self) -> str:
        known = list(self.parallel)
        return self.random.choices(known, [LANGUAGES.get(k, 0.5) for k in known])[0]

    def around(self, text: str, start: int, end: int, limit: int) -> tuple[int, int]:
        """Grow a window of whole sentences around some characters, to a random side each time."""
        spans = sentences(text)
        i = next(k for k, (a, b) in enumerate(spans) if a <= start < b)
        j = next(k for k, (a, b) in enumerate(spans) if a < end <= b)
        while True:
            sides = [s for s in ((i - 1, j), (i, j + 1)) if s[0] >= 0 and s[1] < len(spans)]
            if not sides:
                break
            first, last = self.random.choice(sides)
            if spans[last][1] - spans[first][0] > limit:
                break
            i, j = first, last
        return spans[i][0], spans[j][1]

    def _without_answer(self, told: Item, limit: int) -> str:
        spans = sentences(told.context)
        kept = [told.context[a:b].strip() for a, b in spans if b <= told.start or a >= told.end]
        return " ".join(kept)[:limit]

    def elsewhere(self, asked: Item, told: Item, limit: int, same_article: bool = False) -> str:
        """Take another paragraph, of the same article when it has one, mostly near the words of the question."""
        others = [p for p in self.paragraphs[told.language, told.article] if p != told.context]
        if not same_article and (not others or self.random.random() < 0.15):
            articles = [k for k in self.paragraphs if k[0] == told.language and k[1] != told.article]
            drawn = self.random.sample(articles, min(25, len(articles)))
            others = [p for k in drawn for p in self.paragraphs[k]]
            if not others:
                return ""
        # Words of the question in the evidence's language: parallel items make that a look-up.
        local = self.parallel.get(told.language, {}).get(told.id, told).question
        words = set(_WORD.findall(local.casefold()))
        spots = []
        for p in others:
            for a, b in sentences(p):
                spots.append((len(words & set(_WORD.findall(p[a:b].casefold()))), self.random.random(), p, a, b))
        _, _, p, a, b = max(spots) if self.random.random() < 0.7 else self.random.choice(spots)
        x, y = self.around(p, a, min(a + 1, b), limit)
        return p[x:y]

    def alter(self, asked: Item, told: Item) -> str | None:
        """Change a name, a number or an office in the question to one that the paragraph does not have."""
        question, folded = asked.question, told.context.casefold()
        changes: list[tuple[int, int, str]] = []
        for m in _NUMBER.finditer(question):
            # Only what the paragraph does mention: else the question may not have been about it in the first place.
            if m.group() in told.context:
                changes.append((m.start(), m.end(), self._other_number(m.group())))
        names = self.names.get(asked.language, [])
        for m in _NAME.finditer(question):
            if names and any(w.casefold() in folded for w in m.group().split()):
                length = len(m.group().split())
                drawn = self.random.sample(names, min(6, len(names)))
                changes.append((m.start(), m.end(), min(drawn, key=lambda n: abs(len(n.split()) - length))))
        for family in OFFICES:
            for office in family:
                m2 = re.search(rf"\b{office}\b", question, re.IGNORECASE)
                if m2 and office in folded:
                    changes.append((m2.start(), m2.end(), self.random.choice(sorted(family - {office}))))
        changes = [c for c in changes if c[2].casefold() not in folded and c[2] not in question]
        if not changes:
            return None
        a, b, new = self.random.choice(changes)
        return question[:a] + new + question[b:]

    def _other_number(self, number: str) -> str:
        digits = re.sub(r"\D", "", number)
        if len(digits) == 4 and digits[0] in "12":
            return str(int(digits) + self.random.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 5, 9, 20]))
        place = self.random.choice([k for k, c in enumerate(number) if c.isdigit()])
        return number[:place] + str((int(number[place]) + self.random.randint(1, 9)) % 10) + number[place + 1 :]

    def _as_in_the_wild(self, e: Example, told: Item) -> Example:
        """Type questions as people do, break lines as articles do, and sometimes put a headline above."""
        question, window, start, end = e.question, e.window, e.start, e.end
        draw = self.random.random()
        if draw < 0.05:
            question = "".join(c for c in unicodedata.normalize("NFD", question) if not unicodedata.combining(c))
        elif draw < 0.10:
            question = question.lower().rstrip(" ?")
        elif draw < 0.15 and len(question) > 8:
            k = self.random.randrange(1, len(question) - 2)
            question = question[:k] + question[k + 1] + question[k] + question[k + 2 :]
        if self.random.random() < 0.25:
            for a, _ in sentences(window)[1:]:
                if window[a - 1] == " " and self.random.random() < 0.5:
                    window = window[: a - 1] + "\n" + window[a:]
        if self.random.random() < 0.12 and told.title:
            headline = told.title + "\n" * self.random.randint(1, 2)
            window = headline + window
            if start >= 0:
                start, end = start + len(headline), end + len(headline)
        return Example(question, window, start, end)


def fresh_tensors(encoder: Any, seed: int) -> dict[str, torch.Tensor]:
    """Make an adapter that changes nothing yet: A at random, B zero."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {"head.weight": torch.randn(2, encoder.config.hidden_size, generator=generator) * 0.02}
    tensors["head.bias"] = torch.zeros(2)
    n = encoder.config.num_hidden_layers
    tops = tuple(f"layers.{i}." for i in range(n - TOP_LAYERS, n))
    for name, module in encoder.named_modules():
        if isinstance(module, torch.nn.Linear) and name.startswith(tops):
            tensors[f"lora.{name}.A"] = torch.randn(RANK, module.in_features, generator=generator) * 0.02
            tensors[f"lora.{name}.B"] = torch.zeros(module.out_features, RANK)
    return tensors


class DroppingAdapter(Adapter):
    """The adapter as it is trained: a tenth of what goes into each low-rank term is left out at random."""

    def _hook(self, a: torch.Tensor, b: torch.Tensor) -> Any:
        def add(_module: Any, args: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor | None:
            if not getattr(self._on, "value", False):
                return None
            x = torch.nn.functional.dropout(args[0], DROPOUT)
            return output + (x @ a.T.to(x.dtype)) @ b.T.to(x.dtype)

        return add


def load_made(path: Path, language: str, reader: AdapterReader) -> list[tuple[Item, Item]]:
    """Questions that `bench.make_questions` wrote in `language` about French text: (asked, told), those that the reader
    of before answers with the characters they were made for."""
    pairs = []
    for item in halves(load(path, "fr"))[0]:
        a, b = Drawer([item], {}, 0).around(item.context, item.start, item.end, WINDOW)
        reading = reader.read(item.question, [item.context[a:b]])[0]
        if reading.start < item.end - a and reading.end > item.start - a and not is_validation(item.article):
            pairs.append((replace(item, language=language), item))
    return pairs


def target(example: Example, e: Encoded) -> tuple[int, int] | None:
    """Return the first and last position of the answer, (0, 0) for "not here", None if the cut took it."""
    if example.start < 0:
        return 0, 0
    inside = [k for k, (a, b) in enumerate(e.offsets) if b > a and a < example.end and b > example.start]
    if not inside or e.offsets[inside[-1]][1] < example.end or inside[-1] - inside[0] >= 2 * MAX_SPAN_TOKENS:
        return None
    return e.first + inside[0], e.first + inside[-1]


def batches(drawer: Drawer, tokenizer: Any, size: int) -> Any:
    """Yield batches without end: eight are drawn at a time and sorted by length, so that little is padding."""
    while True:
        pool: list[tuple[Encoded, tuple[int, int]]] = []
        while len(pool) < 8 * size:
            example = drawer.draw()
            e = encode(tokenizer, example.question, [example.window])[0]
            spot = target(example, e)
            if spot is not None:
                pool.append((e, spot))
        pool.sort(key=lambda p: len(p[0].ids))
        cut = [pool[k : k + size] for k in range(0, len(pool), size)]
        drawer.random.shuffle(cut)
        yield from cut


def validation(french: Sequence[Item], parallel: dict[str, list[Item]], limit: int) -> list[tuple[str, bool, Example]]:
    """Draw one positive and one negative a question: (language of the question, answerable, example)."""
    drawer = Drawer(french, parallel, seed=7)
    pairs = [(i, i) for i in french]
    by_id = {language: {i.id: i for i in items} for language, items in parallel.items()}
    for language, items in parallel.items():
        if language in ("en", "es", "de", "ro"):
            pairs += [(i, i) for i in items]
            pairs += [
                (i, by_id[o][i.id])
                for i, o in zip(items, ["es", "de", "ro", "en"] * 999, strict=False)
                if o != language and i.id in by_id[o]
            ]
    drawer.random.shuffle(pairs)
    counts: dict[str, int] = {}
    rows = []
    for asked, told in pairs:
        language = asked.language if asked.language in ("fr", "en") else "other"
        if counts.get(language, 0) >= limit:
            continue
        counts[language] = counts.get(language, 0) + 1
        for negative in (False, True):
            example = next((e for e in (drawer.make(asked, told, negative) for _ in range(5)) if e), None)
            if example:
                rows.append((language, not negative, example))
    return rows


def calibrate(reader: AdapterReader, rows: Sequence[tuple[str, bool, Example]]) -> dict[str, dict[str, float]]:
    """Fit the logistic and the threshold of each language on validation articles."""
    order = sorted(range(len(rows)), key=lambda k: len(rows[k][2].window))
    scores: dict[str, list[tuple[float, bool]]] = {}
    right: dict[str, list[bool]] = {}
    for k in order:
        language, answerable, example = rows[k]
        reading = reader.read(example.question, [example.window])[0]
        scores.setdefault(language, []).append((reading.score, answerable))
        if answerable:
            overlaps = reading.start < example.end and reading.end > example.start
            right.setdefault(language, []).append(overlaps)
    calibration = {}
    for language, pairs in sorted(scores.items()):
        slope, intercept = platt(pairs)
        positives = sorted(s for s, answerable in pairs if answerable)
        negatives = [s for s, answerable in pairs if not answerable]
        threshold = positives[int(FALSE_REFUSALS * len(positives))]
        auc = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives) / (len(positives) * len(negatives))
        calibration[language] = {
            "slope": round(slope, 4),
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 3),
            "n_answerable": len(positives),
            "n_unanswerable": len(negatives),
            "auc": round(auc, 4),
            "refused_at_threshold": round(sum(n < threshold for n in negatives) / len(negatives), 4),
            "span_overlaps_gold": round(sum(right[language]) / len(right[language]), 4),
        }
    return calibration


def platt(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Fit P(answerable | score) by Newton's method, with Platt's softened targets."""
    x = torch.tensor([[s, 1.0] for s, _ in pairs], dtype=torch.float64)
    n_yes = sum(answerable for _, answerable in pairs)
    n_no = len(pairs) - n_yes
    y = torch.tensor([(n_yes + 1) / (n_yes + 2) if a else 1 / (n_no + 2) for _, a in pairs], dtype=torch.float64)
    scale = x[:, 0].abs().mean().item()
    x = x / torch.tensor([scale, 1.0], dtype=torch.float64)
    w = torch.zeros(2, dtype=torch.float64)
    for _ in range(100):
        p = torch.sigmoid(x @ w)
        # The ridge keeps the step finite where the two kinds do not overlap.
        hessian = x.T @ (x * (p * (1 - p)).unsqueeze(1)) + 1e-2 * torch.eye(2, dtype=torch.float64)
        w = w - 0.5 * torch.linalg.solve(hessian, x.T @ (p - y) + 1e-2 * w)
    return float(w[0]) / scale, float(w[1])


def write(
    folder: Path, tensors: dict[str, torch.Tensor], calibration: dict[str, Any], provenance: dict[str, Any]
) -> None:
    """Write both files under temporary names, then rename: a reader never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"format": str(FORMAT), "base": "google/embeddinggemma-300m", "rank": str(RANK)}
    data = save({k: v.detach().to(torch.float16).contiguous() for k, v in tensors.items()}, metadata)
    config = {
        "format": FORMAT,
        "base": "google/embeddinggemma-300m",
        "sha256": hashlib.sha256(data).hexdigest(),
        "prompt": PROMPT,
        "max_window_tokens": MAX_WINDOW_TOKENS,
        "max_span_tokens": MAX_SPAN_TOKENS,
        "calibration": calibration,
        "provenance": provenance,
    }
    (folder / "reader.safetensors.tmp").write_bytes(data)
    (folder / "reader.json.tmp").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "reader.safetensors.tmp").replace(folder / "reader.safetensors")
    (folder / "reader.json.tmp").replace(folder / "reader.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.LANGUAGE.json")
    parser.add_argument("--out", type=Path, required=True)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float)
    budget.add_argument("--steps", type=int)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--french", type=float, default=FRENCH, help="share of French draws")
    parser.add_argument("--init", type=Path, help="go on from these weights (reader.safetensors of an earlier run)")
    parser.add_argument(
        "--made", action="append", default=[], help="LANGUAGE=FILE of bench.make_questions; needs --init"
    )
    parser.add_argument("--found", type=Path, help="FILE of bench.hard_negatives")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint-minutes", type=float, default=10)
    parser.add_argument(
        "--validate", type=int, default=130, help="validation questions a language, for the calibration"
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).eval().requires_grad_(False)
    french, _ = halves(load(args.piaf, "fr"))
    parallel = {language: halves(items)[0] for language, items in load_parallel(args.xquad).items()}
    made = []
    if args.made:
        before = AdapterReader(AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).eval(), tokenizer, args.init)
        for each in args.made:
            language, _, path = each.partition("=")
            pairs = load_made(Path(path), language, before)
            print(f"{len(pairs)} made questions in {language} that the reader of before answers alike", flush=True)
            made += pairs
        del before
    drawer = Drawer(
        [i for i in french if not is_validation(i.article)],
        {language: [i for i in items if not is_validation(i.article)] for language, items in parallel.items()},
        args.seed,
        args.french,
        made,
        json.loads(args.found.read_text(encoding="utf-8")) if args.found else {},
    )
    rows = validation(
        [i for i in french if is_validation(i.article)],
        {language: [i for i in items if is_validation(i.article)] for language, items in parallel.items()},
        args.validate,
    )
    print(
        f"{len(drawer.french)} French and {len(drawer.ids)} x {len(parallel)} parallel questions, "
        f"{len(rows)} windows to validate"
    )

    tensors = fresh_tensors(encoder, args.seed)
    earlier = None
    if args.init:
        tensors = {k: v.float() for k, v in load_file(args.init).items()}
        earlier = json.loads(args.init.with_suffix(".json").read_text(encoding="utf-8"))["provenance"]
    trained = [t.requires_grad_() for t in tensors.values()]
    adapter = DroppingAdapter(encoder, tensors)
    averaged = {k: t.detach().clone() for k, t in tensors.items()}
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.01)
    print(f"{sum(t.numel() for t in trained) / 1e6:.2f} M trained parameters")

    began = saved = time.monotonic()
    seen, mean_loss, step = 0, 0.0, 0
    source = batches(drawer, tokenizer, args.batch)
    while True:
        now = time.monotonic()
        done = step / args.steps if args.steps else (now - began) / (60 * args.minutes)
        if done >= 1:
            break
        rate = args.learning_rate * min(1, (step + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = next(source)
        starts, ends = adapter.logits(*collate([e for e, _ in batch]))
        spots = torch.tensor([spot for _, spot in batch])
        loss = (
            torch.nn.functional.cross_entropy(starts, spots[:, 0])
            + torch.nn.functional.cross_entropy(ends, spots[:, 1])
        ) / 2
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            for k, t in tensors.items():
                averaged[k].lerp_(t, 1 - min(AVERAGED, (1 + step) / (10 + step)))
        seen += len(batch)
        mean_loss = loss.item() if step == 1 else 0.97 * mean_loss + 0.03 * loss.item()
        if step % 20 == 0:
            pace = seen / (time.monotonic() - began)
            print(
                f"{100 * done:5.1f} % step {step} examples {seen} loss {mean_loss:.3f} {pace:.2f} examples/s",
                flush=True,
            )
        if now - saved > 60 * args.checkpoint_minutes:
            saved = now
            write(
                args.out,
                averaged,
                {},
                {"steps": step, "examples": seen, "loss": round(mean_loss, 3), "finished": False},
            )

    provenance = {
        "script": "bench/train_reader.py",
        "seed": args.seed,
        "steps": step,
        "examples": seen,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "batch": args.batch,
        "learning_rate": args.learning_rate,
        "continued_from": earlier,
        "rank": RANK,
        "top_layers": TOP_LAYERS,
        "negatives": NEGATIVES,
        "dropout": DROPOUT,
        "averaged": AVERAGED,
        "made_questions": {"n": len(made), "share_of_french": MADE if made else 0},
        "retrieved_negatives": len(drawer.found),
        "french": args.french,
        "final_loss": round(mean_loss, 4),
        "data": {
            "piaf-v1.0": f"tuning half by article, {len(drawer.french)} questions",
            "xquad": f"tuning half by article, {len(drawer.ids)} questions in {len(parallel)} languages",
            "sha256": {
                p.name: hashlib.sha256(p.read_bytes()).hexdigest()
                for p in [args.piaf, *sorted(args.xquad.glob("xquad.*.json"))]
            },
        },
        "calibrated_on": "articles of the tuning half that were not trained on",
        "false_refusals_wanted": FALSE_REFUSALS,
        "torch": torch.__version__,
        "finished": True,
    }
    write(args.out, averaged, {}, provenance)
    reader = AdapterReader(encoder, tokenizer, args.out / "reader.safetensors")
    calibration = calibrate(reader, rows)
    write(args.out, averaged, calibration, provenance)
    print(json.dumps(calibration, indent=1))


if __name__ == "__main__":
    main()
