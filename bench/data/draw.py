"""Draw training examples from questions: a window of whole sentences with the answer, or one of four kinds without."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bench.data.squad import Item, sentences

NEGATIVES = 0.42
FRENCH = 0.62
WINDOW = 700
# Characters: scripts that take more tokens a character get shorter windows.
WINDOW_BY_LANGUAGE = {"zh": 300, "th": 450, "hi": 450, "ar": 500, "el": 500}
# How often a language is drawn: France's neighbours first, the others so that the adapter stays multilingual.
LANGUAGES = {
    "en": 6,
    "es": 3,
    "de": 3,
    "ro": 2,
    "tr": 1,
    "vi": 1,
    "ru": 1,
    "el": 0.7,
    "ar": 1,
    "hi": 0.5,
    "th": 0.4,
    "zh": 0.7,
}
OFFICES = [
    {"président", "premier ministre", "ministre", "maire", "directeur", "roi", "gouverneur", "secrétaire général"},
    {"présidente", "première ministre", "ministre", "maire", "directrice", "reine", "gouverneure"},
    {"entraîneur", "capitaine", "gardien", "arbitre", "buteur"},
    {"acteur", "réalisateur", "producteur", "scénariste", "compositeur", "auteur", "éditeur"},
    {"père", "mère", "frère", "sœur", "fils", "fille", "épouse", "mari"},
    {"president", "prime minister", "mayor", "king", "governor", "director", "chairman", "secretary"},
    {"coach", "captain", "quarterback", "owner", "general manager"},
    {"premier", "deuxième", "troisième", "dernier"},
    {"first", "second", "third", "last"},
    {"nord", "sud", "ouest"},
    {"north", "south", "east", "west"},
]
_NUMBER = re.compile(r"\b\d[\d.,  ]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<=[\s'’(])(?:[A-ZÀ-ÖØ-Þ][\w’'-]{2,})(?:\s+(?:[A-ZÀ-ÖØ-Þ][\w’'-]+))*")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Example:
    """`window[start:end]` answers the question; start is -1 where nothing does."""

    question: str
    window: str
    start: int
    end: int


def limit_for(told: Item, chooser: random.Random) -> int:
    """Return how many characters a window of `told`'s paragraph may have: the most there is, or fewer."""
    limit = WINDOW_BY_LANGUAGE.get(told.language, WINDOW)
    return chooser.randint(limit // 5, limit) if chooser.random() < 0.4 else limit


class Drawer:
    """Draws examples at random from items: positives, and negatives of four kinds."""

    def __init__(
        self,
        french: Sequence[Item],
        parallel: dict[str, list[Item]],
        seed: int,
        share: float = FRENCH,
    ) -> None:
        self.random = random.Random(seed)
        self.share = share
        self.french = list(french)
        self.parallel = {language: {i.id: i for i in items} for language, items in parallel.items()}
        self.ids = sorted(next(iter(self.parallel.values()))) if self.parallel else []
        self.paragraphs: dict[tuple[str, str], list[str]] = {}
        self.names: dict[str, list[str]] = {}
        for item in [*french, *(i for items in parallel.values() for i in items)]:
            here = self.paragraphs.setdefault((item.language, item.article), [])
            if item.context not in here:
                here.append(item.context)
            self.names.setdefault(item.language, []).extend(m.group() for m in _NAME.finditer(item.question))

    def draw(self) -> Example:
        while True:
            kind = self.random.random()
            if kind < self.share or not self.ids:
                asked = told = self.random.choice(self.french)
            else:
                id_ = self.random.choice(self.ids)
                language = self._language()
                told = self.parallel[language].get(id_) or self.random.choice(self.french)
                other = language
                while kind >= 1 - 0.45 * (1 - self.share) and other == language:
                    other = self._language()
                asked = self.parallel[other].get(id_, told) if told.language != "fr" else told
            example = self.make(asked, told, self.random.random() < NEGATIVES)
            if example is not None:
                return example

    def make(self, asked: Item, told: Item, negative: bool) -> Example | None:
        """Ask `asked`'s question about a window of `told`'s paragraph, or about one that does not answer it."""
        limit = limit_for(told, self.random)
        question = asked.question
        if not negative:
            a, b = self.around(told.context, told.start, told.end, limit)
            example = Example(question, told.context[a:b], told.start - a, told.end - a)
        else:
            kind = self.random.random()
            altered = self.alter(asked, told) if kind < 0.35 else None
            if altered:
                question = altered
                a, b = self.around(told.context, told.start, told.end, limit)
                window = told.context[a:b]
            elif kind < 0.5:
                window = self._without_answer(told, limit)
            else:
                window = self.elsewhere(asked, told, limit)
            if not altered and (not window.strip() or told.answer.casefold() in window.casefold()):
                return None
            example = Example(question, window, -1, -1)
        return self._as_in_the_wild(example, told)

    def _language(self) -> str:
        known = list(self.parallel)
        return self.random.choices(known, [LANGUAGES.get(k, 0.5) for k in known])[0]

    def around(self, text: str, start: int, end: int, limit: int) -> tuple[int, int]:
        """Grow a window of whole sentences around some characters, to a random side each time."""
        spans = sentences(text)
        i = next(k for k, (a, b) in enumerate(spans) if a <= start < b)
        j = next(k for k, (a, b) in enumerate(spans) if a < end <= b)
        while True:
            sides = [s for s in ((i - 1, j), (i, j + 1)) if s[0] >= 0 and s[1] < len(spans)]
            if not sides:
                break
            first, last = self.random.choice(sides)
            if spans[last][1] - spans[first][0] > limit:
                break
            i, j = first, last
        return spans[i][0], spans[j][1]

    def _without_answer(self, told: Item, limit: int) -> str:
        spans = sentences(told.context)
        kept = [told.context[a:b].strip() for a, b in spans if b <= told.start or a >= told.end]
        return " ".join(kept)[:limit]

    def elsewhere(self, asked: Item, told: Item, limit: int, same_article: bool = False) -> str:
        """Take another paragraph, of the same article when it has one, mostly near the words of the question."""
        others = [p for p in self.paragraphs[told.language, told.article] if p != told.context]
        if not same_article and (not others or self.random.random() < 0.15):
            articles = [k for k in self.paragraphs if k[0] == told.language and k[1] != told.article]
            drawn = self.random.sample(articles, min(25, len(articles)))
            others = [p for k in drawn for p in self.paragraphs[k]]
            if not others:
                return ""
        # Words of the question in the evidence's language: parallel items make that a look-up.
        local = self.parallel.get(told.language, {}).get(told.id, told).question
        words = set(_WORD.findall(local.casefold()))
        spots = []
        for p in others:
            for a, b in sentences(p):
                spots.append((len(words & set(_WORD.findall(p[a:b].casefold()))), self.random.random(), p, a, b))
        _, _, p, a, b = max(spots) if self.random.random() < 0.7 else self.random.choice(spots)
        x, y = self.around(p, a, min(a + 1, b), limit)
        return p[x:y]

    def alter(self, asked: Item, told: Item) -> str | None:
        """Change a name, a number or an office in the question to one that the paragraph does not have."""
        question, folded = asked.question, told.context.casefold()
        changes: list[tuple[int, int, str]] = []
        for m in _NUMBER.finditer(question):
            # Only what the paragraph does mention: else the question may not have been about it in the first place.
            if m.group() in told.context:
                changes.append((m.start(), m.end(), self._other_number(m.group())))
        names = self.names.get(asked.language, [])
        for m in _NAME.finditer(question):
            if names and any(w.casefold() in folded for w in m.group().split()):
                length = len(m.group().split())
                drawn = self.random.sample(names, min(6, len(names)))
                changes.append((m.start(), m.end(), min(drawn, key=lambda n: abs(len(n.split()) - length))))
        for family in OFFICES:
            for office in family:
                m2 = re.search(rf"\b{office}\b", question, re.IGNORECASE)
                if m2 and office in folded:
                    changes.append((m2.start(), m2.end(), self.random.choice(sorted(family - {office}))))
        changes = [c for c in changes if c[2].casefold() not in folded and c[2] not in question]
        if not changes:
            return None
        a, b, new = self.random.choice(changes)
        return question[:a] + new + question[b:]

    def _other_number(self, number: str) -> str:
        digits = re.sub(r"\D", "", number)
        if len(digits) == 4 and digits[0] in "12":
            return str(int(digits) + self.random.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 5, 9, 20]))
        place = self.random.choice([k for k, c in enumerate(number) if c.isdigit()])
        return number[:place] + str((int(number[place]) + self.random.randint(1, 9)) % 10) + number[place + 1 :]

    def _as_in_the_wild(self, e: Example, told: Item) -> Example:
        """Type questions as people do, break lines as articles do, and sometimes put a headline above."""
        question, window, start, end = e.question, e.window, e.start, e.end
        draw = self.random.random()
        if draw < 0.05:
            question = "".join(c for c in unicodedata.normalize("NFD", question) if not unicodedata.combining(c))
        elif draw < 0.10:
            question = question.lower().rstrip(" ?")
        elif draw < 0.15 and len(question) > 8:
            k = self.random.randrange(1, len(question) - 2)
            question = question[:k] + question[k + 1] + question[k] + question[k + 2 :]
        if self.random.random() < 0.25:
            for a, _ in sentences(window)[1:]:
                if window[a - 1] == " " and self.random.random() < 0.5:
                    window = window[: a - 1] + "\n" + window[a:]
        if self.random.random() < 0.12 and told.title:
            headline = told.title + "\n" * self.random.randint(1, 2)
            window = headline + window
            if start >= 0:
                start, end = start + len(headline), end + len(headline)
        return Example(question, window, start, end)
