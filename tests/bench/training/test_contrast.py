"""Claims made by exact edits: what is changed, what a frame makes of it, and that no word tells the label."""

import json
import random
import re
from collections import Counter

import pytest

from bench.training.answer_claims import like
from bench.training.claim_sets import ClaimMixture, _paraphrased, _written, twinned
from bench.training.contrast import _again, _as_told, _under, case_of, first_part
from bench.training.contrast_words import ADDITIONS, CONDITIONS, CORRECTIONS, FRAMES, SPEAKERS
from bench.training.edits import EDITS, Edited, in_mood, negated, number, role
from bench.training.frames import Frame, framed, small
from bench.training.statements import ALLOWED, Case, Claim, Statement, is_whole, tidy

MAYOR = "Le maire a vendu 12 parcelles à Camille Durand, voisine de Jeanne Morel, avant le 3 juin 2021."
VOTE = "The council has approved 12 plots for Camille Durand before the end of June 2021."


def statement(text, language="fr", **more):
    return Statement(
        {language: text}, "key", elsewhere={language: [text, "Le conseil avait cédé 47 terrains."]}, **more
    )


@pytest.mark.parametrize(
    ("language", "said", "other"),
    [
        ("fr", "Le maire a vendu le stade.", "Le maire n'a pas vendu le stade."),
        ("fr", "La tour est ouverte au public.", "La tour n'est pas ouverte au public."),
        ("en", "The mayor has sold the stadium.", "The mayor has not sold the stadium."),
    ],
)
def test_a_negation_goes_in_and_out(language, said, other):
    assert negated(said, language) == other
    assert negated(other, language) == said


@pytest.mark.parametrize(
    "text",
    [
        "Le stade que le maire a vendu ferme.",  # the verb of another clause
        "Il n'a jamais vendu le stade.",  # another negation
        "Le maire l'a vendu hier soir.",
        "La région de l'est est vaste et nul n'y est allé.",
    ],
)
def test_what_is_not_surely_the_main_verb_is_left(text):
    assert negated(text, "fr") == ""


def test_moods():
    assert in_mood("Le maire a vendu le stade.", "fr", "subjunctive") == "Le maire ait vendu le stade."
    assert in_mood("Le maire a vendu le stade.", "fr", "doubtful") == "Le maire aurait vendu le stade."
    assert in_mood("The stadium was sold.", "en", "doubtful") == "The stadium may have been sold."
    assert in_mood("Le stade que le maire a vendu ferme.", "fr", "doubtful") == ""


def test_a_number_keeps_its_form_and_changes_everywhere():
    """In each language at once, and never to a number the sentence has already."""
    both = Statement({"fr": "Il y a 1 234 arbres ici.", "en": "There are 1,234 trees here."}, "key")
    for seed in range(30):
        found = number(both, both.versions, random.Random(seed))
        fr, en = (re.sub(r"\D", "", found.versions[language]) for language in ("fr", "en"))
        assert fr == en != "1234" and len(fr) == 4
        assert re.fullmatch(r"Il y a \d \d{3} arbres ici\.", found.versions["fr"])


def test_names_that_are_only_listed_do_not_trade_places():
    listed = statement("Le prix va à Camille Durand et Jeanne Morel cette année.")
    assert role(listed, listed.versions, random.Random(0)) is None
    acted = statement("Le jury dit que Camille Durand a battu Jeanne Morel hier.")
    swapped = role(acted, acted.versions, random.Random(0)).versions["fr"]
    assert swapped == "Le jury dit que Jeanne Morel a battu Camille Durand hier."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_frame_can_be_told(language):
    """Each wording takes a sentence and leaves no slot open, in the grammar of its language."""
    sentence = {"fr": "Il a vendu le stade.", "en": "It has sold the stadium."}[language]
    twin = {"fr": "Il n'a pas vendu le stade.", "en": "It has not sold the stadium."}[language]
    kinds = FRAMES[language] | {"correction": CORRECTIONS[language]}
    for kind, templates in kinds.items():
        for template in templates:
            text = framed(sentence, language, Frame(kind, template, 0), twin)
            assert text and not re.search(r"[{}]|\bque il\b|\bsi il\b|\bde le\b", text), template
            assert text[0].isupper() or text[0] in '"«', template


def test_words_stand_at_the_same_place_in_both_languages():
    for table in (SPEAKERS, CONDITIONS, ADDITIONS):
        assert len(table["fr"]) == len(table["en"])
    assert FRAMES["fr"].keys() == FRAMES["en"].keys()


@pytest.mark.parametrize(
    ("kind", "same", "negated_twin", "other_number"),
    [
        ("says", "not_said", "not_carried", "not_carried"),
        ("condition", "not_said", "not_carried", "not_carried"),
        ("doubtful", "not_said", "not_carried", "not_carried"),
        ("false", "contradicted", "carried", "not_carried"),
        ("denies", "not_carried", "not_said", "not_carried"),
        ("fact", "carried", "contradicted", "contradicted"),
        ("correction", "carried", "contradicted", "contradicted"),
    ],
)
def test_what_a_frame_makes_of_a_claim(kind, same, negated_twin, other_number):
    """The sentence itself, its negation and another number, claimed of evidence that tells it in a frame."""
    frame = Frame(kind, "", 0)
    negation, changed = Edited({}, "negation", "contradicted"), Edited({}, "number", "contradicted")
    assert _under(frame, "carried", negation, 0, 0) == same
    assert _under(frame, "contradicted", negation, 0, 1) == negated_twin
    assert _under(frame, "contradicted", changed, 0, 1) == other_number


def test_it_is_false_is_true_of_what_is():
    """ "It is false that", claimed of plain evidence: contradicted by what it denies, carried by its contrary."""
    changed = Edited({}, "number", "contradicted")
    assert _as_told("false", None, True, changed) == "contradicted"
    assert _as_told("false", None, False, changed) == "carried"
    assert _as_told("says", None, True, changed) == "not_said"
    assert _again(Frame("says", "", 4), "en", random.Random(0)).who == 4


def test_a_capital_is_kept_where_it_may_be_a_name():
    assert small("Le maire a vendu le stade.", "fr") == "le maire a vendu le stade"
    assert small("Camille Durand a vendu le stade.", "fr") == "Camille Durand a vendu le stade"
    assert small("Rome a vendu le stade.", "fr") is None


def test_a_part_of_a_sentence():
    long = "The council has approved the twelve new plots of land, which will be sold in June."
    assert first_part(long, "en") == "The council has approved the twelve new plots of land."
    assert first_part("Le stade (ouvert en 1998) a été vendu par la mairie.", "fr") == (
        "Le stade a été vendu par la mairie."
    )
    assert first_part("Le stade a été vendu.", "fr") == ""


@pytest.mark.parametrize(("text", "language"), [(MAYOR, "fr"), (VOTE, "en")])
def test_no_sentence_is_only_true_or_only_false(text, language):
    """Over many drawings the sentence as it is, and edits of it, are carried about as often as not, plain or framed."""
    counts = {}
    chooser = random.Random(1)
    for _ in range(1500):
        case = case_of(statement(text, language), [language], chooser)
        for claim in case.claims if case else ():
            assert claim.label in ALLOWED
            counts.setdefault(claim.text == text, Counter())[claim.label == "carried"] += 1
    for is_itself, seen in counts.items():
        share = seen[True] / seen.total()
        assert 0.25 < share < 0.75, (is_itself, seen)


def test_claims_across_languages_come_in_both():
    both = Statement(
        {"fr": "Le club a battu Lens 3 à 1 le 4 juin.", "en": "The club beat Lens 3 to 1 on 4 June."}, "key"
    )
    chooser = random.Random(2)
    cases = [case for case in (case_of(both, ["fr", "en"], chooser) for _ in range(200)) if case]
    labels = Counter((claim.language, claim.label == "carried") for case in cases for claim in case.claims)
    assert set(labels) == {("fr", True), ("fr", False), ("en", True), ("en", False)}
    assert all(case.language == "fr" for case in cases)


def test_edits_are_the_same_for_the_same_seed():
    def drawn():
        chooser = random.Random(5)
        return [case_of(statement(MAYOR), ["fr"], chooser) for _ in range(40)]

    assert drawn() == drawn()
    assert len(EDITS) == len(set(EDITS))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Le maire a vendu le stade de la ville en juin.", True),
        ("Le maire a vendu le stade de la ville en juin", False),
        ("le maire a vendu le stade de la ville en juin.", False),
        ("Liste des stades de la ville, par quartier.", False),
        ("Le maire (de droite a vendu le stade de la ville.", False),
    ],
)
def test_what_can_be_told_by_itself(text, whole):
    assert is_whole(text, "fr") is whole


def test_tokenised_text_is_put_right():
    assert tidy("Veeram -LRB- Valour -RRB- is a film .") == "Veeram (Valour) is a film."
    assert tidy("Burt Reynolds 's `` Deliverance '' , and so on .") == 'Burt Reynolds\'s "Deliverance", and so on.'
    assert tidy('"Il fut nommé évêque de ""Nisa"", à Lycia."') == 'Il fut nommé évêque de "Nisa", à Lycia.'
    assert tidy("Qui est « Wali » ?") == "Qui est « Wali » ?"


def test_another_answer_is_of_the_same_kind():
    assert like("in 1998", "It opened in 1998, closed in 2004 and cost 12 million.") == ["in 2004"]
    assert like("Lens", "They met Lens in Calais and then Lille.") == ["Calais", "Lille"]
    assert like("a stadium", "They met Lens in Calais.") == []


def test_paraphrases_are_true_and_false_in_every_language():
    rows = {language: (f"a {language}", f"b {language}", "not_carried") for language in ("fr", "en", "es")}
    chooser = random.Random(0)
    claims = [claim for _ in range(100) for claim in _paraphrased(rows, chooser).claims]
    assert {(c.language, c.label, c.weight) for c in claims} >= {
        ("fr", "not_carried", 0.5),
        ("en", "carried", 1.0),
        ("en", "not_carried", 0.5),
    }


def test_a_wrong_label_is_named_with_its_line(tmp_path):
    good = (
        '{"evidence": "E.", "lang_e": "fr", "claims": [{"text": "C", "lang": "en", "label": "carried", "kind": "k"}]}'
    )
    (tmp_path / "a.jsonl").write_text(good + "\n" + good.replace("carried", "true") + "\n")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 2: no such label: true"):
        _written(tmp_path)
    (tmp_path / "a.jsonl").write_text(good + "\n")
    ((key, case),) = _written(tmp_path)
    assert (key, case.claims[0].language) == ("E.", "en")


def test_what_is_kept_for_validation_is_never_drawn(tmp_path):
    """A share of each set's evidence; pools are the same for the same number, and differ."""
    for name, rows in (("piaf-v1.0.json", []), ("xquad-a/xquad.en.json", [])):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"data": rows}))
    (tmp_path / "claims").mkdir()
    row = {"lang_e": "fr", "claims": [{"text": "C.", "lang": "fr", "label": "carried", "kind": "k"}]}
    lines = [json.dumps(row | {"evidence": f"Ligne {k}."}) for k in range(400)]
    (tmp_path / "claims" / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "m.toml").write_text(
        'seed = 1\n[[set]]\nname = "w"\nfrom = "written"\nfolder = "claims"\nweight = 1\nvalidation = 0.1\n'
        'licence = "MIT"\norigin = "here"\n'
    )
    mixture = ClaimMixture(tmp_path / "m.toml", [tmp_path])
    kept = {case.evidence for case in mixture.validation(5)["w"]}
    drawn = {case.evidence for number in range(30) for (case,) in mixture.pool(number, 100)}
    assert 20 < len(kept) < 60 and len(drawn) == 400 - len(kept) and not kept & drawn
    assert mixture.pool(3, 20) == mixture.pool(3, 20) != mixture.pool(4, 20)
    assert mixture.records()[0]["evidence"] + mixture.records()[0]["evidence_kept_for_validation"] == 400


def test_a_true_claim_gets_a_false_twin_beside_it():
    true = Claim("Le maire a vendu 12 parcelles à Camille Durand.", "fr", "carried", "plain")
    other = Claim("Le maire a vendu le stade.", "fr", "not_said", "plain")
    case = Case("Le maire a vendu 12 parcelles à Camille Durand, 47 à Jeanne Morel.", "fr", (true, other))
    twins = {c.text: c.label for n in range(60) for c in twinned(case, random.Random(n)).claims[2:]}

    assert set(twins.values()) == {"not_carried"}
    assert "Le maire n'a pas vendu 12 parcelles à Camille Durand." in twins
    assert "Le maire a vendu 12 parcelles à Jeanne Morel." in twins
    # A number only where evidence has it too: any other is told by exact rules.
    assert {int(re.search(r"\d+", text).group()) for text in twins} == {12, 47}
