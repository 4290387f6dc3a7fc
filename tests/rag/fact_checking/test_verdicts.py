"""The trained checker joined with the rules: who has the last word."""

import pytest
from fake_checker import WordChecker

from rag.fact_checking.verdicts import Lines, Said, judge, judge_row

BRIDGE = "The bridge of Vernay cost 3.2 million euros and is not closed, said the mayor Claire Vidal."


def verdict(claim, evidence=BRIDGE, question="", sure=0.95):
    return judge_row(claim, evidence, question, WordChecker(sure))


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("The bridge of Vernay cost 3.2 million euros", "carried"),
        ("The bridge of Vernay is closed", "contradicted"),
        ("The bridge of Vernay is made of oak", "not_said"),
    ],
)
def test_the_checker_decides_where_no_rule_refuses(claim, found):
    """The score is its probability that the claim is carried."""
    judged = verdict(claim)
    assert judged.verdict == found
    assert judged.carries == pytest.approx(0.95 if found == "carried" else 0.025)


class Agreeing(WordChecker):
    """Finds every claim carried, and sooner contradicted than not said."""

    def _verdict(self, claim, evidence, question=""):
        return self.sure, 1 - self.sure, 0.0


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        ("The bridge cost 5 million euros.", "number"),
        ("The bridge opened, said Paul Renaud.", "name"),
        ("The bridge reopens in June.", "name"),
        ("The bridge cost 3.2 million dollars.", "unit"),
    ],
)
def test_an_exact_rule_has_the_last_word(claim, kind):
    """However sure the checker is, a figure, name, date or unit that is not there is not carried: the score is 0."""
    judged = judge_row(claim, BRIDGE, "", Agreeing(0.999))
    assert (judged.verdict, judged.carries, judged.is_refused) == ("contradicted", 0.0, True)
    assert judged.support.kind == kind


def test_other_words_for_the_same_are_left_to_the_checker():
    """The rule that counts words in common refuses nothing here."""
    judged = judge_row("The works were expensive for everybody living there.", BRIDGE, "", Agreeing(0.6))
    assert (judged.support.kind, judged.verdict) == ("words", "carried")


def test_a_not_that_stands_on_one_side_alone_is_left_to_the_checker():
    """So does an opposite: "reopened" may be what "is no longer closed" says."""
    judged = judge_row("The mayor never opened the bridge.", "The mayor opened the bridge.", "", Agreeing(0.6))
    assert (judged.support.kind, judged.verdict) == ("negation", "carried")


def test_figures_and_names_are_compared_across_languages():
    """Words are not: the checker reads both."""
    french = "Le pont de Vernay a coûté 3,2 millions d’euros, a dit la maire Claire Vidal."
    assert (
        judge_row("The bridge cost 3.2 million euros, said Claire Vidal.", french, "", Agreeing()).verdict == "carried"
    )
    assert judge_row("The bridge cost 3.5 million euros, said Claire Vidal.", french, "", Agreeing()).is_refused
    assert judge_row("The bridge cost 3.2 million euros, said Paul Renaud.", french, "", Agreeing()).is_refused


def test_what_the_question_names_need_not_be_in_the_evidence():
    """A short answer is read with the question that it answers; the number must be there all the same."""
    evidence = "Construction took 3.2 million euros."
    question = "What did the bridge of Vernay cost?"
    said = "In Vernay it cost 3.2 million euros."
    assert judge_row(said, evidence, question, Agreeing()).verdict == "carried"
    assert judge_row(said, evidence, "", Agreeing()).support.kind == "name"
    checker = WordChecker()
    judge_row(said, evidence, question, checker)
    assert checker.pairs == [(said, evidence, question)]


def test_a_name_may_stand_around_the_lines():
    """In the headline or the paragraph, which the checker does not read."""
    lines = Lines("She opened the bridge.", "en", "Mayor Claire Vidal on the bridge")
    said = Said("Mayor Claire Vidal opened the bridge.", "en")
    assert judge(said, lines, Agreeing()).verdict == "carried"
    assert judge(said, lines._replace(context=""), Agreeing()).support.kind == "name"
