"""Who wrote an article, as front matter or a page's metadata say; and a way to a page is no headline."""

from pathlib import Path

import pytest

from index.documents.articles import parts, read_article
from index.documents.discovery import Found


def read(name, text):
    article, _ = read_article(*parts(Found(Path("/nowhere") / name, name), text.encode()))
    return article


@pytest.mark.parametrize(
    ("block", "author"),
    [
        ('---\ntitle: "Le quai"\ndate: 2021-05-03\nauthor: Léa Morin\n---', "Léa Morin"),
        (
            "---\ntitle: Le quai\nlayout: post\ndate: 2021-05-03\nauthors: [Léa Morin, 'Ali Kaci']\n---",
            "Léa Morin, Ali Kaci",
        ),
        (
            "---\nauthors:\n  - Léa Morin\n  - Ali Kaci\ntags:\n  - ports\ntitle: Le quai\ndate: 2021-05-03\n---",
            "Léa Morin, Ali Kaci",
        ),
        ("+++\ntitle = 'Le quai'\ndate = 2021-05-03T08:00:00Z\nauthors = [\"Léa Morin\"]\n+++", "Léa Morin"),
        ('+++\ndraft = false\nweight = 3\ndate = "2021-05-03"\ntitle = "Le quai"\n+++', ""),
    ],
)
def test_front_matter(block, author):
    """Between dashes and between plus signs, one name or a list, in any order."""
    found = read("a.md", f"{block}\n\nLe quai de Brenne a été repeint mardi.\n")
    assert (found.title, found.date, found.date_from, found.author) == ("Le quai", "2021-05-03", "metadata", author)


BODY = "<h1>Le quai repeint</h1><p>Le quai de Brenne a été repeint mardi par les agents de la ville, qui y ont passé la nuit.</p>"


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<meta name="author" content="Léa Morin">', "Léa Morin"),
        ('<meta property="article:author" content="https://social.example/lea"><meta name="dc.creator" content="Ali Kaci">', "Ali Kaci"),
        ('<meta property="og:site_name" content="Le Phare"><meta name="author" content="Le Phare">', ""),
        ('<script type="application/ld+json">{"@type":"NewsArticle","author":[{"@type":"Person","name":"Léa Morin"},'
         '{"@type":"Organization","name":"Le Phare"},{"@type":"Person","name":"Ali Kaci"}]}</script>', "Léa Morin, Ali Kaci"),
        ('<script type="application/ld+json">{"@type":"Article","author":"Léa Morin"}</script>', "Léa Morin"),
        ('<script type="application/ld+json">{"@type":"Article","author":[1,null,{"name":{}}]}</script>', ""),
    ],
)  # fmt: skip
def test_a_page_says_who_wrote_it(head, author):
    """People before the newspaper; no address, no name of the site."""
    assert read("a.html", f"<html><head>{head}</head><body>{BODY}</body></html>").author == author


@pytest.mark.parametrize("trail", ["Accueil > Région > Culture", "Home » News » Local news"])
def test_a_way_to_a_page_is_no_headline(trail):
    page = f'<html><head><meta property="og:title" content="{trail}"></head><body>{BODY}</body></html>'
    found = read("a.html", page)
    assert found.title == "Le quai repeint" and trail not in found.text
