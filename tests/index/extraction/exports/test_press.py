"""Exports of press databases become articles, each with headline, newspaper, date, author, section, page, address and
lines of its own, under an id that survives another export."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from exports import (
    STORIES,
    Story,
    europresse,
    europresse_flat,
    europresse_pdf_lines,
    factiva_codes,
    factiva_display,
    nexis_lines,
    pdf,
    read_all,
)
from fakes import BagEmbedder

from index.documents import Found, parts
from index.extraction.sandbox import Extractor
from index.ingestion.indexing import build, make_empty
from index.ingestion.reading import changed_since
from index.storage.library import Library
from rag.filters.application import scope_of
from rag.filters.detection import Known
from ui.cli.output import report_dict, status_dict, status_text
from ui.formats.plain import report_text
from ui.web.library.copies import is_lone_copy
from ui.web.library.view import side_html

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(lines):
    target = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return target.getvalue()


@pytest.fixture(scope="module")
def extractor():
    with Extractor() as found:
        yield found


def said(article):
    return [line for line in article.lines if line]


@pytest.mark.parametrize(
    ("name", "make", "knows"),
    [
        ("a.html", europresse, {"author", "section", "page", "url"}),
        ("a.htm", europresse_flat, {"author", "section", "page"}),
        ("a.html", factiva_display, {"author", "section", "page"}),
        ("a.html", factiva_codes, {"author", "section", "page"}),
        ("a.pdf", lambda: pdf(europresse_pdf_lines()), {"author", "page"}),
        ("a.pdf", lambda: pdf(europresse_pdf_lines(joined=True, boxed=False)), {"author", "page"}),
        ("a.docx", lambda: docx(nexis_lines()), {"author", "section", "page"}),
        ("a.docx", lambda: docx(nexis_lines(cover=True)), {"author", "section", "page"}),
        ("a.docx", lambda: docx(nexis_lines(french=True)), {"author", "section", "page"}),
    ],
)
def test_an_export_gives_each_article_with_its_facts(name, make, knows, extractor):
    """No text is lost, none is another's, and the day of the export is nobody's date."""
    found, wrong = read_all(name, make(), extractor)
    assert wrong == [] and [each.title for each in found] == [story.title for story in STORIES]
    for article, story in zip(found, STORIES, strict=True):
        assert (article.source, article.date, article.language) == (story.paper, story.iso, "fr")
        for fact in knows:
            assert getattr(article, fact) == getattr(story, fact), fact
        byline = [story.author] if story.author else []
        assert said(article) == [story.title, *byline, *story.text]
    assert len({each.id for each in found}) == len({each.sha256 for each in found}) == 3
    assert all("." not in each.id.partition("#")[2] and "/" not in each.id for each in found)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.html", europresse),
        ("a.html", europresse_flat),
        ("a.html", factiva_codes),
        ("a.docx", lambda stories: docx(nexis_lines(stories))),
    ],
)
def test_an_id_survives_another_export(name, make, extractor):
    """The same articles in another order, among others, have the ids they had."""
    before, _ = read_all(name, make(STORIES), extractor)
    after, _ = read_all(name, make([STORIES[2], STORIES[0]]), extractor)
    if make is not factiva_codes:  # whose numbers the helper counts
        assert {each.title: each.id for each in after}.items() <= {each.title: each.id for each in before}.items()
    alone, _ = read_all(name, make(STORIES[:1]), extractor)
    assert [each.id for each in alone] == [before[0].id]


def test_what_is_no_article_is_passed_over_with_its_reason(extractor):
    """A document that is there twice, one without text; another text under the same number is kept beside it."""
    empty = Story("Vide", "Le Réveil", "5 avril 2024", "", [], number="news·20240405·RVE·9")
    other = Story(**{**vars(STORIES[0]), "text": ["Le moulin de Sarlac a pris feu dimanche."]})
    found, wrong = read_all("a.html", europresse([*STORIES, STORIES[0], empty, other]), extractor)
    assert len(found) == 4 and sorted(reason for _, reason in wrong) == ["it holds no text", "it is in the file twice"]
    assert found[3].id.startswith(found[0].id + "-")


def test_a_page_that_says_it_is_an_export_and_holds_nothing_is_passed_over(extractor):
    """One line says so."""
    with pytest.raises(ValueError, match=r"no article was found in it|no text"):
        parts(
            Found(Path("/a.html"), "a.html"), b"<html><body><!-- DocPublicationName --><i></i></body></html>", extractor
        )


# --- pages with several <article> -----------------------------------------------------------------------------------

LONG = "Le conseil municipal de Sarlac a débattu pendant trois heures mardi soir de l’avenir du vieux marché couvert. "


def post(n, text=LONG, attrs="", link=""):
    head = f"<a href='{link}'>Billet numéro {n}</a>" if link else f"Billet numéro {n}"
    return f"<article {attrs}><h2>{head}</h2><p>{text} C’est le point {n}.</p><p>Suite du point {n}.</p></article>"


@pytest.mark.parametrize("wrap", ["<main>{}</main>", "<div id='content'><div>{}</div></div>"])
def test_a_page_of_several_articles_gives_them_all(wrap, extractor):
    """Each with its own heading, lines, time and address; the site's name is the source of all."""
    posts = [
        post(1, attrs="id='post-11'"),
        post(2, link="https://blog.example/2"),
        post(3).replace("<p>", "<time datetime='2024-03-05'>5 mars</time><p>", 1),
    ]
    page = (
        "<html lang='fr'><head><title>Blog</title><meta property='og:site_name' content='Blog de Sarlac'></head><body>"
    )
    found, wrong = read_all("blog.html", page + wrap.format("".join(posts)) + "</body></html>", extractor)
    assert wrong == [] and [each.title for each in found] == [f"Billet numéro {n}" for n in (1, 2, 3)]
    assert found[0].id == "blog.html#post-11" and found[1].url == "https://blog.example/2"
    assert found[2].date == "2024-03-05" and {each.source for each in found} == {"Blog de Sarlac"}
    for n, article in enumerate(found, start=1):
        assert f"C’est le point {n}." in article.text and article.text.count("C’est le point") == 1


@pytest.mark.parametrize(
    "page",
    [
        # teasers beside it
        f"<main><article><h1>Le marché</h1>{f'<p>{LONG}</p>' * 5}</article></main>"
        + "".join(f"<article><h3><a href='/{n}'>Autre sujet {n}</a></h3></article>" for n in range(5)),
        # summaries beside it, shorter than the article
        f"<article><h1>Le marché</h1>{f'<p>{LONG}</p>' * 12}</article><section>"
        + "".join(f"<article><h3>Autre {n}</h3><p>{LONG[:70]}</p></article>" for n in range(3))
        + "</section>",
        # it says that it is one article: posts of a live page
        f"<meta property='og:type' content='article'><main>{post(1)}{post(2)}{post(3)}</main>",
        # a table whose first cell is a code of Factiva's
        f"<article><h1>Le téléviseur</h1>{f'<p>{LONG}</p>' * 3}<table><tr><td><b>HD</b></td><td>Haute définition</td></tr>"
        "</table></article>",
        # comments within it
        f"<article><h1>Le marché</h1><p>{LONG}</p>{post(1)}{post(2)}</article>",
    ],
)
def test_a_page_of_one_article_stays_one(page, extractor):
    """Cards of other articles, the posts of a live page and comments are no articles of their own."""
    found, _ = read_all("a.html", f"<html lang='fr'><body>{page}</body></html>", extractor)
    assert [each.id for each in found] == ["a.html"] and LONG[:60] in found[0].text


# --- through build --------------------------------------------------------------------------------------------------


def test_only_what_changed_in_an_export_is_embedded_again(tmp_path):
    """One article gone, one changed, one new: the others stay; a status tells the same before."""
    folder = tmp_path / "articles"
    folder.mkdir()
    file = folder / "revue.html"
    file.write_text(europresse(), encoding="utf-8")
    path = tmp_path / "library"
    report = build(path, BagEmbedder(), [folder])
    ids = [f"revue.html#{story.number}" for story in STORIES]
    assert sorted(report.added) == sorted(ids)
    assert [(each.n_found, each.n_read) for each in report.many] == [(3, 3)]
    changed = Story(**{**vars(STORIES[1]), "text": ["Les passeurs ont repris le travail."]})
    new = Story(**{**vars(STORIES[1]), "title": "Un phare neuf", "number": "news·20240409·RVE·1",
                                  "text": ["Le phare de Morlanne éclaire depuis lundi."]})  # fmt: skip
    file.write_text(europresse([new, STORIES[0], changed, STORIES[0]]), encoding="utf-8")
    _, altered, gone = ids
    assert changed_since(Library.open(path)) == {
        altered: "changed", gone: "removed", "revue.html#news·20240409·RVE·1": "new",
    }  # fmt: skip
    embedder = BagEmbedder()
    report = build(path, embedder)
    assert report.added == ("revue.html#news·20240409·RVE·1",) and report.removed == (gone,)
    assert report.changed == (altered,) and report.unchanged == 1 and report.renamed == ()
    assert embedder.encoded and not any("moulin" in text for text in embedder.encoded)
    (many,) = report.many
    assert (many.n_found, many.n_read, [(why.code, n) for why, n in many.passed_over]) == (4, 3, [("repeated", 1)])
    assert changed_since(Library.open(path)) == {}


def test_an_export_that_did_not_change_is_not_read_again(tmp_path, monkeypatch):
    """What was passed over in it stays listed."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "revue.html").write_text(europresse([*STORIES, STORIES[0]]), encoding="utf-8")
    path = tmp_path / "library"
    first = build(path, BagEmbedder(), [folder])
    assert [each.why.code for each in first.skipped] == ["repeated"]
    monkeypatch.setattr(Extractor, "read", lambda *_: pytest.fail("it was read again"))
    second = build(path, BagEmbedder())
    assert second.is_noop and second.skipped == first.skipped and second.many == ()
    assert changed_since(Library.open(path)) == {}
    (folder / "autre.txt").write_text("Un autre texte sur le port de Sarlac.")
    third = build(path, BagEmbedder())
    assert third.added == ("autre.txt",) and third.unchanged == 3 and Library.open(path).manifest.many[0].n_found == 4


def test_a_removed_article_of_an_export_stays_removed_and_comes_back(tmp_path):
    """By hand, one of three; restored, it is read from the file that did not change."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "revue.html").write_text(europresse(), encoding="utf-8")
    path, one = tmp_path / "library", f"revue.html#{STORIES[1].number}"
    build(path, BagEmbedder(), [folder])
    assert build(path, BagEmbedder(), exclude=[one]).removed == (one,)
    assert build(path, BagEmbedder()).is_noop
    assert changed_since(Library.open(path)) == {}
    assert build(path, BagEmbedder(), include=[one]).added == (one,)


def test_a_library_from_before_exports_were_read_gets_their_articles(tmp_path, monkeypatch):
    """A page that was one article becomes several without having changed; a text stays as it was."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "revue.html").write_text(europresse(), encoding="utf-8")
    (folder / "a.txt").write_text("Le port de Sarlac rouvre lundi.")
    path = tmp_path / "library"
    with monkeypatch.context() as patch:
        patch.setattr("index.ingestion.reading.READERS", {})
        patch.setattr("index.extraction.exports.page._ARTICLE", None)
        patch.setattr("index.documents.articles.Extractor.read", _as_before)
        assert build(path, BagEmbedder(), [folder]).n_articles == 2
    report = build(path, BagEmbedder())
    assert report.n_articles == 4 and report.removed == ("revue.html",) and report.unchanged == 1


def _as_before(self, kind, data, tick=None):
    from index.extraction.exports.part import Part
    from index.extraction.html import extract_html

    return [Part("", extract_html(data.decode()))]


def test_a_question_about_a_newspaper_or_a_month_asks_its_articles_only(tmp_path):
    """The filters of a question know the facts of an export."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "revue.html").write_text(europresse(), encoding="utf-8")
    build(tmp_path / "library", BagEmbedder(), [folder])
    held = Library.open(tmp_path / "library").articles
    known = Known.of(held, date(2024, 5, 1))
    for question, titles in (
        ("Selon Le Réveil de la Veyle, que réclament les passeurs ?", {STORIES[1].title}),
        ("Selon La Voix de Sarlac, qui a payé la roue ?", {STORIES[0].title, STORIES[2].title}),
        ("Dans les articles du 5 avril 2024, que réclament les passeurs ?", {STORIES[1].title}),
    ):
        scope = scope_of(question, "fr", known, held)
        ids = scope.ids if scope.ids is not None else scope.implied.ids
        assert {article.title for article in held if article.id in ids} == titles


def test_the_summary_counts_what_a_file_holds(tmp_path):
    """How many were in it, how many were read, how many were passed over and why: command, JSON and page, fr and en."""
    folder = tmp_path / "articles"
    folder.mkdir()
    empty = Story("Vide", "Le Réveil", "5 avril 2024", "", [], number="news·20240405·RVE·9")
    (folder / "revue.html").write_text(europresse([*STORIES, STORIES[0], STORIES[1], empty]), encoding="utf-8")
    path = tmp_path / "library"
    line = "revue.html: 6 in the file, 3 read, 3 passed over: it is in the file twice (2), it holds no text (1)"
    report = build(path, BagEmbedder(), [folder])
    assert line in report_text(report)
    assert line in status_text(Library.open(path), {})
    held = {"found": 6, "read": 3, "path": str(folder / "revue.html")}
    assert held.items() <= status_dict(Library.open(path), {})["files_of_several"][0].items()
    assert report_dict(report, path)["files_of_several"] == status_dict(Library.open(path), {})["files_of_several"]
    assert "revue.html" not in report_text(build(path, BagEmbedder())).split("skipped")[0]
    build(path, BagEmbedder(), exclude=[f"revue.html#{STORIES[0].number}"])
    shown = side_html(Library.open(path), "fr")
    assert (
        "6 dans le fichier, 2 lus, 1 retirés par vous, 3 laissés de côté : il est deux fois dans le fichier (2), "
        "il ne contient aucun texte (1)"
    ) in shown
    assert not is_lone_copy(Library.open(path), Library.open(path).articles[0])


def test_a_copied_export_is_not_deleted_with_one_of_its_articles(tmp_path):
    """Its file holds the others too."""
    path = tmp_path / "library"
    make_empty(path, BagEmbedder())
    (path / "added" / "revue.html").write_text(europresse(), encoding="utf-8")
    (path / "added" / "seul.txt").write_text("Le port de Sarlac rouvre lundi.")
    build(path, BagEmbedder())
    library = Library.open(path)
    alone = [article.id for article in library.articles if is_lone_copy(library, article)]
    assert alone == ["seul.txt"] and len(library.articles) == 4


@pytest.mark.parametrize(
    ("byline", "author"),
    [("Par Anne Le Gall", "Anne Le Gall"), ("BY JO REED", "JO REED"), ("Di Maio Luigi", "Di Maio Luigi"),
     ("Parfait Odon", "Parfait Odon"), ("par notre correspondant", "par notre correspondant")],
)  # fmt: skip
def test_an_author_is_a_name_and_a_date_is_the_exports(byline, author, extractor):
    story = Story("Le lavoir rouvre", "Le Courrier", "mardi 12 mars 2024", "2024-03-12", ["Il rouvre."], byline)
    (article,), _ = read_all("a.html", europresse([story]), extractor)
    assert (article.author, article.date, article.date_from) == (author, "2024-03-12", "export")


@pytest.mark.parametrize("end", ["Fin du document", "Fin de document"])
def test_a_french_nexis_ends_its_articles_either_way(end, extractor):
    lines = [end if line == "Fin du document" else line for line in nexis_lines(french=True)]
    found, _ = read_all("a.docx", docx(lines), extractor)
    assert [each.title for each in found] == [story.title for story in STORIES]
