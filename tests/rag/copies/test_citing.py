"""An answer cites one of several copies of a text, and names the papers that have the line too."""

import json
from dataclasses import replace

import pytest
from dispatches import ANOTHER, DISPATCH, LONG, article
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from index.storage.library import Library
from rag.copies import also_in_line, cited_once, one_each
from rag.evidence import cite
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from rag.serialization import answer_from
from rag.types import Claim, Copy
from ui.cli.output import status_dict, status_text
from ui.formats import answer_text
from ui.web.render.answer import answer_html

PAPERS = {
    "est": ("L’Écho de l’Est", "2024-03-05", article("La fromagerie fermera", DISPATCH)),
    "nord": ("Nord Libre", "2024-03-04", article("Lait : des emplois menacés", DISPATCH, 1)),
    "sud": ("", "2024-03", article("Brévignan ferme un site", DISPATCH[:5], 3)),
    "rectifie": ("La Gazette", "2024-03-06", article("Emplois : précision", DISPATCH).replace("84 p", "96 p")),
    "autre": ("Le Courrier", "2024-03-04", article("Costerive pleure sa fromagerie", ANOTHER)),
    "terres": ("Le Courrier", "2024-01-04", article("Terres vendues", LONG[:9])),
}
QUESTION = "Combien de litres de lait la fromagerie transforme-t-elle chaque année ?"


@pytest.fixture
def path(tmp_path):
    """Six articles: a dispatch in four papers, one cut and one corrected, another on the same event, another text."""
    for name, (source, day, text) in PAPERS.items():
        record = {"title": text.split("\n")[0], "text": text, "date": day, "source": source}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record), encoding="utf-8")
    build(tmp_path / "library", BagEmbedder(), [tmp_path])
    return tmp_path / "library"


@pytest.fixture
def library(path):
    return Library.open(path)


def claim_of(library, name, words, origin="quote"):
    """A claim that cites these words in the article of a paper."""
    article = next(each for each in library.articles if name in each.id)
    start = article.text.index(words)
    return Claim(words, "supported", (cite(article, start, start + len(words)),), origin=origin)


def paper(article_id):
    return article_id.partition(".")[0]


def where(citation):
    return paper(citation.span.article_id), [paper(each.article) for each in citation.also_in]


LITRES = "12 millions de litres de lait"


@pytest.mark.parametrize("name", ["est", "nord", "sud", "rectifie"])
def test_the_one_that_stands_for_the_family_is_cited(library, name):
    """Whichever was found, with its own lines; the others that have the words are named, and where and when."""
    (claim,) = cited_once([claim_of(library, name, LITRES)], library)
    (citation,) = claim.citations
    assert where(citation) == ("nord", ["est", "rectifie", "sud"])
    assert library.by_id[citation.span.article_id].at(citation.span)[citation.start : citation.end] == citation.quote
    assert citation.also_in[0][1:] == ("L’Écho de l’Est", "2024-03-05")
    assert claim.text == LITRES


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("rectifie", "96 personnes", ("rectifie", [])),
        ("est", "84 personnes", ("nord", ["est", "sud"])),
        ("est", "médaille au salon de Lausanne", ("nord", ["est", "rectifie"])),
        ("autre", "fin du mois de juin", ("autre", [])),
        ("terres", "la commission relève", ("terres", [])),
    ],
)
def test_only_copies_with_the_words_count(library, name, words, expected):
    """Not those that cut or corrected the line; an article without copies is cited as it is."""
    (claim,) = cited_once([claim_of(library, name, words)], library)
    assert where(claim.citations[0]) == expected


def test_words_that_a_paper_broke_into_lines_otherwise_are_the_same(library):
    """A citation over two lines of one paper is found on one line of another, with its own characters."""
    text = next(each.text for each in library.articles if "sud" in each.id)
    words = text[text.index("depuis deux hivers") : text.index(" la nouvelle pendant")]
    assert "\n" in words
    within = {each.id for each in library.articles if paper(each.id) in ("est", "sud")}
    (claim,) = cited_once([claim_of(library, "sud", words)], library, within)
    (citation,) = claim.citations
    assert where(citation) == ("est", ["sud"])
    assert " ".join(citation.quote.split()) == " ".join(words.split())
    assert library.by_id[citation.span.article_id].at(citation.span)[citation.start : citation.end] == citation.quote


def test_what_becomes_the_same_is_one(library):
    """Two citations of a claim, and two claims; within some articles only those are cited and named."""
    claims = [claim_of(library, "est", LITRES), claim_of(library, "nord", LITRES)]
    assert len(cited_once(claims, library)) == 1
    both = replace(claims[0], citations=(*claims[0].citations, *claims[1].citations))
    assert len(cited_once([both], library)[0].citations) == 1
    within = {each.id for each in library.articles if paper(each.id) in ("est", "sud")}
    (claim,) = cited_once(claims[:1], library, within)
    assert where(claim.citations[0]) == ("est", ["sud"])


def test_a_title_stands_for_its_article(library):
    """It stays where it is, and all copies are named, whatever their headlines."""
    (claim,) = cited_once([claim_of(library, "est", "La fromagerie fermera", "title")], library)
    assert where(claim.citations[0]) == ("est", ["nord", "rectifie", "sud"])


def test_one_each(library):
    """Of what is there, the one that stands for the others, where the first of them stood."""
    named = {paper(each.id): each for each in library.articles}
    chosen = one_each([named[name] for name in ("sud", "autre", "est", "nord", "terres")], library)
    assert [paper(each.id) for each in chosen] == ["nord", "autre", "terres"]
    assert [paper(each.id) for each in one_each([named["sud"], named["est"]], library)] == ["est"]


def answer_of(library):
    return Answerer(library.path, BagEmbedder(), OverlapReader(), None).ask(QUESTION)


@pytest.mark.parametrize("replies", [(), ("La fromagerie transforme chaque année 12 millions de litres de lait.",)])
def test_an_answer_from_end_to_end(path, replies):
    """Quoted or written: one citation, its copies named on every way out, and read back as they were."""
    llm = ScriptedLlm(*replies) if replies else None
    answerer = Answerer(path, BagEmbedder(), OverlapReader(), llm)
    answer = answerer.ask(QUESTION)
    lines = [each for each in answer.citations if LITRES in each.quote]
    assert [where(each)[0] for each in lines] in (["nord"], ["nord", "rectifie"])  # whose line is another one
    assert {"est", "sud"} <= set(where(lines[0])[1])
    record = json.loads(json.dumps(answer.to_dict()))
    assert answer_from(record).claims == answer.claims
    cited = next(c for claim in record["claims"] for c in claim["citations"] if LITRES in c["quote"])
    assert {"article": lines[0].also_in[0].article, "source": "L’Écho de l’Est", "date": "2024-03-05"} in cited[
        "also_in"
    ]
    said = "aussi dans : L’Écho de l’Est, 5 mars 2024; "
    assert said in answer_text(answer)
    page = answer_html(answer, answerer.library.by_id, "fr")
    assert "L’Écho de l’Est" in page and page.count("cl-differ") >= 2


def test_a_number_of_articles_says_how_many_are_copies(path):
    """Each text is listed once."""
    answer = Answerer(path, BagEmbedder(), OverlapReader(), None).ask("Combien d’articles y a-t-il ?")
    assert len(answer.supported) == 3
    assert answer.message == "Nombre d’articles : 6. Copies d’un même texte parmi eux : 3."
    assert sorted(where(each)[0] for each in answer.citations) == ["autre", "nord", "terres"]


def test_articles_on_a_topic_are_one_a_text(path):
    answer = Answerer(path, BagEmbedder(), OverlapReader(), None).ask("Que disent mes articles sur la fromagerie ?")
    assert {where(each)[0] for each in answer.citations} & {"est", "nord", "sud", "rectifie"} == {"nord"}


def test_the_state_of_a_library_tells_its_copies(library):
    assert "copies      1 text is in several articles; 3 of these are copies" in status_text(library, {})
    state = status_dict(library, {})
    assert (state["n_families"], state["n_copies"]) == (1, 3)
    assert {paper(each["article"]): len(each["copies"]) for each in state["articles"]}["nord"] == 3


@pytest.mark.parametrize(
    ("copies", "line"),
    [
        ((), ""),
        ((Copy("a.txt"),), "also in: a.txt"),
        ((Copy("a.txt", "X", "2024"), Copy("b", "", "2024-03")), "also in: X, 2024; b, March 2024"),
    ],
)
def test_copies_in_words(library, copies, line):
    """As much as is known of each; a language without words says it in English."""
    (citation,) = claim_of(library, "est", LITRES).citations
    cited = replace(citation, also_in=copies)
    assert (also_in_line(cited, "en"), also_in_line(cited, "pl")[:8]) == (line, line[:8])


@pytest.mark.parametrize("bad", ["hier", "2024-13", "2024-02-31", "2024-03-05T10:00", 5])
def test_a_kept_answer_with_a_date_that_is_none_is_refused(path, bad):
    answer = Answerer(path, BagEmbedder(), OverlapReader(), None).ask(QUESTION)
    record = json.loads(json.dumps(answer.to_dict()))
    record["claims"][0]["citations"][0]["also_in"] = [{"article": "a", "date": bad}]
    with pytest.raises(ValueError, match="date"):
        answer_from(record)


def test_copies_in_very_many_papers_are_counted(library):
    (citation,) = claim_of(library, "est", LITRES).citations
    cited = replace(citation, also_in=tuple(Copy(f"{n}.txt") for n in range(20)))
    assert also_in_line(cited, "fr") == "aussi dans : " + "; ".join(f"{n}.txt" for n in range(8)) + "; … (+12)"


def test_a_papers_name_is_no_markup(library):
    """Nor an order to the terminal."""
    claim = claim_of(library, "est", LITRES)
    copies = (Copy("a.txt", "<b>Nord</b>\x1b[31m", "2024"),)
    cited = replace(claim, citations=(replace(claim.citations[0], also_in=copies),))
    answer = replace(answer_of(library), claims=(cited,), is_quote=True)
    assert "<b>" not in answer_html(answer, library.by_id, "fr")
    assert "\x1b" not in answer_text(answer)
