"""The table of bench.peers: medians, rates and means of each system, and their ratios to the first one. Pure."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.peers.metrics import Scored
from rag.evaluation.metrics import bootstrap, rate, wilson
from rag.evaluation.runner import MAX_WORDS

Statistic = Callable[[Sequence[float]], float]


def ratio(ours: Sequence[float], theirs: Sequence[float], statistic: Statistic) -> str:
    """Theirs over ours as "×4.10 [3.20, 5.00]", the 95 % interval from 1000 drawings of the questions; "" over 0.

    The two are of the same questions in the same order, so that a question that is hard for both is drawn for both.
    """
    if not ours or not statistic(ours):
        return ""
    draw = random.Random(0)
    found = []
    for _ in range(1000):
        picked = draw.choices(range(len(ours)), k=len(ours))
        if base := statistic([ours[i] for i in picked]):
            found.append(statistic([theirs[i] for i in picked]) / base)
    found.sort()
    low, high = found[int(0.025 * len(found))], found[int(0.975 * len(found)) - 1]
    return f"×{statistic(theirs) / statistic(ours):.2f} [{low:.2f}, {high:.2f}]"


def table(scored: Mapping[str, Sequence[Scored]]) -> Iterator[str]:
    """Markdown, a column a system, the first one the base of the ratios; every system has the same questions."""
    names = list(scored)
    there = {name: [s for s in each if s.case.gold] for name, each in scored.items()}
    gone = {name: [s for s in each if not s.case.gold] for name, each in scored.items()}
    n, m = len(there[names[0]]), len(gone[names[0]])
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for title, part, value, unit in (
        (f"first word, answerable (n={n}), median", there, lambda s: s.first, " s"),
        (f"whole answer, answerable (n={n}), median", there, lambda s: s.total, " s"),
        (f"first word, unanswerable (n={m}), median", gone, lambda s: s.first, " s"),
        (f"whole answer, unanswerable (n={m}), median", gone, lambda s: s.total, " s"),
        (f"prompt tokens read (n={n}), median", there, lambda s: float(s.n_read), ""),
        (f"tokens written (n={n}), median", there, lambda s: float(s.n_written), ""),
    ):
        yield _row(title, [_median(part, names[0], name, value, unit) for name in names])
    for title, value in (
        ("first word, answerable, 95th", lambda s: s.first),
        ("whole answer, answerable, 95th", lambda s: s.total),
    ):
        yield _row(title, [f"{_late([value(s) for s in there[name]]):.1f} s" if n else "-" for name in names])
    for title, value in (
        (f"gold answer contained, at most {MAX_WORDS} words (n={n})", lambda s: s.is_right),
        (f"gold answer contained, any length (n={n})", lambda s: s.is_contained),
        (f"token F1 (n={n})", lambda s: s.f1),
        (f"line_hit, cited lines, no citation = miss (n={n})", _hits_cited),
        (f"line_hit, all retrieved sources (n={n})", lambda s: s.hits(s.found)),
        (f"refused though the answer is there (n={n})", lambda s: s.refused),
    ):
        yield _row(title, [_mean(there, names[0], name, value) for name in names])
    yield _row(
        f"answered though nothing is there (n={m})",
        [_mean(gone, names[0], name, lambda s: not s.refused) for name in names],
    )
    yield _row("line_hit, cited lines, of answers given", [_of_given(there[name]) for name in names])
    for title, value in (
        ("words of an answer given, median", lambda s: s.n_words),
        ("cited lines an answer, median", lambda s: len(s.cited) if s.cited else None),
        ("words on its cited lines, median", lambda s: s.n_cited_words if s.cited else None),
        ("retrieved lines, median", lambda s: len(s.found)),
        ("words on its retrieved lines, median", lambda s: s.n_found_words),
    ):
        yield _row(title, [_width([value(s) for s in there[name] if not s.refused]) for name in names])
    yield _row(
        "peak resident memory", [f"{max((s.peak_mb for s in scored[name]), default=0):.0f} MB" for name in names]
    )


def _row(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _median(
    part: Mapping[str, Sequence[Scored]], base: str, name: str, value: Callable[[Scored], float], unit: str
) -> str:
    ours, theirs = [value(s) for s in part[base]], [value(s) for s in part[name]]
    if not theirs:
        return "-"
    shown = f"{statistics.median(theirs):.{1 if unit else 0}f}{unit}"
    return shown if name == base else f"{shown} {ratio(ours, theirs, statistics.median)}".rstrip()


def _mean(part: Mapping[str, Sequence[Scored]], base: str, name: str, value: Callable[[Scored], float | None]) -> str:
    ours, theirs = ([each for s in part[one] if (each := value(s)) is not None] for one in (base, name))
    if not theirs:
        return "-"
    is_rate = all(isinstance(each, bool) for each in theirs)
    low, high = wilson(int(sum(theirs)), len(theirs)) if is_rate else bootstrap(theirs)
    shown = f"{statistics.fmean(theirs):.2f} [{low:.2f}, {high:.2f}]"
    return shown if name == base else f"{shown} {ratio(ours, theirs, statistics.fmean)}".rstrip()


def _hits_cited(scored: Scored) -> bool | None:
    """None for a system that cites nothing, whatever the question."""
    return None if scored.cited is None else scored.hits(scored.cited)


def _of_given(scored: Sequence[Scored]) -> str:
    given = [hit for s in scored if not s.refused and (hit := _hits_cited(s)) is not None]
    return rate(given) if given else "-"


def _width(values: Sequence[float | None]) -> str:
    known = [each for each in values if each is not None]
    return f"{statistics.median(known):g} (n={len(known)})" if known else "-"


def _late(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
