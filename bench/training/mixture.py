"""The sets that a reader is trained on, as a mixture file names them, and the drawing of examples from them.

A question on a held-out article (bench/data/squad.py) is never drawn, whichever set has it; nor is one that the data
flags as another paragraph of a held-out article.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from bench.data.draw import NEGATIVES, Drawer, Example, limit_for
from bench.data.squad import Item, is_held_out, is_validation, load, load_parallel, sentences
from bench.training.article_questions import article_questions
from bench.training.things import things

Group = tuple[Example, ...]
"""Examples that belong into one batch: one, or a question and its near miss about the same window."""


@dataclass(frozen=True, slots=True)
class Named:
    """One set of a mixture: what was read of it, and how to draw."""

    name: str
    licence: str
    origin: str
    weight: float
    n_questions: int
    sha256: str
    """Of the file, or of the digests of a folder's files."""
    draw: Callable[[random.Random], Group | None] = field(repr=False)

    def record(self, share: float) -> dict[str, Any]:
        """Say where the set is from, for the model's provenance."""
        return {
            "name": self.name,
            "licence": self.licence,
            "origin": self.origin,
            "share_of_draws": round(share, 4),
            "questions": self.n_questions,
            "sha256": self.sha256,
        }


class Drawn(Protocol):
    """One set, as `Pools` draws from it."""

    @property
    def weight(self) -> float: ...

    @property
    def draw(self) -> Callable[[random.Random], Sequence[Any] | None]:
        """Give what belongs into one batch, or None where nothing came of what was drawn."""
        ...

    def record(self, share: float) -> dict[str, Any]: ...


class Pools:
    """Sets and their weights. The groups of pool k are the same whatever was drawn before, so a run can resume."""

    sets: Sequence[Drawn]
    seed: int
    sha256: str
    """Of the mixture's file."""

    def pool(self, number: int, n: int) -> list[Any]:
        """Draw groups of together at least `n` examples, the same for the same number."""
        chooser = random.Random(f"{self.seed}-{number}")
        groups: list[Any] = []
        while sum(map(len, groups)) < n:
            (chosen,) = chooser.choices(self.sets, [s.weight for s in self.sets])
            group = chosen.draw(chooser)
            if group:
                groups.append(group)
        return groups

    def records(self) -> list[dict[str, Any]]:
        """Say what each set is and how often it is drawn."""
        total = sum(s.weight for s in self.sets)
        return [s.record(s.weight / total) for s in self.sets]


class Mixture(Pools):
    """The sets a reader is trained on."""

    def __init__(self, path: Path, folders: Sequence[Path], extra: Sequence[Named] = ()) -> None:
        """Read the sets that the TOML file at `path` names, from the first of `folders` that has the file.

        Raises ValueError if a file is nowhere or a set keeps no question.
        """
        config = tomllib.loads(path.read_text(encoding="utf-8"))
        self.seed = config["seed"]
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        known = TitlesOf(folders)
        self.sets = [_read(each, folders, known) for each in config["set"]] + list(extra)


class TitlesOf:
    """The titles of the two benches, as their files spell them, to keep held-out articles out of every other set."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.titles: dict[str, str] = {}
        for name in ("piaf-v1.0.json", "xquad-a/xquad.en.json"):
            path = find(name, folders)
            for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
                self.titles[_plain(article["title"])] = article["title"]

    def may_train(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row's article is in no held-out half and in no validation set."""
        if row.get("overlap") == "xquad_heldout_title" or row.get("unsure"):
            return False
        named = [row["title"]] if row["set"].startswith("piaf11") else []
        bench = self.titles.get(_plain(row["title"])) if row["title"] else None
        named += [bench] if bench else []
        return not any(is_held_out(title) or is_validation(title) for title in named)


def _plain(title: str) -> str:
    return title.replace("_", " ").strip().casefold()


def find(name: str, folders: Sequence[Path]) -> Path:
    for folder in (*folders, Path(__file__).parent):
        if (folder / name).exists():
            return folder / name
    raise ValueError(f"{name} is in none of {', '.join(map(str, folders))}: name its folder with --data")


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def tuning(items: Sequence[Item]) -> list[Item]:
    return [i for i in items if not is_held_out(i.article) and not is_validation(i.article)]


def item_of(row: Mapping[str, Any], id_: str) -> Item:
    answer = row["answers"][0] if row["answers"] else {"text": "", "start": -1}
    # Rows without a title stand by themselves: their paragraph is their article.
    article = row["title"] or hashlib.sha256(row["context"].encode()).hexdigest()
    return Item(id_, article, 0, row["question"], row["context"], answer["text"], answer["start"], row["lang_c"])


def digest_of(path: Path, pattern: str = "xquad.*.json") -> str:
    """Return the SHA-256 of a file, or of the digests of a folder's files that fit the pattern."""
    return digest_of_files(sorted(path.glob(pattern)) if path.is_dir() else [path])


def digest_of_files(files: Sequence[Path]) -> str:
    """Return the SHA-256 of a file, or of the digests of several."""
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def answerable(path: Path, table: Mapping[str, Any], known: TitlesOf) -> list[Item]:
    """Read the answerable questions of a file that may be trained on."""
    if path.suffix == ".json":
        return tuning(load(path, table["language"]))
    kept = set(table.get("languages", ()))
    return [
        item_of(row, f"{table['name']}-{k}")
        for k, row in enumerate(rows_of(path))
        if known.may_train(row)
        and not row["impossible"]
        and (not kept or f"{row['lang_q']}>{row['lang_c']}" in kept)
        and (not table.get("sure") or row.get("sure"))
    ]


def _read(table: Mapping[str, Any], folders: Sequence[Path], known: TitlesOf) -> Named:
    path = find(table.get("file") or table["folder"], folders)
    if table.get("articles"):
        n, draw = article_questions([path / name for name in table["articles"]])
    elif table.get("things"):
        n, draw = things(path)
    elif path.is_dir():
        n, draw = _parallel(path)
    elif "contrast" in table:
        n, draw = _contrast(path, find(table["contrast"], folders), known)
    elif "about" in table:
        n, draw = _written(path, table, folders, known)
    else:
        items = answerable(path, table, known)
        n, draw = len(items), _drawer(items, {}, 1.0, table)
    if not n:
        raise ValueError(f"{path} has no question for the set {table['name']}: look at its languages")
    digest = digest_of(path, "*.jsonl" if table.get("things") else "xquad.*.json")
    if subfolders := table.get("articles"):
        digest = digest_of_files([path / name / "questions.jsonl" for name in subfolders])
    return Named(table["name"], table["licence"], table["origin"], table["weight"], n, digest, draw)


def _drawer(
    items: list[Item], parallel: dict[str, list[Item]], share: float, table: Mapping[str, Any]
) -> Callable[[random.Random], Group | None]:
    drawer = Drawer(items, parallel, 0, share)
    negatives = table.get("negatives", NEGATIVES)

    def draw(chooser: random.Random) -> Group | None:
        drawer.random = chooser
        item = chooser.choice(drawer.french)
        example = drawer.make(item, item, chooser.random() < negatives)
        return (example,) if example else None

    return draw


def _parallel(folder: Path) -> tuple[int, Callable[[random.Random], Group | None]]:
    parallel = {language: tuning(items) for language, items in load_parallel(folder).items()}
    drawer = Drawer([], parallel, 0, 0.0)

    def draw(chooser: random.Random) -> Group | None:
        drawer.random = chooser
        return (drawer.draw(),)

    return sum(map(len, parallel.values())), draw


def near_misses(path: Path, made_from: Path, known: TitlesOf) -> list[tuple[str, Item]]:
    """Pair unanswerable questions with the answerable ones they were made from."""
    asked: dict[tuple[str, str], Item] = {}
    for k, row in enumerate(rows_of(made_from)):
        if row.get("sure"):
            asked[row["question"].strip(), row["context"]] = item_of(row, f"contrast-{k}")
    pairs = []
    for row in rows_of(path):
        item = asked.get(((row["pair"] or "").strip(), row["context"]))
        if item and known.may_train(row):
            pairs.append((row["question"], item))
    return pairs


def _contrast(path: Path, made_from: Path, known: TitlesOf) -> tuple[int, Callable[[random.Random], Group | None]]:
    pairs = near_misses(path, made_from, known)
    drawer = Drawer([item for _, item in pairs], {}, 0, 1.0)

    def draw(chooser: random.Random) -> Group | None:
        drawer.random = chooser
        near_miss, item = chooser.choice(pairs)
        a, b = drawer.around(item.context, item.start, item.end, limit_for(item, chooser))
        window = item.context[a:b]
        return (
            Example(item.question, window, item.start - a, item.end - a),
            Example(near_miss, window, -1, -1),
        )

    return len(pairs), draw


def key_of(item: Item) -> str:
    """Name a question of any set by what it asks and of which paragraph."""
    return hashlib.sha256(f"{item.question.strip()}\n{item.context}".encode()).hexdigest()[:16]


def written_about(
    path: Path, table: Mapping[str, Any], folders: Sequence[Path], known: TitlesOf
) -> list[tuple[dict[str, Any], Item]]:
    """Read questions that were written for citeline about paragraphs of other sets, which `about` names.

    A row names the question it was made from by its key, and has a translation of it, a near miss, or both.
    """
    items = {}
    for name in table["about"]:
        source = find(name, folders)
        if source.suffix == ".json":
            found = tuning(load(source, "fr"))
        else:
            rows = [row for row in rows_of(source) if not row["impossible"] and known.may_train(row)]
            found = [item_of(row, f"{name}-{k}") for k, row in enumerate(rows)]
        items.update({key_of(item): item for item in found})
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row, items[row["of"]]) for row in rows if row["of"] in items and row["kind"] == table["kind"]]


def _written(
    path: Path, table: Mapping[str, Any], folders: Sequence[Path], known: TitlesOf
) -> tuple[int, Callable[[random.Random], Group | None]]:
    pairs = written_about(path, table, folders, known)
    drawer = Drawer([item for _, item in pairs], {}, 0, 1.0)

    def draw(chooser: random.Random) -> Group | None:
        drawer.random = chooser
        row, item = chooser.choice(pairs)
        asked = replace(item, question=row["question"], language=row["language"]) if row["question"] else item
        if not row["near_miss"]:
            example = drawer.make(asked, item, chooser.random() < table.get("negatives", NEGATIVES))
            return (example,) if example else None
        a, b = near(item, chooser)
        window = item.context[a:b]
        return (
            Example(asked.question, window, item.start - a, item.end - a),
            Example(row["near_miss"], window, -1, -1),
        )

    return len(pairs), draw


def near(item: Item, chooser: random.Random | None = None) -> tuple[int, int]:
    """Return the characters from up to two sentences before the answer's to two after it: what a near miss was written
    against; fewer at random with a chooser."""
    spans = sentences(item.context)
    first = next(k for k, (a, b) in enumerate(spans) if a <= item.start < b)
    last = next(k for k, (a, b) in enumerate(spans) if a < item.end <= b)
    before, after = (chooser.randint(0, 2), chooser.randint(0, 2)) if chooser else (2, 2)
    low, high = max(0, min(first, first - before)), min(len(spans), last + after + 1)
    while spans[high - 1][1] - spans[low][0] > 750 and (low < first or high > last + 1):
        low, high = (low + 1, high) if low < first else (low, high - 1)
    return spans[low][0], spans[high - 1][1]


def batches_of(groups: Sequence[Sequence[Any]], size: int, length: Callable[[Any], int]) -> list[list[Any]]:
    """Cut groups into batches of about `size`, groups whole, sorted by length so that little is padding."""
    batches: list[list[Any]] = [[]]
    for group in sorted(groups, key=lambda g: max(map(length, g))):
        if len(batches[-1]) >= size:
            batches.append([])
        batches[-1].extend(group)
    return batches
