"""A folder that was counted, as the page asks about it; plain text, not HTML."""

from __future__ import annotations

from index.ingestion import Counted
from ui.i18n import reason_words, shelf_words

SHOWN_REASONS = 3


def counted_text(counted: Counted, seconds: float, lang: str) -> str:
    """ "41 files (38 .txt, 3 .pdf), 2.1 MB, about 6 minutes. Read them now?", then what is passed over and why."""
    say = shelf_words(lang)
    kinds = ", ".join(f"{_number(n, lang)} {kind}" for kind, n in counted.kinds.most_common())
    files = say["one_file"] if counted.n_files == 1 else say["n_files"].format(n=_number(counted.n_files, lang))
    lines = [
        say["counted"].format(files=files, kinds=kinds, size=_size(counted.n_bytes, lang), time=_time(seconds, lang))
    ]
    if not counted.is_whole:
        lines.append(say["counted_more"].format(n=_number(counted.n_files, lang)))
    for reason, n in counted.passed_over.most_common(SHOWN_REASONS):
        lines.append(say["counted_over"].format(n=_number(n, lang), reason=reason_words(reason, lang)))
    return "\n".join(lines)


def _number(n: int, lang: str) -> str:
    return f"{n:,}" if lang == "en" else f"{n:,}".replace(",", "\u202f")


def _size(n_bytes: int, lang: str) -> str:
    megabytes = f"{n_bytes / 1e6:.1f}"
    return f"{megabytes} MB" if lang == "en" else f"{megabytes.replace('.', ',')}\u00a0Mo"


def _time(seconds: float, lang: str) -> str:
    """As a guess is said: in minutes, above an hour and a half in hours."""
    say, minutes = shelf_words(lang), max(1, round(seconds / 60))
    if minutes >= 90:
        return say["about_hours"].format(n=round(minutes / 60))
    return say["about_minutes"].format(n=minutes) if minutes > 1 else say["about_minute"]
