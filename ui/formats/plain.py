"""Plain text for a terminal or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.copies import also_in_line
from rag.filters import line as filter_line

if TYPE_CHECKING:
    from index.types import BuildReport
    from rag.types import Answer, Citation


def shown(text: object) -> str:
    """Text of a file name, an article or a model as a terminal may show it: control and direction marks as escapes."""
    return "".join(
        char if char.isprintable() or char in "\u00a0\u202f" else char.encode("unicode_escape").decode("ascii")
        for char in str(text)
    )


def _page(citation: Citation) -> str:
    """The printed page of a citation, to stand behind its lines; "" when its article has no pages."""
    return f" (p. {citation.page})" if citation.page else ""


def answer_text(answer: Answer) -> str:
    """The answer as a terminal shows it: its sentences with [1], [2] … behind them, and under it those citations."""
    numbers = answer.citations
    lines = [
        claim.introduced(answer.language) + "".join(f" [{numbers[c]}]" for c in dict.fromkeys(claim.citations))
        for claim in answer.supported
    ]
    parts = [f"({filter_line(answer.filter, answer.language)})"] if answer.filter else []
    parts += [" ".join([*lines, *filter(None, [answer.message])])]
    for citation, i in numbers.items():
        parts.append(f"[{i}] {citation.span}{_page(citation)}  {' '.join(citation.quote.split())}")
        if copies := also_in_line(citation, answer.language):
            parts.append(f"    {copies}")
    if answer.status == "abstained":
        parts += [f" ?  {hit.chunk.span}  {' '.join(hit.chunk.text.split())[:120]}" for hit in answer.hits[:3]]
    parts += [f" ✗  {claim.text}  ({claim.reason})" for claim in answer.claims if claim.verdict == "unsupported"]
    return "\n".join(shown(part) for part in parts)


def _counts(report: BuildReport) -> str:
    if report.is_noop:
        return (
            f"nothing changed: {report.n_articles} articles in {report.n_chunks} chunks, generation {report.generation}"
        )
    counts = ", ".join(
        f"{len(each)} {what}"
        for each, what in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.renamed, "renamed"),
            (report.removed, "removed"),
        )
    )
    return (
        f"{counts}, {report.unchanged} unchanged: {report.n_articles} articles in {report.n_chunks} chunks, "
        f"{report.n_embedded} chunks embedded in {report.seconds:.1f} s, generation {report.generation}"
    )


def report_text(report: BuildReport) -> str:
    """What a run of `index` did, in a line, and under it what was passed over."""
    from index.documents import display_name
    from index.objects import shown_path
    from ui.i18n import many_words

    lines = [_counts(report)]
    lines += [f"  {display_name(shown_path(each.path))}: {many_words(each, 'en')}" for each in report.many[:10]]
    if len(report.many) > 10:
        lines.append(f"  … and {len(report.many) - 10} more files of several articles: see citeline status")
    if n := len(report.recognised):
        files = "1 article was" if n == 1 else f"{n} articles were"
        lines.append(f"  {files} read by OCR: hold names and figures against the printed page (without it: --no-ocr)")
    lines += [f"  skipped {shown_path(each.path)}: {each.reason}" for each in report.skipped[:10]]
    if len(report.skipped) > 10:
        lines.append(f"  … and {len(report.skipped) - 10} more: see citeline status")
    lines += [f"  note: {note}" for note in report.notes[:10]]
    return "\n".join(map(shown, lines))
