"""Who wrote an article, and fields at its top: what a page, front matter, a byline or a record says."""

import pytest

from index.extraction.exports.record import fields_of
from index.extraction.header import byline, read_header
from index.extraction.html import extract_html

TEXT = """<p>Le pont de Lurcy a rouvert mardi après trois mois de travaux sur ses piles, a dit la mairie.</p>
<p>Il avait été fermé en janvier à cause de la crue de la Vire, qui avait emporté un garde-corps.</p>"""


def page(head="", body="", title="Le pont rouvre - La Gazette"):
    return extract_html(
        f"<html lang=fr><head><title>{title}</title>{head}</head><body><header><a href='/'>La Gazette</a></header>"
        f"<article><h1>Le pont rouvre</h1>{body}{TEXT}</article></body></html>"
    )


@pytest.mark.parametrize(
    ("head", "body", "author"),
    [
        ('<meta name="author" content="Léa Roy">', "", "Léa Roy"),
        ('<meta name="author" content="La Gazette">', "", ""),
        ('<meta property="article:author" content="https://a.fr/roy">', '<p class="byline">Par <b>Léa Roy</b></p>', "Léa Roy"),
        ("", '<a rel="author" href="/roy">Léa Roy</a>', "Léa Roy"),
        ("", '<div itemprop="author"><meta itemprop="name" content="Léa Roy"></div>', "Léa Roy"),
        ("", '<div class="entry-meta">3 mars 2024 par <span class="author vcard">Léa Roy</span></div>', "Léa Roy"),
        ("", '<p class="article-signature">Publié le 3 mars 2024 par Léa Roy et Omar Sy</p>', "Léa Roy et Omar Sy"),
        ("", '<div class="author">Écrit par Léa Roy, journaliste</div>', "Léa Roy"),
        ("", '<p class="meta">Publié le 3 mars 2024</p>', ""),
        ("", '<aside><p class="author">Par Omar Sy</p></aside>', ""),
    ],
)  # fmt: skip
def test_the_author_of_a_page(head, body, author):
    assert page(head, body).author == author


def test_several_authors_of_linked_data():
    said = '{"@type": "NewsArticle", "author": [{"name": "Léa Roy"}, {"name": "Omar Sy"}]}'
    assert page(f'<script type="application/ld+json">{said}</script>').author == "Léa Roy, Omar Sy"


def test_the_way_to_a_page_is_no_headline():
    trail = "Accueil » Région » Ponts"
    assert (
        page(f'<meta property="og:title" content="{trail}">', title=f"{trail} - La Gazette").title == "Le pont rouvre"
    )


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Par Anne Le Gall et Omar Sy, le 3 mars 2024 à 18 h", "Anne Le Gall et Omar Sy"),
        ("By Agnes Holt | 3 March 2024", "Agnes Holt"),
        ("Par Jean-Luc d'Arc (AFP)", "Jean-Luc d'Arc"),
        ("Par ici la sortie", ""),
        ("Par temps de pluie, le pont ferme", ""),
        ("By Monday, the ferry will be back", ""),
        ("Di Maio torna a Roma", ""),
    ],
)
def test_bylines(line, names):
    assert byline(line) == names


def test_a_byline_is_no_headline():
    header = read_header(["Le pont rouvre", "", "Par Léa Roy", "", "Le pont de Lurcy a rouvert."], "pont")
    assert (header.title, header.author) == ("Le pont rouvre", "Léa Roy")


@pytest.mark.parametrize(
    "fields",
    [
        ["---", 'title: "Le pont : la suite"', "date: 2024-03-05", "author: Léa Roy, Omar Sy", "---"],
        ["---", "title: 'Le pont : la suite'", "authors:", "  - Léa Roy", "  - Omar Sy", "date: 2024-03-05", "---"],
        [
            "+++",
            'title = "Le pont : la suite"',
            "date = 2024-03-05T10:00:00Z",
            'author = ["Léa Roy", "Omar Sy"]',
            "+++",
        ],
    ],
)
def test_front_matter(fields):
    header = read_header([*fields, "", "Le pont de Lurcy a rouvert après la crue du 2 janvier 2023."], "pont")
    assert (header.title, header.date, header.date_from) == ("Le pont : la suite", "2024-03-05", "metadata")
    assert header.author == "Léa Roy, Omar Sy"


@pytest.mark.parametrize("behind", ["", ", page 2", " - n° 4812", ", p. 7"])
def test_a_date_line_may_go_on_with_a_page(behind):
    header = read_header(["Une école sans maître", f"L'Écho, le 18 avril 1912{behind}", "L'école est fermée."], "x")
    assert header.date == "1912-04-18" and header.date_from


def test_a_year_is_a_date_where_there_is_no_other():
    assert fields_of({"text": "x", "year": 1998})[0]["date"] == "1998"
    assert fields_of({"text": "x", "Année": "1998", "date": "1998-03-02"})[0]["date"] == "1998-03-02"
    assert "date" not in fields_of({"text": "x", "year": 12})[0]
