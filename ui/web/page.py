"""The page as Gradio Blocks: wiring only. What is shown comes from `render`, what is said from the Answerer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import gradio as gr

from index.documents import file_state
from rag.evaluation import N_STARTERS
from rag.generation import destination
from ui.assets import STATIC
from ui.formats import unescape_key
from ui.i18n import llm_words, page_language, words
from ui.services import QUEUE_SIZE, Backend, typed_text
from ui.web.answering import SHOWN_CHARS, grow, pending, question_of, settled, until_stopped
from ui.web.history.controller import Talks, n_shown, talk_named
from ui.web.library.controller import ShelfView
from ui.web.question_box import asking_html, away_html
from ui.web.render import frame as render_frame
from ui.web.render.article import Mark, article_html, missing_html, whole
from ui.web.render.preview import peek_html
from ui.web.running import Running
from ui.web.turns import ON_PAGE, Shown, history_of, past_html, turn_html

log = logging.getLogger(__name__)

MAX_TURNS = 500
"""Turns that a session keeps."""
MAX_MARKS = 200
STOP_SECONDS = 10.0
"""How long the model is told again to stop, on a machine so busy that it has not begun to read."""


def build(
    backend: Backend, examples: Sequence[str] = (), keep_history: bool = True, read_ahead: bool = True
) -> gr.Blocks:
    """The page. Its style comes from page.css, which the server links; its behaviour from page.js.

    With `read_ahead` the models read a question while it is being typed.
    """
    talks, running = Talks(backend, keep_history), Running()

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        lang = _lang(request)
        return *_buttons(lang), *_room(backend, examples, lang)

    def wait(request: gr.Request) -> tuple[Any, ...]:
        if backend.answerer is None and not backend.error:
            return (gr.skip(),) * 6
        return _room(backend, examples, _lang(request))

    def suggest(request: gr.Request) -> tuple[Any, Any]:
        """The welcome once more when its questions have been found, and whether to look again."""
        if backend.answerer is None or _examples(backend, examples) is None:
            return gr.skip(), gr.skip()
        return _welcome(backend, examples, _lang(request)), gr.update(active=False)

    def speak(turns: list[Shown], turn: Shown | None, request: gr.Request) -> tuple[Any, ...]:
        """Everything on the page once more, in the language that the reader has switched to."""
        lang = _lang(request)
        *room, _ = _room(backend, examples, lang)  # not the timer
        live = turn_html(turn, backend.answerer, lang) if turn else ""
        return *_buttons(lang), *room, past_html(turns, backend.answerer, lang), live, gr.update(active=True)

    def begin(turns: list[Shown], turn: Shown | None, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Show the question at once, before the model is free, below the turns that were."""
        lang, asked = _lang(request), question_of(event._data)
        turns = [*turns, settled(turn)][-MAX_TURNS:] if turn else turns
        running.expect(str(request.session_hash))
        return asked, turns, None, past_html(turns, backend.answerer, lang), turn_html(pending(asked), None, lang)

    def ask(question: str, turns: list[Shown], request: gr.Request) -> Iterator[tuple[Any, Any]]:
        """Yield the growing turn, as the page's HTML and as what the session keeps of it; a stopped one ends here."""
        lang, shown = _lang(request), pending(question)
        with (
            running.run(str(request.session_hash)) as run,
            closing(grow(backend, talks, question, turns, run)) as growing,
        ):
            for each in until_stopped(growing, run, shown):
                if each is shown:  # it waits
                    yield gr.skip(), gr.skip()
                    continue
                shown = each
                yield turn_html(shown, backend.answerer, lang), shown

    def stop(request: gr.Request) -> None:
        """The turn that grows says itself that it is stopped."""
        running.stop(str(request.session_hash), STOP_SECONDS)

    def busy(question: str, turn: Shown | None, request: gr.Request) -> tuple[Any, Any]:
        """The queue is full: `ask` was not called. Gradio says so of a stopped one too, which has had its turn."""
        if turn:
            return gr.skip(), gr.skip()
        shown = Shown(question[:SHOWN_CHARS], note="busy")
        return turn_html(shown, None, _lang(request)), shown

    def fresh(request: gr.Request) -> tuple[Any, ...]:
        """A new conversation: nothing above the box, nothing to lean on."""
        running.stop(str(request.session_hash))
        return [], None, "", ""

    def reopen(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """A conversation of the history, to be read and gone on with; nothing happens when there is none."""
        running.stop(str(request.session_hash))
        try:
            *before, last = talks.shown(talk_named(event._data))[-MAX_TURNS:]
        except (KeyError, ValueError):
            return (gr.skip(),) * 4
        lang = _lang(request)
        return before, last, past_html(before, backend.answerer, lang), turn_html(last, backend.answerer, lang)

    def ahead(turns: list[Shown], turn: Shown | None, event: gr.EventData) -> None:
        """What is being typed, for the models to read before it is asked; it is kept nowhere."""
        if backend.answerer and (typed := typed_text(event._data)):
            backend.queue.read_ahead(backend.answerer, typed, history_of([*turns, turn] if turn else turns))

    def earlier(turns: list[Shown], event: gr.EventData, request: gr.Request) -> str:
        """The turns above the live one, with some more than are on the page."""
        return past_html(turns, backend.answerer, _lang(request), n_shown(event._data) + ON_PAGE)

    def article(wanted: Any) -> str:
        """The article pane, for page.js: {article, marks, current, lang}; "" without an article."""
        lang, article_id, marks, current = _wanted(wanted)
        if backend.answerer is None or not article_id:
            return ""
        try:
            found = backend.answerer.article(article_id)
            return article_html(found, [whole(found, mark) for mark in marks], current, lang, file_state(found))
        except KeyError:
            return missing_html(article_id, lang)
        except Exception:  # the page's edge, as in `ask`
            log.exception("an article could not be shown")
            return missing_html(article_id, lang, "unreadable")

    def peek(wanted: Any) -> str:
        """The preview of a citation, for peek.js: {article, mark, lang}; "" when there is nothing to show."""
        try:
            answerer, article_id = backend.answerer, unescape_key(wanted["article"])
            if answerer is None:
                return ""
            lang = "en" if wanted["lang"] == "en" else "fr"
            return peek_html(answerer.article(article_id), _mark(wanted["mark"]), lang)
        except (AttributeError, KeyError, TypeError, ValueError):
            return ""

    with gr.Blocks(title="citeline", analytics_enabled=False, fill_width=True, fill_height=True) as page:
        question, turns, turn = gr.State(""), gr.State([]), gr.State(None)
        top = gr.HTML(elem_id="cl-top", apply_default_css=False, js_on_load=_script("frame"))
        with gr.Row(elem_id="cl-desk"):
            with gr.Column(elem_id="cl-left"):
                with gr.Column(elem_id="cl-log"):
                    welcome = gr.HTML(elem_id="cl-welcome", apply_default_css=False, js_on_load=None)
                    past = gr.HTML(elem_id="cl-past", apply_default_css=False, js_on_load=None)
                    live = gr.HTML(elem_id="cl-live", apply_default_css=False, js_on_load=None)
                gr.HTML(away_html(), elem_id="cl-away", apply_default_css=False, js_on_load=_script("away"))
                asking = gr.HTML(
                    asking_html(), elem_id="cl-asking", apply_default_css=False, js_on_load=_script("asking")
                )
                with gr.Row(elem_id="cl-composer"):
                    box = gr.Textbox(
                        elem_id="cl-box", label="Question", show_label=False, lines=1, max_lines=5, interactive=False
                    )
                    send = gr.Button("", elem_id="cl-send", variant="primary", interactive=False)
                    halt = gr.Button("", elem_id="cl-stop")
                anew = gr.Button("", elem_id="cl-new")
                foot = gr.HTML(elem_id="cl-foot", apply_default_css=False, js_on_load=None)
            with gr.Column(elem_id="cl-right"):
                gr.HTML(
                    elem_id="cl-pane",
                    apply_default_css=False,
                    js_on_load=_script("page"),
                    server_functions=[article],
                )
                # views: each a gr.HTML of class cl-view, shown when the page's data-view names it
                history = gr.HTML(
                    '<div class="cl-talk-place"></div>',
                    elem_id="cl-history",
                    elem_classes=["cl-view"],
                    apply_default_css=False,
                    js_on_load=_script("history"),
                    server_functions=talks.functions(),
                )
                gr.HTML(
                    '<div class="cl-stack-place"></div>',
                    elem_id="cl-shelf",
                    elem_classes=["cl-view"],
                    apply_default_css=False,
                    js_on_load=_script("shelf"),
                    server_functions=ShelfView(backend).functions(),
                )
        gr.HTML(
            elem_id="cl-peek", apply_default_css=False, js_on_load=_script("peek"), server_functions=[peek]
        )  # its card stands over the page, for markers in every view
        typed = _script("ahead") if read_ahead else None
        typing = gr.HTML(elem_id="cl-ahead", apply_default_css=False, js_on_load=typed)
        spoken = gr.Button("", elem_id="cl-speak")  # pressed by page.js when the reader switches the language
        timer = gr.Timer(0.5)
        later = gr.Timer(2.0)

        frame = [top, welcome, box, send, foot]
        room = [*frame, timer]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        page.load(arrive, None, [halt, anew, *room], **quiet)
        timer.tick(wait, None, room, queue=False, **quiet)
        later.tick(suggest, None, [welcome, later], queue=False, **quiet)
        spoken.click(speak, [turns, turn], [halt, anew, *frame, past, live, later], queue=False, **quiet)
        begun = asking.submit(
            begin,
            [turns, turn],
            [question, turns, turn, past, live],
            queue=False,
            show_progress="hidden",
            trigger_mode="multiple",
            api_name="begin",
        )
        asked = begun.then(
            ask,
            [question, turns],
            [live, turn],
            concurrency_limit=None,  # who may use the model, and who waits, is `backend.queue`'s to say
            show_progress="hidden",
            trigger_mode="multiple",
            api_name="ask",
        )
        asked.then(js=_say("idle"), **quiet)
        begun.failure(js=_say("idle", "refused"), **quiet)
        asked.failure(busy, [question, turn], [live, turn], queue=False, **quiet).then(js=_say("idle"), **quiet)
        halt.click(stop, None, None, queue=False, **quiet)
        left: dict[str, Any] = {"outputs": [turns, turn, past, live], "cancels": [asked], "queue": False, **quiet}
        anew.click(fresh, None, **left).then(js=_say("left"), **quiet)
        history.select(reopen, None, **left).then(js=_say("left"), **quiet)
        history.expand(earlier, [turns], [past], queue=False, **quiet)
        if read_ahead:
            typing.input(ahead, [turns, turn], None, queue=False, trigger_mode="always_last", **quiet)
    page.queue(max_size=8 * QUEUE_SIZE, api_open=False)  # events on their way; questions wait in `backend.queue`
    return page


def _script(name: str) -> str:
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def _say(name: str, detail: str = "") -> str:
    """JavaScript that tells the page's scripts, when Gradio has done with an event; asking.js listens."""
    return f"() => {{ document.dispatchEvent(new CustomEvent('citeline:{name}', {{ detail: '{detail}' }})); }}"


def _buttons(lang: str) -> tuple[Any, Any]:
    """[halt, anew]"""
    return gr.update(value=words(lang)["stop"]), gr.update(value=words(lang)["new"])


def _room(backend: Backend, examples: Sequence[str], lang: str) -> tuple[Any, ...]:
    """Everything around the conversation: [top, welcome, box, send, foot, timer]."""
    say, answerer = words(lang), backend.answerer
    if answerer is None:
        return (
            render_frame.top_html((), lang, is_ready=False),
            render_frame.loading_html(lang, llm_words(backend.error, lang)),
            gr.update(placeholder=say["placeholder_loading"] if not backend.error else "", label=say["question"]),
            gr.update(value=say["send"]),
            "",
            gr.update(active=not backend.error),
        )
    articles = answerer.articles()
    return (
        render_frame.top_html(articles, lang, destination(answerer.llm)),
        _welcome(backend, examples, lang),
        gr.update(placeholder=say["placeholder" if articles else "add_first"], label=say["question"], interactive=True),
        gr.update(value=say["send"], interactive=True),
        render_frame.foot_html(answerer.llm_name, answerer.embedder_name, lang),
        gr.update(active=False),
    )


def _examples(backend: Backend, marked: Sequence[str]) -> Sequence[str] | None:
    """Questions to start with: the library's own, marked ones first; None while some are being found."""
    assert backend.answerer is not None
    if len(marked) >= N_STARTERS:
        return marked[:N_STARTERS]
    found = backend.first_questions.get(backend.answerer)
    return None if found is None else list(dict.fromkeys((*marked, *found)))[:N_STARTERS]


def _welcome(backend: Backend, marked: Sequence[str], lang: str) -> str:
    assert backend.answerer is not None
    shown = _examples(backend, marked)
    return render_frame.welcome_html(backend.answerer.articles(), marked if shown is None else shown, lang)


def _lang(request: gr.Request) -> str:
    headers: Mapping[str, str] = request.headers if request else {}
    return page_language(headers.get("accept-language", ""), headers.get("cookie", ""))


def _wanted(wanted: Any) -> tuple[str, str, list[Mark], int]:
    """What the page asked for: language, article id, marks, number of the current one. Nonsense asks for nothing."""
    try:
        lang = "en" if wanted["lang"] == "en" else "fr"
        article_id = unescape_key(wanted["article"])
        marks = [_mark(mark) for mark in wanted["marks"][:MAX_MARKS]]
        return lang, article_id, marks, int(wanted["current"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return "fr", "", [], 0


def _mark(wanted: dict[str, Any]) -> Mark:
    n, first, last, start, end = (int(wanted.get(key, 0)) for key in ("n", "first", "last", "start", "end"))
    return Mark(n, first, last, start, end, str(wanted.get("check", "")))
