"""Frames around a sentence, which change what it asserts: "according to the mayor", "it is false that", "if …"."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from bench.training.contrast_words import CONDITIONS, FRAMES, SMALL, SPEAKERS
from bench.training.edits import in_mood


@dataclass(frozen=True, slots=True)
class Frame:
    kind: str
    template: str
    who: int
    """Which speaker or condition: the same in both languages."""


def drawn(kind: str, language: str, chooser: random.Random, who: int | None = None) -> Frame:
    """Draw a wording of a kind, and who says it or on which condition, unless that is given."""
    n = len((CONDITIONS if kind == "condition" else SPEAKERS)["fr"])
    return Frame(kind, chooser.choice(FRAMES[language][kind]), chooser.randrange(n) if who is None else who)


def framed(sentence: str, language: str, frame: Frame | None, twin: str = "") -> str | None:
    """Put a frame around a sentence; None where the grammar is not sure."""
    if frame is None:
        return sentence
    inner = small(sentence, language)
    if inner is None:
        return None
    values = {"s": inner, "S": sentence.rstrip("."), "que": that(inner)}
    values["si"] = f"s'{inner}" if inner.startswith(("il ", "ils ")) else f"si {inner}"
    if "{subj}" in frame.template or "{doubtful}" in frame.template:
        mood = "subjunctive" if "{subj}" in frame.template else "doubtful"
        moved = in_mood(sentence, language, mood)
        if not moved:
            return None
        if mood == "doubtful":
            return moved
        values["subj"] = that(small(moved, language) or "")
    if "x}" in frame.template or "{X}" in frame.template:
        other = small(twin, language)
        if other is None:
            return None
        values |= {"x": other, "X": twin.rstrip("."), "quex": that(other)}
    if frame.kind == "condition":
        values["if"] = CONDITIONS[language][frame.who]
        values["If"] = capital(values["if"])
    elif language in SPEAKERS:
        values["sp"] = SPEAKERS[language][frame.who]
        values["Sp"] = capital(values["sp"])
    return frame.template.format(**values)


def small(sentence: str, language: str) -> str | None:
    """Return a sentence as it stands inside another one; None if its first word may be a name or not."""
    text = sentence.strip().rstrip(".")
    if not text:
        return None
    first = re.match(r"\w+", text)
    word = first.group().lower() if first else ""
    if word in SMALL.get(language, ()):
        return text[0].lower() + text[1:]
    # A name keeps its capital: two capitalised words in a row, or a capital inside.
    if re.match(r"[A-ZÀ-Þ][\w'’-]+ [A-ZÀ-Þ]", text) or re.match(r"[A-ZÀ-Þ]\w*[A-ZÀ-Þ0-9]", text):
        return text
    return None


def that(inner: str) -> str:
    """Put French "que" before a clause."""
    return f"qu'{inner}" if inner[:1].lower() in "aeiouyéèêàâîôû" else f"que {inner}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
