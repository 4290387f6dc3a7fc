"""Answers to questions about the articles themselves: contents, a summary, what they say about a topic.

Lists, and what several articles say, are their own sentences, verbatim. A summary is written by the model, and every
sentence of it is checked; if none passes, or without a model, it is the article's lead and most central sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.models import similarity_by
from index.storage import Library
from index.text import sentences as split
from index.types import Article
from rag.copies import cited_once, one_each
from rag.evidence import Selection, Sentence
from rag.generation import Llm
from rag.language import PACKS, content
from rag.overview.lexrank import body, ranked
from rag.overview.topic_sentences import on_topic
from rag.overview.topics import by_file, by_topic, coverage, relevant, title_citation
from rag.overview.wording import summary_messages, words
from rag.query import Intent, Query, is_file_name
from rag.run import Run, Setting
from rag.types import Answer, Claim
from rag.verification import CheckedClaim, support_claim

MOST_LISTED = 10
MOST_QUOTES = 5
"""Limit on quotes of several articles on a topic."""
MOST_OTHERS = 3
"""Limit on other articles named after a summary."""
SUMMARY_QUOTES = 3
SUMMARY_EVIDENCE = 6
"""Maximum sentences shown to the model; they contain 0.7 of an article's gold answers (docs/experiments.md)."""
SUMMARY_SENTENCES = 4
SUMMARY_TOKENS = 160

_HOW_MANY = PACKS.pattern("question.how_many", r"\b(?:{})\b")


def overview(run: Run) -> Iterator[Answer]:
    """Growing Answers to a question about the articles, from one that carries the hits of its topic; the last is done.

    Raises LlmError when the model fails.
    """
    timings = run.answer.timings
    grown = run.answer
    for grown in _answers(run):
        if grown.draft:
            timings = replace(timings, first_token=timings.first_token or run.elapsed_ms())
            yield replace(grown, timings=timings)
    is_about = run.query.intent is not None and run.query.intent.kind == "about"  # a summary is of the one article
    claims = cited_once(grown.claims, run.setting.library, run.query.within, may_move=is_about)
    run.answer = replace(grown, claims=claims, done=True, timings=replace(timings, total=run.elapsed_ms()))
    yield run.answer


def _answers(run: Run) -> Iterator[Answer]:
    query, answer, library = run.query, run.answer, run.setting.library
    intent = query.intent
    assert intent is not None
    articles = [article for article in library.articles if query.within is None or article.id in query.within]
    said = words(intent.language)
    if intent.kind == "greeting":
        yield replace(answer, message=said.thanks if intent.is_thanks else said.hello)
    elif not articles:
        yield replace(answer, message=said.empty)
    elif intent.kind == "contents":
        yield _contents(intent, answer, library, articles)
    elif intent.kind == "about":
        yield _about(run, intent, articles)
    else:
        yield from _summary(intent, run, articles)


# --- what there is ------------------------------------------------------------------------------------------------


def _contents(intent: Intent, answer: Answer, library: Library, all_articles: Sequence[Article]) -> Answer:
    said = words(intent.language)
    articles = sorted(all_articles, key=lambda article: (article.date, article.id), reverse=True)
    if intent.topic:
        articles = relevant(intent.topic, intent.language, answer.hits, library)
        if not articles:
            return replace(answer, message=said.nothing_on.format(topic=intent.topic))
    sources = one_each(articles, library)
    claims = tuple(_listed(article, intent.language) for article in sources[:MOST_LISTED])
    message = (said.count if len(sources) > MOST_LISTED else said.whole).format(shown=MOST_LISTED, n=len(articles))
    if n_copies := len(articles) - len(sources):
        message += " " + said.copies.format(n=n_copies)
    return replace(answer, claims=claims, is_quote=True, message=message)


def _listed(article: Article, language: str) -> Claim:
    citation = title_citation(article)
    title = " ".join(citation.quote.split())
    if not any(mark in title for mark in "«»“”„"):
        title = words(language).title.format(title=title)
    text = f"{title} ({article.date})" if article.date else title
    return Claim(text, "supported", (citation,), origin="title")


# --- what they say about a topic ----------------------------------------------------------------------------------


def _about(run: Run, intent: Intent, all_articles: Sequence[Article]) -> Answer:
    """Return the best sentences of each article that is about the topic, oldest article first."""
    answer, library = run.answer, run.setting.library
    said = words(intent.language)
    articles = one_each(relevant(intent.topic, intent.language, answer.hits, library), library)
    is_count = bool(_HOW_MANY.search(run.query.folded))
    mentioning = _mentioning(intent, library, all_articles) if is_count else []
    found = {article.id for article in articles}
    articles += [each for each in mentioning if each.id not in found]
    if not articles:
        return replace(answer, message=said.nothing_on.format(topic=intent.topic))
    most = MOST_LISTED if is_count else MOST_QUOTES
    shown, rest = articles[:most], articles[most:]
    n_each = 1 if is_count else {1: 3, 2: 2}.get(len(shown), 1)
    claims = tuple(
        _quote(sentence)
        for article in sorted(shown, key=lambda article: (article.date or "9", article.id))
        for sentence in on_topic(intent.topic, intent.language, article, answer.hits, run.setting.embedder, n_each)
    )
    mentions = said.mentions.format(topic=intent.topic, n=len(mentioning)) if mentioning else ""
    notes = (mentions, _others(rest, intent.language), _lacking(intent, shown))
    return replace(answer, claims=claims, is_quote=True, message=" ".join(filter(None, notes)))


def _mentioning(intent: Intent, library: Library, articles: Sequence[Article]) -> list[Article]:
    """Return those of the articles in which the words of the topic stand: all of them, not only what was found."""
    ids = {article.id for article in articles}
    found = [each for each in library.with_words(intent.topic, intent.language) if each.id in ids]
    return one_each(found, library)


def _lacking(intent: Intent, articles: Sequence[Article]) -> str:
    """Say which words of a topic are in none of the articles, where they share its language."""
    language = intent.language
    texts = [f"{article.title}\n{article.text}" for article in articles if article.language == language]
    asked = content(intent.topic, language).values()
    lacking = [word for word in asked if not any(coverage(word, language, text, language) for text in texts)]
    return words(language).lacking.format(names=", ".join(lacking)) if texts and lacking else ""


def _quote(sentence: Sentence) -> Claim:
    citation = sentence.citation()
    return Claim(" ".join(citation.quote.split()), "supported", (citation,), origin="quote")


def _others(articles: Sequence[Article], language: str) -> str:
    if not articles:
        return ""
    return words(language).others.format(names=", ".join(article.id for article in articles[:MOST_OTHERS]))


# --- what one says ------------------------------------------------------------------------------------------------


def _summary(intent: Intent, run: Run, articles: Sequence[Article]) -> Iterator[Answer]:
    answer, library, llm = run.answer, run.setting.library, run.setting.llm
    said = words(intent.language)
    meant = one_each(_meant(intent, answer, library, articles), library)
    if not meant:
        if not intent.topic:
            yield replace(_contents(intent, answer, library, articles), message=said.which)
        else:
            unknown = said.no_file if is_file_name(intent.topic) else said.nothing_on
            yield replace(answer, message=unknown.format(topic=intent.topic))
        return
    article, *others = meant
    found = body(article)
    order = ranked(found)
    if not found:  # a headline and no more
        yield replace(answer, claims=(_listed(article, intent.language),), is_quote=True)
        return
    answer = replace(answer, message=_others(others, intent.language))
    claims: list[Claim] = []
    if llm:
        evidence = _evidence(found, order, run.setting.config.wide_evidence_tokens, llm)
        draft = ""
        for piece in llm.stream(summary_messages(intent.language, [each.text for each in evidence]), SUMMARY_TOKENS):
            draft += piece.text
            answer = replace(answer, draft=draft, usage=piece.usage)
            yield answer
            if run.is_late():
                break
        checked = _checked(draft, intent.language, evidence, run.setting)
        attempt = run.attempts[-1]
        attempt.selection, attempt.draft, attempt.claims = Selection(tuple(evidence)), draft, tuple(checked)
        claims = [each.claim for each in checked]
        if any(claim.verdict == "supported" for claim in claims):
            yield replace(answer, claims=tuple(claims), draft="")
            return
    quoted = sorted(order[:SUMMARY_QUOTES])
    quotes = [_quote(found[place]) for place in quoted]
    yield replace(answer, claims=(*quotes, *claims), is_quote=True, draft="")


def _meant(intent: Intent, answer: Answer, library: Library, articles: Sequence[Article]) -> list[Article]:
    """Return the article a person means, followed by others they may have meant."""
    if not intent.topic:
        return list(articles) if len(articles) == 1 else []
    named = by_file(intent.topic, library)
    if named or is_file_name(intent.topic):
        return [named] if named else []
    return by_topic(intent.topic, intent.language, answer.hits, library, articles)


def _evidence(found: Sequence[Sentence], order: Sequence[int], budget: int, llm: Llm) -> list[Sentence]:
    """Return the lead and the most central sentences within a budget of tokens, in reading order."""
    chosen: list[int] = []
    room = budget
    for place in order[:SUMMARY_EVIDENCE]:
        cost = llm.count_tokens(found[place].text) + 5  # "[n] " and the line end
        if cost <= room or not chosen:
            chosen.append(place)
            room -= cost
    return [found[place] for place in sorted(chosen)]


def _checked(draft: str, language: str, evidence: Sequence[Sentence], setting: Setting) -> list[CheckedClaim]:
    """Return the draft's complete sentences as claims, each once; nothing in them counts as given."""
    claims: list[CheckedClaim] = []
    spans = list(split(draft))
    if spans and not draft[slice(*spans[-1])].rstrip(" »”\"')").endswith(tuple(".!?…。")):
        spans.pop()  # it was cut off: the tokens or the time were used up
    for start, end in spans[:SUMMARY_SENTENCES]:
        text = draft[start:end].lstrip("-•* ")
        if not any(char.isalnum() for char in text) or any(text == each.claim.text for each in claims):
            continue
        similarity = similarity_by(setting.embedder)
        claims.append(support_claim(text, Query("", language), evidence, None, similarity, setting.checker))
    return claims
