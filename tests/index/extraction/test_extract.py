"""Every kind of file: what becomes lines, which pages and facts are kept, what is passed over and why, what is
bounded."""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest
from fakes import BagEmbedder
from printed import printed
from printed import text as print_at

from index.documents.articles import parts, read_article
from index.documents.discovery import Found
from index.documents.jsonl import MOST_NAMED, read_record, split_records
from index.extraction.formats.office import MAX_UNPACKED, extract_docx, extract_epub
from index.extraction.html import MAX_ELEMENTS, extract_html
from index.extraction.layout import LINE_CHARS, MAX_CHARS, Paragraph, cut, lay_out
from index.extraction.pdf import MAX_PAGES, extract_pdf
from index.extraction.printed.lines import Char, line_of
from index.extraction.sandbox import Extractor
from index.ingestion.indexing import build
from index.ingestion.reading import changed_since
from index.storage.library import Library
from index.text.sentence_splitting import sentences
from index.types import Span
from rag.evidence import cite
from rag.serialization import answer_from
from rag.types import Answer, Claim
from ui.formats.plain import answer_text
from ui.i18n.page import place_words
from ui.web.render.answer import answer_html
from ui.web.render.article import article_html

PARAGRAPHS = (
    "Le pont de Vernay, fermé depuis l’effondrement d’un parapet en mars, rouvrira lundi matin, a annoncé jeudi la maire "
    "de la commune, Claire Vidal, devant le conseil municipal.",
    "Les travaux ont coûté 3,2 millions d’euros, dont 1,1 million à la charge du département. Ils devaient durer six "
    "mois ; ils en auront pris huit.",
    "« Nous avons voulu un ouvrage qui tienne un siècle », a déclaré l’ingénieur en chef, Paul Renaud.",
)
PAGE = f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">
<title>Le pont de Vernay rouvrira lundi - Le Courrier de Vernay</title>
<meta property="og:site_name" content="Le Courrier de Vernay">
<meta property="article:published_time" content="2024-10-17T18:05:00+02:00">
<link rel="canonical" href="https://courrier-vernay.example/pont">
<script>window.tracker = "secret";</script></head><body>
<div id="cookie-banner" role="dialog"><p>Nous et nos 842 partenaires utilisons des cookies pour mesurer l’audience.</p>
<button>Tout accepter</button></div>
<header><nav><ul><li><a href="/politique">Politique</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<main><article><h1>Le pont de Vernay rouvrira lundi</h1>
{"".join(f"<p>{each}</p>" for each in PARAGRAPHS)}<h2>Le calendrier</h2><ul><li>Lundi : ouverture aux voitures</li>
<li>12 décembre : fin des travaux</li></ul><table><tr><th>Poste</th><th>Coût</th></tr><tr><td>Câbles</td>
<td>1 400 000 €</td></tr></table></article><aside><h3>À lire aussi</h3><a href="/a">Le marché couvert rouvre</a></aside>
</main><footer><p>© 2024 Le Courrier de Vernay – Tous droits réservés</p><a href="/m">Mentions légales</a></footer>
</body></html>"""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def zipped(files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return target.getvalue()


def docx(body, **more):
    return zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"} | more)


def run(text, style=""):
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>"


def epub(chapters, meta=""):
    items = "".join(
        f'<item id="c{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{meta}'
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return zipped(
        {
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>',
            "OEBPS/a.opf": package,
        }
        | {f"OEBPS/text/{n}.xhtml": text for n, text in enumerate(chapters)}
    )


def pdf(*pages, size=(420, 595)):
    """A PDF whose pages are lists of (x, y, text) or (x, y, text, print size), in Helvetica."""
    return printed(*([print_at(*piece) for piece in page] for page in pages), size=size)


def column(x, top, *lines, step=14, size=11):
    return [(x, top - n * step, line, size) for n, line in enumerate(lines)]


def read(name, data, extractor=None):
    (part,) = parts(Found(Path("/nowhere") / name, name), data, extractor)
    return read_article(part, extractor)


@pytest.fixture(scope="module")
def extractor():
    with Extractor() as extractor:
        yield extractor


# --- lines ---------------------------------------------------------------------------------------------------------


def test_a_long_paragraph_is_cut_between_sentences_only():
    """Lines hold whole sentences, up to a length; together they are the paragraph, and each sentence is still one."""
    paragraph = " ".join(f"La phrase numéro {n} de ce paragraphe parle de M. Vidal et du pont." for n in range(30))
    lines = list(cut(paragraph))
    assert len(lines) > 3 and all(len(line) <= LINE_CHARS for _, line in lines)
    assert all(paragraph[offset : offset + len(line)] == line for offset, line in lines)
    assert " ".join(line for _, line in lines) == paragraph
    text = "\n".join(line for _, line in lines)
    assert [text[a:b] for a, b in sentences(text)] == [paragraph[a:b] for a, b in sentences(paragraph)]


def test_what_has_no_sentence_end_is_cut_at_a_space_at_last():
    """A paragraph of one endless sentence becomes lines that a person can read; none of it is lost."""
    lines = [line for _, line in cut("mot " * 3000)]
    assert max(map(len, lines)) <= 2000 and " ".join(lines).split() == ["mot"] * 3000


def test_a_page_begins_with_the_sentence_that_begins_on_it():
    """The sentence that runs over the end of a page belongs to the page before; a page without text to the next."""
    first, second = "Une phrase commence ici et ", "finit là. Une autre suit."
    said = lay_out([Paragraph("Titre", [(0, 1)]), Paragraph(first + second, [(0, 1), (len(first), 3)])], n_pages=4)
    assert said.lines == ("Titre", "", "Une phrase commence ici et finit là.", "Une autre suit.")
    assert said.pages == (1, 4, 4, 5)


# --- web pages -----------------------------------------------------------------------------------------------------


def test_a_web_page_gives_its_article_and_nothing_around_it(extractor):
    """Headline, paragraphs, items and rows are lines; menus, banners, scripts and footers are not; facts are kept."""
    article, note = read("pont.html", PAGE.encode(), extractor)
    assert article.lines == (
        "Le pont de Vernay rouvrira lundi", "", PARAGRAPHS[0], "", PARAGRAPHS[1], "", PARAGRAPHS[2], "",
        "Le calendrier", "", "- Lundi : ouverture aux voitures", "- 12 décembre : fin des travaux",
        "Poste | Coût", "Câbles | 1 400 000 €",
    )  # fmt: skip
    assert (article.title, article.date, article.language) == ("Le pont de Vernay rouvrira lundi", "2024-10-17", "fr")
    assert (article.source, article.url) == ("Le Courrier de Vernay", "https://courrier-vernay.example/pont")
    assert article.pages == () and note == ""


def test_facts_come_from_linked_data_too():
    """A page that describes itself in JSON-LD only says title, date and publisher all the same."""
    data = {
        "@graph": [
            {
                "@type": ["NewsArticle"],
                "headline": "Le glacier recule",
                "datePublished": "2023-02-08",
                "publisher": {"name": "Meridian"},
            }
        ]
    }
    page = f'<html><script type="application/ld+json">{json.dumps(data)}</script><body><p>{PARAGRAPHS[0]}</p></body></html>'
    said = extract_html(page)
    assert (said.title, said.date, said.source) == ("Le glacier recule", "2023-02-08", "Meridian")
    shared = page.replace("<body>", '<head><meta property="og:url" content="https://a.example/pont"></head><body>')
    assert extract_html(shared).url == "https://a.example/pont"
    broken = page.replace('{"@graph"', '{"@graph')
    assert (extract_html(broken).title, extract_html(broken).date) == ("", "")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/a", 'https://a"b']
)
def test_only_web_addresses_are_kept(address):
    """What a page calls its address is nothing a click could run."""
    page = PAGE.replace("https://courrier-vernay.example/pont", address.replace('"', "&quot;"))
    assert extract_html(page).url == ""


def test_a_page_is_read_in_the_character_set_it_declares(extractor):
    """An old page in Windows-1252 that says so is read right; one that says wrong, by its bytes."""
    page = f"<html><head><meta charset=iso-8859-1></head><body><p>{PARAGRAPHS[0]} à 5 €</p></body></html>"
    assert read("a.html", page.encode("cp1252"), extractor)[0].lines == (f"{PARAGRAPHS[0]} à 5 €",)
    greek = '<html><head><meta charset="ISO-8859-7"></head><body><p>Η γέφυρα ανοίγει ξανά τη Δευτέρα το πρωί.</p></body></html>'
    assert read("a.html", greek.encode("iso-8859-7"), extractor)[0].lines == (
        "Η γέφυρα ανοίγει ξανά τη Δευτέρα το πρωί.",
    )
    lying = page.replace("iso-8859-1", "utf-8")
    assert read("a.html", lying.encode("cp1252"), extractor)[0].lines == (f"{PARAGRAPHS[0]} à 5 €",)
    slow = page.replace("iso-8859-1", "punycode")
    assert read("a.html", slow.encode(), extractor)[0].lines == (f"{PARAGRAPHS[0]} à 5 €",)


def test_html_that_is_text_is_read_as_text():
    """A file without a tag keeps its lines as paragraphs, and a note says why."""
    said = extract_html("Si a < b, alors b > a.\n\nDeuxième paragraphe.")
    assert said.lines == ("Si a < b, alors b > a.", "", "Deuxième paragraphe.") and "read as text" in said.note


@pytest.mark.parametrize("page", ["<html></html>", "<script>var a = 'du texte'</script>", "<div>" * 100_000 + "texte"])
def test_a_page_without_text_says_so(page):
    """A page that scripts would fill, or that is nested without end, is passed over."""
    with pytest.raises(ValueError, match="no text"):
        extract_html(page)


def test_a_monstrous_page_is_read_plainly():
    """Past a number of elements the text is taken as it comes: in one go over the tree, whatever is in it."""
    said = extract_html(f"<body><p>{PARAGRAPHS[0]}</p>" + "<b>mot </b>" * MAX_ELEMENTS)
    assert said.lines[0] == PARAGRAPHS[0] and "mot mot" in said.lines[2]


def test_scripts_and_pictures_of_a_page_are_not_loaded(extractor):
    """Entities, pictures, frames and style sheets stay what they are: text that names a file."""
    page = (
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><head><link rel=stylesheet href="file:///etc/passwd">'
        f'<base href="http://127.0.0.1:9/"></head><body><article><p>{PARAGRAPHS[0]} &x;</p><img src="file:///etc/passwd">'
        '<iframe src="file:///etc/passwd"></iframe><object data="file:///etc/passwd"></object></article></body></html>'
    )
    text = read("a.html", page.encode(), extractor)[0].text
    assert PARAGRAPHS[0] in text and "root:" not in text


# --- PDF -----------------------------------------------------------------------------------------------------------

PRINTED = (
    "Le pont de Vernay, fermé depuis l’effondrement d’un para-",
    "pet en mars, rouvrira lundi matin, a annoncé jeudi la maire",
    "de la commune, Claire Vidal, devant le conseil municipal.",
)


def test_printed_lines_become_paragraphs_with_whole_words():
    """Lines are joined until a gap, an indent or a short line; a word divided at a line's end is one again."""
    data = pdf(
        [
            *column(40, 550, "Le pont rouvrira lundi", size=18),
            *column(40, 500, *PRINTED, "Les travaux ont duré huit mois."),
            *column(52, 444, "Ils devaient en durer six, d’après le conseil municipal qui"),
            *column(40, 430, "les a votés, et coûter moins. Un cinquième du chantier reste."),
            *column(40, 390, "Après la ligne blanche, un autre paragraphe."),
        ]
    )
    said = extract_pdf(data)
    assert said.lines == (
        "Le pont rouvrira lundi", "",
        "Le pont de Vernay, fermé depuis l’effondrement d’un parapet en mars, rouvrira lundi matin, a annoncé jeudi la "
        "maire de la commune, Claire Vidal, devant le conseil municipal. Les travaux ont duré huit mois.", "",
        "Ils devaient en durer six, d’après le conseil municipal qui les a votés, et coûter moins. Un cinquième du "
        "chantier reste.", "",
        "Après la ligne blanche, un autre paragraphe.",
    )  # fmt: skip
    assert said.title == "Le pont rouvrira lundi" and said.pages == (1,)


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (("Il pleuvra sur Saint-", "Aubin toute la semaine prochaine."), "Saint-Aubin toute"),
        (("Le conseil se réunira peut-", "être lundi prochain à la mairie."), "peut-être lundi"),
        (("La ville compte vingt-", "deux mille habitants cette année."), "vingt-deux mille"),
        (("Un porte-parole parle. Le porte-", "parole a démenti hier toute rumeur."), "Le porte-parole a"),
        (("Le gouvernement gouverne. Le gouver-", "nement a démenti hier toute rumeur."), "Le gouvernement a"),
        (("La réunion a duré. Elle a l’aug-", "mentation pour seul sujet du jour."), "l’augmentation pour"),
        (("Les années 1990-", "2000 furent celles de la croissance."), "1990- 2000"),
    ],
)
def test_hyphens_of_words_stay_and_those_of_lines_go(lines, whole):
    """A hyphen goes only where the word is whole without it; the document's own spelling decides first."""
    assert whole in extract_pdf(pdf(column(40, 500, *lines))).lines[0]


def test_letters_of_print_become_letters_of_text():
    """Ligatures and accents set apart, as typesetting programs leave them, are the letters that a search looks for."""
    assert extract_html("<p>l\u2019e\u0301tat d\u00ade\u0301fini</p>").lines == ("l\u2019\u00e9tat d\u00e9fini",)
    (line,) = line_of(
        [Char(char, n, n + 1.0, 0.0, 9.0) for n, char in enumerate("\ufb01n o\ufb03ciel\u00adle e\u0301te\u0301")],
        1,
        (0, 99),
    )
    assert line.text == "fin officielle été"


def test_two_columns_are_read_one_after_the_other():
    """A paragraph goes on at the top of the next column; lines of the two are not mixed."""
    left = ("La commune a voté le budget du", "chantier. Le maire se félicite", "d’une décision qui permettra de")
    right = ("commencer les travaux en juin.", "L’opposition a quitté la salle.")
    said = extract_pdf(pdf([*column(30, 500, *left), *column(220, 500, *right)]))
    assert said.lines == (" ".join((*left, *right)),)


@pytest.mark.parametrize(
    "page",
    [
        "<p>Un mot" + "\t" * 200_000 + " fin.",
        "\n" * 200_000 + "<p>Un mot fin.",
        "<title>" + " - a" * 50_000 + "</title><p>Un mot fin.",
        "<title>" + "\u00a0" * 200_000 + "</title><p>Un mot fin.",
    ],
    ids=["tabs", "line ends", "dashes in the title", "no-break spaces in the title"],
)
def test_spaces_without_end_cost_a_page_nothing(page):
    """Each was looked at again from every place in it: minutes, so the page was passed over."""
    began = time.monotonic()
    found = extract_html(page)
    assert "fin." in found.lines[-1]
    assert time.monotonic() - began < 30


def test_running_heads_and_page_numbers_are_left_out_and_pages_kept():
    """What stands at the top or foot of page after page is no text; a sentence runs on over the page's end."""
    pages = [
        [
            (40, 570, f"Le Bulletin de Vernay, n° {n}"),
            *column(
                40,
                500,
                f"Le chapitre {'abc'[n]} commence. Il parle longuement du pont et de",
                "ses câbles, puis de la rivière qui coule dessous et des gens qui",
            ),
            (200, 20, f"{n + 1}"),
        ]
        for n in range(3)
    ]
    pages[1][1:3] = column(
        40, 500, "la traversent à pied. Le chapitre b commence. Il parle du pont et", "de ses câbles."
    )
    said = extract_pdf(pdf(*pages))
    text = "\n".join(said.lines)
    assert "Bulletin" not in text and not any(line.isdigit() for line in said.lines)
    assert "des gens qui la traversent à pied." in text
    assert said.lines[said.pages[1] - 1].startswith("Le chapitre b commence.")
    assert said.lines[said.pages[2] - 1].startswith("Le chapitre c commence.")


def test_a_pdf_of_pictures_asks_for_ocr():
    """No text layer is said in words that tell what to do; some pages without text are a note."""
    with pytest.raises(ValueError, match="no text layer, only pictures: run OCR first"):
        extract_pdf(pdf([], []))
    said = extract_pdf(pdf(column(40, 500, "Une page de texte."), []))
    assert said.pages == (1, 2) and "no text on 1 of 2 pages (2)" in said.note


def test_a_locked_or_damaged_pdf_is_told_apart():
    """A password is asked for in words; half a file is damaged."""
    locked = (Path(__file__).parents[2] / "files" / "locked.pdf").read_bytes()
    with pytest.raises(ValueError, match="locked with a password"):
        extract_pdf(locked)
    for data in (
        b"%PDF-1.7",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>",
        locked[:400],
    ):
        with pytest.raises(ValueError, match=r"damaged|no text layer"):
            extract_pdf(data)


def test_a_pdf_is_read_up_to_a_number_of_pages():
    """What lies behind the last page that is read is said."""
    said = extract_pdf(pdf(*([column(40, 500, "Une page de texte.")] * (MAX_PAGES + 1))))
    assert len(said.pages) == MAX_PAGES and f"only its first {MAX_PAGES:,} pages" in said.note


# --- Word and EPUB -------------------------------------------------------------------------------------------------


def test_a_word_document_reads_with_its_changes_accepted(extractor):
    """Insertions, links, notes and rows of tables are text, deletions are not; the title is the one in its style."""
    body = (
        run("Conseil municipal", "Titre1")
        + "<w:p><w:r><w:t>Le pont </w:t></w:r><w:ins><w:r><w:t>neuf </w:t></w:r></w:ins><w:del><w:r><w:delText>vieux"
        "</w:delText></w:r></w:del><w:hyperlink><w:r><w:t>rouvrira</w:t></w:r></w:hyperlink><w:r><w:tab/>"
        "<w:t>lundi.</w:t></w:r></w:p><w:tbl><w:tr><w:tc>" + run("Câbles") + "</w:tc><w:tc>" + run("1 400 €") + "</w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    notes = {"word/footnotes.xml": f"<w:footnotes {W}><w:footnote>{run('Selon le budget.')}</w:footnote></w:footnotes>"}
    article, _ = read("conseil.docx", docx(body, **notes), extractor)
    assert article.lines == (
        "Conseil municipal",
        "",
        "Le pont neuf rouvrira lundi.",
        "",
        "Câbles | 1 400 €",
        "",
        "Selon le budget.",
    )
    assert article.title == "Conseil municipal"


def test_a_text_box_is_read_once():
    """Word writes a text box twice, for itself and for old programs; each paragraph stands once."""
    box = f"<w:txbxContent>{run('Encadré')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = f"<w:p><w:r><w:t>Avant</w:t></w:r><w:r><mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    assert extract_docx(docx(body)).lines == ("Avant", "", "Encadré")


def test_an_epub_is_read_in_the_order_of_its_chapters(extractor):
    """Chapters follow the spine; title, date, language and publisher are the package's."""
    meta = "<dc:title>Le livre du pont</dc:title><dc:date>2021-05-03</dc:date><dc:language>fr-FR</dc:language><dc:publisher>Éditions de l’Aure</dc:publisher>"
    chapter = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><h1>Chapitre {}</h1><p>{}&nbsp;!<br/>Fin.</p></body></html>'
    article, _ = read(
        "livre.epub", epub([chapter.format(1, PARAGRAPHS[0]), chapter.format(2, "Suite")], meta), extractor
    )
    assert article.lines == (
        "Chapitre 1",
        "",
        f"{PARAGRAPHS[0]}\u00a0!",
        "",
        "Fin.",
        "",
        "Chapitre 2",
        "",
        "Suite\u00a0!",
        "",
        "Fin.",
    )
    assert (article.title, article.date, article.source) == ("Le livre du pont", "2021-05-03", "Éditions de l’Aure")


BOMB = (
    '<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + f"]><w:document {W}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"word/document.xml": BOMB}), "damaged|entities"),
        (
            zipped(
                {
                    "word/document.xml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {W}>{run("&x;")}</w:document>'
                }
            ),
            "entities",
        ),
        (zipped({"word/document.xml": b"<w:document>" + bytes(MAX_UNPACKED)}), "unpacks to more than"),
        (docx(run("x"))[:120], "damaged"),
        (docx("<w:p>"), "damaged"),
        (docx("<w:p>" * 5000), "damaged"),
        (zipped({"a": "b"}), "no Word document"),
        (docx(""), "no text"),
    ],
)
def test_a_hostile_word_document_is_passed_over(data, reason):
    """Bombs of entities and of zeros, entities that name files, half files and others: one reason each."""
    with pytest.raises(ValueError, match=reason):
        extract_docx(data)


def test_a_document_type_elsewhere_is_not_fetched():
    """A DTD that lies on a server is not asked for; the text is read without it."""
    data = zipped(
        {
            "word/document.xml": f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><w:document {W}>{run("Texte")}</w:document>'
        }
    )
    assert extract_docx(data).lines == ("Texte",)


def test_a_hostile_epub_is_passed_over():
    """Names in it are only looked up in it; copy protection is told from fonts that are hidden."""
    container = '<container><rootfile full-path="../../etc/passwd"/></container>'
    with pytest.raises(ValueError, match="missing in it"):
        extract_epub(zipped({"META-INF/container.xml": container}))
    rights = {"META-INF/encryption.xml": "<encryption><EncryptionMethod Algorithm='aes'/></encryption>"}
    with pytest.raises(ValueError, match="DRM"):
        extract_epub(zipped(rights))
    with pytest.raises(ValueError, match="no text"):
        extract_epub(epub(["<p></p>"]))


def test_an_encrypted_zip_member_is_locked():
    """A member that needs a password is said to, before anything is read."""
    data = bytearray(docx(run("x")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    with pytest.raises(ValueError, match="locked with a password"):
        extract_docx(bytes(data))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", pdf(column(40, 500, "Texte")), "it is a PDF, not text"),
        ("a.html", pdf(column(40, 500, "Texte")), "it is a PDF, not text"),
        ("a.pdf", PAGE.encode(), "not a PDF"),
        ("a.pdf", b"", "not a PDF"),
        ("a.pdf", zipped({"a": "b"}), "it is a zip file, not a PDF"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "old Word file"),
        ("a.docx", b"{\\rtf1 text}", "it is an RTF file, not a Word document"),
        ("a.epub", b"\x89PNG", "it is a picture, not an EPUB"),
        ("a.docx", epub(["<p>x</p>"]), "no Word document"),
        ("a.epub", docx(run("x")), "no EPUB"),
    ],
)
def test_a_wrong_ending_is_said(name, data, reason, extractor):
    """A file that is something else than its name says is passed over with what it is."""
    with pytest.raises(ValueError, match=reason):
        read(name, data, extractor)


# --- the process that takes files apart ----------------------------------------------------------------------------


def test_the_process_can_open_nothing():
    """Once it reads files, no file and no connection can be opened in it, whatever a parser is talked into."""
    with Extractor() as extractor:
        extractor.extract("html", PAGE.encode())
        limits = Path(f"/proc/{extractor._process.pid}/limits").read_text()
    assert [line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files")] == [["0", "0"]]


def test_every_kind_is_read_without_opening_anything(extractor):
    """What each library loads late was loaded before; each kind goes through the closed process, short pages too."""
    files = {
        "html": [
            PAGE.encode(),
            b"<p>Court.</p>",
            b"<html><body><div>Un<br><br>deux trois quatre.</div></body></html>",
        ],
        "pdf": [pdf(column(40, 500, *PRINTED), column(40, 500, "Deux"))],
        "docx": [docx(run("Texte"))],
        "epub": [epub(["<p>Texte</p>"], "<dc:title>T</dc:title>")],
    }
    for kind, several in files.items():
        for data in several:
            assert any(extractor.extract(kind, data).lines)


def test_a_file_that_takes_too_long_is_passed_over_and_the_next_one_read():
    """The process is ended, with a reason, and a new one reads what follows."""
    extractor = Extractor(seconds=0.02)
    page = b"<body>" + b"<p>Une phrase de la page, avec quelques mots dedans.</p>" * 30_000
    with pytest.raises(ValueError, match="not read within"):
        extractor.extract("html", page)
    assert extractor._process is None
    extractor._seconds = 60
    assert extractor.extract("docx", docx(run("Texte"))).lines == ("Texte",)
    process = extractor._process
    extractor.close()
    assert process.poll() is not None


def test_a_process_that_dies_costs_one_file(extractor):
    """A parser that breaks down takes nobody with it."""
    extractor.extract("docx", docx(run("Texte")))
    os.kill(extractor._process.pid, 9)
    with pytest.raises(ValueError, match="broke down"):
        extractor.extract("docx", docx(run("Texte")))
    assert extractor.extract("docx", docx(run("Texte"))).lines == ("Texte",)


def test_modules_beside_the_articles_are_not_run(tmp_path, monkeypatch):
    """A folder `index` or a file json.py where the command is called is never imported by the process."""
    for name in ("json.py", "sitecustomize.py", "index/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Extractor() as extractor:
        assert extractor.extract("docx", docx(run("Texte"))).lines == ("Texte",)
    assert not (tmp_path / "run").exists()


# --- .jsonl --------------------------------------------------------------------------------------------------------


def lines_of(*records):
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


def test_a_record_is_an_article():
    """Title, date, source and address come from the fields, lines from title and text; other fields do no harm."""
    record = {
        "title": "Le pont",
        "date": "2024-03-12T08:00Z",
        "url": "https://a.example/1",
        "author": ["A", "B"],
        "text": "Un.\n\nDeux.",
        "n": 3,
    }
    article, note = read("a.jsonl", lines_of(record))
    assert (article.id, article.title, article.date, article.source) == ("a.jsonl#1", "Le pont", "2024-03-12", "A, B")
    assert (article.url, article.lines, note) == ("https://a.example/1", ("Le pont", "", "Un.", "", "Deux."), "")
    bare, _ = read("a.jsonl", b'{"text": "Le pont\\nUn texte sans autre champ, rien que du texte.", "title": null}')
    assert (bare.title, bare.date, bare.source, bare.url) == ("Le pont", "", "", "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b'"texte"', "it is text, not an object"),
        (b"3", "it is a number, not an object"),
        (b'{"title": "x"}', 'no "text"'),
        (b'{"text": null}', 'no "text"'),
        (b'{"text": ["a"]}', 'its "text" is a list, not text'),
        (b'{"text": "\xe9"}', "not UTF-8"),
        (b'{"a":' + b"[" * 100_000, "nested too deeply|not JSON"),
    ],
)
def test_a_line_that_is_no_article_says_why(line, reason):
    """One clear reason a line."""
    with pytest.raises(ValueError, match=reason):
        read_record(line)


def test_wrong_optional_fields_cost_only_themselves():
    """A date that is none, a title that is a number: the article is taken without, and a note says so."""
    article, note = read("a.jsonl", b'{"text": "Le pont rouvre.", "title": 3, "date": "hier", "url": "javascript:x"}')
    assert (article.title, article.date, article.url) == ("Le pont rouvre.", "", "")
    assert '"title" is a number, not text' in note and '"date" is no date: hier' in note


@pytest.mark.parametrize("data", [b'[{"text": "a"}]', b'{\n"text": "a"\n}', '{"text": "é"}'.encode("utf-16")])
def test_json_that_is_no_jsonl_is_passed_over_whole(data):
    """A JSON list, a record over many lines, another encoding: the file is named once, with what to do."""
    with pytest.raises(ValueError, match=r"one JSON text|save it as UTF-8"):
        split_records(data)


# --- through build -------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(tmp_path):
    """A folder with a file of each kind."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.txt").write_text("Le maire\n\nLe maire de Vernay a démissionné mardi.", encoding="utf-8")
    (folder / "b.html").write_text(PAGE, encoding="utf-8")
    (folder / "c.pdf").write_bytes(pdf(column(40, 500, "La première page parle du port."), column(40, 500, *PRINTED)))
    (folder / "d.docx").write_bytes(docx(run("Le budget est voté.")))
    (folder / "e.epub").write_bytes(epub(["<p>Le roman commence.</p>"]))
    (folder / "f.jsonl").write_bytes(lines_of({"text": "La grève continue."}, {"text": "Le tramway arrive."}))
    return folder


def test_every_kind_goes_through_build(tmp_path, mixed):
    """One article a file, one a record; sentences of each are found and cited character by character."""
    report = build(tmp_path / "library", BagEmbedder(), [mixed])
    assert report.added == ("a.txt", "b.html", "c.pdf", "d.docx", "e.epub", "f.jsonl#1", "f.jsonl#2")
    assert report.skipped == () and report.notes == ()
    library = Library.open(tmp_path / "library")
    for article in library.articles:
        for start, end in sentences(article.text):
            citation = cite(article, start, end)
            lines = "\n".join(article.lines[citation.span.first - 1 : citation.span.last])
            assert lines[citation.start : citation.end] == citation.quote and "\n" not in citation.quote
            assert bool(citation.page) == (article.id == "c.pdf")
    assert library.by_id["f.jsonl#2"].path == library.by_id["f.jsonl#1"].path == str(mixed / "f.jsonl")


def test_the_page_of_a_citation_reaches_every_way_out(tmp_path, mixed):
    """A citation of a PDF has its page in the wire format and reads back with it; one of a text has none."""
    build(tmp_path / "library", BagEmbedder(), [mixed])
    library = Library.open(tmp_path / "library")
    report, text = library.by_id["c.pdf"], library.by_id["a.txt"]
    quote = report.text.index("Le pont de Vernay")
    claims = (
        Claim("x", "supported", (cite(report, quote, quote + 17),)),
        Claim("y", "supported", (cite(text, 0, 8),)),
    )
    answer = Answer("?", "fr", claims=claims)
    first, second = (claim["citations"][0] for claim in answer.to_dict()["claims"])
    assert first["page"] == 2 and "page" not in second
    assert answer_from(answer.to_dict()).claims == claims


def test_people_see_the_page(tmp_path, mixed):
    """The page stands beside the lines in the terminal and on the page; the article shows where each page begins."""
    build(tmp_path / "library", BagEmbedder(), [mixed])
    article = Library.open(tmp_path / "library").by_id["c.pdf"]
    assert place_words(Span("c.pdf", 3, 4), 2, "fr") == "c.pdf · p. 2 · lignes 3–4"
    assert place_words(Span("c.pdf", 3, 3), 2, "en") == "c.pdf · p. 2 · line 3"
    assert place_words(Span("a.txt", 3, 4), 0, "en") == "a.txt:3-4"
    shown = article_html(article, [], 0, "fr")
    assert '<li data-n="1" data-page="p. 1">' in shown and '<li data-n="3" data-page="p. 2">' in shown
    assert shown.count("data-page") == 2 and "2 pages" in shown
    start = article.text.index("Le pont de Vernay")
    answer = Answer("?", "fr", claims=(Claim("Le pont.", "supported", (cite(article, start, start + 17),)),))
    assert "[1] c.pdf:3 (p. 2)  Le pont de Vernay" in answer_text(answer)
    html = answer_html(answer, {article.id: article}, "en")
    assert "c.pdf · p. 2 · line 3" in html and "page 2, line 3" in html


def test_same_bytes_are_not_taken_apart_again(tmp_path, mixed, monkeypatch):
    """At the next run only what is new is read; a library that nothing changed in starts no process."""
    build(tmp_path / "library", BagEmbedder(), [mixed])
    monkeypatch.setattr("index.ingestion.workers.parts", lambda *_: pytest.fail("it was read again"))
    assert build(tmp_path / "library", BagEmbedder()).is_noop


def test_only_changed_records_are_embedded_again(tmp_path, mixed):
    """A record put in moves the others: they are renamed, and nothing but the new one goes through the embedder."""
    build(tmp_path / "library", BagEmbedder(), [mixed])
    file, embedder = mixed / "f.jsonl", BagEmbedder()
    file.write_bytes(lines_of({"text": "Un nouvel article sur la neige."}) + file.read_bytes())
    assert changed_since(Library.open(tmp_path / "library")) == {
        "f.jsonl#1": "changed", "f.jsonl#2": "changed", "f.jsonl#3": "new",
    }  # fmt: skip
    report = build(tmp_path / "library", embedder)
    assert report.added == ("f.jsonl#1",)
    assert report.renamed == (("f.jsonl#1", "f.jsonl#2"), ("f.jsonl#2", "f.jsonl#3"))
    assert (report.changed, report.removed, report.unchanged, report.n_embedded) == ((), (), 5, 1)
    assert all("neige" in text for text in embedder.encoded)
    file.write_bytes(lines_of({"text": "La grève continue encore."}))
    report = build(tmp_path / "library", BagEmbedder())
    assert report.changed == ("f.jsonl#1",) and report.removed == ("f.jsonl#2", "f.jsonl#3")
    assert changed_since(Library.open(tmp_path / "library")) == {}


def test_wrong_records_are_named_by_line_and_the_others_kept(tmp_path):
    """A line that is no article is passed over under its number; it is neither new nor changed afterwards."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b'{"text": "Le pont rouvre."}\n\n{oops\n{"text": "Le port ferme."}\n')
    report = build(tmp_path / "library", BagEmbedder(), [folder])
    assert report.added == ("a.jsonl#1", "a.jsonl#4")
    assert [(Path(each.path).name, each.reason[:14]) for each in report.skipped] == [("a.jsonl#3", "it is not JSON")]
    assert changed_since(Library.open(tmp_path / "library")) == {}


def test_a_file_of_wrong_records_is_not_a_flood(tmp_path):
    """Past a number of lines the others are one entry."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b'{"text": "Le pont rouvre."}\n' + b"oops\n" * 500)
    report = build(tmp_path / "library", BagEmbedder(), [folder])
    assert len(report.skipped) == MOST_NAMED + 1 and report.n_articles == 1
    assert changed_since(Library.open(tmp_path / "library")) == {}


def test_record_ids_are_no_paths(tmp_path):
    """A file cannot have the id of a record: what ends so is no kind that is read."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(lines_of({"text": "Le pont rouvre."}))
    (folder / "a.jsonl#1").write_text("Un autre texte.")
    (folder / "a.jsonl#1.txt").write_text("Un troisième texte.")
    report = build(tmp_path / "library", BagEmbedder(), [folder])
    assert report.added == ("a.jsonl#1", "a.jsonl#1.txt") and len(report.skipped) == 1


def test_hostile_files_cost_only_themselves(tmp_path, mixed):
    """Among files that cannot be read the others are indexed, each with one reason, and a second run tries them
    again."""
    (mixed / "bomb.docx").write_bytes(zipped({"word/document.xml": BOMB}))
    (mixed / "scan.pdf").write_bytes(pdf([]))
    (mixed / "half.epub").write_bytes(epub(["<p>x</p>"])[:200])
    (mixed / "empty.html").write_text("<html></html>")
    report = build(tmp_path / "library", BagEmbedder(), [mixed])
    assert report.n_articles == 7
    assert [Path(each.path).name for each in report.skipped] == ["bomb.docx", "empty.html", "half.epub", "scan.pdf"]
    assert all("\n" not in each.reason and len(each.reason) < 220 for each in report.skipped)
    assert build(tmp_path / "library", BagEmbedder()).is_noop


def test_an_older_library_gets_what_it_did_not_keep(tmp_path):
    """Articles from before their source was kept are read again once; no vector is computed again."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(
        "VERNAY, 12 mars 2024 (AGL) — Le pont de Vernay rouvrira lundi matin.\n", encoding="utf-8"
    )
    path = tmp_path / "library"
    build(path, BagEmbedder(), [folder])
    from index import disk

    written = path / "gen" / "00000001" / "articles-1.jsonl"
    fields = json.loads(written.read_bytes())
    for name in ("source", "url", "pages", "indexed"):
        del fields[name]
    written.write_text(json.dumps(fields))
    manifest = written.with_name("manifest.json")
    described = json.loads(manifest.read_bytes())
    described["files"][written.name] = (written.stat().st_size, disk.sha256(written.read_bytes()))
    manifest.write_text(json.dumps(described))
    (path / "CURRENT").write_text(f"1 {disk.sha256(manifest.read_bytes())}")
    assert Library.open(path).articles[0].source == ""
    embedder = BagEmbedder()
    report = build(path, embedder)
    assert report.is_noop and report.n_embedded == 0 and embedder.encoded == []
    assert Library.open(path).articles[0].source == "AGL"


def test_a_text_names_its_source():
    """A `source:` line or the agency in a dateline is kept; a bracket elsewhere in the text is not."""
    body = "Le glacier recule depuis vingt ans, selon une étude."
    for text, source in (
        (f"Titre\nSource : Le Courrier\n\n{body}", "Le Courrier"),
        (f"GENÈVE, 12 mars 2024 (Meridian) – {body}", "Meridian"),
        (f"Le glacier recule\n\n{body} (Reuters) — Encore.", ""),
        (f"Le glacier recule\n\n{body}", ""),
    ):
        assert read("a.txt", text.encode())[0].source == source


def test_too_much_text_is_cut_with_a_note():
    """Text past the limit is left out, and the note says how much was kept."""
    said = lay_out([Paragraph("mot " * 5000)] * (MAX_CHARS // 20_000 + 10))
    assert sum(map(len, said.lines)) < MAX_CHARS + 30_000 and "only its first" in said.note


def test_a_chapter_need_not_say_that_it_is_utf8(extractor):
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Au XVIIIe siècle, déjà.</p></body></html>"
    article, _ = read("livre.epub", epub([chapter, "\ufeff" + chapter.replace("Au", "Le")]), extractor)
    assert article.lines == ("Au XVIIIe siècle, déjà.", "", "Le XVIIIe siècle, déjà.")
