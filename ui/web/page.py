"""The page as Gradio Blocks: wiring only. What is shown comes from `render`, what is said from the Answerer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import gradio as gr

from rag.evaluation import N_STARTERS
from rag.generation import destination
from ui.assets import STATIC
from ui.i18n import llm_words, page_language, words
from ui.services import QUEUE_SIZE, LibraryHost, OpenLibrary, typed_text
from ui.web.answering import SHOWN_CHARS, grow, pending, question_of, settled, until_stopped
from ui.web.article_pane import article_pane, citation_preview, comparison
from ui.web.checking.controller import Checking
from ui.web.conversations.controller import Talks, n_shown, talk_named
from ui.web.library.controller import ShelfView
from ui.web.question_box import asking_html, away_html
from ui.web.render import frame as render_frame
from ui.web.running import Running
from ui.web.script_functions import for_script
from ui.web.turns import ON_PAGE, Shown, history_of, past_html, turn_html

MAX_TURNS = 500
"""Turns that a session keeps."""
STOP_SECONDS = 10.0
"""How long the model is told again to stop, on a machine so busy that it has not begun to read."""

QUIET: Mapping[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""How an event is wired that no program calls."""
Outputs = dict[Any, Any]
"""New values by component; a component that is not in it stays as it is, and so do all with `gr.skip()`."""


class ChatPage:
    """The page of one library: its components, and a method for each event on them.

    Its style comes from page.css, which the server links; its behaviour from page.js. The methods without a leading
    underscore are what Gradio calls, one conversation (`turns`, the last one apart as `turn`) a browser window.
    """

    def __init__(
        self,
        library: OpenLibrary,
        host: LibraryHost,
        examples: Sequence[str] = (),
        keep_history: bool = True,
        read_ahead: bool = True,
    ) -> None:
        """`examples` are offered first. With `read_ahead` the models read a question while it is being typed."""
        self._library, self._host, self._marked = library, host, examples
        self._talks, self._running = Talks(library, keep_history), Running()
        with gr.Blocks(title="citeline", analytics_enabled=False, fill_width=True, fill_height=True) as self.blocks:
            self._layout(read_ahead)
            self._wire_frame()
            self._wire_conversation()
            if read_ahead:
                inputs = [self._turns, self._turn]
                self._typing.input(self.ahead, inputs, None, queue=False, trigger_mode="always_last", **QUIET)
        # events on their way; questions wait in the library's own queue
        self.blocks.queue(max_size=8 * QUEUE_SIZE, api_open=False)

    # --- the components, and which event calls what -------------------------------------------------------------------

    def _layout(self, read_ahead: bool) -> None:
        self._question, self._turns, self._turn = gr.State(""), gr.State([]), gr.State(None)
        self._top = _html("cl-top", script="frame")
        with gr.Row(elem_id="cl-desk"):
            with gr.Column(elem_id="cl-left"):
                self._layout_conversation()
            with gr.Column(elem_id="cl-right"):
                self._layout_views()
        preview = for_script(lambda wanted: citation_preview(self._library, wanted), "peek")
        _html("cl-peek", script="peek", functions=[preview])  # its card stands over the page, for markers in every view
        self._typing = _html("cl-ahead", script="ahead" if read_ahead else "")
        self._spoken = gr.Button("", elem_id="cl-speak")  # pressed by page.js when the reader switches the language
        self._timer = gr.Timer(0.5)
        self._later = gr.Timer(2.0)

    def _layout_conversation(self) -> None:
        with gr.Column(elem_id="cl-log"):
            self._welcome = _html("cl-welcome")
            self._past = _html("cl-past")
            self._live = _html("cl-live")
        _html("cl-away", away_html(), script="away")
        self._asking = _html("cl-asking", asking_html(), script="asking")
        with gr.Row(elem_id="cl-composer"):
            self._box = gr.Textbox(
                elem_id="cl-box", label="Question", show_label=False, lines=1, max_lines=5, interactive=False
            )
            self._send = gr.Button("", elem_id="cl-send", variant="primary", interactive=False)
            self._halt = gr.Button("", elem_id="cl-stop")
        self._anew = gr.Button("", elem_id="cl-new")
        self._foot = _html("cl-foot")

    def _layout_views(self) -> None:
        """The article pane, and views: each an HTML of class cl-view, shown when the page's data-view names it."""
        article = for_script(lambda wanted: article_pane(self._library, wanted), "article")
        compare = for_script(lambda wanted: comparison(self._library, wanted), "compare")
        _html("cl-pane", script="page", functions=[article, compare])
        self._history = _html(
            "cl-history",
            '<div class="cl-talk-place"></div>',
            script="history",
            functions=self._talks.functions(),
            elem_classes=["cl-view"],
        )
        _html(
            "cl-shelf",
            '<div class="cl-stack-place"></div>',
            script="shelf",
            functions=ShelfView(self._library, self._host).functions(),
            elem_classes=["cl-view"],
        )
        _html(
            "cl-check",
            '<div class="cl-check-place"></div>',
            script="check",
            functions=Checking(self._library).functions(),
            elem_classes=["cl-view"],
        )

    def _wire_frame(self) -> None:
        buttons = [self._halt, self._anew]
        frame = [self._top, self._welcome, self._box, self._send, self._foot]
        all_of_it = [*buttons, *frame, self._past, self._live, self._later]
        self.blocks.load(self.arrive, None, [*buttons, *frame, self._timer], **QUIET)
        self._timer.tick(self.wait, None, [*frame, self._timer], queue=False, **QUIET)
        self._later.tick(self.suggest, None, [self._welcome, self._later], queue=False, **QUIET)
        self._spoken.click(self.speak, [self._turns, self._turn], all_of_it, queue=False, **QUIET)

    def _wire_conversation(self) -> None:
        question, turns, turn, past, live = self._question, self._turns, self._turn, self._past, self._live
        open_to_programs: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "multiple"}
        begun = self._asking.submit(
            self.begin,
            [turns, turn],
            [question, turns, turn, past, live],
            queue=False,
            api_name="begin",
            **open_to_programs,
        )
        asked = begun.then(
            self.ask,
            [question, turns],
            [live, turn],
            concurrency_limit=None,  # who may use the model, and who waits, is the library's queue's to say
            api_name="ask",
            **open_to_programs,
        )
        asked.then(js=_say("idle"), **QUIET)
        begun.failure(js=_say("idle", "refused"), **QUIET)
        asked.failure(self.busy, [question, turn], [live, turn], queue=False, **QUIET).then(js=_say("idle"), **QUIET)
        self._halt.click(self.stop, None, None, queue=False, **QUIET)
        left: dict[str, Any] = {"outputs": [turns, turn, past, live], "cancels": [asked], "queue": False, **QUIET}
        self._anew.click(self.fresh, None, **left).then(js=_say("left"), **QUIET)
        self._history.select(self.reopen, None, **left).then(js=_say("left"), **QUIET)
        self._history.expand(self.earlier, [turns], [past], queue=False, **QUIET)

    # --- what is around the conversation ------------------------------------------------------------------------------

    def arrive(self, request: gr.Request) -> Outputs:
        """Show the page to a window that has opened it."""
        lang = _lang(request)
        return {**self._button_values(lang), **self._frame_values(lang), self._timer: self._timer_value()}

    def wait(self, request: gr.Request) -> Outputs:
        """Show the page once more when the models are there, or could not be loaded."""
        if self._library.answerer is None and not self._library.error:
            return gr.skip()  # type: ignore[no-any-return]
        return {**self._frame_values(_lang(request)), self._timer: self._timer_value()}

    def suggest(self, request: gr.Request) -> Outputs:
        """Show the welcome once more when its questions have been found, and look no more."""
        if self._library.answerer is None or self._examples() is None:
            return gr.skip()  # type: ignore[no-any-return]
        return {self._welcome: self._welcome_html(_lang(request)), self._later: gr.update(active=False)}

    def speak(self, turns: list[Shown], turn: Shown | None, request: gr.Request) -> Outputs:
        """Show everything on the page once more, in the language that the reader has switched to."""
        lang, answerer = _lang(request), self._library.answerer
        return {
            **self._button_values(lang),
            **self._frame_values(lang),
            self._past: past_html(turns, answerer, lang),
            self._live: turn_html(turn, answerer, lang) if turn else "",
            self._later: gr.update(active=True),
        }

    # --- the conversation ---------------------------------------------------------------------------------------------

    def begin(self, turns: list[Shown], turn: Shown | None, event: gr.EventData, request: gr.Request) -> Outputs:
        """Show the question at once, before the model is free, below the turns that were."""
        lang, asked = _lang(request), question_of(event._data)
        turns = [*turns, settled(turn)][-MAX_TURNS:] if turn else turns
        self._running.expect(str(request.session_hash))
        return {
            self._question: asked,
            self._turns: turns,
            self._turn: None,
            self._past: past_html(turns, self._library.answerer, lang),
            self._live: turn_html(pending(asked), None, lang),
        }

    def ask(self, question: str, turns: list[Shown], request: gr.Request) -> Iterator[Outputs]:
        """Yield the growing turn, as the page's HTML and as what the session keeps of it; a stopped one ends here."""
        lang, shown = _lang(request), pending(question)
        with (
            self._running.run(str(request.session_hash)) as run,
            closing(grow(self._library, self._talks, question, turns, run)) as growing,
        ):
            for each in until_stopped(growing, run, shown):
                if each is shown:  # it waits
                    yield gr.skip()
                    continue
                shown = each
                yield {self._live: turn_html(shown, self._library.answerer, lang), self._turn: shown}

    def stop(self, request: gr.Request) -> None:
        """Stop the turn that grows, which says so itself."""
        self._running.stop(str(request.session_hash), STOP_SECONDS)

    def busy(self, question: str, turn: Shown | None, request: gr.Request) -> Outputs:
        """Say that the queue is full: `ask` was not called. Gradio calls this for a stopped one too, which was."""
        if turn:
            return gr.skip()  # type: ignore[no-any-return]
        shown = Shown(question[:SHOWN_CHARS], note="busy")
        return {self._live: turn_html(shown, None, _lang(request)), self._turn: shown}

    def fresh(self, request: gr.Request) -> Outputs:
        """Begin a new conversation: nothing above the box, nothing to lean on."""
        self._running.stop(str(request.session_hash))
        return {self._turns: [], self._turn: None, self._past: "", self._live: ""}

    def reopen(self, event: gr.EventData, request: gr.Request) -> Outputs:
        """Show a conversation of the history, to be read and gone on with; nothing happens when there is none."""
        self._running.stop(str(request.session_hash))
        try:
            *before, last = self._talks.shown(talk_named(event._data))[-MAX_TURNS:]
        except (KeyError, ValueError):
            return gr.skip()  # type: ignore[no-any-return]
        lang, answerer = _lang(request), self._library.answerer
        return {
            self._turns: before,
            self._turn: last,
            self._past: past_html(before, answerer, lang),
            self._live: turn_html(last, answerer, lang),
        }

    def ahead(self, turns: list[Shown], turn: Shown | None, event: gr.EventData) -> None:
        """Let the models read what is being typed, before it is asked; it is kept nowhere."""
        answerer = self._library.answerer
        if answerer and (typed := typed_text(event._data)):
            self._library.queue.read_ahead(answerer, typed, history_of([*turns, turn] if turn else turns))

    def earlier(self, turns: list[Shown], event: gr.EventData, request: gr.Request) -> Outputs:
        """Show the turns above the live one, with some more than are on the page."""
        most = n_shown(event._data) + ON_PAGE
        return {self._past: past_html(turns, self._library.answerer, _lang(request), most)}

    # --- values of components -----------------------------------------------------------------------------------------

    def _button_values(self, lang: str) -> Outputs:
        return {self._halt: gr.update(value=words(lang)["stop"]), self._anew: gr.update(value=words(lang)["new"])}

    def _frame_values(self, lang: str) -> Outputs:
        """Everything around the conversation, as it is while the models load, when they could not be, and then."""
        say, answerer, error = words(lang), self._library.answerer, self._library.error
        if answerer is None:
            return {
                self._top: render_frame.top_html((), lang, is_ready=False),
                self._welcome: render_frame.loading_html(lang, llm_words(error, lang)),
                self._box: gr.update(placeholder="" if error else say["placeholder_loading"], label=say["question"]),
                self._send: gr.update(value=say["send"]),
                self._foot: "",
            }
        articles = answerer.articles()
        placeholder = say["placeholder" if articles else "add_first"]
        return {
            self._top: render_frame.top_html(articles, lang, destination(answerer.llm)),
            self._welcome: self._welcome_html(lang),
            self._box: gr.update(placeholder=placeholder, label=say["question"], interactive=True),
            self._send: gr.update(value=say["send"], interactive=True),
            self._foot: render_frame.foot_html(answerer.llm_name, answerer.embedder_name, lang),
        }

    def _timer_value(self) -> Any:
        """It ticks until the models are there or could not be loaded."""
        return gr.update(active=self._library.answerer is None and not self._library.error)

    def _examples(self) -> Sequence[str] | None:
        """Questions to start with: the library's own, marked ones first; None while some are being found."""
        assert self._library.answerer is not None
        if len(self._marked) >= N_STARTERS:
            return self._marked[:N_STARTERS]
        found = self._library.suggestions.get(self._library.answerer)
        return None if found is None else list(dict.fromkeys((*self._marked, *found)))[:N_STARTERS]

    def _welcome_html(self, lang: str) -> str:
        assert self._library.answerer is not None
        shown = self._examples()
        articles = self._library.answerer.articles()
        return render_frame.welcome_html(articles, self._marked if shown is None else shown, lang)


def _html(
    elem_id: str,
    value: str | None = None,
    script: str = "",
    functions: Sequence[Callable[[Any], Any]] = (),
    elem_classes: Sequence[str] = (),
) -> gr.HTML:
    """HTML without Gradio's style; `script` is a file of `static` that runs on it and may call `functions`."""
    return gr.HTML(
        value,
        elem_id=elem_id,
        elem_classes=list(elem_classes) or None,
        apply_default_css=False,
        js_on_load=(STATIC / f"{script}.js").read_text(encoding="utf-8") if script else None,
        server_functions=list(functions) or None,
    )


def _say(name: str, detail: str = "") -> str:
    """JavaScript that tells the page's scripts, when Gradio has done with an event; asking.js listens."""
    return f"() => {{ document.dispatchEvent(new CustomEvent('citeline:{name}', {{ detail: '{detail}' }})); }}"


def _lang(request: gr.Request) -> str:
    headers: Mapping[str, str] = request.headers if request else {}
    return page_language(headers.get("accept-language", ""), headers.get("cookie", ""))
