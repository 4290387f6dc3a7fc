"""The bench of equal libraries says that they are equal, and where they are not."""

import pytest
from fakes import BagEmbedder, plain_answerer

from bench.quality.same_lines import Kept, compare, questions, rows
from index.ingestion import build
from index.storage import copy

ASKED = ["Combien ont coûté les travaux ?", "Quand le pont de Vernay rouvrira-t-il ?", "Who is head of the port?"]


def test_a_copy_gives_the_same_lines(library, tmp_path):
    copy(library, tmp_path / "copy")
    compared = compare(plain_answerer(library), plain_answerer(tmp_path / "copy"), ASKED)
    assert [value for _, value in rows(compared)] == ["3 of 3", "3 of 3", "0", "0"]


def test_what_differs_is_counted(library, folder, tmp_path):
    """One has an article that the other lacks, another has a line changed."""
    one = plain_answerer(library)
    (folder / "pont.txt").rename(tmp_path / "pont.txt")
    fewer = tmp_path / "fewer"
    build(fewer, BagEmbedder(), [folder])
    compared = compare(one, plain_answerer(fewer), ASKED)
    assert [each.same_lines for each in compared] == [False, False, True]
    assert not any(each.same_hits for each in compared) and max(each.moved for each in compared) == 2
    text = (tmp_path / "pont.txt").read_text(encoding="utf-8")
    (folder / "pont.txt").write_text(text.replace("3,2", "3,4"), encoding="utf-8")
    other = tmp_path / "other"
    build(other, BagEmbedder(), [folder])
    assert [each.same_lines for each in compare(one, plain_answerer(other), ASKED)] == [False, True, True]


def test_a_bench_that_was_stopped_goes_on(library, folder, tmp_path):
    """What was answered is not asked again: not even where the last line was cut off; a changed library is."""
    answerer, path = plain_answerer(library), tmp_path / "answers.jsonl"
    given = [Kept(path).by("one", answerer, question) for question in ASKED]
    assert len({each.lines for each in given}) == 3
    path.write_bytes(path.read_bytes()[:-20])
    plain, asked = answerer.ask, []
    answerer.ask = lambda question: asked.append(question) or plain(question)
    for n_asked in (1, 0):
        kept = Kept(path)
        assert [kept.by("one", answerer, question) for question in ASKED] == given and asked == ASKED[-1:] * n_asked
        asked.clear()
    (folder / "port.txt").unlink()
    build(library, BagEmbedder())
    assert Kept(path).by("one", answerer, ASKED[0]) != given[0] and asked == ASKED[:1]


@pytest.mark.parametrize("n", [1, 163, 164, 200, 229, 1000])
def test_there_are_as_many_questions_as_asked_for(n):
    found = questions(n)
    assert len(found) == min(n, 229) and found[:1] == questions(1) and len(questions(200)) == 200
    assert n < 200 or any("articles de mars" in each for each in found)
