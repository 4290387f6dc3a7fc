"""Conversations on disk: what is kept, by whom it can be read, what a kill or a damaged line costs, how they are
deleted."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import PATHS
from served import ANSWERS, ARTICLES, HOSTILE, PEDESTRIANS, REOPENS
from served import COST as PRICE

from rag.conversation import turn_of
from rag.serialization import answer_from
from rag.types import Answer, Claim, Filter
from ui.conversations.records import sources_of
from ui.conversations.store import History
from ui.web.render.answer import answer_html

QUESTIONS = (
    "Quand le pont rouvre-t-il ?",
    "Combien a coûté le chantier ?",
    "Qui a gagné la coupe ?",
    "Et les piétons ?",
)
FIRST, COST, NONE, FOLLOWING = (ANSWERS[question] for question in QUESTIONS)


@pytest.fixture
def history(tmp_path):
    return History.of(tmp_path)


def keep(history, answer, talk=""):
    return history.append(talk, answer, sources_of(answer, ARTICLES))


def the_file(history):
    (path,) = history.folder.glob("*.jsonl")
    return path


@pytest.mark.parametrize("question", list(ANSWERS))
def test_an_answer_survives_the_wire(question):
    """What was answered comes back as it was, from JSON: claims, citations, hits, message, follow-up."""
    answer = ANSWERS[question]
    back = answer_from(json.loads(json.dumps(answer.to_dict())))
    assert back.to_dict() == answer.to_dict()
    assert (back.claims, back.text, back.status, back.message, back.understood) == (
        answer.claims,
        answer.text,
        answer.status,
        answer.message,
        answer.understood,
    )
    assert [hit.chunk for hit in back.hits] == [hit.chunk for hit in answer.hits]


def test_a_filter_survives_the_wire():
    """So does what narrowed the articles, and what is said beside the claims."""
    narrowed = Filter(
        "en mars", "2024-03-01", "2024-03-31", ("AGL",), is_explicit=True, question="Quand ?", n_articles=3, n_unknown=1
    )
    answer = replace(FIRST, filter=narrowed, message="Le reste n’y est pas.", library="/a", generation=3)
    back = answer_from(json.loads(json.dumps(answer.to_dict())))
    assert (back.filter, back.message, back.library, back.generation) == (narrowed, answer.message, "/a", 3)


QUOTED = Answer(
    "Combien ?",
    "fr",
    (
        Claim(f"…{PRICE.quote}…", "supported", (PRICE,), origin="quote"),
        Claim(PEDESTRIANS.quote, "supported", (PEDESTRIANS,), origin="quote"),
        Claim("Inventé.", "unsupported", reason="Aucune ligne."),
    ),
    is_quote=True,
)
LISTED = Answer(
    "Quels articles ?",
    "fr",
    (Claim("« Le pont rouvre » (2024)", "supported", (REOPENS,), origin="title"),),
    is_quote=True,
    message="Il y en a un.",
)
DIFFERING = Answer(
    "Quand ?",
    "fr",
    (Claim("Il rouvre le 3 mai.", "supported", (REOPENS,)), Claim(PRICE.quote, "supported", (PRICE,), origin="quote")),
    message="Le reste n’y est pas.",
)


@pytest.mark.parametrize("answer", [QUOTED, LISTED, DIFFERING, FIRST, NONE], ids=lambda answer: answer.question)
def test_an_answer_kept_before_claims_had_an_origin_is_the_same(answer):
    """Its text, its page and what a follow-up leans on; its quotes are quotes again."""
    record = answer.to_dict()
    del record["message"]
    for claim in record["claims"]:
        del claim["origin"], claim["quote"]
    back = answer_from(json.loads(json.dumps(record)))
    assert (back.claims, back.message, back.text) == (answer.claims, answer.message, answer.text)
    assert turn_of(back) == turn_of(answer)
    assert answer_html(back, ARTICLES, "fr") == answer_html(answer_from(answer.to_dict()), ARTICLES, "fr")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "model", "text": "x"},
        {"origin": "citeline"},
        {"origin": None},
        {"quote": None},
        {"verdict": "unsupported"},
    ],
)
def test_what_an_article_says_is_supported_and_stands_in_the_text(wrong):
    """A record whose claims are not those of its text, or of no known origin, is refused."""
    record = DIFFERING.to_dict()
    record["claims"][1] |= wrong
    with pytest.raises(ValueError):
        answer_from(record)


def test_a_quote_that_was_introduced_in_other_words_is_shown_as_it_was():
    """A change of wording between two versions damages no conversation."""
    record = QUOTED.to_dict()
    for claim in record["claims"]:
        claim["text"] = claim["text"].replace("pont.txt (", "pont.txt, ligne (")
    record["text"] = record["text"].replace("pont.txt (", "pont.txt, ligne (")
    back = answer_from(record)
    assert back.text == record["text"] != QUOTED.text
    assert turn_of(back) == turn_of(QUOTED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(FIRST.to_dict())), JSON)
def test_nothing_but_an_answer_is_one(key, value):
    """A record with anything else in one place is refused with ValueError, or means an Answer that says the same."""
    record = FIRST.to_dict() | {key: value}
    try:
        back = answer_from(record)
    except ValueError:
        return
    assert back.text == record["text"] and back.status == record["status"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        *((nothing, "valid dictionary") for nothing in (None, 3, "x", [])),
        *(({}, "question: Field required"), ({"claims": []}, "question: Field required")),
        (FIRST.to_dict() | {"generation": 1, "library": {"generation": -1}}, "library.generation: "),
        (FIRST.to_dict() | {"hits": [FIRST.to_dict()["hits"][0] | {"score": 10**400}]}, "hits.0.score: "),
        (FIRST.to_dict() | {"text": "autre"}, "not those of its claims"),
    ],
)
def test_nonsense_is_no_answer(record, said):
    """ValueError in one line that says where, whatever it is."""
    with pytest.raises(ValueError) as refused:
        answer_from(record)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_name_that_is_no_utf8_survives_the_wire():
    """Of a file, in a citation, as Python has it: a lone surrogate."""
    record = FIRST.to_dict()
    record["claims"][0]["citations"][0]["article"] = "caf\udce9.txt"
    assert answer_from(record).claims[0].citations[0].span.article_id == "caf\udce9.txt"


def test_a_conversation_is_kept_and_read_again(history):
    """Turns in their order, when, with which citeline, and of what the cited articles were made."""
    talk, first = keep(history, FIRST)
    assert keep(history, FOLLOWING, talk)[0] == talk
    turns = History(history.folder).open(talk).turns
    assert [turn.answer.question for turn in turns] == [FIRST.question, FOLLOWING.question]
    assert turns[0].id == first.id and turns[0].articles["pont.txt"].sha256 == "0" * 64
    assert set(turns[0].articles) == {"pont.txt", "marche.txt"}
    assert turns[0].when.endswith("+00:00") and turns[0].version


def test_only_the_owner_can_read_it(history):
    """Folder 0700, files 0600, whatever the umask lets through."""
    before = os.umask(0)
    try:
        keep(history, FIRST)
    finally:
        os.umask(before)
    assert stat.S_IMODE(history.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(the_file(history).stat().st_mode) == 0o600


def test_the_newest_comes_first_and_all_words_are_searched(history, monkeypatch):
    """Title is the first question; a word of an answer finds it, without accents and in capitals; all words must be
    there."""
    monkeypatch.setattr(
        "ui.conversations.records.now", iter(["2026-01-01T10:00:00+00:00", "2026-01-02T10:00:00+00:00"]).__next__
    )
    older, _ = keep(history, FIRST)
    newer, _ = keep(history, COST)
    assert [each.id for each in history.conversations()] == [newer, older]
    assert history.conversations()[1].title == FIRST.question and history.conversations()[1].n_turns == 1
    assert [each.id for each in history.conversations("PIETONS avril")] == [older]
    assert history.conversations("piétons millions") == []


def test_a_list_that_was_read_notices_what_is_added(history):
    """A summary is read again when its file grew."""
    talk, _ = keep(history, FIRST)
    assert history.conversations()[0].n_turns == 1
    keep(history, COST, talk)
    assert history.conversations()[0].n_turns == 2


@pytest.mark.parametrize(
    "damage",
    [
        b'{"schema": 1, "turn": "0123456789ab", "when": "2026-01-01T00:00',
        b"\x00\xff\n",
        b"[]\n",
        b"7\n",
        b'{"schema": 2, "turn": "0123456789ab"}\n',
        b'{"schema": 1, "turn": "../../etc", "when": "2026-01-01", "citeline": "", "articles": {}, "answer": {}}\n',
        b'{"schema": 1, "judged": "nobody", "as": "right"}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_damaged_line_is_passed_over_and_counted(history, damage):
    """The turns around it are there; the next turn is not swallowed by a line that was cut short."""
    talk, _ = keep(history, FIRST)
    with the_file(history).open("ab") as file:
        file.write(damage)
    keep(history, COST, talk)
    conversation = history.open(talk)
    assert [turn.answer.question for turn in conversation.turns] == [FIRST.question, COST.question]
    assert conversation.n_damaged == 1 and history.conversations()[0].n_damaged == 1


def test_any_cut_loses_at_most_the_last_turn(history):
    """A file that ends anywhere in its last line gives every turn before, and takes the next one."""
    talk, _ = keep(history, FIRST)
    whole = the_file(history).read_bytes()
    keep(history, COST, talk)
    both = the_file(history).read_bytes()
    for end in range(len(whole), len(both), 97):
        the_file(history).write_bytes(both[:end])
        assert history.open(talk).turns[0].answer.question == FIRST.question
        keep(history, NONE, talk)
        assert history.open(talk).turns[-1].answer.question == NONE.question


def test_a_kill_loses_at_most_the_turn_in_progress(tmp_path):
    """A process that keeps turns as fast as it can is killed: what it said to have kept is there, whole."""
    script = (
        f"import sys; sys.path[:0] = {PATHS!r}\n"
        "from pathlib import Path\nfrom test_history import FIRST, History, keep\n"
        f"history, talk = History.of(Path({str(tmp_path)!r})), ''\n"
        "while True:\n    talk, turn = keep(history, FIRST, talk)\n    print(turn.id, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline().strip() for _ in range(20)]
    process.kill()
    said += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    history = History.of(tmp_path)
    (summary,) = history.conversations()
    found = [turn.id for turn in history.open(summary.id).turns]
    assert found[: len(said)] == said and len(found) - len(said) <= 1


def test_two_windows_may_write_at_once(history):
    """Turns of two writers stand in one file, each whole."""
    talk, _ = keep(history, FIRST)

    def write():
        other = History(history.folder)
        for _ in range(20):
            keep(other, COST, talk)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    conversation = history.open(talk)
    assert (len(conversation.turns), conversation.n_damaged) == (81, 0)


def test_a_full_disk_costs_the_turn_and_nothing_else(history, monkeypatch):
    """OSError, and the file is as it was; the next turn is kept again."""
    talk, _ = keep(history, FIRST)
    before = the_file(history).read_bytes()
    write, calls = os.write, []

    def full(descriptor, data):
        calls.append(data)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:10])

    monkeypatch.setattr("ui.conversations.store.os.write", full)
    with pytest.raises(OSError, match="No space"):
        keep(history, COST, talk)
    monkeypatch.undo()
    assert the_file(history).read_bytes() == before
    keep(history, COST, talk)
    assert len(history.open(talk).turns) == 2


def test_without_a_library_nothing_is_made(tmp_path):
    """The folder of the library is never made by its history."""
    with pytest.raises(OSError):
        keep(History.of(tmp_path / "none"), FIRST)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "0" * 23,
        "0" * 25,
        "G" * 24,
        "0" * 24 + "\n",
        "/etc/passwd",
        "../outside",
        None,
        3,
        ["x"],
    ],
)
def test_a_name_that_is_not_ours_names_nothing(history, name):
    """No path is made of it: nothing is read, nothing deleted; a turn goes into a new conversation."""
    keep(history, FIRST)
    (history.folder.parent / "outside.jsonl").write_bytes(the_file(history).read_bytes())
    with pytest.raises(KeyError):
        history.open(name)
    with pytest.raises(KeyError):
        history.judge(name, "0" * 12, "right")
    assert not history.delete(name)
    talk, _ = keep(history, COST, name)
    assert talk != name and len(history.conversations()) == 2
    assert (history.folder.parent / "outside.jsonl").read_bytes().count(b"\n") == 1


def test_a_link_is_not_followed(history, tmp_path):
    """A link in the place of a conversation is not written through."""
    talk, _ = keep(history, FIRST)
    target = tmp_path / "target"
    target.write_text("mine")
    the_file(history).unlink()
    (history.folder / f"{talk}.jsonl").symlink_to(target)
    with pytest.raises(OSError):
        keep(history, COST, talk)
    assert target.read_text() == "mine"


def test_one_or_all_can_be_deleted(history):
    """The file is gone, with what was said of its answers; others stay. Deleting again is nothing."""
    one, turn = keep(history, FIRST)
    two, _ = keep(history, COST)
    keep(history, NONE)
    history.judge(one, turn.id, "right", "juste")
    assert history.delete(one) and not history.delete(one)
    assert {each.name for each in history.folder.iterdir()} >= {f"{two}.jsonl"}
    assert not any(b"juste" in path.read_bytes() for path in history.folder.iterdir())
    assert history.delete_all() == 2 and list(history.folder.iterdir()) == [] and history.conversations() == []


def test_only_conversations_are_deleted(history):
    """Another file in the folder stays."""
    keep(history, FIRST)
    (history.folder / "notes.txt").write_text("mine")
    history.delete_all()
    assert [path.name for path in history.folder.iterdir()] == ["notes.txt"]


def test_a_judgement_is_kept_changed_and_taken_back(history):
    """The last word counts; a note is one line of a bounded length."""
    talk, turn = keep(history, FIRST)
    history.judge(talk, turn.id, "wrong", "non\n<b>" + "x" * 600)
    found = history.turn(talk, turn.id)
    assert found.judgement == "wrong" and found.note.startswith("non <b>x") and len(found.note) == 500
    history.judge(talk, turn.id, "line")
    assert (history.turn(talk, turn.id).judgement, history.turn(talk, turn.id).note) == ("line", "")
    history.judge(talk, turn.id, "")
    assert history.turn(talk, turn.id).judgement == ""
    with pytest.raises(KeyError):
        history.judge(talk, "0" * 12, "right")


def test_without_history_nothing_is_on_disk(tmp_path):
    """Remembered until the process ends, and no more than some conversations."""
    history = History(None)
    talk, turn = keep(history, FIRST)
    keep(history, COST, talk)
    assert [each.answer.question for each in history.open(talk).turns] == [FIRST.question, COST.question]
    assert history.turn(talk, turn.id).answer.text == FIRST.text
    for _ in range(30):
        keep(history, NONE)
    assert len(history.conversations()) == 20 and list(tmp_path.iterdir()) == []
    with pytest.raises(KeyError):
        history.open(talk)


def test_hostile_text_is_kept_as_it_is(history):
    """Markup, direction marks and a lone surrogate of a file name come back unchanged."""
    answer = Answer(HOSTILE + "\udc80", "fr", message=HOSTILE)
    talk, _ = history.append("", answer, {})
    assert history.open(talk).turns[0].answer.question == HOSTILE + "\udc80"


def test_five_hundred_turns(history):
    """A long conversation is added to without being read, and read whole."""
    talk = ""
    for _ in range(500):
        talk, _ = keep(history, FIRST, talk)
    assert len(history.open(talk).turns) == 500 and history.conversations()[0].n_turns == 500
