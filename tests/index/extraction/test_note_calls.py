"""Note calls of web pages, EPUBs and Word documents are no digits of the number before them; powers and ordinals stay."""

import time

import pytest
from archives import zipped

from index.extraction.formats.office import extract_docx
from index.extraction.html import blocks, extract_html, parse
from index.extraction.note_calls import raised
from index.text.normalize import fold, words

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body, **more):
    return zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"} | more)


def run(text, props=""):
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def page(text):
    return " ".join(blocks(parse(f"<body><p>{text}</p></body>")))


UP = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ('Le phare date de 1861<sup><a href="#n1">1</a></sup>.', "Le phare date de 1861[1]."),
        ('Le phare date de 1861<a href="notes.xhtml#n1"><sup>12</sup></a> ou après.', "1861[12] ou"),
        ('Le phare date de 1861<sup><a href="#n1">[2]</a></sup>.', "1861[2]."),
        ("Il a 240<sup>3</sup> marches et <b>61</b><sup>4</sup> fenêtres.", "240[3] marches et 61[4] fenêtres"),
        ("Le gardien, Yves Kerleo<sup>1, 2</sup>, partit.", "Kerleo[1, 2], partit"),
        ('En 1861<a epub:type="noteref" href="#fn3">3</a>, il brûla.', "1861[3], il"),
        ('En 1861<span style="font-size:70%; vertical-align: super">3</span>, il brûla.', "1861[3], il"),
        ('En 1861<span class="exposant">3</span>, il brûla.', "1861[3], il"),
        ("Les marins<sup>a</sup> et les pêcheurs<sup>*</sup> votent.", "marins[a] et les pêcheurs* votent"),
        ("Il coûta 7 millions.<sup>5</sup> Puis rien.", "millions.[5] Puis"),
        ('<sup>1</sup>Et non en 1859.', "[1]Et non"),
        ("Une salle de 86 m<sup>2</sup> et 12km<sup>2</sup>, 3 cm<sup>3</sup>.", "86 m² et 12km², 3 cm³"),
        ("Soit 10<sup>6</sup> fois, ou 10<sup>-3</sup> g.", "10⁶ fois, ou 10⁻³ g"),
        ("Le 1<sup>er</sup> mai du XIX<sup>e</sup>, 3<sup>bis</sup> rue, n<sup>o</sup> 4, M<sup>me</sup> Roy, 2<sup>nd</sup>.",
         "Le 1er mai du XIXe, 3bis rue, no 4, Mme Roy, 2nd."),
        ("Du CO<sub>2</sub>, du <sup>14</sup>C, du Ca<sup>2+</sup>, E = mc<sup>2</sup>.", "Du CO2, du 14C, du Ca2+, E = mc²."),
        ("Long de 1<sup>1</sup>/<sub>2</sub> mille, vendu 3,<sup>99</sup> €.", "1 1/2 mille, vendu 3,99 €"),
        ('Voir <a href="#p">12</a> pages, ou <a href="#a">1</a><a href="#b">2</a>.', "Voir 12 pages, ou 12."),
    ],
)  # fmt: skip
def test_raised_print_of_a_page_is_written_apart(html, read):
    """A call stands in brackets; powers are raised digits; ordinals, abbreviations, nuclides and prices stay."""
    assert read in page(html)


def test_a_call_is_kept_apart_where_the_article_is_taken_out_of_a_page():
    """Its number is found, and the note is a line of its own."""
    said = extract_html(
        "<html><body><article><h1>Le phare</h1><p>Le phare de Ploumarec fut allumé en 1861<sup id='r'><a href='#n'>1"
        "</a></sup> par Yves Kerleo, devant la foule des marins, et il éclaire toujours la baie de nos jours.</p>"
        "<ol class='notes'><li id='n'>Et non en 1859.</li></ol></article></body></html>"
    )
    assert any("allumé en 1861[1] par Yves" in line for line in said.lines)
    assert any(line.endswith("Et non en 1859.") and "phare" not in line for line in said.lines)


def test_raised_runs_and_notes_of_a_word_document_are_apart():
    """Raised by hand, by a style, or as a note of Word's own, which stands at the end with its number."""
    styles = f'<w:styles {W}><w:style w:styleId="Appel"><w:rPr>{UP}</w:rPr></w:style></w:styles>'
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="7"><w:p><w:r><w:footnoteRef/></w:r>{run(" Et non en 1859.")}</w:p>'
        "</w:footnote></w:footnotes>"
    )
    body = (
        f"<w:p>{run('Allumé en 1861')}{run('1', UP)}{run(' par 240')}"
        f"{run('2', '<w:rStyle w:val=' + chr(34) + 'Appel' + chr(34) + '/>')}{run(' marins, sur 86 m')}{run('2', UP)}"
        f"{run(', le 1')}{run('er', UP)}{run(' mai 1862')}<w:r><w:footnoteReference w:id='7'/></w:r>{run('.')}</w:p>"
    )
    said = extract_docx(docx(body, **{"word/styles.xml": styles, "word/footnotes.xml": notes}))
    assert said.lines == (
        "Allumé en 1861[1] par 240[2] marins, sur 86 m², le 1er mai 1862[1].", "", "[1] Et non en 1859.",
    )  # fmt: skip


def test_a_word_document_is_read_without_what_is_hidden_or_moved_away():
    """Moved text stands once, where it was moved to; hidden text, by hand or style, does not; `vanish` may be off."""
    styles = f'<w:styles {W}><w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    body = (
        f"<w:moveFrom><w:p>{run('Clause un.')}</w:p></w:moveFrom><w:p><w:moveFrom>{run('Clause deux.')}</w:moveFrom></w:p>"
        f"<w:p>{run('Prix : 12 euros.')}{run(' Marge : 40 %.', '<w:vanish/>')}</w:p>"
        f"<w:p>{run('Note interne.', '<w:rStyle w:val=' + chr(34) + 'Secret' + chr(34) + '/>')}</w:p>"
        f"<w:p><w:moveTo>{run('Clause un.')}</w:moveTo>{run(' Clause deux.', '<w:vanish w:val=' + chr(34) + '0' + chr(34) + '/>')}</w:p>"
    )
    said = extract_docx(docx(body, **{"word/styles.xml": styles}))
    assert said.lines == ("Prix : 12 euros.", "", "Clause un. Clause deux.")


def test_a_table_in_a_cell_is_read_once():
    """Its rows stand apart in the cell that holds it."""

    def table(*rows):
        cells = lambda row: "".join(f"<w:tc>{each}</w:tc>" for each in row)  # noqa: E731
        return "<w:tbl>" + "".join(f"<w:tr>{cells(row)}</w:tr>" for row in rows) + "</w:tbl>"

    def cell(text):
        return f"<w:p>{run(text)}</w:p>"

    inner = table([cell("nord"), cell("4,1")], [cell("sud"), cell("5,2")])
    body = table([cell("Année"), cell("Récolte (t)")], [cell("2023"), cell("par rive :") + inner + cell("")])
    assert extract_docx(docx(body)).lines == ("Année | Récolte (t)", "2023 | par rive : nord 4,1 ; sud 5,2")


def test_raised_digits_of_a_text_are_another_number():
    """A search for 10 or 1861 finds them; "m²" is still "m2"."""
    assert words("en 1861¹ sur 10⁶ et 86 m²") == ["en", "1861", "1", "sur", "10", "6", "et", "86", "m2"]
    assert fold("12 000²") == "12 000^2"


def test_raised_print_never_changes_what_is_long():
    """A raised sentence is a sentence."""
    assert raised("voir la note 12", "1861", is_call=True) == "voir la note 12"


@pytest.mark.parametrize(
    "html", ["<sup>" * 20_000 + "1", "<p>1" + "<sup>1</sup>" * 20_000, "<a href='#x'>" + "<sup>2</sup>" * 20_000,
             "<p>" + "<i></i>" * 20_000 + "<sup>1</sup>" * 20_000, "<span style='vertical-align:super'>1" * 10_000],
)  # fmt: skip
def test_raised_print_without_end_takes_no_time(html):
    """Time grows with the page, not with its square."""
    began = time.process_time()
    page(html)
    assert time.process_time() - began < 10
