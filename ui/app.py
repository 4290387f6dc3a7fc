"""The page as Gradio Blocks: wiring only. What is shown comes from `render`, what is said from the Answerer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import CitelineIndexError
from index.types import Article
from rag.errors import RagError
from rag.followup import LOOK_BACK, Turn, turn_of
from rag.types import Answer
from ui import render

if TYPE_CHECKING:
    from rag.answerer import Answerer

log = logging.getLogger(__name__)

UPDATE_SECONDS = 0.125
"""Least time between two updates of the page while an answer grows."""
QUEUE_SIZE = 8
"""Questions that may wait for the one language model; the next one is told that it is busy."""
SHOWN_CHARS = 1000
"""Of a question that was refused; it may have been refused for its length."""
MAX_TURNS = 30
MAX_MARKS = 200


class Backend:
    """The Answerer once its models are in memory; until then None, with `error` set when they could not be loaded."""

    def __init__(self, load: Callable[[], Answerer]) -> None:
        self.answerer: Answerer | None = None
        self.error = ""
        self._load = load

    def start(self) -> None:
        threading.Thread(target=self._run, name="citeline-load", daemon=True).start()

    def _run(self) -> None:
        try:
            self.answerer = self._load()
        except (CitelineIndexError, RagError) as error:
            self.error = str(error)
            log.error("%s", error)
        except Exception as error:  # the thread's end: whatever it was, the page must not wait for ever
            self.error = f"{type(error).__name__}. The details are in the terminal that runs citeline."
            log.exception("the models could not be loaded")


def build(backend: Backend, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page. Its style comes from page.css, which the server links; its behaviour from page.js."""

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        lang = _lang(request)
        words = render.WORDS[lang]
        return gr.update(value=words["stop"]), gr.update(value=words["new"]), *_room(backend, examples, lang)

    def wait(request: gr.Request) -> tuple[Any, ...]:
        if backend.answerer is None and not backend.error:
            return (gr.skip(),) * 7
        return _room(backend, examples, _lang(request))

    def begin(question: str | None, turns: list[str], turn: str, request: gr.Request) -> tuple[Any, ...]:
        """Clear the box and show the question at once, before the model is free."""
        turns = [*turns, turn][-MAX_TURNS:] if turn else turns
        asked = question or ""
        pending = render.pending_html(asked[:SHOWN_CHARS], _lang(request))
        return "", asked, turns, "", "".join(turns), pending

    def ask(question: str, talk: list[Turn], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Yield the growing turn, as the page's HTML and as what the session keeps of it, and the turns so far."""
        lang = _lang(request)
        if backend.answerer is None:
            html = render.note_html(question, backend.error or render.WORDS[lang]["loading"], lang)
            yield html, html, gr.skip()
            return
        try:
            for answer in throttled(backend.answerer.stream(question, talk), UPDATE_SECONDS):
                html = render.answer_html(answer, _named(backend.answerer, answer), lang)
                is_said = answer.done and answer.kind != "greeting"
                yield html, html, [*talk, turn_of(answer)][-LOOK_BACK:] if is_said else gr.skip()
        except (RagError, CitelineIndexError) as error:
            html = render.note_html(question[:SHOWN_CHARS], str(error), lang)
            yield html, html, gr.skip()
        except Exception:  # the page's edge: the reader gets one line, the terminal gets the traceback
            log.exception("a question failed")
            html = render.note_html(question[:SHOWN_CHARS], render.WORDS[lang]["failed"], lang, "failed")
            yield html, html, gr.skip()

    def stop(question: str, request: gr.Request) -> tuple[str, str]:
        lang = _lang(request)
        html = render.note_html(question[:SHOWN_CHARS], render.WORDS[lang]["stopped"], lang, "stopped")
        return html, html

    def busy(question: str, turn: str, request: gr.Request) -> tuple[Any, Any]:
        """The queue is full: `ask` was not called. Gradio says so of a stopped one too, which has had its turn."""
        if turn:
            return gr.skip(), gr.skip()
        lang = _lang(request)
        html = render.note_html(question[:SHOWN_CHARS], render.WORDS[lang]["busy"], lang)
        return html, html

    def fresh() -> tuple[Any, ...]:
        """A new conversation: nothing above the box, nothing to lean on."""
        return [], "", [], "", ""

    def article(wanted: Any) -> str:
        """The article pane, for page.js: {article, marks, current, lang}; without an article, the shelf of them all."""
        lang, article_id, marks, current = _wanted(wanted)
        if backend.answerer is None:
            return ""
        if not article_id:
            return render.shelf_html(backend.answerer.articles(), lang)
        try:
            return render.article_html(backend.answerer.article(article_id), marks, current, lang)
        except KeyError:
            return render.missing_html(article_id, lang)
        except Exception:  # the page's edge, as in `ask`
            log.exception("an article could not be shown")
            return render.missing_html(article_id, lang, "unreadable")

    with gr.Blocks(title="citeline", analytics_enabled=False, fill_width=True, fill_height=True) as page:
        question, turns, turn, talk = gr.State(""), gr.State([]), gr.State(""), gr.State([])
        top = gr.HTML(elem_id="cl-top", apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="cl-desk"):
            with gr.Column(elem_id="cl-left"):
                with gr.Column(elem_id="cl-log"):
                    welcome = gr.HTML(elem_id="cl-welcome", apply_default_css=False, js_on_load=None)
                    past = gr.HTML(elem_id="cl-past", apply_default_css=False, js_on_load=None)
                    live = gr.HTML(elem_id="cl-live", apply_default_css=False, js_on_load=None)
                with gr.Row(elem_id="cl-composer"):
                    box = gr.Textbox(
                        elem_id="cl-box", label="Question", show_label=False, lines=1, max_lines=5, interactive=False
                    )
                    send = gr.Button("", elem_id="cl-send", variant="primary", interactive=False)
                    halt = gr.Button("", elem_id="cl-stop")
                anew = gr.Button("", elem_id="cl-new")
                foot = gr.HTML(elem_id="cl-foot", apply_default_css=False, js_on_load=None)
            with gr.Column(elem_id="cl-right"):
                pane = gr.HTML(
                    elem_id="cl-pane",
                    apply_default_css=False,
                    js_on_load=(Path(__file__).parent / "page.js").read_text(encoding="utf-8"),
                    server_functions=[article],
                )
        timer = gr.Timer(0.5)

        room = [top, welcome, box, send, foot, timer, pane]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        page.load(arrive, None, [halt, anew, *room], **quiet)
        timer.tick(wait, None, room, queue=False, **quiet)
        begun = gr.on(
            [box.submit, send.click],
            begin,
            [box, turns, turn],
            [box, question, turns, turn, past, live],
            queue=False,
            show_progress="hidden",
            api_name="begin",
        )
        asked = begun.then(
            ask,
            [question, talk],
            [live, turn, talk],
            concurrency_id="llm",
            concurrency_limit=1,
            show_progress="hidden",
            api_name="ask",
        )
        asked.failure(busy, [question, turn], [live, turn], queue=False, **quiet)
        halt.click(stop, [question], [live, turn], cancels=[asked], queue=False, **quiet)
        anew.click(fresh, None, [turns, turn, talk, past, live], cancels=[asked], queue=False, **quiet)
    page.queue(max_size=QUEUE_SIZE, api_open=False)
    return page


def throttled(stream: Iterator[Answer], seconds: float) -> Iterator[Answer]:
    """The first Answer, the last, and between them at most one every `seconds`. Closing it closes `stream`."""
    try:
        shown = float("-inf")
        for answer in stream:
            now = time.monotonic()
            if answer.done or now - shown >= seconds:
                shown = now
                yield answer
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()


def _room(backend: Backend, examples: Sequence[str], lang: str) -> tuple[Any, ...]:
    """Everything around the conversation: [top, welcome, box, send, foot, timer, pane]."""
    words, answerer = render.WORDS[lang], backend.answerer
    if answerer is None:
        return (
            render.top_html((), lang),
            render.loading_html(lang, backend.error),
            gr.update(placeholder=words["placeholder_loading"] if not backend.error else "", label=words["question"]),
            gr.update(value=words["send"]),
            "",
            gr.update(active=not backend.error),
            "",
        )
    articles = answerer.articles()
    return (
        render.top_html(articles, lang),
        render.welcome_html(articles, examples, lang),
        gr.update(placeholder=words["placeholder"], label=words["question"], interactive=True),
        gr.update(value=words["send"], interactive=True),
        render.foot_html(answerer.llm_name, answerer.embedder_name, lang),
        gr.update(active=False),
        render.shelf_html(articles, lang),
    )


def _lang(request: gr.Request) -> str:
    return render.page_language(request.headers.get("accept-language", "") if request else "")


def _named(answerer: Answerer, answer: Answer) -> dict[str, Article]:
    """The articles an Answer speaks of, by id; one that is gone is left out and shown by its id."""
    ids = {hit.chunk.span.article_id for hit in answer.hits}
    ids |= {citation.span.article_id for claim in answer.claims for citation in claim.citations}
    articles = {}
    for article_id in ids:
        try:
            articles[article_id] = answerer.article(article_id)
        except KeyError:
            continue
    return articles


def _wanted(wanted: Any) -> tuple[str, str, list[render.Mark], int]:
    """What the page asked for: language, article id, marks, number of the current one. Nonsense asks for nothing."""
    try:
        lang = "en" if wanted["lang"] == "en" else "fr"
        article_id = render.unescape_key(wanted["article"])
        marks = [
            render.Mark(int(m["n"]), int(m["first"]), int(m["last"]), int(m["start"]), int(m["end"]), str(m["check"]))
            for m in wanted["marks"][:MAX_MARKS]
        ]
        return lang, article_id, marks, int(wanted["current"])
    except (KeyError, TypeError, ValueError):
        return "fr", "", [], 0
