"""What a book's chapters hold beside its text is counted and named, and nothing of its text is said to be missing."""

from __future__ import annotations

import io
import zipfile

import pytest

from index.extraction.layout import n_letters
from index.extraction.office import extract_epub

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
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return extract_epub(file.getvalue())


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
