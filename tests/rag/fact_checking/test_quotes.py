"""Quotations held against the articles: as they stand there, altered, cut, or somebody else's words."""

import pytest
from checked_library import built, fact_checker

from rag.fact_checking.wording import exact, nearest


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    return fact_checker(built(tmp_path_factory.mktemp("quotes")))


def quoted(checker, draft):
    """How the first quotation of a draft stands."""
    checked = [quote for each in checker.check_text(draft) for quote in each.quotes]
    return checked[0]


@pytest.mark.parametrize(
    "draft",
    [
        "Paul Renaud called the strike “avoidable”.",
        'Paul Renaud called the strike "avoidable," as before.',
        "Selon M. Ferrand, « nous avons attendu trop longtemps ce jour de fête ».",
        "« L'hiver sera long », a dit Luc Ferrandi.",
        "«\u00a0L’hiver\u202fsera   long\u00a0», a dit M. Ferrandi.",
        "Il dit : « C'est un grand jour pour la ville! »",
        "« C’est un grand jour pour la ville ! », a dit Claire Vidal.",
        "« Nous avons attendu […] ce jour de fête », a dit M. Ferrand.",
        "« Nous avons attendu trop longtemps [le pont] », dit-il.",
    ],
)
def test_words_that_stand_there_are_found(checker, draft):
    """Whatever the spaces, marks and apostrophes are; what is left out or replaced is marked."""
    found = quoted(checker, draft)
    assert found.standing == "found", found
    assert found.citation.quote in checker.library.by_id[found.citation.span.article_id].text


def test_the_source_is_cited_with_its_lines(checker):
    """Exact characters, over a line end too."""
    citation = quoted(checker, "« Nous avons attendu trop longtemps ce jour de fête », a dit M. Ferrand.").citation
    assert str(citation.span) == "pont.txt:3-4"
    assert citation.quote == "Nous avons attendu trop longtemps ce jour\nde fête"


@pytest.mark.parametrize(
    ("draft", "differences"),
    [
        ("« Nous avons espéré trop longtemps ce jour de fête », dit-il.", (("espéré", "attendu"),)),
        ("« Nous avons attendu longtemps ce jour de fête », dit-il.", (("", "trop"),)),
        ("« Nous avons attendu bien trop longtemps ce jour de fête », dit-il.", (("bien", ""),)),
        ("« Nous avons attendu trop longtemps ce Jour de fête », dit-il.", (("Jour", "jour"),)),
    ],
)
def test_words_that_were_changed_are_shown_beside_those_of_the_article(checker, draft, differences):
    """As quoted, and as it stands there; a capital inside is a change too."""
    found = quoted(checker, draft)
    assert (found.standing, found.differences) == ("altered", differences)
    assert found.citation.quote.split() == "Nous avons attendu trop longtemps ce jour de fête".split()


@pytest.mark.parametrize(
    ("draft", "left_out"),
    [
        ("“The bridge is safe”, said Claire Vidal.", ", but we will watch it"),
        ("“We will paint it”, said Claire Vidal.", "If the region pays,"),
        ("Paul Renaud said that “the bridge will last”.", "I do not think that"),
        ("« La circulation reprendra », a promis Claire Vidal.", "mais pas pour les camions"),
    ],
)
def test_a_quotation_without_the_but_or_the_not_beside_it_is_cut(checker, draft, left_out):
    """What the sentence of the article says before or behind it is shown."""
    found = quoted(checker, draft)
    assert found.standing == "cut" and left_out in found.left_out


@pytest.mark.parametrize(
    "draft",
    [
        "“The bridge is safe, but we will watch it”, said Claire Vidal.",
        "“The bridge is safe”, but they will watch it, said Claire Vidal.",
        "If the region pays, “we will paint it”, said Claire Vidal.",
        "Paul Renaud does not think that “the bridge will last”.",
    ],
)
def test_a_draft_that_says_the_but_or_the_not_itself_cuts_nothing(checker, draft):
    assert quoted(checker, draft).standing == "found"


@pytest.mark.parametrize(
    ("draft", "speakers"),
    [
        ("“Avoidable”, said Claire Vidal of the strike.", ("Paul", "Renaud")),
        ("« L’hiver sera long », a dit M. Ferrand.", ("Luc", "Ferrandi")),
        ("Selon Luc Ferrandi, « nous avons attendu trop longtemps ce jour de fête ».", ("Ferrand",)),
        ("« C’est un grand jour pour la ville ! », a dit Paul Renaud.", ("Luc", "Ferrandi", "Claire", "Vidal")),
    ],
)
def test_words_of_somebody_else_are_given_to_another_speaker(checker, draft, speakers):
    """Names that are nearly alike are two; "she said" may be whoever the sentence before names."""
    found = quoted(checker, draft)
    assert found.standing == "other_speaker" and set(found.speakers) <= set(speakers) and found.speakers


def test_words_that_stand_in_no_article_are_found_nowhere(checker):
    for draft in ("Il dit : « tout ira bien demain matin à Paris ».", "“No”, she said.", "He said “zebra”."):
        found = quoted(checker, draft)
        assert (found.standing, found.citation) == ("nowhere", None)


def test_the_best_place_counts(tmp_path):
    """Cut in one article and whole in another: it was said so too."""
    articles = {
        "a.txt": "“The bridge is safe”, but only for a year, said Claire Vidal. “The bridge is safe, but old”, she said.",
        "b.txt": "“The bridge is safe”, said Claire Vidal on Monday.",
    }
    found = quoted(fact_checker(built(tmp_path, articles)), "“The bridge is safe”, said Claire Vidal.")
    assert found.standing == "found"


def test_a_quotation_that_is_no_rule_is_compared_as_it_is():
    """Nothing in it is a regular expression."""
    assert exact("a (b) c* [d] $e^ .+").search("A (b) c* and more $e^ .+")
    assert not exact("a.c").search("abc")
    assert exact("… ! […]") is None


def test_what_is_too_different_has_no_source():
    """Six words in ten, and three at least."""
    assert nearest("the bridge is safe", "The ferry was old.") is None
    assert nearest("very safe", "It is very safe.") is None
    assert nearest("the bridge is safe", "") is None
