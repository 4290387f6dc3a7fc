"""Are articles read right: titles, dates, sources, lines, what is left out, ends of sentences, copies?

    python -m bench reading [--kind pages] [--failures]

The cases are in bench/quality/reading, a file a kind. A check is one expectation about the articles that indexing would
give: how many there are, a field, a line that must be there word for word (`has`), words that must stand in a line
(`inside`), words that must stand in none, the title included (`lacks`), a reason for which text was left out
(`left_out`). An article that is missing fails all its checks. Kinds of export, letters and pages were written down
before the readers were looked at. No model is loaded.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.command import Parser
from bench.quality import made_files
from index.documents import Bibliographies, parts, read_article, read_bytes, scan
from index.duplicates import Sketches, families_of
from index.extraction import Extractor
from index.text import sentences
from index.types import Article
from rag.evaluation.metrics import rate

CASES = Path(__file__).with_name("reading")
FIELDS = ("title", "date", "date_from", "author", "source", "url", "section", "page")
END = " ‖ "
"""Marks where a sentence ends."""
MAKERS = {"docx": made_files.docx, "odt": made_files.odt, "epub": made_files.epub}


class Check(NamedTuple):
    kind: str
    where: str
    what: str
    is_right: bool
    got: str


def checks(kind: str, extractor: Extractor) -> Iterator[Check]:
    """Yield the checks of a file of cases."""
    cases = tomllib.loads((CASES / f"{kind}.toml").read_text(encoding="utf-8"))
    if kind == "sentences":
        for language, texts in cases.items():
            yield from (_ends(language, text) for text in texts)
    elif kind == "copies":
        yield from (_copies(pair["texts"], pair["same"]) for pair in cases["pair"])
    else:
        for case in cases["case"]:
            articles, wrong = read(case, extractor)
            yield from (Check(kind, case["name"], *each) for each in _expected(case, articles, wrong))


def read(case: Mapping[str, Any], extractor: Extractor) -> tuple[list[Article], list[str]]:
    """Return the articles of a case, as indexing gives them, and why others were not read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "articles"
        for path, data in _files(case).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        found, skipped = scan([folder], Path(name) / "library")
        wrong, articles = [str(each.reason) for each in skipped], []
        bibliographies = Bibliographies.among(found, lambda file: read_bytes(file.path), extractor)
        for file in found:
            if file in bibliographies:
                continue
            try:
                split = parts(file, read_bytes(file.path), extractor)
            except ValueError as error:
                wrong.append(str(error))
                continue
            for part in split:
                try:
                    articles.append(bibliographies.describe(read_article(part, extractor)[0], file))
                except ValueError as error:
                    wrong.append(str(error))
    return articles, wrong


def _files(case: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a case by their paths."""
    make, name = case.get("make", ""), case["name"]
    if make in ("zip", "folder"):
        members = {each["name"]: each["text"].encode(each.get("encoding", "utf-8")) for each in case["member"]}
        return {name: made_files.archive(members)} if make == "zip" else members
    if make == "pdf":
        return {name: made_files.pdf(case["pages"], case["size"], case.get("rotate", 0), case.get("fields", ()))}
    if make:
        return {name: MAKERS[make](case["text"])}
    return {name: case["text"].encode(case.get("encoding", "utf-8"))}


def _expected(case: Mapping[str, Any], articles: list[Article], wrong: list[str]) -> Iterator[tuple[str, bool, str]]:
    """Yield what a case expects as (what, is it so, what there is)."""
    refused = "; ".join(wrong)
    if "n" in case:
        yield f"{case['n']} articles", len(articles) == case["n"], f"{len(articles)} {refused}"
    for n, wanted in enumerate(case.get("article", [case])):
        yield from _of_article(wanted, articles[n] if n < len(articles) else None, refused)
    for article in articles:
        if article.coverage and article.coverage.found >= 0:
            left = sum(each.n_chars for each in article.coverage.left_out)
            counted = f"{article.coverage.found} = {article.coverage.kept} + {left}"
            yield "all letters accounted for", article.coverage.found == article.coverage.kept + left, counted


def _of_article(wanted: Mapping[str, Any], article: Article | None, refused: str) -> Iterator[tuple[str, bool, str]]:
    lines = article.lines if article else ()
    shown = " / ".join(lines)[:700] if article else f"no article {refused}"
    for field in FIELDS:
        if field in wanted:
            got = getattr(article, field, None)
            yield f"{field} {wanted[field]!r}", got == wanted[field], repr(got) if article else shown
    if "date_not" in wanted:
        yield f"date not {wanted['date_not']!r}", bool(article) and article.date != wanted["date_not"], shown
    for line in wanted.get("has", ()):
        yield f"line {line!r}", line in lines, shown
    for words in wanted.get("inside", ()):
        yield f"in a line {words!r}", any(words in line for line in lines), shown
    for words in wanted.get("lacks", ()):
        is_gone = bool(article) and not any(words in line for line in (article.title, *lines))
        yield f"nowhere {words!r}", is_gone, shown
    reasons = [each.reason for each in article.coverage.left_out] if article and article.coverage else []
    for reason in wanted.get("left_out", ()):
        yield f"left out as {reason}", reason in reasons, str(reasons)


def _ends(language: str, text: str) -> Check:
    plain = text.replace(END, " ")
    got = END.join(plain[start:end] for start, end in sentences(plain))
    return Check("sentences", language, text, got == text, got)


def _copies(texts: list[str], is_copy: bool) -> Check:
    first, second = families_of(Sketches.of(texts)).tolist()
    got = first == second >= 0
    return Check("copies", texts[0].partition("\n")[0], f"copy: {is_copy}", got == is_copy, str(got))


def main() -> None:
    parser = Parser(__doc__)
    kinds = sorted(path.stem for path in CASES.glob("*.toml"))
    parser.add_argument("--kind", choices=kinds, action="append", help="these alone")
    parser.add_argument("--failures", action="store_true", help="print each check that fails, and what there is")
    args = parser.parse_args()
    done: list[Check] = []
    with Extractor() as extractor:
        for kind in args.kind or kinds:
            done += checks(kind, extractor)
    if args.failures:
        for each in done:
            if not each.is_right:
                print(f"{each.kind}: {each.where}: {each.what}\n    {each.got}")
    print("| kind | right |\n|---|---|")
    for kind in args.kind or kinds:
        print(f"| {kind} | {rate([each.is_right for each in done if each.kind == kind])} |")
    print(f"| all | {rate([each.is_right for each in done])} |")
