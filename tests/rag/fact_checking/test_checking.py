"""A draft against a library: what carries each sentence, what contradicts it, and what the articles do not say."""

import pytest
from checked_library import built, fact_checker
from fake_checker import WordChecker
from fakes import BagEmbedder

from index.ingestion import make_empty
from rag.fact_checking import checking
from rag.fact_checking.checking import report


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("checking"))


def checked(path, draft, checker=None):
    (found,) = fact_checker(path, checker).check_text(draft)
    return found


def test_a_sentence_that_the_articles_carry_has_its_lines(path):
    """The sentence alone when it says it by itself."""
    found = checked(path, "The bridge of Vernay will reopen on Monday.")
    assert (found.verdict, found.score) == ("carried", pytest.approx(0.95))
    (citation,) = found.citations
    assert str(citation.span) == "bridge.txt:3"
    assert citation.quote == "The bridge of Vernay, closed since March, will reopen on Monday morning."


def test_lines_that_carry_it_together_are_cited_together(path):
    """With the one before or behind it, up to three."""
    found = checked(path, "The bridge of Vernay will reopen: the works cost 3.2 million euros.")
    assert found.verdict == "carried"
    assert (
        found.citations[0].quote.startswith("The bridge of Vernay, closed")
        and "3.2 million" in found.citations[0].quote
    )


def test_what_stands_there_word_for_word_needs_no_checker(path):
    """But for the apostrophes and the stop."""
    checker = WordChecker()
    found = checked(path, "- The works cost 3.2 million euros", checker)
    assert (found.verdict, found.score, checker.pairs) == ("carried", 1.0, [])


def test_a_sentence_that_they_contradict_has_the_lines_too(path):
    found = checked(path, "The old ferry is for sale.")
    assert found.verdict == "contradicted"
    assert found.citations[0].quote == "The old ferry is not for sale."


def test_other_figures_are_contradicted_or_not_said_but_never_carried(path):
    """What the lines lack is named, however sure the checker is."""

    class Agreeing(WordChecker):
        def _verdict(self, claim, evidence, question=""):
            return 0.99, 0.006, 0.004

    found = checked(path, "The works of the bridge cost 5 million euros.", Agreeing())
    assert found.verdict == "contradicted" and found.score == 0
    assert (found.lacks.kind, found.lacks.missing) == ("number", ("5000000",))


@pytest.mark.parametrize(
    "draft",
    [
        "Brian Osgood bought the old ferry.",
        "The ferry of Harrowmouth is for sale.",
        "Many children swim in winter.",
    ],
)
def test_what_is_about_something_else_is_not_said(path, draft):
    """A name that stands in no article, or other matters: nothing there contradicts it, whatever the checker thinks."""

    class Contrary(WordChecker):
        def _verdict(self, claim, evidence, question=""):
            return 0.01, 0.98, 0.01

    found = checked(path, draft, Contrary())
    assert (found.verdict, found.citations) == ("not_said", ())


def test_lines_that_carry_win_over_lines_that_contradict(tmp_path):
    articles = {"a.txt": "The old ferry is not for sale, they said.", "b.txt": "The old ferry is for sale since May."}
    found = checked(built(tmp_path, articles), "The old ferry is for sale.")
    assert found.verdict == "carried" and found.citations[0].span.article_id == "b.txt"


def test_a_sentence_that_the_checker_cannot_read_whole_is_not_carried(path):
    """It says so, and is not read in part."""
    checker = WordChecker()
    found = checked(path, "The bridge of Vernay " + "and the bridge " * checking.MOST_WORDS + "will reopen.", checker)
    assert (found.verdict, found.is_too_long, checker.pairs) == ("not_said", True, [])


def test_attribution_is_checked_as_it_stands(path):
    """The checker reads "said Claire Vidal" with the rest; a speaker whom the lines do not name is refused."""
    checker = WordChecker()
    assert checked(path, "The bridge will last, said Brian Osgood.", checker).verdict == "not_said"
    assert all(claim == "The bridge will last, said Brian Osgood." for claim, _, _ in checker.pairs)


def test_a_title_is_no_name(path):
    """Whom the articles call the mayor Claire Vidal may be Mrs Vidal."""
    found = checked(path, "The bridge is safe, said the mayor Mrs Vidal.", Agreeable())
    assert found.verdict == "carried"


class Agreeable(WordChecker):
    def _verdict(self, claim, evidence, question=""):
        return 0.95, 0.03, 0.02


def test_a_library_without_articles_says_nothing(tmp_path):
    make_empty(tmp_path / "empty", BagEmbedder())
    found = checked(tmp_path / "empty", "The bridge is “safe”.")
    assert (found.verdict, found.quotes[0].standing) == ("not_said", "nowhere")


def test_the_report_is_the_same_in_every_interface(path):
    """Sentences in the order of the draft, counted; a heading with a quotation has no verdict and is not counted."""
    checker = fact_checker(path)
    draft = "# A strike “avoidable”\n\nThe old ferry is for sale.\n\n- The works cost 3.2 million euros\n- Cats swim\n"
    found = report(checker.library, list(checker.check_text(draft)))
    assert [each["verdict"] for each in found["sentences"]] == [None, "contradicted", "carried", "not_said"]
    assert [each["first"] for each in found["sentences"]] == [1, 3, 5, 6]
    assert found["summary"] == {
        "sentences": 3,
        "carried": 1,
        "contradicted": 1,
        "not_said": 1,
        "quotes": {"all": 1, "found": 1},
    }
    assert found["library"] == {"path": str(path), "generation": 1}
    citation = found["sentences"][2]["citations"][0]
    assert citation == {
        "article": "bridge.txt",
        "first": 3,
        "last": 3,
        "quote": citation["quote"],
        "start": 73,
        "end": 106,
    }


def test_another_figure_is_no_contradiction_where_another_line_has_the_claims_own(tmp_path):
    """An estimate of last year beside this year's; alone it contradicts."""

    class Doubting(WordChecker):
        def _verdict(self, claim, evidence, question=""):
            return (0.2, 0.3, 0.5) if "412" in evidence else (0.05, 0.9, 0.05)

    lines = {
        "old.txt": "The tramway of Montbray would cost 385 million euros, says the council.\n",
        "new.txt": "The tramway of Montbray is now expected to cost 412 million euros in all.\n",
    }
    (tmp_path / "both").mkdir()
    (tmp_path / "alone").mkdir()
    draft = "The tramway of Montbray will cost 412 million euros."
    assert checked(built(tmp_path / "both", lines), draft, Doubting()).verdict == "not_said"
    assert (
        checked(built(tmp_path / "alone", {"old.txt": lines["old.txt"]}), draft, Doubting()).verdict == "contradicted"
    )
