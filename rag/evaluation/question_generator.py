"""Make questions with known lines from a library: written by a language model for answers that a rule chose.

A question is kept if it asks for its answer without giving it away, can be understood alone, and leads back: the
reader, given the chunk it was written from, points at its answer. What the reader cannot find is therefore never asked,
so figures measured on these questions are slightly optimistic.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from index.storage import Library
from index.text import detect, fold, sentences, span_at, stop_words, terms, words
from index.types import Article, Chunk, Span
from rag.evaluation.answer_spans import KINDS, Askable, Kind, askable
from rag.evaluation.generator_prompts import asks_for, messages
from rag.evaluation.metrics import contains
from rag.evaluation.runner import Case
from rag.generation import Llm
from rag.language import content, days, names, numbers, stands
from rag.query import Query
from rag.reader import Reader

MAX_TOKENS = 48
GROUP = 20
"""Tries that are put in the order of their languages, since another one's instructions take a while to read."""
TRIES = 3
"""Answers tried per chunk until a question is kept; the model reads the chunk once for all of them."""
ROUNDS = 6
"""How often an article gets another turn with another chunk."""
SHARED = 0.5
"""Share of a question's content words from which a line or chunk counts as being about the same."""
IN_SENTENCE = 0.3
"""Least share of a question's content words that must stand in the very sentence of its answer."""
OWN = 0.05
"""Largest share of the articles that may hold the word which tells what a question is about; two always may."""
CANDIDATES = 300
INVENTED = (
    "Brescard Ostrovane Velmont Quintrac Ardevois Morvenna Tessarin Oulmières Halvorne Istrade Pelloquin Krasvik "
    "Drummel Eskerby Zandriel Uvalde-Morin Corvanel Asterlund Fennimore Ibarrano"
).split()
"""Names for a question about something that stands nowhere."""


@dataclass(frozen=True, slots=True)
class Made:
    """A question that was kept, and how many were dropped since the one before it, by the reason."""

    case: Case
    dropped: tuple[tuple[str, int], ...] = ()


class Quiz:
    """Makes questions from one library; the same seed and models make the same ones in the same order."""

    def __init__(
        self, library: Library, reader: Reader, llm: Llm, languages: Sequence[str] = (), seed: int = 0
    ) -> None:
        """With `languages`, one question in four is asked in one of them, whatever the article's."""
        self.library = library
        self.reader = reader
        self.llm = llm
        self.languages = tuple(languages)
        self.seed = seed
        self._named: dict[str, Counter[str]] = {}
        self.dropped: Counter[str] = Counter()
        """Number of questions written and not kept, by reason: "unusable", "vague" or "unread"."""

    def make(self, after: str = "") -> Iterator[Made]:
        """Yield questions, spread over the articles, until every try is used; start after the one with the id `after`.

        Raises LlmError if the model stops working.
        """
        dropped: Counter[str] = Counter()
        is_on = not after
        for chunk, answers, language in self._tries():
            article = self.library.by_id[chunk.span.article_id]
            ids = [f"{article.id}:{chunk.start + answer.start}:{language}" for answer in answers]
            for id, answer in zip(ids, answers, strict=True) if is_on else ():
                case, fault = self._write(id, chunk, answer, article, language)
                if case:
                    yield Made(case, tuple(sorted(dropped.items())))
                    dropped.clear()
                    break
                dropped[fault] += 1
                self.dropped[fault] += 1
            is_on = is_on or after in ids

    def removed(self, case: Case) -> Case | None:
        """Return the same question with its article hidden; None if another article contains the answer or covers the
        same."""
        origin = case.gold[0].article_id
        for chunk in self._near(case):
            article = self.library.by_id[chunk.span.article_id]
            text = f"{article.title}\n{chunk.text}"
            is_near = _says(chunk, article, case) or _share(case.question, text, article.language) > SHARED
            if article.id != origin and is_near:
                return None
        return replace(case, id=f"{case.id}:removed", kind="removed", answers=(), gold=(), hidden=(origin,))

    def altered(self, case: Case) -> Case | None:
        """Return the question with a year, number or name changed to one that is nowhere; None if it has none."""
        draw = random.Random(f"{self.seed} {case.id}")
        asked = [name for name in names(case.question, case.language) if not days(name)]
        figures = [word for word in words(case.question) if word.isdigit() and len(word) > 1 and word in case.question]
        for old in draw.sample(figures + asked, len(figures) + len(asked)):
            if new := self._unheard_of(old, draw):
                question = case.question.replace(old, new)
                return replace(case, id=f"{case.id}:altered", question=question, kind="altered", answers=(), gold=())
        return None

    # --- one question -----------------------------------------------------------------------------------------------

    def _tries(self) -> Iterator[tuple[Chunk, list[Askable], str]]:
        """Where to ask, for what and in which language: some at a time, those with the same instructions together."""
        found = (
            (chunk, answers, self._language(number, self.library.by_id[chunk.span.article_id].language))
            for number, (chunk, answers) in enumerate(self._spread())
        )
        while some := list(islice(found, GROUP)):
            yield from sorted(some, key=lambda each: (self.library.by_id[each[0].span.article_id].language, each[2]))

    def _spread(self) -> Iterator[tuple[Chunk, list[Askable]]]:
        """A chunk of each article in turn and what to ask for in it, one after the other until a question is kept."""
        draw = random.Random(self.seed)
        ids = sorted(self._rows)
        draw.shuffle(ids)
        order = {index: draw.sample(self._rows[index], len(self._rows[index])) for index in ids}
        taken: dict[int, list[Askable]] = {}
        for turn in range(ROUNDS):
            for place, index in enumerate(ids):
                row = order[index][turn % len(order[index])]
                chunk = self.library.chunk(row)
                found = askable(chunk.text, self.library.articles[index].language)
                chosen = _choose(found, taken.setdefault(row, []), turn + place, draw)
                if chosen:
                    yield chunk, chosen

    def _write(
        self, id: str, chunk: Chunk, answer: Askable, article: Article, language: str
    ) -> tuple[Case | None, str]:
        """The question for an answer, or None and why it was dropped."""
        said = chunk.text[answer.start : answer.end]
        told = f"{article.title}. {chunk.text}" if article.title not in chunk.text else chunk.text
        prompt = messages(told, self._name(chunk, article, said), said, language, article.language)
        question = " ".join("".join(piece.text for piece in self.llm.stream(prompt, MAX_TOKENS)).split())
        if not is_usable(question, said, answer.kind, language):
            return None, "unusable"
        if not self._is_about(question, article, language) or not self._fits(
            question, chunk, answer, article, language
        ):
            return None, "vague"
        reading = self.reader.read(Query(question, language), [chunk.text])[0]
        if not (reading.start < answer.end and answer.start < reading.end):
            return None, "unread"
        text = article.text
        gold = span_at(article.id, text, chunk.start + answer.start, chunk.start + answer.end)
        case = Case(id, question, answer.kind, (" ".join(said.split()),), (gold,), language=language)
        return replace(case, gold=tuple(dict.fromkeys((gold, *self._also(case))))), ""

    def _fits(self, question: str, chunk: Chunk, answer: Askable, article: Article, language: str) -> bool:
        """Does a question take its words from the answer's own sentence, and no name from elsewhere in the chunk?"""
        start, end = next(s for s in sentences(chunk.text) if s[0] <= answer.start < s[1])
        sentence = chunk.text[start:end]
        if language != article.language:
            return True
        near = f"{article.title}\n{sentence}\n{self._name(chunk, article, '')}"
        stray = [name for name in names(question, language) if not stands(name, near, language, language)]
        return not stray and _share(question, sentence, language) >= IN_SENTENCE

    def _name(self, chunk: Chunk, article: Article, answer: str) -> str:
        """The name an article says most often, those of its headline counted twice; "" when it has none to give."""
        counts = self._names(article)
        found = [name for name in counts if fold(name) not in fold(answer)]
        return max(
            found, key=lambda name: (counts[name] * (1 + (name in article.title)), name in chunk.text), default=""
        )

    def _names(self, article: Article) -> Counter[str]:
        if article.id not in self._named:
            text = f"{article.title}\n{article.text}"
            found = [name for name in names(text, article.language) if len(name) > 3 and not name.isupper()]
            self._named[article.id] = Counter({name: text.count(name) for name in found if not days(name)})
        return self._named[article.id]

    def _language(self, number: int, own: str) -> str:
        """Every fourth try is in one of the languages asked for, in turn."""
        others = [each for each in self.languages if each != own]
        return others[number // 4 % len(others)] if others and number % 4 == 3 else own

    def _is_about(self, question: str, article: Article, language: str) -> bool:
        """Does a question name somebody or something of its article, so that it can be understood alone?

        In German, where names are not told from nouns, a word that few articles have stands for a name.
        """
        text = f"{article.title}\n{article.text}"
        if any(stands(name, text, language, article.language) for name in names(question, language) if not days(name)):
            return True
        if language != "de" or language != article.language:
            return False
        few = max(2, OWN * len(self._counted))
        shared = content(question, language).keys() & content(text, language).keys()
        return any(self._held_by[key] <= few for key in shared)

    def _also(self, case: Case) -> Iterator[Span]:
        """Other lines that say the answer and half of what the question says."""
        for chunk in self._near(case):
            article = self.library.by_id[chunk.span.article_id]
            for n in range(chunk.span.first, chunk.span.last + 1):
                line = article.lines[n - 1]
                if contains(line, case.answers[0]) and _share(case.question, line, article.language) >= SHARED:
                    yield Span(article.id, n, n)

    # --- what the library says --------------------------------------------------------------------------------------

    def _near(self, case: Case) -> Iterator[Chunk]:
        """The chunks that share words with a question or its answer, those that share most first."""
        text = f"{case.question} {case.answers[0]}"
        asked = dict.fromkeys(term for code in (case.language, *self.library.languages) for term in terms(text, code))
        scores = self.library.keywords.scores(list(asked))
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        return (self.library.chunk(int(row)) for row in best if scores[row] > 0)

    def _unheard_of(self, old: str, draw: random.Random) -> str:
        """Something of the same sort that no article holds, "" when nothing is found."""
        if old.isdigit():
            step = 9 if len(old) == 4 else max(5, int(old) // 3)
            tried = [str(int(old) + sign * draw.randint(2, step)) for _ in range(20) for sign in (1, -1)]
        else:
            tried = draw.sample(INVENTED, len(INVENTED))
        return next((each for each in tried if len(each) > 1 and not self.library.says(each)), "")

    @cached_property
    def _rows(self) -> dict[int, list[int]]:
        """Rows of the chunks of each article, by its place in the library."""
        rows: dict[int, list[int]] = {}
        for row, index in enumerate(self.library.rows["article"].tolist()):
            rows.setdefault(index, []).append(row)
        return rows

    @cached_property
    def _counted(self) -> list[Article]:
        """At most 500 articles, to tell common words from a matter's own."""
        articles = self.library.articles
        return articles if len(articles) <= 500 else random.Random(self.seed).sample(articles, 500)

    @cached_property
    def _held_by(self) -> Counter[str]:
        """In how many of the counted articles each content word stands, as its stem."""
        found: Counter[str] = Counter()
        for article in self._counted:
            found.update(content(f"{article.title}\n{article.text}", article.language).keys())
        return found


def _choose(found: Sequence[Askable], taken: list[Askable], turn: int, draw: random.Random) -> list[Askable]:
    """Up to TRIES of what can be asked for, of different kinds where there are some, none that overlaps one `taken`."""
    chosen = []
    for n in range(TRIES):
        free = [each for each in found if not any(each.start < t.end and t.start < each.end for t in taken)]
        if not free:
            break
        wanted = KINDS[(turn + n) % len(KINDS)]
        chosen.append(draw.choice([each for each in free if each.kind == wanted] or free))
        taken.append(chosen[-1])
    return chosen


def is_usable(question: str, answer: str, kind: Kind, language: str) -> bool:
    """Return whether it is one sound question in its language that asks for this kind of answer and gives none of it
    away."""
    if not 15 <= len(question) <= 180 or question[-1] not in "?？؟" or sum(question.count(c) for c in "?？؟") > 1:
        return False
    stop = stop_words(language)
    told = {word for word in words(answer, language) if word not in stop}
    asked = {word for word in words(question, language) if word not in stop}
    if fold(answer) in fold(question) or (told and len(told & asked) * 2 > len(told)):
        return False
    return bool(asked) and detect(question, language) == language and asks_for(question, kind, language)


def _says(chunk: Chunk, article: Article, case: Case) -> bool:
    """Does a chunk hold a case's answer: its words, or in another language its numbers or name?"""
    answer = case.answers[0]
    if contains(chunk.text, answer):
        return True
    wanted = numbers(answer, case.language)
    if wanted:
        return article.language != case.language and wanted <= numbers(chunk.text, article.language, loose=True)
    named = names(f"… {answer}", case.language)
    return bool(named) and all(stands(name, chunk.text, case.language, article.language) for name in named)


def _share(question: str, text: str, language: str) -> float:
    """Share of a question's content words that a text in `language` holds; of its names when the question's differs."""
    asked_in = detect(question, language)
    if asked_in != language:
        named = names(question, asked_in)
        return sum(stands(name, text, asked_in, language) for name in named) / max(1, len(named))
    asked = content(question, language).keys()
    return len(asked & content(text, language).keys()) / max(1, len(asked))
