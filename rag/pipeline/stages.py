"""The straight line from a Query to the checked Answer: search, read, select, write, check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.models import similarity_by
from rag.evidence import Passage, cite, select
from rag.filters import nothing
from rag.generation import messages
from rag.language import is_nothing, is_order, name_not_found, nowhere, wording
from rag.overview import overview
from rag.pipeline.merging import joined
from rag.pipeline.translation import translated
from rag.pipeline.updates import newest_first, said_of
from rag.query import Query
from rag.reader import Window, is_answered, read
from rag.run import Attempt, Run
from rag.types import Answer, Claim, Timings
from rag.verification import check_draft, differing, quotes

SURE = 2.0
"""Log odds above the threshold from which the reader is believed although the language model found nothing."""


def answers(run: Run) -> Iterator[Answer]:
    """Growing Answers to a run's query, the last one done; what each stage decides is noted in the run.

    Raises LlmError when the model fails.
    """
    if run.query.is_hopeless:
        yield run.end(message=_nothing(run))
    elif run.query.intent:
        yield from _about_articles(run)
    elif run.query.parts:
        yield from _in_parts(run)
    else:
        yield from _single(run, run.query)


def _single(run: Run, query: Query) -> Iterator[Answer]:
    """One question: searched, read, narrowed if its words ask for that, and answered."""
    attempt = _search(run, query)
    run.answer = replace(run.answer, hits=attempt.hits, timings=Timings(search=run.elapsed_ms()))
    yield run.answer
    if names := _names_nowhere(run, attempt):
        yield run.end(message=name_not_found(names, query.language))
        return
    _read(run, attempt)
    attempt = _preferred(run, attempt)
    query = attempt.query
    passages = newest_first(_unplanted(attempt.passages), query)
    if not is_answered(passages):
        yield run.end(message=_nothing(run))
    elif run.setting.llm is None:
        yield _told(run, quotes(passages, query), passages, query, is_quote=True)
    else:
        yield from _drafted(run, attempt, passages)


def _preferred(run: Run, plain: Attempt) -> Attempt:
    """The attempt to answer from: in all articles, or in those that a date or source in the question lets through.

    Such words may be about what happened: they narrow only when something in there answers, and, unless they are
    likely meant so, answers as well as anything else.
    """
    query = plain.query.narrowed
    if query is None or query.filter is None:
        return plain
    inside = _search(run, query)
    _read(run, inside)
    found, best = query.filter, plain.passages[0].score if plain.passages else -math.inf
    answering = inside.passages
    if is_answered(answering) and (found.is_likely or answering[0].score >= best):
        plain.put_aside = f"“{found.words}” narrows the articles, and what is among them answers"
        run.answer = replace(run.answer, hits=inside.hits, filter=replace(found, is_applied=True))
        return inside
    inside.put_aside = f"“{found.words}” does not narrow the articles: others answer better, or none of these does"
    run.answer = replace(run.answer, filter=found if found.is_likely else None)
    return plain


def _told(
    run: Run, claims: Sequence[Claim], passages: Sequence[Passage], query: Query, is_quote: bool = False
) -> Answer:
    """The last Answer, which says so where the articles it cites answer differently; foreign quotes are translated."""
    message = said_of(claims, passages, query)
    return run.end(translated(claims, run), is_quote, message)


def _drafted(run: Run, attempt: Attempt, passages: Sequence[Passage]) -> Iterator[Answer]:
    """An answer written by the language model, its sentences checked; lines quoted where none of them stands."""
    setting, query = run.setting, attempt.query
    assert setting.llm is not None
    run.answer = replace(run.answer, found=(cite(passages[0].article, *passages[0].answer),))
    yield run.answer
    budget = setting.config.budget(query.kind)
    attempt.selection = select(passages, budget, setting.llm.count_tokens, query.kind)
    yield from _write(run, attempt)
    attempt.found_nothing = is_nothing(attempt.draft, query.language)
    if attempt.found_nothing and passages[0].score < SURE:
        found = run.answer.filter
        if found and found.is_applied and not found.is_explicit:
            attempt.put_aside = f"the model found no answer in the articles that “{found.words}” narrows to"
            run.restart()
            yield from _single(run, replace(run.query, narrowed=None))
        else:
            yield run.end(message=_nothing(run))
        return
    similarity = similarity_by(setting.embedder)
    attempt.claims = check_draft(attempt.draft, query, attempt.selection.shown, passages, similarity, setting.checker)
    claims = tuple(each.claim for each in attempt.claims)
    if any(claim.verdict == "supported" for claim in claims):
        yield _told(run, (*claims, *differing(claims, passages, query)), passages, query)
    else:
        yield _told(run, (*quotes(passages, query), *claims), passages, query, is_quote=True)


def _write(run: Run, attempt: Attempt) -> Iterator[Answer]:
    """The draft as it grows, until the model ends it or the time is up."""
    llm, query = run.setting.llm, attempt.query
    assert llm is not None
    evidence = [sentence.text for sentence in attempt.selection.shown]
    prompt = messages(query.language, evidence, query.text, query.kind)
    for piece in llm.stream(prompt, run.setting.config.tokens(query.kind)):
        attempt.draft += piece.text
        timings = run.answer.timings
        timings = timings if timings.first_token else replace(timings, first_token=run.elapsed_ms())
        run.answer = replace(run.answer, draft=attempt.draft, usage=piece.usage, timings=timings)
        yield run.answer
        if run.is_late():
            return


def _in_parts(run: Run) -> Iterator[Answer]:
    """Each part of a question answered by itself; of one that is not in the articles that is said."""
    parts, empty = run.query.parts, run.answer
    told: list[Answer] = []
    for query in parts:
        part = Run(query, run.setting, run.began)
        run.parts.append(part)
        for each in _single(part, query):
            if not each.done:
                whole = joined(parts, empty, [*told, each])
                yield replace(whole, found=each.found, draft=each.draft, done=False)
        told.append(part.answer)
    whole = joined(parts, empty, told)
    run.answer = replace(whole, timings=replace(whole.timings, total=run.elapsed_ms()))
    yield run.answer


def _about_articles(run: Run) -> Iterator[Answer]:
    """What a question about the articles themselves gets; a topic is searched as it was typed, without the rest."""
    topic = run.query.intent.query if run.query.intent else ""
    attempt = _search(run, replace(run.query, text=topic))
    run.answer = replace(run.answer, hits=attempt.hits, timings=Timings(search=run.elapsed_ms()))
    yield run.answer
    yield from overview(run)


def _search(run: Run, query: Query) -> Attempt:
    """A new attempt with the chunks to answer from; none without a text or an article to search."""
    attempt = Attempt(query)
    run.attempts.append(attempt)
    if query.text and not query.is_hopeless:
        attempt.hits = tuple(run.setting.search(run.setting.library, query.text, query.language, query.within))
    return attempt


def _read(run: Run, attempt: Attempt) -> None:
    """The best hits as the reader sees them; those that are about another name or year are left out."""
    setting = run.setting
    attempt.windows = read(
        attempt.query, setting.library, attempt.hits, setting.reader, setting.judge, setting.config.n_windows
    )


def _unplanted(passages: Sequence[Passage]) -> list[Passage]:
    """The passages, best first, whose answer is not in a sentence that tells a reader or a model what to answer."""
    return [each for each in passages if not is_order(_with_question(each), each.article.language)]


def _with_question(passage: Passage) -> str:
    """What answers, with the sentence before it when that one asks, and the one behind it when it asks itself."""
    answering, there = passage.answering(), passage.sentences
    first, last = there.index(answering[0]), there.index(answering[-1]) + 1
    first -= first > 0 and there[first - 1].text.endswith("?")
    last += there[last - 1].text.endswith("?")
    return " ".join(sentence.text for sentence in there[first:last])


def _names_nowhere(run: Run, attempt: Attempt) -> tuple[str, ...]:
    """Names of the question that no article has: whoever else does or is what was asked, it is not they.

    If there are any, no hit is read.
    """
    library, query = run.setting.library, attempt.query
    nearest = {hit.chunk.span.article_id: library.by_id[hit.chunk.span.article_id] for hit in attempt.hits}

    def texts() -> Iterator[tuple[str, str]]:
        return ((article.all_text, article.language) for article in nearest.values())

    is_spoken = query.language in library.languages
    found = tuple(nowhere(query.text, texts, query.language, library.says, is_spoken))
    if found:
        lacking = tuple(name.split()[-1] for name in found)
        attempt.windows = tuple(Window(hit, nearest[hit.chunk.span.article_id], lacking) for hit in attempt.hits)
    return found


def _nothing(run: Run) -> str:
    """That nothing answers: in all articles, or in those that a filter lets through."""
    found = run.answer.filter
    if found and found.is_applied:
        return nothing(found, run.query.language)
    return wording(run.query.language).not_found
