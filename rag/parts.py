"""One question -> the questions that are in it: two joined by "and", or one for each side of a comparison. Pure.

Each part stands alone: what it leans on ("and when did it open?") is put in from the part before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from index.language import fold
from index.types import Hit
from rag.kinds import asks, question_word
from rag.prompt import part_not_found
from rag.types import Answer, Claim, Usage


@dataclass(frozen=True, slots=True)
class Part:
    """A question to answer by itself, and what the reader is told it was about when nothing answers it."""

    question: str
    about: str


@dataclass(frozen=True, slots=True)
class Split:
    kind: Literal["several", "comparison"]
    parts: tuple[Part, ...]


MAX_PARTS = 3


def split(question: str, language: str) -> Split | None:
    """The parts of a question, two or three of them; None when it is one question, or no rule is sure."""
    if language not in _AND or len(fold(question)) != len(question):
        return None
    if sides := _sides(question, language):
        return Split("comparison", sides)
    texts = _cut(question, language)
    if not 2 <= len(texts) <= MAX_PARTS:
        return None
    if texts[0] == question_word(texts[0], language):  # "when and where was X born?"
        word = question_word(texts[1], language)
        alone = [texts[0] + texts[1][len(word) :], texts[1]]
    else:
        alone = [texts[0], *(_standing_alone(text, texts[0], language) for text in texts[1:])]
    return Split(
        "several",
        tuple(Part(_as_question(a, language), text.strip(" ?¿,;")) for a, text in zip(alone, texts, strict=True)),
    )


# --- two questions in one -------------------------------------------------------------------------------------------

_AND = {
    "fr": "et(?: aussi)?|ainsi que",
    "en": "and(?: also)?",
    "es": "y(?: tambien)?|e",
    "de": "und(?: auch)?",
    "it": "e(?: anche)?|ed",
    "pt": "e(?: tambem)?",
}
# Words that also begin a clause about a noun ("the bridge that … and that …", "la ville où … et où …").
_RELATIVE = {
    "fr": "qui|que|ou|quand|comment|pourquoi|dont",
    "en": "who|which|that|where|when|how|why|what|whose",
    "es": "que|quien|donde|cuando|como",
    "de": "wie|wo|was|wer|wann|warum",
    "it": "che|chi|dove|come|quando|cui",
    "pt": "que|quem|onde|como|quando",
}


def _cut(question: str, language: str) -> list[str]:
    """A question at its question marks, and before "and" with a question word behind it."""
    marked = [piece.strip(" ¿") for piece in re.split(r"[?？]+", question)]
    pieces = [piece for piece in marked if sum(char.isalpha() for char in piece) > 1]
    if len(pieces) > 1:
        joined = [re.sub(rf"^(?:{_AND[language]})\s+", "", piece, flags=re.IGNORECASE) for piece in pieces]
        return joined if all(asks(piece, language) for piece in joined) else []
    for match in re.finditer(rf"(,|;)?\s+(?:{_AND[language]})\s+(?=\S)", fold(question)):
        before, after = question[: match.start()].strip(" ¿"), question[match.end() :].strip(" ?")
        word = fold(question_word(after, language))
        if not word or not asks(before, language):
            continue
        last = word.split()[-1]
        is_clause = re.fullmatch(_RELATIVE[language], last) and re.search(rf"\S +{re.escape(last)}\b", fold(before))
        if re.fullmatch("qu'?[a-z]*", last) and language == "fr" and not question_word(before, language):
            continue  # "est-il vrai que … et que …"
        if last in ("que", "che") and not match[1] and not re.match(r"\S+ \S+-(?:t-)?(?:il|elle|ils|elles)\b", after):
            continue
        if not is_clause:
            return [before, after]
    return []


def _as_question(text: str, language: str) -> str:
    text = text.strip(" ?¿,;.")
    mark = " ?" if language == "fr" else "?"
    return ("¿" if language == "es" else "") + text[:1].upper() + text[1:] + mark


# --- what the second question leans on ------------------------------------------------------------------------------

_PRONOUNS = {
    "fr": r"(?<=-t-)(?:il|elle|ils|elles)\b|(?<=-)(?:il|elle|ils|elles)\b|\b(?:il|elle|ils|elles)\b",
    "en": r"\b(?:it|he|she|they)\b",
    "de": r"\b(?:er|sie|es)\b",
    "es": r"\b(?:el|ella|ellos|ellas)\b(?= (?:fue|ha|era|esta|sera)\b)",
    "it": r"\b(?:lui|lei|egli|essa|essi)\b",
    "pt": r"\b(?:ele|ela|eles|elas)\b",
}
_DETERMINERS = {
    "fr": {
        "il": r"le |l['’]|ce |un |du |au ",
        "elle": r"la |l['’]|cette |une ",
        "ils": r"les |des ",
        "elles": r"les |des ",
    },
    "en": {"": r"the |this |that |a |an "},
    "de": {"er": r"der |den |dem ", "sie": r"die |der ", "es": r"das |dem "},
    "es": {"": r"el |la |los |las "},
    "it": {"": r"il |lo |la |l['’]|i |gli |le "},
    "pt": {"": r"o |a |os |as "},
}
_OF = (
    r"(?: (?:de la|de l['’]|de|du|des|d['’]|à la|à|au|aux|en|of the|of|at|in|on|del|della|di|do|da|von|der"
    r"|in der|am|im|el)(?: |(?<=['’])))"
)
_NAME = r"[A-ZÀ-ÖØ-Þ][\w’'-]*(?: [A-ZÀ-ÖØ-Þ][\w’'-]*)*"


def _standing_alone(text: str, first: str, language: str) -> str:
    """The second question with what it takes from the first: its predicate ("and when?") or its subject."""
    word = question_word(text, language)
    rest = text[len(word) :].strip(" ?,")
    if word and len(rest.split()) == 0:
        asked = question_word(first, language)
        return f"{word.strip()} {first[len(asked) :].strip(' ,')}" if asked else f"{first}, {word.strip()}"
    pronoun = re.search(_PRONOUNS[language], fold(text))
    if pronoun:
        subject = _subject(first, pronoun.group(), language)
        named = _names(first[len(question_word(first, language)) :])
        if named and (not subject or (subject in named and pronoun.group() in ("ils", "elles", "they"))):
            return f"{text} ({named[-1]})"  # nothing to put in the pronoun's place, but what it is about
        return _with_subject(text, pronoun, subject, language) if subject else text
    if language in ("es", "it", "pt") and len(rest.split()) <= 2 and (subject := _subject(first, "", language)):
        return f"{text} {subject}"  # "y cuándo se construyó": the subject is not said
    if _names(rest) or len(rest.split()) > 5:
        return text
    body = first[len(question_word(first, language)) :]
    if places := re.findall(rf"{_OF}{_NAME}", body):
        return f"{text}{places[-1]}"  # "the new bridge" -> "the new bridge at Vernay"
    return text


def _subject(first: str, pronoun: str, language: str) -> str:
    """The noun phrase of the first question that a pronoun most likely stands for: one with a name in it if any."""
    asked = question_word(first, language)
    body = first[len(asked) :]
    table = _DETERMINERS[language]
    determiners = table.get(pronoun) or "|".join(table.values())
    within = rf"(?<!\w)(?:{determiners})"
    named = rf"{within}(?!\d)[a-zà-ÿ’'-]+(?: [a-zà-ÿ-]+)?{_OF}{_NAME}|{within}{_NAME}(?: [a-zà-ÿ]+(?= ))?"
    found = re.search(named, body)
    if not found and (names := _names(body)) and pronoun not in ("it", "es"):
        return names[0]
    found = found or re.search(rf"{within}[\w’'-]+", body)
    if not found:
        return (_names(body) or [""])[0]
    return re.sub("^(?:du|au) ", "le ", re.sub("^des ", "les ", found.group().strip()))


def _names(text: str) -> list[str]:
    return re.findall(rf"(?<!\w){_NAME}", text)


def _with_subject(text: str, pronoun: re.Match[str], subject: str, language: str) -> str:
    if language != "fr":
        return text[: pronoun.start()] + subject + text[pronoun.end() :]
    if not text[: pronoun.start()].endswith("-"):
        return text[: pronoun.start()] + subject + text[pronoun.end() :]
    # "quand a-t-il été construit" -> "quand le pont a-t-il été construit"
    turned = re.search(r"(?<!\w)(?:[snl]['’]|se |y |en )?[^\W\d_]+-(?:t-)?$", text[: pronoun.start()])
    at = turned.start() if turned else 0
    if turned and re.fullmatch(r"qu[e'’]\s*", fold(text[:at])):  # "que fait-il" -> "que fait X"
        verb = re.sub(r"-(?:t-)?$", "", turned.group())
        return f"{text[:at]}{verb} {subject}{text[pronoun.end() :]}"
    return f"{text[:at]}{subject} {text[at:]}"


# --- two sides of a comparison --------------------------------------------------------------------------------------

_DIFFERENCE = {
    "fr": r"(?:quel(?:le)?s? (?:est|sont|etait|etaient) |qu'est-ce qui )?(?:les? |la |l')?(?:differences?"
    r"|ecarts?|distingue)(?: (?:de |d'|du )(?P<of>.+?))? "
    r"(?:y a-t-il |existe-t-il )?entre (?P<x>.+?) et (?P<y>.+)",
    "en": r"(?:what(?:'s| is| are| was| were) )?(?:the )?(?:differences?|gap)(?: in (?P<of>.+?))? between "
    r"(?P<x>.+?) and (?P<y>.+)",
    "es": r"(?:cual(?:es)? (?:es|son|era) )?(?:la |las )?diferencias?(?: (?:de|en) (?P<of>.+?))? (?:hay "
    r")?entre (?P<x>.+?) y (?P<y>.+)",
    "de": r"(?:was (?:ist|war) |welche )?(?:der |die |den )?unterschiede?(?: (?:im|in der|beim) (?P<of>.+?))? "
    r"(?:gibt es )?zwischen (?P<x>.+?) und (?P<y>.+)",
    "it": r"(?:qual e |quali sono )?(?:la |le )?differenz[ae](?: di (?P<of>.+?))? (?:c'e )?tra (?P<x>.+?) e "
    r"(?P<y>.+)",
    "pt": r"(?:qual e |quais sao )?(?:a |as )?diferencas?(?: de (?P<of>.+?))? entre (?P<x>.+?) e (?P<y>.+)",
}
_COMPARE = {
    "fr": r"compare[zr]? (?:(?P<of>l[ea]s? \w+) (?:de |du |d'|des )(?P<x1>.+?) (?:et|avec|a) (?:(?:celui "
    r"|celle |ceux |celles )?(?:de |du |d'|des ))?"
    r"(?P<y1>.+)|(?P<x>.+?) (?:et|avec|a) (?P<y>.+))",
    "en": r"compare (?:(?P<of>the \w+) of (?P<x1>.+?) (?:and|with|to) (?:that of |those of )?(?P<y1>.+)"
    r"|(?P<x>.+?) (?:and|with|to) (?P<y>.+))",
    "es": r"compara (?P<x>.+?) (?:y|con) (?P<y>.+)",
    "de": r"vergleiche (?P<x>.+?) (?:und|mit) (?P<y>.+)",
    "it": r"confronta (?P<x>.+?) (?:e|con) (?P<y>.+)",
    "pt": r"compara (?P<x>.+?) (?:e|com) (?P<y>.+)",
}
# "X est-il plus cher que Y ?", "is X older than Y?": sides and what is compared.
_THAN = {
    "fr": r"(?:est-ce que )?(?P<x>.+?)(?: (?P<verb>[a-z]+)(?:-t)?-(?:il|elle|ils|elles)| (?:est|sont|a"
    r"|ont))(?P<tail>(?: \w+){0,2}?) "
    r"(?:plus|moins|aussi) (?P<what>.+?) qu(?:e |')(?P<y>.+)",
    "en": r"(?:is|are|was|were|did|does|has|will) (?P<x>.+?)(?P<tail>(?: cost| carry| carried| sell| create| lose)?) "
    r"(?P<what>(?:more|less|fewer)(?: \w+)?|\w+er|worse|better) than (?P<y>.+)",
}
# "lequel est le plus cher, X ou Y ?", "who is older, X or Y?"
_WHICH = {
    "fr": r"(?:qui|lequel|laquelle|quel \w+|quelle \w+|qu'est-ce qui)(?: (?:de|des|entre) .+?)? (?:est|a|etait"
    r"|sera|coute|coutera|fut)(?P<tail>(?: \w+)??) "
    r"(?:(?:le |la )?(?:plus|moins|mieux) )(?P<what>.+?) ?[,:] ?(?:entre )?(?P<x>.+?) (?:ou|et) (?P<y>.+)",
    "en": r"(?:who|which|what)(?: \w+)? (?:is|was|are|were|has|had|cost|costs|carried|lost|will be) (?:the "
    r")?(?P<tail>)(?P<what>(?:more|less|fewer|most|least)(?: \w+)?|\w+er|\w+est) ?"
    r"[,:] ?(?:between )?(?P<x>.+?) (?:or|and) (?P<y>.+)",
}
_NOT_A_SIDE = re.compile(
    r"^(?:prevu|annonce|avant|ca|cela|d'habitude|la normale|jamais|possible|necessaire|\d|expected|planned"
    r"|before|ever|usual|that|this|normal)"
)
_ASK_FRENCH = (
    (r"cher|chere|chers|cheres|couteux|couteuse", "Combien coûte {} ?"),
    (r"vieux|vieille|ancien|ancienne|recent|recente", "De quand date {} ?"),
    (r"age|agee|jeune", "Quel âge a {} ?"),
    (r"grand|grande|vaste|etendu|etendue", "Quelle est la taille de {} ?"),
    (r"long|longue", "Quelle est la longueur de {} ?"),
    (r"haut|haute", "Quelle est la hauteur de {} ?"),
    (r"rapide|vite", "En combien de temps {} ?"),
    (r"(?:de|d') ?(.+)", "Combien de {1} pour {0} ?"),
)
_ASK_ENGLISH = {
    "more": "How much did {} cost?", "less": "How much did {} cost?", "more expensive": "How much did {} cost?",
    "cheaper": "How much did {} cost?", "cheapest": "How much did {} cost?", "older": "How old is {}?",
    "oldest": "How old is {}?", "younger": "How old is {}?", "longer": "How long is {}?", "bigger": "How big is {}?",
    "larger": "How large is {}?", "taller": "How tall is {}?", "faster": "How fast was {}?",
    "higher": "How high is {}?",
}  # fmt: skip
_TELL = {
    "fr": "Que dit-on de {} ?",
    "en": "What is said about {}?",
    "es": "¿Qué se dice de {}?",
    "de": "Was wird über {} gesagt?",
    "it": "Che cosa si dice di {}?",
    "pt": "O que se diz de {}?",
}
_OF_SIDE = {
    "fr": "Quel est {} de {} ?",
    "en": "What is {} of {}?",
    "es": "¿Cuál es {} de {}?",
    "de": "{} von {}?",
    "it": "Qual è {} di {}?",
    "pt": "Qual é {} de {}?",
}


def _sides(question: str, language: str) -> tuple[Part, ...]:
    """The two questions of a comparison, one a side; () when it is none."""
    plain = question.strip(" ?¿!.")
    folded = fold(plain)
    if len(folded) != len(plain):
        return ()

    def written(match: re.Match[str], group: str) -> str:
        if group not in match.re.groupindex or match[group] is None:
            return ""
        return plain[match.start(group) : match.end(group)].strip(" ,")

    for table in (_DIFFERENCE, _COMPARE):
        match = re.fullmatch(table.get(language, r"(?!)"), folded)
        if match and not re.search(rf" (?:{_AND[language]}) (?:{_RELATIVE[language]})\b", folded):
            x = written(match, "x") or written(match, "x1")
            y = written(match, "y") or written(match, "y1")
            return _about(*_same_head(x, y, language), written(match, "of"), language)
    for table in (_WHICH, _THAN):
        match = re.fullmatch(table.get(language, r"(?!)"), folded)
        if match and not _NOT_A_SIDE.match(match["y"]) and not (table is _THAN and question_word(plain, language)):
            asked = _how(match["what"].strip(), written(match, "what"), language)
            x, y = _same_head(written(match, "x"), written(match, "y"), language)
            return (Part(_joined(asked(x), language), x), Part(_joined(asked(y), language), y))
    return ()


def _about(x: str, y: str, of: str, language: str) -> tuple[Part, ...]:
    prepositional = re.compile(r"(?:à|au|aux|dans|en|chez|at|in|on|for|pour|a|bei|im) ")
    if of and language == "fr" and not re.match(r"l[ea]s? |l['’]", of):
        asked = [
            f"{of.capitalize()} {side} ?" if prepositional.match(side) else f"{of.capitalize()} de {side} ?"
            for side in (x, y)
        ]
    elif of:
        wanted = (
            of
            if re.match(r"(?:l[ea]s? |l['’]|the |el |la |il |o |a |die |der |das )", of, re.IGNORECASE)
            else _article(of, language)
        )
        asked = [_OF_SIDE[language].format(wanted, side) for side in (x, y)]
    else:
        asked = [_TELL[language].format(side) for side in (x, y)]
    return tuple(Part(_joined(text, language), side) for text, side in zip(asked, (x, y), strict=True))


def _article(noun: str, language: str) -> str:
    return {"fr": f"le {noun}", "en": f"the {noun}"}.get(language, noun)


def _how(what: str, written: str, language: str) -> Callable[[str], str]:
    """What makes the question about one side: the adjective's own where it is known."""
    if language == "en":
        if what in _ASK_ENGLISH:
            return lambda side: _ASK_ENGLISH[what].format(side)
        counted = re.fullmatch(r"(?:more|less|fewer|most|least) (\w+s)", what)
        if counted:
            return lambda side: f"How many {counted[1]} for {side}?"
        return lambda side: f"How {what.removeprefix('more ').removeprefix('less ').removeprefix('most ')} is {side}?"
    for pattern, template in _ASK_FRENCH:
        if match := re.fullmatch(pattern, what):
            noun = written[match.start(1) :] if match.groups() else ""
            return lambda side: template.format(side, noun)
    return lambda side: f"{side} : {written} ?"


def _same_head(x: str, y: str, language: str) -> tuple[str, str]:
    """Both sides in full: "le tramway de X et celui de Y"; "2019 and 2023 at the library"."""
    x, y = (
        re.sub(
            r"^(?:L[ea]s?|L['’]|The|El|Los|Las|Der|Die|Das|Il|Lo|I|O|A|Os"
            r"|As)(?=[ ’'])",
            lambda m: m.group().lower(),
            s,
        )
        for s in (x, y)
    )
    elided = re.match(r"(?:celui|celle|ceux|celles|that|those) (?=de |d['’]|du |des |of |in |at )", y)
    if elided and (head := re.match(r"(?:.+? )?\w+(?= (?:de |d['’]|du |des |of |in |at ))", x)):
        y = f"{head.group()} {y[elided.end() :]}"
    year = re.fullmatch(r"((?:19|20)\d\d)[ ,]+(.+)", y)
    if year and re.fullmatch(r"(?:en |in )?(?:19|20)\d\d", x):
        return f"{year[2]} en {x[-4:]}" if language == "fr" else f"{year[2]} in {x[-4:]}", (
            f"{year[2]} en {year[1]}" if language == "fr" else f"{year[2]} in {year[1]}"
        )
    return x, y


def _joined(text: str, language: str) -> str:
    """French prepositions with the article behind them: "de le pont" -> "du pont"."""
    if language == "fr":
        text = re.sub(r"\bde le\b", "du", re.sub(r"\bde les\b", "des", text))
    return text


# --- the parts' answers ---------------------------------------------------------------------------------------------


def joined(found: Split, answer: Answer, told: Sequence[Answer]) -> Answer:
    """One Answer of the parts' Answers, in their order; what has no answer is said in the message."""
    claims: list[Claim] = []
    for each in told:
        claims += [claim for claim in each.claims if claim not in claims]
    missing = [part.about for part, each in zip(found.parts, told, strict=False) if each.done and not each.supported]
    answered = [each for each in told if each.supported]
    if answered:
        message = " ".join(part_not_found(part, answer.language) for part in missing)
    else:
        message = told[0].message if told else ""
    return replace(
        answer,
        claims=tuple(claims),
        hits=_interleaved([each.hits for each in told]),
        is_quote=bool(answered) and all(each.is_quote for each in answered),
        message=message,
        usage=Usage(
            sum(each.usage.prompt_tokens for each in told),
            sum(each.usage.cached_tokens for each in told),
            sum(each.usage.completion_tokens for each in told),
        ),
        timings=replace(
            told[0].timings, first_token=next((e.timings.first_token for e in told if e.timings.first_token), 0)
        ),
        done=True,
    )


def _interleaved(hits: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """The parts' hits by turns, each chunk once, as many as one question shows."""
    found: dict[tuple[str, int], Hit] = {}
    for row in zip_longest(*hits):
        for hit in row:
            if hit is not None:
                found.setdefault((hit.chunk.span.article_id, hit.chunk.start), hit)
    return tuple(found.values())[: max(map(len, hits), default=0)]
