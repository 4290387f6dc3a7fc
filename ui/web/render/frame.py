"""What stands around the conversation, as HTML: the bar above, the welcome; the line below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from index.types import Article
from rag.generation.remote import Destination
from ui.formats import escape
from ui.i18n import count, language_name, words


def top_html(articles: Sequence[Article], lang: str, away: Destination | None = None, is_ready: bool = True) -> str:
    """The bar above: name, what the library holds (commonest language first), and that nothing leaves the machine.

    Or that questions and lines go to the language model `away`. What it holds is not known until it `is_ready`.
    """
    say = words(lang)
    codes = [code for code, _ in Counter(a.language for a in articles).most_common(3) if code]
    languages = escape(", ".join(language_name(code, lang) for code in codes))
    spoken = f'<span class="cl-languages"> · {languages}</span>' if languages else ""
    library = (
        f'<button type="button" class="cl-tool cl-library" data-view="shelf" aria-pressed="false">'
        f"{count(len(articles), 'article', lang)}{spoken}</button>"
        f'<button type="button" class="cl-tool" data-view="history" aria-pressed="false">{say["history"]}</button>'
    )
    return (
        f'<header class="cl-bar" lang="{lang}">{_skips(say)}<h1>citeline</h1>{library if is_ready else ""}'
        f"{_badge(say, away)}{_switches(say)}</header>"
        f"{_keys(say)}"
    )


def _badge(say: Mapping[str, str], away: Destination | None) -> str:
    if away is None:
        return f'<span class="cl-badge" title="{say["local_title"]}">{say["local"]}</span>'
    title = say["away_proxy" if away.proxy else "away_title"].format(host=away.host, proxy=away.proxy)
    shown = say["away"].format(host=away.host)
    return f'<span class="cl-badge" title="{escape(title)}">{escape(shown)}</span>'


def _skips(say: Mapping[str, str]) -> str:
    return "".join(
        f'<button type="button" class="cl-skip" data-go="{go}">{say[f"skip_{go}"]}</button>' for go in ("box", "pane")
    )


def _switches(say: Mapping[str, str]) -> str:
    """Language, theme, keyboard help. Of the theme's three names the style shows the one that holds."""
    themes = "".join(
        f'<span class="cl-if-{theme}">{say[f"theme_{theme}"]}</span>' for theme in ("auto", "light", "dark")
    )
    other = say["speak_code"]
    return (
        f'<button type="button" class="cl-tool" data-speak="{other}" lang="{other}" title="{say["speak_title"]}">'
        f"{say['speak']}</button>"
        f'<button type="button" class="cl-tool cl-icon cl-theme" data-go="theme" title="{say["theme"]}">'
        f'<span class="cl-hidden">{themes}</span></button>'
        f'<button type="button" class="cl-tool cl-icon" data-go="keys" aria-label="{say["shortcuts"]}"'
        f' title="{say["shortcuts"]}">?</button>'
    )


def _keys(say: Mapping[str, str]) -> str:
    """The window that lists the keys, with a switch for those of a single letter (WCAG 2.1.4)."""
    keys = ("n", "p", "/", "?", "esc")
    rows = "".join(
        f"<div><dt><kbd>{say['key_esc'] if key == 'esc' else key}</kbd></dt><dd>{say[f'does_{key}']}</dd></div>"
        for key in keys
    )
    return (
        f'<dialog id="cl-keys" class="cl-keys" aria-label="{say["keys"]}"><h2>{say["keys"]}</h2>'
        f'<dl>{rows}</dl><p><button type="button" class="cl-tool cl-switch" role="switch" aria-checked="true"'
        f' data-go="single">{say["single"]}</button></p>'
        f'<button type="button" class="cl-tool" data-go="read">{say["close_window"]}</button></dialog>'
    )


def welcome_html(articles: Sequence[Article], examples: Sequence[str], lang: str) -> str:
    """The conversation's place before the first question; without an article, the way to add some."""
    say = words(lang)
    if not articles:
        return (
            f'<section class="cl-welcome" aria-label="{say["conversation"]}"><h2>{say["invite"]}</h2>'
            f'<p>{say["promise"]}</p><p><button type="button" class="cl-tool cl-add-first" data-view="shelf">'
            f"{say['add_first']}</button></p></section>"
        )
    tries = "".join(
        f'<li><button type="button" class="cl-example" dir="auto">{escape(example)}</button></li>'
        for example in examples
    )
    tries = f'<h3>{say["try"]}</h3><ul class="cl-examples">{tries}</ul>' if tries else ""
    return (
        f'<section class="cl-welcome" aria-label="{say["conversation"]}"><h2>{say["invite"]}</h2>'
        f"<p>{say['promise']}</p>{tries}</section>"
    )


def loading_html(lang: str, error: str = "") -> str:
    """The conversation's place while the models load, or the line that says why they could not be."""
    say = words(lang)
    if error:
        return (
            f'<section class="cl-welcome" role="alert"><h2>{say["broken"]}</h2>'
            f'<p class="cl-note">{escape(error)}</p></section>'
        )
    return (
        f'<section class="cl-welcome cl-loading"><h2>{say["invite"]}</h2>'
        f'<p role="status"><span class="cl-dot" aria-hidden="true"></span>{say["loading"]}</p></section>'
    )


def foot_html(llm_name: str, embedder_name: str, lang: str) -> str:
    """The line below: which models answer."""
    llm = words(lang)["no_llm"] if llm_name in ("", "none") else llm_name
    names = "".join(f"<span>{escape(name)}</span>" for name in (llm, embedder_name) if name)
    return f'<footer class="cl-foot">{names}</footer>'
