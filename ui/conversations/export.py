"""An answer or a conversation to take away: Markdown to read and paste, JSON that `citeline verify` can check later.

Pure. In the Markdown every character of an article, a question or a model is text: nothing in it is a link, an image,
HTML or a heading for whoever pastes it. The JSON has the quotes character by character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.copies import also_in_line
from rag.types import Answer
from ui.conversations.records import KeptTurn, Source, now, version
from ui.formats import visible
from ui.i18n import date_words, place_words, talk_words

FORMAT = "citeline-conversation"
SCHEMA = 1

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What means something anywhere, what makes an address of a word, what makes a list of a line's beginning.
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$&<>=^]|:(?=//)|(?<=www)\.|^[+-]|^(?P<number>\d{1,9})(?P<stop>[.)])", re.I)


def markdown_text(text: str) -> str:
    """`text` as Markdown that shows it, on one line, and does nothing else."""
    return _MARKUP.sub(_shown, visible(" ".join(text.split())))


def _shown(match: re.Match[str]) -> str:
    if number := match["number"]:
        return f"{number}\\{match['stop']}"
    return _ENTITIES.get(match.group(), f"\\{match.group()}")


def answer_markdown(turn: KeptTurn, lang: str, level: str = "**{}**") -> str:
    """A question, its answer with [1], [2] … behind the sentences, and under it where each of them stands."""
    answer, say = turn.answer, talk_words(lang)
    numbers = answer.citations
    told = []
    for claim in answer.supported:
        marks = "".join(f"[{numbers[c]}]" for c in dict.fromkeys(claim.citations))
        told.append(f"{markdown_text(claim.introduced(answer.language))} {marks}")
    if answer.message:
        told.append(markdown_text(answer.message))
    parts = [level.format(markdown_text(answer.question))]
    if answer.understood:
        parts.append(f"*{say['understood']}{say['colon']}{markdown_text(answer.understood)}*")
    parts.append(" ".join(told))
    for citation, n in numbers.items():
        source = turn.articles.get(citation.span.article_id, Source("", "", ""))
        facts = [source.title, place_words(citation.span, citation.page, lang), date_words(source.date, lang)]
        where = ", ".join(markdown_text(fact) for fact in facts if fact)
        copies = f"\n\n{markdown_text(line)}" if (line := also_in_line(citation, lang)) else ""
        parts.append(f"[{n}] {where}\n> {markdown_text(citation.quote)}{copies}")
    return "\n\n".join(parts) + "\n"


def conversation_markdown(turns: Sequence[KeptTurn], lang: str) -> str:
    """A conversation to read: its turns, then the cited articles with their SHA-256, the models and the version."""
    say = talk_words(lang)
    title = next((turn.answer.question for turn in turns), "")
    parts = [f"# {markdown_text(title)}\n"]
    parts += [answer_markdown(turn, lang, "## {}") for turn in turns]
    articles = {id: source for turn in turns for id, source in turn.articles.items()}
    if articles:
        rows = [
            f"- {markdown_text(source.title)}, {markdown_text(id)}, SHA-256 `{markdown_text(source.sha256)}`"
            for id, source in articles.items()
        ]
        parts.append(f"## {say['articles']}\n\n" + "\n".join(rows) + "\n")
    parts.append(f"{say['made_with']} {_made(turns)}.\n")
    return "\n".join(parts)


def conversation_json(turns: Sequence[KeptTurn]) -> str:
    """A conversation to keep and to check: the format is `FORMAT`, its keys are only ever added to within a schema."""
    record = {
        "format": FORMAT,
        "schema": SCHEMA,
        "citeline": version(),
        "exported": now(),
        "turns": [_turn(turn) for turn in turns],
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _turn(turn: KeptTurn) -> dict[str, Any]:
    """The answer as on every other way out, without the passages that were only read and where the library lies."""
    answer: dict[str, Any] = turn.answer.to_dict()
    del answer["hits"], answer["usage"], answer["timings_ms"]
    answer["library"] = {"generation": turn.answer.generation}
    articles = [{"article": id, **asdict(source)} for id, source in turn.articles.items()]
    return {"when": turn.when, "citeline": turn.version, **answer, "articles": articles}


def _made(turns: Sequence[KeptTurn]) -> str:
    def each(what: Sequence[str]) -> str:
        return ", ".join(dict.fromkeys(filter(None, what)))

    answers: list[Answer] = [turn.answer for turn in turns]
    facts = [
        f"citeline {each([turn.version for turn in turns]) or version()}",
        each([answer.llm for answer in answers]),
        each([answer.embedder for answer in answers]),
        f"generation {each([str(answer.generation) for answer in answers])}",
    ]
    return markdown_text(" · ".join(filter(None, facts)))
