"""An answer to take away: the Markdown shows text and does nothing, the JSON says what was cited of what."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from served import ANSWERS, ARTICLES, HOSTILE, cite

from rag.types import Answer, Claim
from ui.conversations.export import answer_markdown, conversation_json, conversation_markdown, markdown_text
from ui.conversations.records import sources_of
from ui.conversations.store import History

QUESTIONS = (
    "Quand le pont rouvre-t-il ?",
    "Combien a coûté le chantier ?",
    "Qui a gagné la coupe ?",
    "Et les piétons ?",
)
FIRST, COST, NONE, FOLLOWING = (ANSWERS[question] for question in QUESTIONS)
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HARMLESS = {"inline", "text", "softbreak", "hardbreak", "heading_open", "heading_close", "paragraph_open", "paragraph_close",
            "blockquote_open", "blockquote_close", "strong_open", "strong_close", "em_open", "em_close"}  # fmt: skip


def kept(*answers):
    history, talk = History(None), ""
    for answer in answers:
        talk, _ = history.append(
            talk, replace(answer, llm="qwen", embedder="gemma", generation=7), sources_of(answer, ARTICLES)
        )
    return history.open(talk).turns


def tokens(markdown):
    """Every token of a Markdown text, as a reader of CommonMark with tables sees it."""
    found = []
    for token in READER.parse(markdown):
        found += [token, *(token.children or [])]
    return found


def text_of(markdown):
    return "".join(
        token.content if token.type == "text" else "\n" for token in tokens(markdown) if token.type != "inline"
    )


def test_an_answer_as_markdown():
    """The question, the sentences with their numbers, then title, file, lines, date and quote of each."""
    assert answer_markdown(kept(FIRST)[0], "fr") == (
        "**Quand le pont rouvre-t-il ?**\n\n"
        "Le pont des Tanneurs rouvre aux voitures le 3 mai. [1] Les piétons y passent dès le 20 avril, et le parking sud "
        "suit le 6 mai. [2][3]\n\n"
        "[1] Le pont des Tanneurs rouvrira le 3 mai, pont.txt:5-6, 14 mars 2024\n"
        "> le pont des Tanneurs rouvrira à la circulation le 3 mai\n\n"
        "[2] Le pont des Tanneurs rouvrira le 3 mai, pont.txt:7, 14 mars 2024\n"
        "> Les piétons pourront l’emprunter dès le 20 avril.\n\n"
        "[3] Le marché couvert cherche un toit provisoire, marche.txt:7, avril 2024\n"
        "> rouvrir le parking sud, le 6 mai\n"
    )


def test_what_was_dropped_is_not_copied():
    """A sentence that no line supports is not part of the answer; a follow-up says how it was understood."""
    assert "gratuit" not in answer_markdown(kept(FIRST)[0], "fr")
    assert "*Understood as: Quand le pont" in answer_markdown(kept(FOLLOWING)[0], "en")
    assert answer_markdown(kept(NONE)[0], "en").endswith("Vos articles ne le disent pas.\n")


@pytest.mark.parametrize(
    "text",
    [
        "[link](http://evil.example)", "![image](http://evil.example/x.png)", "<http://evil.example>", "[[wiki]] ![[embed]]",
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a]: http://evil.example", "[1]: http://evil.example",
        "# title", "> quote", "- list", "+ list", "* list", "1. list", "123456789) list", "---", "===", "```", "~~~ sh",
        "`code`", "**bold**", "_em_", "~~struck~~", "| a | b |\n|---|---|\n| c | d |", "&lt;script&gt;", "&#91;a](b)",
        "\\[a](b)", "\\", "$x$", "==marked==", "a\n\n# b", "a\n===", "    code", "\tcode", "http://evil.example",
        "www.evil.example", "HTTP://EVIL.example", "{{7*7}} {% raw %}", "<!-- x -->", "<a href='x'>", "a  \nb", HOSTILE,
    ],
)  # fmt: skip
def test_hostile_text_is_shown_and_does_nothing(text):
    """Every piece of markup is text to a reader of Markdown, and no address is left for one that links addresses."""
    shown = markdown_text(text)
    for line in (shown, f"> {shown}", f"**{shown}**", f"- {shown}"):
        kinds = {token.type for token in tokens(line)} - HARMLESS
        assert kinds <= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert not re.search(r"(?<!\\)://|www\.", shown, re.I) and "<" not in shown
    told = re.sub(r"\s+", " ", text_of(shown)).strip()
    assert told == re.sub(r"\s+", " ", text.replace("\u202e", "<U+202E>")).strip()


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("[]()<>!*_`~#|\\&:/-+=.1 \n\t"), max_size=40))
@example("0.\n")
@example("a\u2028# b")
def test_any_text_is_only_text(text):
    """Whatever an article says: one paragraph of text."""
    kinds = [token.type for token in tokens(markdown_text(text))]
    assert set(kinds) <= {"paragraph_open", "inline", "text", "paragraph_close"} and kinds.count("paragraph_open") <= 1


def test_a_conversation_as_markdown_names_its_articles():
    """Each turn under its question, then the articles with their SHA-256, the models, the generation, the version."""
    markdown = conversation_markdown(kept(FIRST, COST), "fr")
    assert markdown.startswith("# Quand le pont rouvre-t-il ?\n\n## Quand le pont") and "## Combien a coûté" in markdown
    assert f"pont.txt, SHA-256 `{'0' * 64}`" in markdown and markdown.count("SHA-256") == 2
    assert re.search(r"Fait avec citeline [\d.]+ · qwen · gemma · generation 7\.\n$", markdown)


def test_a_hostile_conversation_as_markdown():
    """Question, title, file name, quote and answer full of markup, in both languages: text."""
    quote = "[a](http://evil.example) `x` <b>"
    answer = Answer(
        HOSTILE, "fr", (Claim(quote, "supported", (cite(HOSTILE, HOSTILE, 3, 3),)),), message="# x", understood="*x*"
    )
    for lang in ("fr", "en"):
        kinds = {token.type for token in tokens(conversation_markdown(kept(answer), lang))}
        assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "hr"}


def test_a_conversation_as_json():
    """For each turn what was asked and said and cited, of which file, by which models; no path of this machine."""
    answer = replace(FIRST, library="/home/somebody/library")
    record = json.loads(conversation_json(kept(answer, NONE)))
    assert (record["format"], record["schema"]) == ("citeline-conversation", 1) and record["citeline"]
    turn = record["turns"][0]
    assert (turn["question"], turn["text"], turn["status"]) == (FIRST.question, FIRST.text, "grounded")
    assert turn["models"] == {"llm": "qwen", "embedder": "gemma"} and turn["library"] == {"generation": 7}
    assert turn["articles"][0] == {
        "article": "pont.txt",
        "title": "Le pont des Tanneurs rouvrira le 3 mai",
        "date": "2024-03-14",
        "sha256": "0" * 64,
    }
    citation = turn["claims"][0]["citations"][0]
    assert (citation["article"], citation["first"], citation["last"]) == ("pont.txt", 5, 6)
    assert "\n" in citation["quote"] and "somebody" not in json.dumps(record)
    assert record["turns"][1]["articles"] == []
