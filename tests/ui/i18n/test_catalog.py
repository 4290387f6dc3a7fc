"""The texts of the interface: every language of the page has the same ones, and they stand in no other place."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ui
from ui.i18n.catalog import ANSWER_LANGUAGES, PAGE_LANGUAGES, answer_words, words
from ui.i18n.page import language_name, month_name

FOLDER = Path(ui.__file__).parent
FILES = {path.stem: path for path in (FOLDER / "i18n").glob("*.toml")}
CODES = {*ANSWER_LANGUAGES, "nl", "ro", "pl", "ru", "zh", "ja"}


def flat(language):
    """section.key -> text, or its texts."""
    read = tomllib.loads(FILES[language].read_text(encoding="utf-8"))
    return {f"{section}.{key}": text for section, texts in read.items() for key, text in texts.items()}


def placeholders(texts):
    return {key: sorted(re.findall(r"\{\w*\}", str(text))) for key, text in texts.items()}


def test_the_languages_of_the_page_have_the_same_texts():
    """A text that is new or gone in one language is so in the others, and what is filled in has the same names."""
    first, *others = map(flat, PAGE_LANGUAGES)
    for other in others:
        assert placeholders(other) == placeholders(first)
        assert {key: type(text) for key, text in other.items()} == {key: type(text) for key, text in first.items()}
        assert list(other) == list(first), "in the same order, so that they can be read side by side"


def test_the_languages_of_an_answer_have_what_stands_around_it():
    assert {*FILES} == {*ANSWER_LANGUAGES} > {*PAGE_LANGUAGES}
    texts = placeholders({key: text for key, text in flat("fr").items() if key.startswith("answer.")})
    for language in {*ANSWER_LANGUAGES} - {*PAGE_LANGUAGES}:
        assert placeholders(flat(language)) == texts
    assert answer_words("sv") == answer_words("en") != answer_words("de")


def test_every_text_says_something():
    """No key is left empty, and each noun has a wording for one and for several."""
    for language in FILES:
        for key, text in flat(language).items():
            each = text if isinstance(text, list) else [text]
            assert all(isinstance(one, str) and one.strip() for one in each), f"{language}: {key}"
            assert len(each) == (2 if key.startswith("counts.") else 1), f"{language}: {key}"


@pytest.mark.parametrize("lang", ["", "de", "../fr", "en.toml"])
def test_another_language_gets_the_french_page(lang):
    """As a request may name any: it never becomes the name of a file."""
    assert words(lang) is words("fr")


def test_texts_cannot_be_changed():
    with pytest.raises(TypeError):
        words("fr")["invite"] = "…"  # type: ignore[index]


def test_months_and_languages_are_named():
    """A code that is of no language is shown as it is."""
    assert [month_name(n, "fr") for n in (1, 2, 8, 12)] == ["janvier", "février", "août", "décembre"]
    assert [month_name(n, "en") for n in (1, 12)] == ["January", "December"]
    assert [language_name(code, "fr") for code in ("de", "nl", "xx", "")] == ["allemand", "néerlandais", "xx", ""]
    assert [language_name(code, "en") for code in ("de", "pt")] == ["German", "Portuguese"]


def by_language(path):
    """Lines of a Python file at which texts are chosen by language: a dict with the codes of two of them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        keys = []
        if isinstance(node, ast.Dict):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "dict":
            keys = [keyword.arg for keyword in node.keywords]
        if len(CODES & {*keys}) > 1:
            yield node.lineno


def test_no_texts_stand_in_the_code():
    """What is worded in several languages is in their files."""
    found = [f"{path.relative_to(FOLDER)}:{line}" for path in FOLDER.rglob("*.py") for line in by_language(path)]
    assert found == []


def test_a_table_in_the_code_would_be_seen(tmp_path):
    path = tmp_path / "module.py"
    path.write_text('A = {"fr": "oui", "en": "yes"}\nB = dict(fr="oui", de="ja")\nC = {"fr": 1, "a": 2}\n')
    assert [*by_language(path)] == [1, 2]


def test_nothing_is_read_before_a_text_is_asked_for():
    """`citeline --help` opens no file of texts; the modules that show texts have none when they are imported."""
    code = (
        "import ui.cli.commands, ui.cli.chat, ui.api.openai, ui.access.owner, ui.i18n.model_errors, ui.i18n.troubles\n"
        "import ui.web.question_box, ui.web.render.filter, ui.web.library.view, ui.web.conversations.view\n"
        "from ui.i18n import catalog\n"
        "before = catalog._texts.cache_info().currsize\n"
        "catalog.words('fr'), catalog.shelf_words('fr')\n"
        "print(before, catalog._texts.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
