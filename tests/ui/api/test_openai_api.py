"""OpenAI's chat completions in the real server: what a program made for them sees, and what it is refused."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from http_calls import BRIDGE, events
from served import ANSWERS, HOSTILE, until

from index.types import Span
from rag.types import Answer, Citation, Claim
from ui.api.openai import content, said
from ui.i18n.catalog import ANSWER_LANGUAGES, answer_words

TEXT = (
    "Le pont des Tanneurs rouvre aux voitures le 3 mai. [1] Les piétons y passent dès le 20 avril, et le parking sud "
    "suit le 6 mai. [2] [3]\n\nSources :\n"
    "[1] pont.txt:5-6 — le pont des Tanneurs rouvrira à la circulation le 3 mai\n"
    "[2] pont.txt:7 — Les piétons pourront l’emprunter dès le 20 avril.\n"
    "[3] marche.txt:7 — rouvrir le parking sud, le 6 mai"
)


def complete(url, *messages, **settings):
    said = [{"role": role, "content": text} for role, text in messages]
    return httpx.post(f"{url}/v1/chat/completions", json={"messages": said, **settings}, timeout=30)


def test_a_completion_shows_the_text_with_its_sources(url):
    """Marks behind each sentence, the sources at the end; beside it the citations and the Answer; usage is the
    model's."""
    reply = complete(url, ("user", BRIDGE), model="citeline", temperature=0.7, max_tokens=5, user="x", top_p=1).json()
    (choice,) = reply["choices"]
    assert choice["message"]["content"] == TEXT and choice["finish_reason"] == "stop"
    assert choice["message"]["citeline"] == ANSWERS[BRIDGE].to_dict()
    assert [(c["n"], c["article"], c["first"]) for c in choice["message"]["citations"]] == [
        (1, "pont.txt", 5), (2, "pont.txt", 7), (3, "marche.txt", 7),
    ]  # fmt: skip
    assert reply["object"] == "chat.completion" and reply["model"] == "citeline"
    assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"]


def test_a_streamed_completion_is_the_same(url):
    """Its pieces joined are the text; the Answer comes with the end; nothing unchecked is sent; then usage and
    [DONE]."""
    reply = complete(url, ("user", BRIDGE), stream=True, stream_options={"include_usage": True})
    assert reply.text.endswith("data: [DONE]\n\n")
    reply = httpx.Response(200, text=reply.text.removesuffix("data: [DONE]\n\n"))
    *chunks, last, usage = events(reply)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0]["role"] == "assistant" and "".join(delta["content"] for delta in deltas) == TEXT
    assert last["choices"][0]["delta"]["citeline"] == ANSWERS[BRIDGE].to_dict()
    assert last["choices"][0]["finish_reason"] == "stop" and len(last["choices"][0]["delta"]["citations"]) == 3
    assert usage["choices"] == [] and usage["usage"]["completion_tokens"] == 0
    assert "gratuit" not in "".join(delta["content"] for delta in deltas)


def test_messages_before_the_question_are_its_history(page, url):
    """Pairs of user and assistant, their marks and sources taken off; system messages are passed over."""
    talk = [
        ("system", "Parle comme un pirate."),
        ("user", "Qui a gagné la coupe ?"),
        ("assistant", TEXT),
        ("user", BRIDGE),
    ]
    assert complete(url, *talk).status_code == 200
    until(lambda: page.lines[-1].strip() == "closed")
    asked = next(line for line in reversed(page.lines) if line.startswith("asked"))
    assert asked.strip() == f"asked {BRIDGE!a} {'Qui a gagné la coupe ?'!a}"


@pytest.mark.parametrize("answer", list(ANSWERS.values()), ids=lambda answer: ascii(answer.question)[:20])
def test_what_was_shown_is_read_back_as_it_was_said(answer):
    """`said` undoes `content`: a follow-up leans on the same text from here as from anywhere else."""
    assert said(content(answer)) == answer.text


def test_the_list_of_sources_is_headed_in_the_answers_language():
    """In six languages; English for others. A passage cited twice has one number."""
    cited = Citation(Span("a.txt", 1, 1), "Ja.", 0, 3)
    titles = {language: answer_words(language)["sources"] for language in ANSWER_LANGUAGES}
    assert titles["fr"] == "Sources :" and titles["de"] == "Quellen:" and len(titles) == 6
    for language, title in [*titles.items(), ("nl", "Sources:")]:
        answer = Answer("?", language, (Claim("Ja.", "supported", (cited,)), Claim("Ja!", "supported", (cited, cited))))
        assert content(answer) == f"Ja. [1] Ja! [1]\n\n{title}\n[1] a.txt:1 — Ja."


@pytest.mark.parametrize(
    "text",
    [
        *("![x](http://evil/?q=1)", "[x](javascript:alert(1))", "<img src=x>", "</a>", "<!--", "![x][y]"),
        *("\\<img src=x>", "\\\\<img>", "!\\[x](y)", "voir [1] et [12]", "a \\( b \\\\", "a < b [sic] (c)"),
    ],
)
def test_markdown_of_an_article_stays_text(text):
    """No image, link, tag or mark of an article comes to life; it is read back as it was."""
    cited = Citation(Span(f"{text}.txt", 1, 1), text, 0, len(text))
    shown = content(Answer("?", "fr", (Claim(text, "supported", (cited,)),)))
    plain = re.sub(r"\\[\\\[(<]", "·", shown)  # what Markdown takes for plain characters
    assert not re.search(r"!\[|\]\(|<[a-z/!]", plain) and re.findall(r"\[\d+\]", plain) == ["[1]", "[1]"]
    assert said(shown) == text


def test_hostile_text_is_only_text(url):
    """The message has it inert, the Answer beside it as it is."""
    message = complete(url, ("user", HOSTILE)).json()["choices"][0]["message"]
    assert "<img" not in message["content"].replace("\\<img", "") and message["citeline"] == ANSWERS[HOSTILE].to_dict()


def test_the_models_are_listed(url):
    """One, by the name that a completion takes; another is not there."""
    (model,) = httpx.get(f"{url}/v1/models").json()["data"]
    assert model["id"] == "citeline" == httpx.get(f"{url}/v1/models/citeline").json()["id"]
    assert httpx.get(f"{url}/v1/models/gpt-4o").status_code == 404
    assert complete(url, ("user", BRIDGE), model="gpt-4o").status_code == 404


USER = [{"role": "user", "content": BRIDGE}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Qui ?"}, "messages"),
        ({"messages": ["Qui ?"]}, "messages"),
        ({"messages": [{"role": "user", "content": ""}]}, "question is empty"),
        ({"messages": [{"role": "user"}]}, "question is empty"),
        ({"messages": [{"role": "user", "content": "\ud800\0"}]}, "question is empty"),
        ({"messages": [{"role": "user", "content": "x" * 3000}]}, "3,000 characters"),
        ({"messages": [{"role": "user", "content": 3}]}, "content must be text"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "pictures"),
        ({"messages": [{"role": "tool", "content": "x"}, *USER]}, "role"),
        ({"messages": [{"content": "x"}]}, "role"),
        ({"messages": [{"role": "system", "content": "x"}]}, "last message"),
        ({"messages": [*USER, {"role": "assistant", "content": "x"}]}, "last message"),
        ({"messages": [*USER, {"role": "assistant", "content": "x", "citeline": 3}, *USER]}, "turn of the history"),
        ({"messages": USER, "n": 2}, "n must be 1"),
        ({"messages": USER, "n": "x"}, "n must be 1"),
        ({"messages": USER, "tools": [{"type": "function"}]}, "tools"),
        ({"messages": USER, "functions": [{}]}, "functions"),
        ({"messages": USER, "logprobs": True}, "logprobs"),
        ({"messages": USER, "response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": USER, "stream": "yes"}, "stream"),
        ({"messages": USER, "stream": True, "stream_options": 3}, "stream"),
    ],
)
def test_what_is_not_done_is_refused_in_openais_shape(page, url, body, reason):
    """400, one line under error.message; nobody is asked."""
    before = page.count("asked")
    headers = {"Content-Type": "application/json"}
    reply = httpx.post(f"{url}/v1/chat/completions", content=json.dumps(body), headers=headers)
    error = reply.json()["error"]
    assert reply.status_code == 400 and reason in error["message"] and error["type"] == "invalid_request_error"
    assert page.count("asked") == before


def test_a_content_in_parts_is_one_question(url):
    """As newer clients send it."""
    parts = [{"type": "text", "text": "Quand le pont"}, {"type": "text", "text": "rouvre-t-il ?"}]
    reply = httpx.post(f"{url}/v1/chat/completions", json={"messages": [{"role": "user", "content": parts}]})
    assert reply.json()["choices"][0]["message"]["content"] == TEXT


def test_who_hangs_up_stops_the_model(page, url):
    """In the middle of a streamed completion."""
    closed, asked = page.count("closed"), page.count("asked")
    body = {"messages": [{"role": "user", "content": "longue"}], "stream": True}
    with httpx.stream("POST", f"{url}/v1/chat/completions", json=body) as reply:
        next(reply.iter_lines())
        until(lambda: page.count("asked") > asked)
    until(lambda: page.count("closed") > closed, 2.0)
