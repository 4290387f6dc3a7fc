"""Copies of a text are told from other articles on the same event, forms filled in twice and later articles."""

import random
from itertools import combinations

import numpy as np
import pytest
from dispatches import ANOTHER, DISPATCH, LONG, article, form

from bench.quality import copies as bench
from index.duplicates.families import copies_of, families_of, likeness
from index.duplicates.sketches import SIZE, Sketches

WHOLE = article("La fromagerie de Costerive fermera en juin", DISPATCH)


def families(*texts):
    return families_of(Sketches.of(texts)).tolist()


def corrected(text, *pairs):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


COPIES = {
    "the same": WHOLE,
    "another headline": article("Lait : 84 emplois disparaissent", DISPATCH),
    "one line": article("Coup dur pour les éleveurs", DISPATCH, 10),
    "a sentence a line": article("Coup dur pour les éleveurs", DISPATCH, 1),
    "the end is cut": article("Brévignan ferme un site", DISPATCH[:4]),
    "the middle is cut": article("Brévignan ferme un site", DISPATCH[:2] + DISPATCH[7:]),
    "figures corrected": corrected(WHOLE, ("84", "86"), ("61 fermes", "64 fermes"), ("9 centimes", "11 centimes")),
    "in another order": article("Le plateau perd ses fromagers", DISPATCH[:1] + DISPATCH[4:8] + DISPATCH[1:4]),
    "something added": article("Fin de cuves", (*DISPATCH[:7], *ANOTHER[3:4], "Nos lecteurs peuvent nous écrire.")),
    "straight quotes": corrected(WHOLE, ("’", "'"), ("« ", '"'), (" »", '"')),
    "capitals without accents": corrected(WHOLE, ("Brévignan", "BREVIGNAN"), ("Costerive", "COSTERIVE")),
    "cut and corrected": corrected(article("Encore une usine", DISPATCH[:6]), ("84", "85"), ("lundi", "ce lundi")),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_found(copy):
    """In either order."""
    assert families(WHOLE, copy) == families(copy, WHOLE) == [0, 0]


OTHERS = {
    "another writer": article("Costerive pleure sa fromagerie", ANOTHER),
    "two sentences of it": article("Un an après", (*LONG[:5], *DISPATCH[2:4], *LONG[5:8])),
    "another text": article("Terres vendues", LONG[:8]),
    "a brief": article("Fermeture", DISPATCH[:1]),
    "nothing": "",
    "a digest": article("La semaine en bref", (*DISPATCH[:4], *LONG[:16], *ANOTHER)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_is_no_copy(other):
    assert families(WHOLE, other) == [-1, -1]


def test_a_form_filled_in_twice_is_no_copy():
    """Though three of four words are the same; the same report in two papers is one."""
    one, two = form("Portmelin", "Lundi", 7, 14, 35, 2, 5), form("Sauzelle", "Jeudi", 9, 17, 50, 3, 6)
    assert likeness(*(Sketches.of([each])[0] for each in (one, two))).held > 0.5
    assert families(one, two, one.replace("Météo à", "Le temps à")) == [0, -1, 0]


def test_same_brief_twice_says_nothing():
    brief = "Perdu un chat gris.\nIl a disparu mardi rue Neuve à Costerive, merci d’appeler le 05 55 00 11 22."
    assert families(brief, brief) == [-1, -1]


@pytest.mark.parametrize("share", [0.45, 0.7, 1.0])
def test_long_texts_are_compared_by_a_sample(share):
    """Of a text with more runs than a sketch holds, cut or whole, the copy is found and a stranger is not."""
    whole = article("Rapport", LONG)
    cut = article("Ce que dit le rapport", LONG[: round(share * len(LONG))])
    sketches = Sketches.of([whole, cut])
    assert [len(each) for each in (sketches[0], sketches[1])] == [SIZE, SIZE]
    found = likeness(sketches[0], sketches[1])
    assert found.held > 0.8
    assert abs(found.alike - share) < 0.12
    assert families(whole, cut, WHOLE) == [0, 0, -1]


def test_names_without_capitals_and_scripts_without_spaces():
    """A text in a script without capitals or spaces has copies too, and others are none."""
    chinese = "镇上的奶酪厂宣布将于六月三十日关闭，八十四名工人将失去工作。厂长说，两年来每升牛奶都在亏损。工会要求寻找新的买家，并提醒政府曾经给予补贴。周四将在县里举行会议。"
    other = "昨天夜里的大雨让河水涨到了四十年来最高的水位，低处的街道全部被淹。消防队用小船救出了二十多位老人，学校停课到周末，预计星期天还会有新的降雨。请居民不要靠近堤岸。"
    assert families(chinese, other, chinese.replace("八十四", "八十六")) == [0, -1, 0]
    assert families(WHOLE.lower(), article("", DISPATCH[:6]).lower(), article("", ANOTHER).lower()) == [0, 0, -1]


def test_families_are_numbered_and_connected():
    """Two parts of a text that overlap in little are copies of the whole; numbers follow the first texts."""
    first, last = article("Début", DISPATCH[:6]), article("Fin", DISPATCH[4:])
    report = article("Rapport", LONG[:9])
    assert families(first, last) == [-1, -1]
    assert families(ANOTHER[0], report, first, WHOLE, report, last) == [-1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize("n", [2, 3])
def test_a_digest_of_several_texts_makes_no_family_of_them(n):
    """A copy of one of them is still a copy of that one; the digest is none of any."""
    texts = [WHOLE, article("Terres vendues", LONG[:9]), article("Costerive pleure", ANOTHER)][:n]
    digest = "\n".join(texts)
    assert families(digest, *texts) == [-1] * (n + 1)
    assert families(digest, *texts, COPIES["the end is cut"]) == [-1, 0, *[-1] * (n - 1), 0]


def test_many_copies_and_many_forms():
    """A text in forty papers is one family; a hundred forms are none."""
    draw = random.Random(5)
    papers = [article(f"Titre {n}", DISPATCH[: draw.randint(6, 10)]) for n in range(40)]
    forms = [
        form(f"{draw.choice('BCDFLMP')}{draw.choice(('aru', 'eno', 'ivi'))}{n}ville", f"Le {n}", *draw.sample(range(99), 5))
        for n in range(100)
    ]  # fmt: skip
    assert families(*papers, *forms) == [0] * 40 + [-1] * 100


def test_sketches_do_not_depend_on_what_is_beside():
    """Those of a text are the same alone and chosen out of others; another version has others."""
    texts = [WHOLE, "", article("Rapport", LONG), article("x", ANOTHER), "deux mots"]
    all_of = Sketches.of(texts)
    assert [all_of[n].tolist() for n in range(5)] == [Sketches.of([text])[0].tolist() for text in texts]
    chosen = Sketches.chosen([all_of, None], np.array([(0, 3), (1, 0), (0, 0)]))
    assert [chosen[n].tolist() for n in range(3)] == [all_of[3].tolist(), [], all_of[0].tolist()]
    assert len(Sketches.of([])) == 0
    assert families_of(Sketches.of([])).tolist() == []
    assert (Sketches.version, Sketches.of(["La mairie de Costerive a fermé."]).hashes.tolist()) == (
        1,
        [
            472452562338601147,
            17515401667167733597,
            18122275654532405029,
        ],
    )


def test_hostile_texts():
    """Whatever the characters, nothing fails and nothing is alike by accident."""
    draw = random.Random(2)
    odd = [
        "\ud800" * 90,
        "a" * 90_000,
        "1 " * 5000,
        "\u202e" * 300,
        "é\u0301 " * 400,
        "_ " * 400,
        "\x00 b" * 300,
        "   \n" * 200,
    ]
    odd += ["".join(chr(draw.choice((draw.randrange(32, 0x3000), 32))) for _ in range(2000)) for _ in range(20)]
    assert set(families(*odd)) == {-1}


def test_an_exception_of_the_tick_ends_it():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Sketches.of([WHOLE], stop)
    with pytest.raises(KeyboardInterrupt):
        list(copies_of(Sketches.of([WHOLE, WHOLE]), stop))


@pytest.mark.parametrize("half", bench.HALVES)
def test_the_bench_makes_what_it_says(half):
    """Families of one story each, two hard negatives a family, the same for the same seed; the limits hold on it."""
    import tomllib

    texts = tomllib.loads(bench.TEXTS.read_text(encoding="utf-8"))
    articles = bench.made(texts, half, 12, 3)
    assert articles == bench.made(texts, half, 12, 3) != bench.made(texts, half, 12, 4)
    originals = [each for each in articles if not each.kinds]
    negatives = [each for each in articles if each.kinds and each.kinds[0] in bench.NEGATIVES]
    assert (len(originals), len(negatives)) == (12, 24)
    pairs = sum(a.story == b.story for a, b in combinations(articles, 2))
    rows = dict(bench.report(articles))
    assert int(rows["recall"].split("n=")[1]) == pairs > 12
    assert float(rows["F1"]) >= 0.9
