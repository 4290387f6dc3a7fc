"""What a file holds beside its articles is counted and named, and nothing of their text is said to be missing."""

from __future__ import annotations

import json

import pytest
from archives import zipped
from fakes import BagEmbedder

from index.extraction.formats.office import extract_epub
from index.extraction.layout import n_letters
from index.ingestion.indexing import build
from index.storage import Library

TEXT = "".join(f"<p>Au chapitre {n}, le bateau quitte la rive de Vernay pour l’île aux Moines.</p>" for n in range(9))


def epub(*chapters):
    items = "".join(
        f'<item id="c{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    members = {
        "META-INF/container.xml": '<container><rootfile full-path="a.opf"/></container>',
        "a.opf": f"<package>{items}{spine}</package>",
    } | {f"{n}.xhtml": f"<html><body>{text}</body></html>" for n, text in enumerate(chapters)}
    return extract_epub(zipped(members))


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>Un titre</h1>{TEXT}",
        f"<div><h2>I</h2><div>{TEXT}</div></div>",
        "<p>Un <b>mot</b> gras,<br/>une suite.</p><ul><li>Premier</li><li>Second point ici</li></ul>",
        "<table><tr><td>Ville</td><td>Habitants</td></tr><tr><td>Vernay</td><td>12 000</td></tr></table>",
        f"<section><p>Début.</p><blockquote>{TEXT}</blockquote><p>Fin.</p></section>",
    ],
)
def test_nothing_of_a_chapters_text_is_said_to_be_missing(body):
    found = epub(body, body.replace("Vernay", "Tréville"))
    assert found.coverage.found == found.coverage.kept == n_letters(*found.lines) > 20
    assert not found.coverage.left_out


@pytest.mark.parametrize(
    ("beside", "reason", "begins"),
    [
        ("<nav><ol><li>Chapitre premier du livre</li></ol></nav>", "menu", "Chapitre premier du livre"),
        ("<form><button>Acheter la suite de ce livre</button></form>", "control", "Acheter la suite de ce livre"),
    ],
)
def test_what_a_chapter_holds_beside_its_text_is_named(beside, reason, begins):
    found = epub(f"{beside}<h1>Un titre</h1>{TEXT}", TEXT)
    (left,) = found.coverage.left_out
    assert (left.reason, left.begins) == (reason, (begins,))
    assert found.coverage.found == found.coverage.kept + left.n_chars and begins not in "\n".join(found.lines)


def test_what_is_beyond_the_measure_is_named_too(monkeypatch):
    monkeypatch.setattr("index.extraction.layout.MAX_CHARS", 300)
    found = epub("".join(f"<p>{' '.join(f'mot{n}x{k}' for k in range(20))}.</p>" for n in range(9)))
    (left,) = found.coverage.left_out
    assert left.reason == "too_long" and left.n_chars > 100 and "only its first" in found.note


# --- other kinds of files, as `index` reads them ---


def word(body, **members):
    document = f"<w:document {_W}><w:body>{body}</w:body></w:document>"
    return zipped(
        {"word/document.xml": document}
        | {f"word/{name}.xml": f"<w:x {_W}>{text}</w:x>" for name, text in members.items()}
    )


def paragraph(text, inside=""):
    return f"<w:p><w:r>{inside}<w:t>{text}</w:t></w:r></w:p>"


def odt(body, edges=""):
    return zipped(
        {
            "content.xml": f"<x {_ODT}><office:body><office:text>{body}</office:text></office:body></x>",
            "styles.xml": f"<x {_ODT}>{edges}</x>",
        }
    )


def rtf(body):
    said = "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in body)
    return f"{{\\rtf1\\ansi\\ansicpg1252 {said}}}".encode("ascii")


_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_ODT = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style", "table")
)
SAID = "Le bac de Vernay reprend lundi son service vers l’île aux Moines."
LOST = "Un mot que personne ne doit lire au matin."
EUROPRESSE = f"""<html><body><h1>Documents sauvegardés par la rédaction</h1><article>
<div class="DocPublicationName">La Dépêche d’Orvelle</div>
<div class="DocHeader">Économie, mercredi 13 mars 2024 212 mots, p. 14</div>
<p class="titreArticleVisu">Le bac reprend</p><div class="docOcurrContainer"><p>{SAID}</p></div>
<div class="publiC-lblNodoc">news·20240313·DOR·7788210</div></article><p>Fin de la sélection</p></body></html>"""
NEXIS = ["Le bac reprend", "Le Messager", "13 mars 2024", "Length: 212 words", "Body", SAID, "End of Document"]
FACTIVA = [
    "HD Le bac reprend", "WC 212 mots", "PD 13 mars 2024", "SN Le Messager", "SC MESS", f"LP {SAID}",
    "AN Document MESSAG0020240313ek3d00001",
]  # fmt: skip
MESSAGE = f"""From: Ida Roussel <ida@exemple.fr>
To: redaction@exemple.fr
Subject: Le bac reprend
Date: Wed, 13 Mar 2024 10:00:00 +0100
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="utf-8"

{SAID}
--b
Content-Type: text/html; charset="utf-8"

<div style="display:none">{LOST}</div><p>{SAID}</p>
--b--
"""
SAVED = f"""From: <saved>
Content-Type: multipart/related; boundary="b"

--b
Content-Type: text/html; charset="utf-8"

<html><body><article><h1>Le bac reprend</h1><p>{SAID}</p><p>{SAID[::-1]}</p></article></body></html>
--b
Content-Type: text/html; charset="utf-8"

<p>{LOST}</p>
--b--
"""
KINDS = {
    "deleted.docx": (word(paragraph(SAID) + f"<w:p><w:del><w:r><w:delText>{LOST}</w:delText></w:r></w:del></w:p>"), "deleted"),
    "hidden.docx": (word(paragraph(SAID) + paragraph(LOST, "<w:rPr><w:vanish/></w:rPr>")), "hidden"),
    "remark.docx": (word(paragraph(SAID), comments=paragraph(LOST)), "remark"),
    "header.docx": (word(paragraph(SAID), header1=paragraph(LOST)), "running_head"),
    "drawing.docx": (
        word(paragraph(SAID) + f'<a:p xmlns:a="{_DRAWING}"><a:r><a:t>{LOST}</a:t></a:r></a:p>'), "drawing"
    ),
    "remark.odt": (odt(f"<text:p>{SAID}<office:annotation><text:p>{LOST}</text:p></office:annotation></text:p>"), "remark"),
    "deleted.odt": (odt(f"<text:tracked-changes><text:p>{LOST}</text:p></text:tracked-changes><text:p>{SAID}</text:p>"), "deleted"),
    "footer.odt": (
        odt(f"<text:p>{SAID}</text:p>", f"<style:footer><text:p>{LOST}</text:p></style:footer>"), "running_head"
    ),
    "header.rtf": (rtf(f"{{\\header {LOST}}}{SAID}"), "running_head"),
    "hidden.rtf": (rtf(f"{SAID}\\par {{\\v {LOST}}}"), "hidden"),
    "form.eml": (MESSAGE.encode(), "other_form"),
    "header.eml": (MESSAGE.encode(), "header"),
    "a.csv": (f"titre;texte;bandeau\nLe bac reprend;{SAID};{LOST}\n".encode(), "field"),
    "a.json": (json.dumps([{"title": "Le bac reprend", "text": SAID, "bandeau": [{"a": LOST}]}]).encode(), "field"),
    "a.jsonl": (json.dumps({"title": "Le bac reprend", "text": SAID, "bandeau": LOST}).encode(), "field"),
    "feed.json": (json.dumps({"version": "1", "user_comment": LOST, "items": [{"id": "1", "content_text": SAID}]}).encode(), "field"),
    "a.rss": (
        f"<rss><channel><title>Le Messager</title><copyright>{LOST}</copyright><item><title>Le bac reprend</title>"
        f"<description>{SAID}</description></item></channel></rss>".encode(), "field",
    ),
    "europresse.html": (EUROPRESSE.encode(), "no_article"),
    "nexis.docx": (word("".join(map(paragraph, ["Livré à la rédaction", *NEXIS, LOST]))), "no_article"),
    "factiva.rtf": (rtf("\\par ".join(FACTIVA)), "fact"),
    "corpus.txt": (f"**** *source_messager *date_2024-03-13\n{SAID}\n".encode(), "fact"),
    "page.mhtml": (SAVED.encode(), "frame"),
}  # fmt: skip
"""A file of each kind: its bytes, and a reason for which some of it is left out."""


@pytest.mark.parametrize("name", KINDS)
def test_what_any_kind_of_file_holds_besides_is_named(tmp_path, name):
    data, reason = KINDS[name]
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(data)
    build(tmp_path / "lib", BagEmbedder(), [folder])
    library = Library.open(tmp_path / "lib")
    (article,) = library.articles
    assert any(SAID in line for line in article.lines) and LOST not in article.all_text
    whole = library.manifest.many[0].coverage if library.manifest.many else article.coverage
    assert whole.found == whole.kept + sum(each.n_chars for each in whole.left_out) > whole.kept >= n_letters(SAID)
    assert reason in [each.reason for each in whole.left_out]
    assert whole.percent < 100 or reason == "fact"
    left = " ".join(first for each in whole.left_out for first in each.begins)
    assert (LOST in left) == (LOST.encode() in data or name.endswith((".docx", ".odt", ".json", ".jsonl")))


def test_a_removed_article_and_one_that_is_there_twice_are_counted(tmp_path):
    (tmp_path / "in").mkdir()
    rows = ["titre;texte", f"Un;{SAID}", f"Un;{SAID}", "Deux;Le second texte."]
    (tmp_path / "in" / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "in"])
    second = Library.open(tmp_path / "lib").articles[1]
    (tmp_path / "in" / "a.csv").write_text("\n".join([*rows, "Trois;Le dernier texte."]), encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), exclude=[second.id])
    whole = Library.open(tmp_path / "lib").manifest.many[0].coverage
    by_reason = {each.reason: each.n_chars for each in whole.left_out}
    assert by_reason == {"removed": n_letters(second.text), "passed_over": n_letters(f"Un{SAID}")}
