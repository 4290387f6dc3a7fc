"""A question that compares -> a question for each side."""

from __future__ import annotations

import re
from collections.abc import Callable

from index.text import fold
from rag.query.parts import AND, RELATIVE, Part
from rag.query.question_type import question_word

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


def sides_of(question: str, language: str) -> tuple[Part, ...]:
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
        if match and not re.search(rf" (?:{AND[language]}) (?:{RELATIVE[language]})\b", folded):
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
