"""Answers and articles as HTML: our own tags only, whatever the text; the lit characters are the quote."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hostile import HOSTILE

from index.types import Article, Chunk, Coverage, Hit, Span
from rag.types import Answer, Citation, Claim, Timings
from ui.formats.html import escape, escape_key, unescape_key
from ui.i18n import page as words
from ui.web.render import answer as render
from ui.web.render import article as render_article
from ui.web.render import checks as render_why
from ui.web.render import frame as render_frame
from ui.web.render import preview as render_peek

OURS = {
    *("article", "section", "header", "footer", "nav", "h1", "h2", "h3", "p", "ol", "ul", "li", "span", "mark", "s"),
    *("button", "blockquote", "details", "summary", "div", "dialog", "dl", "dt", "dd", "kbd"),
}
OUR_ATTRIBUTES = {
    *("class", "id", "type", "lang", "dir", "role", "tabindex", "title", "start", "style"),
    *("aria-label", "aria-busy", "aria-live", "aria-hidden", "aria-pressed", "aria-checked"),
    *("hidden",),
    *("data-status", "data-kind", "data-n", "data-article", "data-first", "data-last", "data-start", "data-end"),
    *("data-check", "data-claim", "data-go", "data-question", "data-view", "data-speak"),
    *("data-again", "data-edit"),
}


class Page(HTMLParser):
    """What a browser would see: tags with attributes, the text, the lit stretches of each line."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.lines, self.lit, self.open, self.odd = [], "", {}, {}, [], []
        self.now, self.line = False, 0
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.open.append(tag)
        if tag == "li" and "data-n" in values:
            self.line = int(values["data-n"])
            self.lines[self.line] = ""
        if tag == "mark":
            self.now = values.get("class") == "cl-now"

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.odd.append(tag)
        if tag == "li":
            self.line = 0

    def handle_data(self, data):
        self.text += data
        if self.line:
            self.lines[self.line] += data
            if "mark" in self.open and self.now:
                self.lit[self.line] = self.lit.get(self.line, "") + data

    def handle_comment(self, data):
        self.odd.append(f"<!--{data}")

    def handle_decl(self, decl):
        self.odd.append(decl)

    def handle_pi(self, data):
        self.odd.append(data)

    def unknown_decl(self, data):
        self.odd.append(data)

    def attributes(self, name):
        return [values[name] for _, values in self.tags if name in values]


def only_ours(html):
    page = Page(html)
    assert page.odd == [] and page.open == []
    assert {tag for tag, _ in page.tags} <= OURS
    assert {name for _, values in page.tags for name in values} <= OUR_ATTRIBUTES
    shown = page.text + "".join(value for _, values in page.tags for value in values.values())
    assert not set(shown) & set("\x00\x1b\x7f\x85\u202e\u2066\u200b\ufeff\ud800\U000e0069")
    html.encode("utf-8")
    return page


def article(*lines, article_id="pont.txt", title="Le pont rouvrira", date="2024-03-14", language="fr"):
    return Article(article_id, title, date, language, lines, "0" * 64, "/nowhere")


def cite(source, quote, first, last, skip=0):
    joined = "\n".join(source.lines[first - 1 : last])
    start = joined.index(quote, skip)
    return Citation(Span(source.id, first, last), quote, start, start + len(quote))


def mark(citation, n=1):
    span = citation.span
    return render_article.Mark(
        n, span.first, span.last, citation.start, citation.end, render_article.digest(citation.quote)
    )


BRIDGE = article(
    "Le pont rouvrira",
    "",
    "Le pont des Tanneurs",
    "rouvrira le 3 mai 🌉, dit-elle.",
    "Encore.",
    "Encore.",
    "  indenté\tavec tabulation",
)
REOPENS = cite(BRIDGE, "des Tanneurs\nrouvrira le 3 mai 🌉", 3, 4)
SAYS = cite(BRIDGE, "dit-elle", 4, 4)
HIT = Hit(Chunk(Span("pont.txt", 3, 4), 18, "Le pont des Tanneurs\nrouvrira le 3 mai 🌉, dit-elle."), 0.9, 0.9, 2.0)
SHELF = {BRIDGE.id: BRIDGE}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_hostile_text_anywhere_adds_no_tag_and_no_attribute(text, lang):
    """Question, model text, reason, message, title, file name, date, language, lines: only our tags come out."""
    source = article(f"{text}", text, "", f"a {text} b", article_id=text, title=text, date=text, language=text)
    quote = cite(source, text, 3 + 1, 3 + 1)
    hit = Hit(Chunk(Span(text, 1, 2), 0, "\n".join(source.lines[:2])), 0.5, 0.5, 1.0)
    claims = (Claim(text, "supported", (quote,)), Claim(text, "unsupported", reason=text))
    shelf = {text: source}
    for answer in (
        Answer(text, text, claims, (hit,), timings=Timings(1, 1, 1)),
        Answer(text, text, claims, (hit,), is_quote=True, message=text),
        Answer(text, text, claims, (hit,), understood=text),
        Answer(text, text, message=text, kind="greeting"),
        Answer(text, text, (), (hit,), message=text),
        Answer(text, text, hits=(hit,), draft=text, done=False),
        Answer(text, text, hits=(hit,), found=(quote,), done=False),
    ):
        only_ours(render.answer_html(answer, shelf, lang))
        only_ours(render.stopped_html(text, answer, text, shelf, lang))
        only_ours(render.answer_html(answer, {}, lang))
    for html in (
        render.note_html(text, text, lang, "live"),
        render.note_html(text, text, lang),
        render_article.missing_html(text, lang),
        render_frame.top_html([source], lang),
        render_frame.welcome_html([source], [text], lang),
        render_frame.loading_html(lang, text),
        render_frame.foot_html(text, text, lang),
    ):
        only_ours(html)
    page = only_ours(render_article.article_html(source, [mark(quote)], 1, lang))
    assert page.lit == {4: Page(f"<p>{escape(text)}</p>").text}


@pytest.mark.parametrize("text", HOSTILE)
def test_an_article_id_survives_the_trip_through_the_page(text):
    """What a chip sends back names the same article, whatever the file is called."""
    assert unescape_key(escape_key(text)) == text


def test_what_is_invisible_is_shown():
    """Controls, bidi overrides, zero-width and tag characters become visible marks; tab, newline and accents stay."""
    assert escape("a\x00b\rc") == "a␀b␍c"
    assert escape("\u202e\u200b\U000e0041") == "&lt;U+202E&gt;&lt;U+200B&gt;&lt;U+E0041&gt;"
    assert escape("\ud800") == "&lt;U+D800&gt;"
    assert escape("é\t\n\u00a0\u202f\u00ab — …") == "é\t\n\u00a0\u202f\u00ab — …"


def test_a_joiner_stays_inside_one_emoji_and_shows_elsewhere():
    """U+200D between two emoji makes one picture; between letters it hides something."""
    assert escape("👩🏽\u200d🚒 ❤️\u200d🔥") == "👩🏽\u200d🚒 ❤️\u200d🔥"
    assert escape("mot\u200dif") == "mot&lt;U+200D&gt;if"


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "fr"),
        ("*", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.4,fr;q=0.7", "fr"),
        ("de-DE,de;q=0.9,fr;q=0.5", "fr"),
        ("de", "en"),
        ("en;q=x,,;;", "en"),
    ],
)
def test_the_page_speaks_the_browsers_language(header, lang):
    """French or English, whichever the browser ranks first; French without a header, English for other languages."""
    assert words.page_language(header) == lang


def test_each_supported_sentence_is_followed_by_its_numbered_chips():
    """A chip says article, lines, characters and claim; a citation used twice keeps its number."""
    answer = Answer(
        "Quand ?",
        "fr",
        (Claim("Le 3 mai.", "supported", (REOPENS,)), Claim("Elle l’a dit.", "supported", (SAYS, REOPENS))),
        (HIT,),
        timings=Timings(total=3240),
    )
    html = render.answer_html(answer, SHELF, "fr")
    chips = [values for _, values in only_ours(html).tags if "cl-chip" in values.get("class", "")]
    assert [(c["data-n"], c["data-claim"], c["data-first"], c["data-last"]) for c in chips] == [
        ("1", "1", "3", "4"),
        ("2", "2", "4", "4"),
        ("1", "2", "3", "4"),
    ]
    assert chips[0]["aria-label"] == "Citation 1\u00a0: Le pont rouvrira, lignes 3 à 4"
    assert unescape_key(chips[0]["data-article"]) == "pont.txt"
    assert "Vérifié dans vos articles" in html and "3,2 s" in html
    assert "Le 3 mai.1 Elle l’a dit.21" in Page(html).text


def test_an_unsupported_sentence_is_only_shown_struck_with_its_reason():
    """It is in the fold, inside <s>, and nowhere among the sentences."""
    answer = Answer(
        "Q",
        "fr",
        (Claim("Vrai.", "supported", (SAYS,)), Claim("Inventé.", "unsupported", reason="Aucune ligne ne le dit.")),
    )
    html = render.answer_html(answer, SHELF, "fr")
    assert html.count("Inventé.") == 1 and '<s dir="auto">Inventé.</s>' in html
    assert "1 phrase écartée" in html and "Aucune ligne ne le dit." in html
    assert html.index("cl-dropped") < html.index("Inventé.")


def test_a_quoted_answer_is_a_quotation_with_its_source():
    """Verbatim sentences stand in quotation marks with the article's title, date and line."""
    answer = Answer("Q", "fr", (Claim("dit-elle", "supported", (SAYS,)),), is_quote=True)
    html = render.answer_html(answer, SHELF, "fr")
    assert "<blockquote" in html and "«\u00a0dit-elle\u00a0»" in html
    assert "Cité mot pour mot" in html and "14 mars 2024 · pont.txt:4" in html


def test_an_abstention_shows_the_nearest_passages():
    """ "Not in your articles", the message, then hits as buttons that open their lines."""
    html = render.answer_html(Answer("Q", "en", (), (HIT,), message="They do not say."), SHELF, "en")
    page = only_ours(html)
    assert "Not in your articles" in html and "They do not say." in html
    (card,) = [values for tag, values in page.tags if tag == "button"]
    assert (card["data-kind"], card["data-first"], card["data-last"], card["data-start"]) == ("hit", "3", "4", "0")
    assert "cl-chip" not in html


def test_a_question_that_was_understood_as_another_says_so():
    """Above the answer, from its first moment, with the question on the button that edits it; else nothing."""
    for answer in (Answer("Et lui ?", "fr", hits=(HIT,), done=False), Answer("Et lui ?", "fr", message="Non.")):
        assert "cl-understood" not in render.answer_html(answer, SHELF, "fr")
        html = render.answer_html(replace(answer, understood='Qui est "Luc" ?'), SHELF, "fr")
        page = only_ours(html)
        assert 'Compris comme\u00a0: Qui est "Luc" ? modifier' in page.text
        assert [values["data-question"] for tag, values in page.tags if "data-question" in values] == [
            'Qui est "Luc" ?'
        ]
        assert html.index("cl-question") < html.index("cl-understood") < html.index("cl-state")


def test_a_greeting_is_its_sentence_alone():
    """No status, no passages, even when something was found."""
    html = render.answer_html(Answer("Bonjour", "fr", hits=(HIT,), message="Bonjour !", kind="greeting"), SHELF, "fr")
    assert "Bonjour !" in only_ours(html).text
    assert "cl-status" not in html and "cl-card" not in html and 'data-status="greeting"' in html


def test_an_abstention_shows_no_unsupported_sentence_as_an_answer():
    """All claims unsupported: the answer is "not in your articles", and the claims are in the fold."""
    html = render.answer_html(Answer("Q", "fr", (Claim("Inventé.", "unsupported"),)), SHELF, "fr")
    assert 'data-status="abstained"' in html and html.index("cl-dropped") < html.index("Inventé.")
    assert "Aucune ligne ne l’appuie." in html


def test_a_draft_is_marked_as_being_checked():
    """Before the end, the model's words are muted and said to be unchecked; hits are there before the first word."""
    first = render.answer_html(Answer("Q", "fr", hits=(HIT,), done=False), SHELF, "fr")
    later = render.answer_html(Answer("Q", "fr", hits=(HIT,), draft="Le 3", done=False), SHELF, "fr")
    assert "cl-card" in first and "cl-draft" not in first and 'aria-busy="true"' in first
    assert "en cours de vérification" in later and '<p class="cl-draft" dir="auto">Le 3</p>' in later


def test_what_the_reader_found_is_no_claim():
    """Its characters and a marker for each place, said to be unchecked; beside the draft only the markers."""
    growing = Answer("Q", "fr", hits=(HIT,), found=(REOPENS, SAYS), done=False)
    first, later = (render.answer_html(each, SHELF, "fr") for each in (growing, replace(growing, draft="Le 3")))
    page = only_ours(first)
    assert "12sans doute ici, à vérifier" in page.text
    assert "«\u00a0des Tanneurs rouvrira le 3 mai 🌉\u00a0»" in page.text and "cl-claim" not in first
    chips = [attributes for tag, attributes in page.tags if attributes.get("data-kind") == "found"]
    assert [chip["data-check"] for chip in chips] == [render_article.digest(c.quote) for c in (REOPENS, SAYS)]
    assert chips[0]["aria-label"] == "Endroit probable 1\u00a0: Le pont rouvrira, lignes 3 à 4"
    assert "cl-pointed" not in later and later.count('data-kind="found"') == 2 and "cl-draft" in later


def test_every_line_carries_its_number_and_its_exact_text():
    """1-based, blank lines too, as the file has them."""
    page = only_ours(render_article.article_html(BRIDGE, [], 0, "fr"))
    assert page.lines == dict(enumerate(BRIDGE.lines, start=1))
    assert "7 lignes" in page.text and "pont.txt" in page.text and "14 mars 2024" in page.text


@pytest.mark.parametrize(
    ("quote", "first", "last", "skip"),
    [
        ("des Tanneurs\nrouvrira le 3 mai 🌉", 3, 4, 0),
        ("Encore.", 6, 6, 0),
        ("Encore.\nEncore.", 5, 6, 0),
        ("Le pont rouvrira\n\nLe pont", 1, 3, 0),
        ("\tavec", 7, 7, 0),
        ("Le pont", 1, 3, 3),
    ],
)
def test_the_lit_characters_are_the_quote(quote, first, last, skip):
    """Across lines, past an emoji, on the right one of two equal lines."""
    citation = cite(BRIDGE, quote, first, last, skip)
    page = only_ours(render_article.article_html(BRIDGE, [mark(citation)], 1, "fr"))
    expected, at = {}, sum(len(line) + 1 for line in BRIDGE.lines[: first - 1]) + citation.start
    for n, line in enumerate(BRIDGE.lines, start=1):
        start = sum(len(x) + 1 for x in BRIDGE.lines[: n - 1])
        piece = line[max(0, at - start) : max(0, at + len(quote) - start)]
        if piece:
            expected[n] = piece
    assert page.lit == expected
    assert "".join(expected.values()) == quote.replace("\n", "")


def test_overlapping_citations_each_light_their_own_characters():
    """Where two overlap the stretch carries both numbers; the current one is lit in full."""
    whole, part = mark(REOPENS, 1), mark(cite(BRIDGE, "rouvrira", 4, 4), 2)
    for current, lit in ((1, {3: "des Tanneurs", 4: "rouvrira le 3 mai 🌉"}), (2, {4: "rouvrira"})):
        page = only_ours(render_article.article_html(BRIDGE, [whole, part], current, "fr"))
        assert page.lit == lit
    assert "1 2" in page.attributes("data-n")


@pytest.mark.parametrize(
    "change",
    [{"check": "0" * 12}, {"first": 0}, {"last": 99}, {"first": 5, "last": 4}, {"start": -3}, {"start": 9, "end": 2}],
)
def test_a_citation_that_no_longer_fits_lights_nothing_and_says_so(change):
    """The article was changed since, or the page sent nonsense: never the wrong characters."""
    fields = {name: getattr(mark(REOPENS), name) for name in ("n", "first", "last", "start", "end", "check")}
    html = render_article.article_html(BRIDGE, [render_article.Mark(**(fields | change))], 1, "fr")
    assert "<mark" not in html and "L’article a changé" in html


def test_a_long_article_is_cut_into_blocks():
    """5,000 lines are 50 lists, each numbered from its own first line."""
    long = article(*(f"ligne {n}" for n in range(1, 5001)))
    page = only_ours(render_article.article_html(long, [], 0, "fr"))
    assert [int(start) for start in page.attributes("start")] == list(range(1, 5001, 100))
    assert len(page.lines) == 5000


@pytest.mark.parametrize(
    ("date", "fr", "en"),
    [
        ("2023-10-18", "18 octobre 2023", "18 October 2023"),
        ("2023-08-01", "1er août 2023", "1 August 2023"),
        ("2023-10", "octobre 2023", "October 2023"),
        ("2023", "2023", "2023"),
        ("", "", ""),
        ("2023-13-40", "2023-13-40", "2023-13-40"),
    ],
)
def test_dates_are_written_out(date, fr, en):
    """As precise as the article says, in the page's language."""
    assert (words.date_words(date, "fr"), words.date_words(date, "en")) == (fr, en)


def test_the_library_is_counted_and_its_languages_named():
    """The bar says how many articles, in which languages, the commonest first."""
    english = article("x", article_id="e.txt", language="en")
    assert "3 articles" in render_frame.top_html([BRIDGE, english, BRIDGE], "fr")
    assert "français, anglais" in render_frame.top_html([BRIDGE, english, BRIDGE], "fr")
    assert "1 article<" in render_frame.top_html([english], "en")
    assert "0 article<" in render_frame.top_html([], "fr")
    assert "cl-library" not in render_frame.top_html([], "fr", is_ready=False)


def test_the_preview_shows_eight_lines_with_the_cited_ones_lit():
    """As many before as after, numbered as in the file; near an end more of the other side."""
    long = article(*(f"ligne {n} du registre" for n in range(1, 101)))
    for at, shown in ((50, range(46, 54)), (1, range(1, 9)), (100, range(93, 101))):
        page = only_ours(render_peek.peek_html(long, mark(cite(long, "registre", at, at)), "fr"))
        assert list(page.lines) == list(shown) and page.lit == {at: "registre"}
    assert "ligne 50" in render_peek.peek_html(long, mark(cite(long, "registre", 50, 50)), "fr")
    assert "lines 3 to 4" in render_peek.peek_html(BRIDGE, mark(REOPENS), "en")
    assert render_peek.peek_html(BRIDGE, replace(mark(REOPENS), check="0" * 12), "fr") == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_preview_is_text(text):
    """Title, date and lines, the long ones cut: only our tags come out."""
    source = article(text, "x " * 400 + f"avant {text} après " + "y " * 400, title=text, date=text, language=text)
    only_ours(render_peek.peek_html(source, mark(cite(source, text, 2, 2)), "fr"))


def test_a_long_line_is_cut_around_what_is_cited():
    """A paragraph on one line shows the words around the quote; the quote whole, unless it is very long itself."""
    source = article("mot " * 300 + "le pont rouvre" + " mot" * 300)
    page = only_ours(render_peek.peek_html(source, mark(cite(source, "le pont rouvre", 1, 1)), "fr"))
    assert page.lit == {1: "le pont rouvre"} and len(page.lines[1]) < 260
    assert page.lines[1].startswith("… ") and page.lines[1].endswith(" …")
    page = only_ours(render_peek.peek_html(source, mark(cite(source, source.lines[0].strip(), 1, 1)), "fr"))
    assert len(page.lines[1]) < 600 and page.lit[1] == page.lines[1][: len(page.lit[1])]


def test_how_it_was_checked_is_said_in_words():
    """Each sentence with its lines, numbers and names; a quotation and an abstention say what happened instead."""
    claim = Claim("Le pont d’Orvanne rouvre le 3 mai.", "supported", (REOPENS,))
    text = only_ours(render.answer_html(Answer("Q", "fr", (claim,)), SHELF, "fr")).text
    assert (
        "appuyée «\u00a0Le pont d’Orvanne rouvre le 3 mai.\u00a0»pont.txt:3-4. S’y trouvent\u00a0: 3 mai, Orvanne."
        in text
    )
    assert "dans une autre langue" not in text
    assert "in another language" in render.answer_html(Answer("Q", "en", (claim,)), SHELF, "en")
    assert "Rien n’a été rédigé" in render.answer_html(Answer("Q", "fr", (claim,), is_quote=True), SHELF, "fr")
    assert "n’a donc rien écrit" in render.answer_html(Answer("Q", "fr"), SHELF, "fr")
    tried = Answer("Q", "fr", (Claim("Inventé.", "unsupported"),))
    assert "a lu les passages" in render.answer_html(tried, SHELF, "fr")


def test_an_abstention_says_what_was_searched():
    """How many articles, and the words of the question that are in none."""
    searched = render_why.Searched(5, ("coupe", "<b>"))
    html = render.answer_html(Answer("Q", "en", message="No."), SHELF, "en", searched=searched)
    assert "Searched in: 5 articles. Not in any article: “coupe”, “<b>”." in only_ours(html).text


def test_a_stopped_answer_keeps_what_was_found():
    """The passages stay, the unchecked words do not."""
    html = render.stopped_html("Q", Answer("Q", "fr", hits=(HIT,), draft="Le 3", done=False), "Arrêté.", SHELF, "fr")
    assert "Arrêté." in only_ours(html).text and "cl-card" in html and "Le 3" not in Page(html).text.split("Arrêté.")[0]
    assert 'data-status="stopped"' in html and "cl-draft" not in html
    growing = Answer("Q", "fr", hits=(HIT,), found=(SAYS,), draft="Le 3", done=False)
    html = render.stopped_html("Q", growing, "Arrêté.", SHELF, "fr")
    assert "«\u00a0dit-elle\u00a0»" in only_ours(html).text and "à vérifier" in html and "cl-draft" not in html


@pytest.mark.parametrize("lang, said", [("fr", ["relancer", "modifier"]), ("en", ["ask again", "edit"])])
def test_a_question_that_got_no_answer_can_be_asked_again(lang, said):
    """Stopped or refused: two buttons, which carry it as it was typed; none while it is live or when there is none."""
    asked = 'Qui\u200c ?\n<b>"x"'
    growing = Answer("Qui ?", "fr", done=False)
    for html in (render.note_html(asked, "Non.", lang), render.stopped_html(asked, growing, "Arrêté.", {}, lang)):
        buttons = {name: values[name] for _, values in only_ours(html).tags for name in values if name in AGAIN}
        assert [unescape_key(buttons[name]) for name in AGAIN] == [asked, asked]
        assert all(f">{word}</button>" in html for word in said)
    for html in (render.note_html(asked, "Lecture", lang, "live"), render.note_html(" ", "Vide.", lang)):
        assert "cl-again" not in html


AGAIN = ("data-again", "data-edit")


def test_a_file_that_has_changed_is_said_in_the_articles_head():
    """With a button to where it can be indexed again."""
    for state, words_ in (("changed", "a changé depuis"), ("removed", "n’est plus là")):
        html = render_article.article_html(BRIDGE, [], 0, "fr", state)
        assert words_ in html and 'data-view="shelf"' in html
    assert "depuis" not in render_article.article_html(BRIDGE, [], 0, "fr")


@pytest.mark.parametrize(
    ("cookie", "lang", "theme"),
    [
        ("citeline_lang=fr; citeline_theme=dark", "fr", "dark"),
        ("a=b; citeline_lang=en;citeline_theme=light", "en", "light"),
        ("citeline_lang=xx; citeline_theme=<b>", "en", ""),
        ("xciteline_lang=fr", "en", ""),
        ("", "en", ""),
    ],
)
def test_what_the_reader_has_switched_to_counts(cookie, lang, theme):
    """The page's own cookies stand above the browser's language and the system's colours; nonsense counts for
    nothing."""
    assert words.page_language("en-GB", cookie) == lang and words.page_theme(cookie) == theme


@pytest.mark.parametrize(("lang", "said"), [("fr", "lu par OCR"), ("en", "read by OCR")])
def test_an_article_read_by_ocr_says_so_and_which_lines_are_doubtful(lang, said):
    """Among its facts, and on each line with doubtful words; any other article says nothing of it."""
    page = render_article.article_html(replace(BRIDGE, ocr=(1,), doubtful=(1, 1, 3)), [], 0, lang)
    assert page.count(said) == 3 and page.count('title="' + said) == 2
    assert said in render_article.article_html(replace(BRIDGE, ocr=(1,)), [], 0, lang)
    assert said not in render_article.article_html(BRIDGE, [], 0, lang)


@pytest.mark.parametrize(
    ("lang", "why", "share"),
    [("fr", "date corrigée à la main", "99 % du texte"), ("en", "date corrected by hand", "99% of the text")],
)
def test_an_article_says_what_dates_it_and_how_much_of_its_file_it_is(lang, why, share):
    """Nearly all is never said to be all, and where nothing is missing or measured nothing is said."""
    article = replace(BRIDGE, date_from="corrected", coverage=Coverage(100_000, 99_999))
    page = only_ours(render_article.article_html(article, [], 0, lang))
    assert why in page.text and share in page.text
    for coverage in (None, Coverage(-1, 50), Coverage(50, 50), Coverage(0, 0)):
        page = only_ours(render_article.article_html(replace(article, coverage=coverage), [], 0, lang))
        assert why in page.text and "%" not in page.text
