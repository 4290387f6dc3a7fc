"""Why a language model did not answer, in the page's language: every line that `rag` can write has its French
wording."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hostile_llm import BAD

import rag
from rag.generation.remote import completion
from rag.generation.remote.completion import BadReply, check_head, pieces
from ui.i18n.model_errors import _values, _wordings, llm_words
from ui.web.render.answer import note_html
from ui.web.turns import Shown, turn_html

WORDINGS = _wordings().french_of
RAISED = {"LlmError", "BadReply", "Interrupted"}


def raised():
    """The lines in the code of `rag`, "{}" for each parameter."""
    for path in sorted(Path(rag.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(name), args=[line]) if name in RAISED:
                    yield path.name, line
                case ast.Call(func=ast.Attribute(attr="_error"), args=[line]):
                    yield path.name, line


def test_every_line_has_a_french_wording():
    """What is passed on must have been worded elsewhere."""
    n = 0
    for name, line in raised():
        match line:
            case ast.Constant(str(wording)):
                pass
            case ast.JoinedStr(values):
                wording = "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in values)
            case ast.Call(func=ast.Name("str"), args=[ast.Name("error")]):
                continue
            case _:
                pytest.fail(f"{name}:{line.lineno}: word it here, so that its French can be asked for")
        plain = {re.sub(r"\{\w+\}", "{}", each) for each in WORDINGS}
        assert wording in plain, f"{name}:{line.lineno}: {wording}"
        n += 1
    assert n > 20


def test_a_wording_keeps_its_parameters():
    """None is lost and none is made up."""
    for english, french in WORDINGS.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", french)), english


def test_what_stands_in_a_line_has_its_french():
    """Kinds of value, and what is advised for each status."""
    assert {*completion._KINDS.values()} - {"null"} <= {*_values()}
    advice = {*completion._ADVICE.values(), completion._REQUEST_ADVICE, completion._SERVER_ADVICE}
    assert advice <= {*_values()}


def lines():
    """What is said of every bad reply whose head and body are whole."""
    for name, (sent, _) in BAD.items():
        head, gap, body = sent.partition(b"\r\n\r\n")
        if not gap or not head.startswith(b"HTTP/1.1 ") or b"chunked" in head:
            continue
        status, *fields = head.decode().split("\r\n")
        known = dict(field.split(": ", 1) for field in fields)
        try:
            kind, encoding = (known.get(each, "") for each in ("Content-Type", "Content-Encoding"))
            check_head(int(status.split()[1]), kind, encoding, "", [body])
            list(pieces([body], 100))
        except BadReply as error:
            yield pytest.param(f"http://127.0.0.1:8080/v1: {error}", id=name)


@pytest.mark.parametrize("line", [*lines()])
def test_a_french_page_says_it_in_french(line):
    """All of it but the server's own words, which are text there: no markup, no escape sequence."""
    said = "".join(re.findall(r"“(.*)”", line))
    assert said in llm_words(line, "fr") and llm_words(line, "en") == line
    html = turn_html(Shown("Qui ?", note=line), None, "fr")
    assert "<script" not in html and "\x1b" not in html and "\u202e" not in html
    own = llm_words(line, "fr").replace(said, "")
    assert not re.search(r"\b(?:it|its|is|the|of|reply|again|not)\b", own), own


def test_a_line_that_is_not_known_is_shown_as_it_is():
    """As another version may have written it; a note that is a word of the page is still that."""
    assert llm_words("something <b>else</b>", "fr") == "something <b>else</b>"
    assert "&lt;b&gt;" in turn_html(Shown("Qui ?", note="something <b>else</b>"), None, "fr")
    assert turn_html(Shown("Qui ?", note="stopped"), None, "fr") == note_html("Qui ?", "Arrêté avant la fin.", "fr")
