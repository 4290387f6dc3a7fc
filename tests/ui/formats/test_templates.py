"""Where HTML comes from: templates and nothing else, and whatever is shown in one comes out as text."""

import ast
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import TemplateAssertionError, UndefinedError, nodes
from markupsafe import Markup

import ui
from index.types import Article, BuildReport, Chunk, Excluded, Hit, ManyRead, Skipped, Span
from rag.generation.remote import Destination
from rag.types import Answer, Citation, Claim, Filter
from ui.access.owner import browser_page
from ui.conversations import Summary
from ui.formats import templates, visible
from ui.i18n import Trouble
from ui.services import Job
from ui.web.conversations.view import Asked, list_html, view_html
from ui.web.library import view as library
from ui.web.library.listing import Row
from ui.web.render import answer, article, checks, filter, frame, preview, turn_bar

HERE = Path(ui.__file__).parent
MODULES = sorted(HERE.rglob("*.py"))
TEMPLATES = sorted(HERE.rglob("*.html"))
_TAG = re.compile(r"(?<!\(\?P)(?<!\(\?)</?!?[a-z][\w-]*(?=[\s/>(]|$)", re.I)
"""Where a tag begins; not where a group of a regular expression does."""


# --- the source ---------------------------------------------------------------------------------------------------

TAGS_IN_PYTHON = {
    "access/guard.py": 3,  # what is looked for in Gradio's page
    "web/page.py": 3,  # three empty places, whole
}
"""Strings with a tag in them, by module."""


def name(path):
    return path.relative_to(HERE).as_posix()


def tags(tree):
    """The strings of a module that hold a tag; not its docstrings, nor the texts of WORDS."""
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "WORDS":
            texts |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield from ([node.value] if _TAG.search(node.value) else [])


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_builds_html_of_strings(path):
    """In no f-string at all; in another string where TAGS_IN_PYTHON says why."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    joined = [part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in tags(node)]
    assert joined == []
    assert len(list(tags(tree))) == TAGS_IN_PYTHON.get(name(path), 0)


def test_a_module_that_built_html_of_strings_would_be_found():
    for source in ("f'<p>{x}</p>'", "'<b>' + x", "'</li>'.join(x)", "f'<p class={x}'", "'<a href=\"{}\">'.format(x)"):
        assert list(tags(ast.parse(f"y = {source}"))), source
    assert not list(tags(ast.parse('"""Shows <b>."""\nx = f"{a} < {b}"\nassert 1 < 2, "a <= b"')))


def test_one_function_calls_a_string_html():
    """`text_html`, which escapes it; every other module gets its HTML from `render`."""
    calls = Counter()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                calls[name(path), ast.unparse(node.func).rpartition(".")[2]] += 1
    made = {module: n for (module, function), n in calls.items() if function == "Markup"}
    assert made == {"formats/templates.py": 1}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_does_nothing_that_goes_round_escaping(path):
    """No block without escaping; nothing shown that was put together with `~`, `+` or `%`; no value without quotes."""
    environment, source = templates._environment(), path.read_text(encoding="utf-8")
    tree = environment.parse(source)
    found = [*tree.find_all((nodes.EvalContextModifier, nodes.FilterBlock, nodes.MarkSafe, nodes.MarkSafeIfAutoescape))]
    keys = {id(node.arg) for node in tree.find_all(nodes.Getitem)}
    found += [node for node in tree.find_all((nodes.Concat, nodes.Mod)) if id(node) not in keys]
    found += [node for node in tree.find_all(nodes.Add) if not isinstance(node.right, nodes.Const)]
    assert found == []
    assert not re.findall(r"(?<!;url)=\s*\{\{", source)
    environment.get_template(name(path))  # every filter that it names is one of ours


def test_every_template_is_looked_at():
    assert {path.parent.name for path in TEMPLATES} == {"templates"} and len(TEMPLATES) >= 12
    assert templates._environment().autoescape is True


@pytest.mark.parametrize(
    "source", ["{{ x | safe }}", "{{ x | replace('a', x) }}", "{{ x | join }}", "{{ x | format }}"]
)
def test_no_template_can_call_a_value_html(source):
    with pytest.raises(TemplateAssertionError, match="No filter named"):
        templates._environment().from_string(source)


# --- what templates make ------------------------------------------------------------------------------------------


def shown(source, **values):
    return templates._environment().from_string(source).render(**values)


def test_a_value_comes_out_as_text_once():
    assert shown("<p>{{ x }}</p>", x="a & <b> \u202e'\"") == "<p>a &amp; &lt;b&gt; &lt;U+202E&gt;&#x27;&quot;</p>"
    assert shown("{{ x }}{{ y }}", x=Markup("<b>"), y=3) == "<b>3"
    assert shown("{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(x) }}", x="<") == "<i>&lt;</i>"
    assert shown('{{ "<" }}') == "&lt;"
    with pytest.raises(UndefinedError):
        shown("{{ nothing }}")


def test_a_line_break_in_a_template_is_for_its_reader(tmp_path, monkeypatch):
    monkeypatch.setattr(templates, "_UI", tmp_path)
    source = (
        '<p\n  class="a"\n  id="b">\n  one\n  two\n  {{ x }}\n  {% if x %}\n    <b>{{\n x }}</b>\n  {% endif %}\n</p>\n'
    )
    (tmp_path / "a.html").write_text(source, encoding="utf-8")
    text, _, _ = templates._source("a.html")
    assert shown(text, x="y") == '<p class="a" id="b">one twoy<b>y</b></p>'
    assert text.count("\n") == source.count("\n") - 1  # an error names the line


def test_html_that_no_template_made_is_text():
    assert templates.joined([Markup("<b>"), "<i>"]) == "<b>&lt;i&gt;"
    assert "&lt;i&gt;" in library.frame_html("en", "<i>")


# --- hostile texts ------------------------------------------------------------------------------------------------

PROBES = [
    "<script>alert(1)</script>",
    "</h2></article><img src=x onerror=alert(1)>",
    "\" onmouseover='alert(1)' x=\"",
    "' autofocus onfocus=alert(1) '",
    "a\u202egpj.exe",
    "{{7*7}}",
    "{% set x = 7 %}{{ x }}{# no #}",
    "&lt;b&gt; &amp",
    "${7*7} @children",
]


class Page(HTMLParser):
    """What a browser would see: the names of tags and attributes, the texts and values as they are read."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.names, self.values, self.text, self.odd = set(), [], "", []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names |= {tag, *(key for key, _ in attrs)}
        self.values += [value for _, value in attrs if value]

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.odd.append(data)

    unknown_decl = handle_pi = handle_comment


def pages(text):
    """Every page and part of a page with `text` wherever a stranger's text can stand."""
    source = Article(f"{text}.txt", text, text, "fr", (text, f"Avant {text} après."), "0" * 64, "/nowhere")
    citation = Citation(Span(source.id, 1, 1), text, 0, len(text))
    claims = (Claim(text, "supported", (citation,)), Claim(text, "unsupported", reason=text))
    hits, named = (Hit(Chunk(Span(source.id, 1, 2), 0, source.text), 0.5, 0.5, 1.0),), {source.id: source}
    said = Answer(text, "fr", claims, hits, message=text, understood=text)
    place, searched = turn_bar.Place(text, text, judgement="wrong", note=text), checks.Searched(2, (text,))
    narrow = Filter(text, sources=(text,), question=text, is_explicit=True, n_articles=1, is_applied=True)
    mark = article.Mark(1, 1, 1, 0, len(text), article.digest(text))
    for lang in ("fr", "en"):
        for kind in ("note", "live"):
            yield "note", answer.note_html(text, text, lang, kind)
        yield "stopped", answer.stopped_html(text, replace(said, found=(citation,)), text, named, lang)
        for each in (
            said,
            replace(said, is_quote=True),
            replace(said, claims=claims[1:]),
            replace(said, done=False, draft=text),
            replace(said, done=False, found=(citation,)),
            replace(said, kind="greeting"),
        ):
            yield "answer", answer.answer_html(each, named, lang, place, searched)
        yield "nameless", answer.answer_html(said, {}, lang, place)
        yield "filter", filter.filter_html(replace(said, filter=narrow), lang)
        yield "article", article.article_html(source, [mark], 1, lang, "changed")
        yield "missing", article.missing_html(text, lang)
        yield "peek", preview.peek_html(source, mark, lang)
        yield "top", frame.top_html([source], lang, Destination(text, text))
        yield "welcome", frame.welcome_html([source], [text], lang)
        yield "loading", frame.loading_html(lang, text)
        yield "foot", frame.foot_html(text, text, lang)
        kept = [Summary(text, text, "2026-11-22T09:41:00+00:00", 1, 1)]
        asked = Asked(lang, talk=text, query=text)
        yield "list", list_html(kept, asked)
        yield "history", view_html(SimpleNamespace(is_kept=True, conversations={text: kept}.get), asked)
        rows = [Row(text, text, text, text, 3, 1.0, state) for state in ("", "new", "changed", "removed")]
        yield "table", library.table_html(rows, 0, "title", True, lang, True, {text})
        many = (ManyRead(text, "", 3, 2),)
        manifest = SimpleNamespace(sources=(text,), excluded=(Excluded(text, text, text),), skipped=(), many=many)
        yield "side", library.side_html(SimpleNamespace(path=Path("/nowhere"), manifest=manifest), lang)
        report = BuildReport(1, (text,), (text,), ((text, text),), (text,), 0, (Skipped(text, text),), notes=(text,))
        yield "report", library.ended_html(Job("done", 1, report=report), lang)
        yield "failed", library.ended_html(Job("failed", 1, error=text), lang)
        yield "trouble", library.troubles_html([Trouble("folder", text, text)], lang)
        others = SimpleNamespace(takes_more=True, libraries={"": None, text: None}, main_name=text)
        yield "libraries", library.frame_html(lang, library.libraries_html(others, text, lang))


@pytest.mark.parametrize("text", PROBES)
def test_a_hostile_text_is_read_as_it_is_written(text):
    """The same tags and attributes as around a harmless word, and the text itself, with nothing hidden in it."""
    for (part, html), (_, harmless) in zip(pages(text), pages("mot"), strict=True):
        page = Page(html)
        assert page.names <= Page(harmless).names, part
        assert page.odd == [], part
        assert any(visible(text) in each for each in (page.text, *page.values)), part
        assert "\u202e" not in html


def test_an_address_cannot_leave_its_attribute(tmp_path):
    page = Page(browser_page(tmp_path, 'http://127.0.0.1/"><script>alert(1)</script>').read_text(encoding="ascii"))
    assert page.names == {"meta", "charset", "http-equiv", "content", "title"}
    assert '0;url=http://127.0.0.1/"><script>alert(1)</script>' in page.values


def test_nothing_that_makes_html_is_loaded_before_it_is_needed():
    code = "import sys, ui, ui.formats, ui.server, ui.cli.commands; print({'jinja2', 'markupsafe'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
