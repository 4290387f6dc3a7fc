"""`citeline compare`: each sentence of two articles is the same, changed, cut or added, with its line."""

import json
import time

import pytest
from command import one_line, run
from fakes import BagEmbedder

from index.ingestion import build
from index.storage import Library
from index.types import Article
from rag.copies import compare

DISPATCH = (
    "Le barrage de Lorvel rouvre\n\n"
    "Le barrage de Lorvel, fermé depuis mars, rouvrira lundi matin. Les travaux ont coûté 3,2 millions d’euros.\n\n"
    "La préfète Anne Morin a salué la fin du chantier. Les riverains attendaient ce jour depuis deux ans.\n\n"
    "Le syndicat des mariniers demande une aide. Il sera reçu jeudi à Verlay.\n"
)
PAPER = (
    "À Lorvel, le barrage rouvre enfin\n\n"
    "Le barrage de LORVEL, fermé depuis mars, rouvrira lundi matin. Les travaux ont coûté 3,4 millions d'euros.\n\n"
    "Les riverains attendaient ce jour depuis deux ans. Une fête est prévue dimanche sur la place.\n\n"
    "Le syndicat des mariniers demande une aide. Il sera reçu jeudi à Verlay.\n"
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "in").mkdir()
    (folder / "in" / "agence.txt").write_text(DISPATCH, encoding="utf-8")
    (folder / "in" / "courrier.txt").write_text(PAPER, encoding="utf-8")
    (folder / "in" / "autre.txt").write_text("Tout autre chose\n\nIl a plu hier sur Tréville.\n", encoding="utf-8")
    build(folder / "lib", BagEmbedder(), [folder / "in"])
    return folder / "lib"


def compared(path, a, b):
    by_id = Library.open(path).by_id
    return compare(by_id[a], by_id[b])


def test_a_corrected_figure_is_a_change_with_the_figure_marked(shelf):
    found = compared(shelf, "agence.txt", "courrier.txt")
    changed = next(each for each in found.differences if each.kind == "changed" and "travaux" in each.a.text)
    assert [(each.kind, each.text) for each in changed.pieces if each.kind != "same"] == [("cut", "2"), ("added", "4")]
    assert (changed.a.line, changed.b.line) == (3, 3)


def test_what_was_cut_and_added_is_named_and_capitals_are_no_change(shelf):
    found = compared(shelf, "agence.txt", "courrier.txt").differences
    assert [each.a.text for each in found if each.kind == "cut" and each.a.line > 1] == [
        "La préfète Anne Morin a salué la fin du chantier."
    ]
    assert [each.b.text for each in found if each.kind == "added" and each.b.line > 1] == [
        "Une fête est prévue dimanche sur la place."
    ]
    assert [each.a.text[:10] for each in found if each.kind == "same"] == [
        "Le barrage", "Les rivera", "Le syndica", "Il sera re"
    ]  # fmt: skip


def test_no_sentence_is_lost_whichever_comes_first(shelf):
    for a, b in (("agence.txt", "courrier.txt"), ("courrier.txt", "agence.txt"), ("autre.txt", "agence.txt")):
        found, by_id = compared(shelf, a, b).differences, Library.open(shelf).by_id
        for side, id in (("a", a), ("b", b)):
            said = [getattr(each, side) for each in found if getattr(each, side)]
            assert " ".join(each.text for each in said) == " ".join(filter(None, by_id[id].lines))
            assert [each.line for each in said] == sorted(each.line for each in said)


def test_the_command_marks_the_words_and_says_whether_they_are_copies(shelf):
    said = run("compare", "agence", "courrier", "--library", shelf).stdout
    assert "[-2-] {+4+}" in said and "4 sentences the same" in said
    found = json.loads(run("compare", "agence", "autre", "--library", shelf, "--json").stdout)
    assert found["is_copy"] is False and found["counts"]["same"] == 0


def article(*lines):
    return Article("a.txt", "A", "", "fr", lines, "", "/a.txt")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["Ha ha ha."] * 3000, ["Ha ha ha.", "Ho ho ho."] * 1500),
        (["mot " * 100_000], ["mot " * 99_999 + "fin"]),
        ([f"Une phrase {n} ici." for n in range(4000)], [f"Une phrase {n} là." for n in range(4000)]),
        ([], ["Un mot."]),
    ],
)
def test_texts_made_to_take_long_do_not(one, other):
    began = time.process_time()
    found = compare(article(*one), article(*other))
    assert time.process_time() - began < 20
    n_a = sum(1 for each in found.differences if each.a)
    assert n_a + max(0, len(one) - 3000) == len(one)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [("nulle", "agence", "nothing in the library"), ("txt", "agence", "fits 3"), ("agence", "agence", "one article")],
)
def test_names_that_fit_none_or_many_are_one_line(shelf, a, b, said):
    assert said in one_line(run("compare", a, b, "--library", shelf))
