"""HTML from templates: each value they show goes through `escape`; only what a template made is HTML already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from ui.formats.html import escape

_UI = Path(__file__).parents[1]
_FILTERS = ("length",)
"""Of Jinja's filters: not "safe", nor those that put HTML and text together without `escape`."""
_PIECES = re.compile(r"(?P<code>\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})|[ \t]*\n\s*", re.S)


def render(template: str, macro: str, /, **values: object) -> Markup:
    """Return what a macro makes of `values`, which may lack none; `template` is the path of its file in `ui/`."""
    made: Markup = getattr(_macros(template), macro)(**values)
    return made


def text_html(text: str) -> Markup:
    """`text` as HTML, for a template or beside what one made: the one place where a string is called HTML.

    It may be, because `escape` has left no markup in it.
    """
    return Markup(escape(text))


def joined(parts: Iterable[Markup]) -> Markup:
    """Return the parts one behind the other; a part that no template made comes out as text."""
    return text_html("").join(parts)


@cache
def _macros(template: str) -> Any:
    return _environment().get_template(template).module


class _Generator(CodeGenerator):
    """Lets what `_shown` returns stand as it is: Jinja would look at it a second time, at twice the cost."""

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, *_: object) -> None:
        self.write(")")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        auto_reload=False,
    )
    environment.code_generator_class = _Generator
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    return environment


def _shown(value: object) -> str:
    """What a template shows of a value: HTML as it is, anything else as text."""
    if type(value) is Markup:
        return value
    return str(value) if type(value) is int else escape(str(value))


def _source(template: str) -> tuple[str, str, None]:
    """A template without the line breaks that it has for whoever reads it: see `_joint`."""
    path = _UI / template
    source = path.read_text(encoding="utf-8").strip()
    return _PIECES.sub(_joint, source), str(path), None


def _joint(piece: re.Match[str]) -> str:
    """A line break beside a tag or a Jinja block is nothing, any other one space; a comment keeps lines countable."""
    if piece["code"]:
        return piece.group()
    before, after = piece.string[piece.start() - 1], piece.string[piece.end()]
    space = "" if before in ">}" or after in "<{" else " "
    return space + "{#" + "\n" * piece.group().count("\n") + "#}"
