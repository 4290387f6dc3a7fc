"""Are copies of one text told from other articles on the same event, and from forms filled in twice?

    python -m bench copies [--families 200] [--seed 1] [--cost N]

Stories are made of bench/quality/copies.toml: each has its own places, people and figures. A family is a story and one
to four copies of it: up to 60 % cut at the end or in the middle, another headline, figures corrected, paragraphs added,
sentences in another order. Hard negatives are the same event told by another writer (with the same quotation), a form
(weather, results, obituaries, shares) filled in again, and a later article that repeats two sentences of a story. All
are in one library; half of the events and forms were looked at when the limits were set, the other half was not.
--cost N: sketches a second, and how long N articles take to be sorted into families.
"""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.command import Parser
from index.duplicates.families import families_of
from index.duplicates.sketches import Sketches
from rag.evaluation.metrics import rate

TEXTS = Path(__file__).with_name("copies.toml")
HALVES = ("tuning", "held out")
NEGATIVES = ("another writer", "same form", "later article")


@dataclass(frozen=True)
class Made:
    """An article of the test."""

    story: int
    """Number of the text that it is, or is a copy of."""
    kinds: tuple[str, ...]
    """What was done to it: () for the original; the kind of a hard negative."""
    text: str
    beside: int = -1
    """Of a hard negative, the story that it is close to."""


class Maker:
    """Makes stories out of the texts of one half."""

    def __init__(self, texts: dict[str, Any], half: str, seed: int) -> None:
        self.random = random.Random(f"{seed} {half}")
        self.pools = texts["pools"]
        self.events = [each for each in texts["event"] if each["half"] == half]
        self.forms = [each for each in texts["form"] if each["half"] == half]
        self.own, self.later = self.pools["own"], self.pools["later"]
        self.n_stories = 0

    def slots(self) -> dict[str, str]:
        """Places, people and figures for a story."""
        draw, pools = self.random, self.pools
        towns = draw.sample(pools["towns"].split(), 2)
        people = [
            f"{first} {last}"
            for first, last in zip(
                draw.sample(pools["first_names"].split(), 2), draw.sample(pools["last_names"].split(), 2), strict=True
            )
        ]
        figures = {name: str(draw.choice((draw.randint(2, 40), draw.randint(41, 990)))) for name in "abcdef"}
        chosen = {"o": draw.choice(pools["organisations"]), "j": draw.choice(pools["days"])}
        return dict(zip("vwpq", [*towns, *people], strict=True)) | figures | chosen

    def family(self, n_copies: int) -> tuple[list[Made], list[Made]]:
        """Return a story and its copies, and the story as another writer tells it, or one that comes back to it."""
        draw, event, slots = self.random, self.random.choice(self.events), self.slots()
        number = self._next()
        chosen = sorted(draw.sample(range(len(event["facts"])), draw.randint(7, 10)))
        writers = [draw.randint(0, 1) for _ in chosen]
        told = [event["facts"][n][writer].format(**slots) for n, writer in zip(chosen, writers, strict=True)]
        titles = [each.format(**slots) for each in event["titles"]]
        family = [Made(number, (), _article(draw.choice(titles), told))]
        family += [self._copy(number, titles, told, slots) for _ in range(n_copies)]
        retold = [event["facts"][n][1 - writer].format(**slots) for n, writer in zip(chosen, writers, strict=True)]
        near = [Made(self._next(), NEGATIVES[:1], _article(draw.choice(titles), retold), number)]
        around = [each.format(**slots) for each in draw.choice(self.later)]
        quoted, at = draw.sample(told, 2), draw.randint(1, len(around) - 1)
        later = around[:at] + quoted + around[at:]
        near += [Made(self._next(), NEGATIVES[2:], _article(f"Retour à {slots['v']}", later), number)]
        return family, near

    def form(self) -> Made:
        """Return a form that is filled in."""
        form, slots = self.random.choice(self.forms), self.slots()
        text = form["title"].format(**slots) + "\n" + form["text"].strip().format(**slots)
        return Made(self._next(), NEGATIVES[1:2], text)

    def _copy(self, number: int, titles: Sequence[str], told: Sequence[str], slots: dict[str, str]) -> Made:
        draw, kinds, told = self.random, ["headline"], list(told)
        if draw.random() < 0.4:
            kinds.append("figures")
            told = self._corrected(told, slots)
        if draw.random() < 0.6:
            n_cut = max(1, round(draw.uniform(0.2, 0.6) * len(told)))
            at = draw.choice((len(told) - n_cut, draw.randint(1, len(told) - n_cut)))
            kinds.append("cut")
            told = told[:at] + told[at + n_cut :]
        if draw.random() < 0.3:
            kinds.append("reordered")
            moved = told.pop(draw.randrange(1, len(told)))
            told.insert(draw.randrange(1, len(told) + 1), moved)
        if draw.random() < 0.4:
            kinds.append("added")
            for each in draw.sample(self.own, draw.randint(1, 2)):
                told.insert(draw.randrange(1, len(told) + 1), each)
        return Made(number, tuple(kinds), _article(draw.choice(titles), told))

    def _corrected(self, told: Sequence[str], slots: dict[str, str]) -> list[str]:
        """Return the sentences with one to three figures that are others."""
        text = "\n".join(told)
        for name in self.random.sample("abcdef", self.random.randint(1, 3)):
            text = text.replace(f" {slots[name]} ", f" {int(slots[name]) + self.random.randint(1, 9)} ")
        return text.split("\n")

    def _next(self) -> int:
        self.n_stories += 1
        return self.n_stories


def _article(title: str, sentences: Sequence[str]) -> str:
    paragraphs = [" ".join(sentences[n : n + 2]) for n in range(0, len(sentences), 2)]
    return "\n".join([title, *paragraphs])


def made(texts: dict[str, Any], half: str, n_families: int, seed: int) -> list[Made]:
    """Return the articles of a half: n families, and twice as many hard negatives."""
    maker = Maker(texts, half, seed)
    found: list[Made] = []
    for _ in range(n_families):
        family, near = maker.family(maker.random.randint(1, 4))
        found += [*family, maker.random.choice(near), maker.form()]
    maker.random.shuffle(found)
    return found


def report(articles: Sequence[Made]) -> list[tuple[str, str]]:
    """Return the rows of the table: pairs of one family that are found, pairs found that are of one family."""
    families = families_of(Sketches.of(each.text for each in articles)).tolist()
    found, right, wrong = [], [], dict.fromkeys((*NEGATIVES, "other stories"), 0)
    by_kind: dict[str, list[bool]] = {}
    for (one, a), (other, b) in combinations(zip(articles, families, strict=True), 2):
        is_found = a == b >= 0
        if one.story == other.story:
            found.append(is_found)
            for kind in {*one.kinds, *other.kinds}:
                by_kind.setdefault(kind, []).append(is_found)
        if is_found:
            right.append(one.story == other.story)
            if one.story != other.story:
                wrong[next((kind for kind in (*one.kinds, *other.kinds) if kind in wrong), "other stories")] += 1
    precision, recall = (sum(each) / len(each) if each else 0.0 for each in (right, found))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    rows = [("articles", str(len(articles))), ("precision", rate(right)), ("recall", rate(found)), ("F1", f"{f1:.3f}")]
    rows += [(f"recall, {kind}", rate(each)) for kind, each in sorted(by_kind.items())]
    return rows + [(f"wrong pairs, {kind}", str(n)) for kind, n in wrong.items()]


def cost(texts: dict[str, Any], n: int, seed: int) -> None:
    """Print how long sketches and families of n articles take."""
    articles = [each for half in HALVES for each in made(texts, half, n // 9, seed)][:n]
    began = time.perf_counter()
    sketches = Sketches.of(each.text for each in articles)
    sketched = time.perf_counter()
    families = families_of(sketches)
    ended = time.perf_counter()
    print(f"| sketches a second | {len(articles) / (sketched - began):,.0f} |")
    print(f"| families of {len(articles):,} articles | {ended - sketched:.2f} s, {families.max() + 1} found |")
    print(f"| bytes an article | {sketches.hashes.nbytes / len(articles):,.0f} |")


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--families", type=int, default=200, help="half of them from each half of the texts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cost", type=int, default=0, metavar="N")
    args = parser.parse_args()
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    if args.cost:
        print("| what | measured |\n|---|---|")
        cost(texts, args.cost, args.seed)
        return
    tables = [dict(report(made(texts, half, args.families // 2, args.seed))) for half in HALVES]
    print("| what | " + " | ".join(HALVES) + " |\n|---|---|---|")
    for name in dict.fromkeys(name for table in tables for name in table):
        print(f"| {name} | " + " | ".join(table.get(name, "-") for table in tables) + " |")
