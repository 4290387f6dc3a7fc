"""What differs between two papers' texts, on the page: every sentence in words and lines, and where it is offered."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from dispatches import DISPATCH
from fakes import BagEmbedder, plain_answerer

from index.ingestion import build
from index.types import Article, Span
from rag.copies import compare
from rag.types import Answer, Citation, Claim, Copy
from ui.formats.html import escape_key
from ui.web.article_pane import article_pane, comparison
from ui.web.render.answer import answer_html
from ui.web.render.comparison import MOST_COPIES, comparison_html, copies_html

HOSTILE = '</li><img src=x onerror="alert(1)"><script>x</script>'


class Page(HTMLParser):
    """The tags of some HTML, the text of each kind of row, and what <del> and <ins> hold."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.buttons, self.rows, self.marked, self._in = [], [], [], {"del": [], "ins": []}, ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "li" and "data-kind" in dict(attrs):
            self.rows.append([dict(attrs)["data-kind"], ""])
        if tag == "button":
            self.buttons.append(dict(attrs))
        if tag in self.marked:
            self.marked[tag].append("")
            self._in = tag

    def handle_endtag(self, tag):
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data):
        if self.rows:
            self.rows[-1][1] += data
        if self._in:
            self.marked[self._in][-1] += data


def article(id, *lines, source=""):
    return Article(id, lines[0] if lines else id, "2024-03-03", "fr", lines, "0" * 64, f"/in/{id}", source)


A = article("a.txt", "Le pont rouvre lundi à midi.", "Il a coûté 3 millions d’euros.", "La maire est ravie.")
B = article("b.txt", "Le pont rouvre lundi à midi.", "Il a coûté 4 millions d’euros.", "Une fête est prévue.")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", ["modifié", "seulement dans A", "seulement dans B"]), ("en", ["changed", "only in A", "only in B"])],
)
def test_each_sentence_says_in_words_what_became_of_it(lang, words):
    """Not by colour: a word, the lines, and <del> and <ins> for what was cut and added."""
    page = Page(comparison_html(A, B, compare(A, B), True, lang))
    assert [kind for kind, _ in page.rows] == ["same", "changed", "cut", "added"]
    for word, (_, text) in zip(["A 1 · B 1", *words], page.rows, strict=True):
        assert word in text
    assert "A 2 · B 2" in page.rows[1][1] and "A 3" in page.rows[2][1] and "B 3" in page.rows[3][1]
    assert page.marked == {"del": ["3", "La maire est ravie."], "ins": ["4", "Une fête est prévue."]}


def test_nothing_of_a_document_becomes_markup():
    one, other = article(HOSTILE, HOSTILE, source=HOSTILE), article("b.txt", HOSTILE + " fin.", "Deux.")
    html = comparison_html(one, other, compare(one, other), False, "fr")
    html += copies_html(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE, HOSTILE)], "en")
    tags = set(Page(html).tags)
    assert tags <= {"section", "header", "div", "h2", "nav", "button", "p", "strong", "span", "ul", "li", "del", "ins"}
    assert "onerror" not in {name for each in Page(html).buttons for name in each}


def test_an_article_without_text_is_compared_too():
    page = Page(comparison_html(article("vide.txt"), B, compare(article("vide.txt"), B), False, "fr"))
    assert {kind for kind, _ in page.rows} == {"added"} and len(page.rows) == 3


def test_many_copies_are_counted():
    many = [(f"{n}.txt", f"Journal {n}", "2024") for n in range(20)]
    page = copies_html("a.txt", "A", many, "fr")
    assert page.count("cl-differ") == MOST_COPIES and f"(+{20 - MOST_COPIES})" in page
    assert copies_html("a.txt", "A", [], "fr") == ""


@pytest.mark.parametrize("is_quote", [False, True])
def test_an_answer_offers_what_differs_for_each_paper_that_has_the_line(is_quote):
    """In the sources and under a quote; not for a paper that has left the library since."""
    copies = (Copy("b.txt", "L’Écho", "2024-03-04"), Copy("parti.txt", "La Dépêche", ""))
    cited = Citation(Span("a.txt", 1, 1), A.lines[0], 0, len(A.lines[0]), 0, copies)
    answer = Answer("Quand ?", "fr", (Claim(A.lines[0], "supported", (cited,)),), is_quote=is_quote)
    html = answer_html(answer, {"a.txt": A, "b.txt": B}, "fr")
    (button,) = [each for each in Page(html).buttons if "data-other" in each]
    assert (button["data-one"], button["data-other"]) == (escape_key("a.txt"), escape_key("b.txt"))
    assert "L’Écho" in button["aria-label"] and A.title in button["aria-label"]
    alone = Answer(
        "Quand ?", "fr", (Claim(A.lines[0], "supported", (Citation(*cited_fields(cited)),)),), is_quote=is_quote
    )
    assert "cl-differ" not in answer_html(alone, {"a.txt": A}, "fr")


def cited_fields(cited):
    return cited.span, cited.quote, cited.start, cited.end, cited.page


@pytest.fixture
def opened(tmp_path):
    (tmp_path / "in").mkdir()
    paper = [*DISPATCH[:5], *DISPATCH[6:]]
    for name, lines in {"agence.txt": DISPATCH, "echo.txt": paper, "autre.txt": ["Tout autre", "Il pleut."]}.items():
        (tmp_path / "in" / name).write_text("\n\n".join(lines), encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "in"])
    return SimpleNamespace(answerer=plain_answerer(tmp_path / "lib"))


def keys(a, b, lang="fr"):
    return {"article": escape_key(a), "other": escape_key(b), "lang": lang}


def test_an_open_article_names_its_copies_and_the_pane_shows_what_differs(opened):
    wanted = {"article": escape_key("agence.txt"), "marks": [], "current": 0, "lang": "fr"}
    (button,) = [each for each in Page(article_pane(opened, wanted)).buttons if "data-other" in each]
    assert button["data-other"] == escape_key("echo.txt")
    assert "cl-differ" not in article_pane(opened, wanted | {"article": escape_key("autre.txt")})
    html = comparison(opened, {"article": button["data-one"], "other": button["data-other"], "lang": "fr"})
    assert "copies d’un même texte" in html and Page(html).marked["del"] == [DISPATCH[5]]
    assert "pas des copies" in comparison(opened, keys("agence.txt", "autre.txt"))
    assert "no longer in the library" in comparison(opened, keys("agence.txt", "parti.txt", "en"))


@pytest.mark.parametrize(
    "wanted", [None, 3, [], {}, {"article": "zz", "other": "7a", "lang": "fr"}, {"article": 3, "other": 4, "lang": 5},
               keys("agence.txt", "agence.txt"), {"article": "ff", "other": "61", "lang": "fr"}],
)  # fmt: skip
def test_nonsense_shows_nothing(opened, wanted):
    assert comparison(opened, wanted) == ""
