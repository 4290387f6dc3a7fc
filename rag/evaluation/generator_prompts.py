"""What a model is told when it writes a question for a given answer, in six languages, and what gives a bad one away."""

from __future__ import annotations

import re
from typing import NamedTuple

from index.text import fold
from rag.evaluation.answer_spans import Kind
from rag.language import LANGUAGE_NAMES, names
from rag.types import Message


class Wording(NamedTuple):
    """A language's side of the task: as the one of the paragraph (`paragraph`, `answers`) or of the question."""

    system: str
    text: str
    name: str
    answer: str
    paragraph: str
    answers: tuple[str, ...]
    """Of the paragraph, in the order of `questions`."""
    questions: tuple[str, ...]


WORDINGS = {
    "fr": Wording(
        "Tu écris des questions de lecture en français. On te donne un paragraphe et une réponse qui s’y trouve mot pour "
        "mot. Écris une seule question courte, naturelle et précise, dont la réponse est exactement celle-là. Comme on la lira "
        "sans le paragraphe, la question nomme la personne, le lieu ou l’organisme dont elle parle. Elle ne "
        "contient pas la réponse.",
        "Paragraphe :",
        "Nom à citer dans la question :",
        "Réponse :",
        "Le pont de Morvelle, long de 212 mètres, a été construit entre 1931 et 1934 par l’ingénieur Paul Renaud, parce que "
        "le bac ne suffisait plus aux maraîchers. Les crues de 1955 en ont emporté deux piles.",
        ("1934", "212 mètres", "Paul Renaud", "le bac ne suffisait plus aux maraîchers", "deux piles"),
        (
            "En quelle année la construction du pont de Morvelle s’est-elle achevée ?",
            "Quelle est la longueur du pont de Morvelle ?",
            "Qui a construit le pont de Morvelle ?",
            "Pourquoi a-t-on construit le pont de Morvelle ?",
            "Qu’est-ce que les crues de 1955 ont emporté du pont de Morvelle ?",
        ),
    ),
    "en": Wording(
        "You write reading questions in English. You are given a paragraph, which may be in another language, and an answer "
        "that stands in it word for word. Write one short, natural, precise question in English whose answer is exactly "
        "that one. Because it will be read without the paragraph, the question names the person, place or organisation "
        "it is about. It does not contain the answer.",
        "Paragraph:",
        "Name to mention in the question:",
        "Answer:",
        "The bridge at Morvelle, 212 metres long, was built between 1931 and 1934 by the engineer Paul Renaud, because the "
        "ferry was no longer enough for the market gardeners. The floods of 1955 swept away two of its piers.",
        (
            "1934",
            "212 metres",
            "Paul Renaud",
            "the ferry was no longer enough for the market gardeners",
            "two of its piers",
        ),
        (
            "In what year was the bridge at Morvelle finished?",
            "How long is the bridge at Morvelle?",
            "Who built the bridge at Morvelle?",
            "Why was the bridge at Morvelle built?",
            "What did the floods of 1955 sweep away from the bridge at Morvelle?",
        ),
    ),
    "es": Wording(
        "Escribes preguntas de lectura en español. Se te da un párrafo, que puede estar en otro idioma, y una respuesta que "
        "figura en él palabra por palabra. Escribe una sola pregunta corta, natural y precisa en español cuya respuesta sea "
        "exactamente esa. Como se leerá sin el párrafo, la pregunta nombra a la persona, el lugar o el organismo de que "
        "trata. No contiene la respuesta.",
        "Párrafo:",
        "Nombre que debe citar la pregunta:",
        "Respuesta:",
        "El puente de Morvelle, de 212 metros de largo, fue construido entre 1931 y 1934 por el ingeniero Paul Renaud, porque "
        "la barca ya no bastaba a los hortelanos. Las crecidas de 1955 se llevaron dos pilares.",
        ("1934", "212 metros", "Paul Renaud", "la barca ya no bastaba a los hortelanos", "dos pilares"),
        (
            "¿En qué año se terminó el puente de Morvelle?",
            "¿Cuánto mide el puente de Morvelle?",
            "¿Quién construyó el puente de Morvelle?",
            "¿Por qué se construyó el puente de Morvelle?",
            "¿Qué se llevaron las crecidas de 1955 del puente de Morvelle?",
        ),
    ),
    "de": Wording(
        "Du schreibst Lesefragen auf Deutsch. Du bekommst einen Absatz, der in einer anderen Sprache sein kann, und eine "
        "Antwort, die wörtlich darin steht. Schreibe eine einzige kurze, natürliche, genaue Frage auf Deutsch, deren Antwort "
        "genau diese ist. Weil sie ohne den Absatz gelesen wird, nennt die Frage die Person, den Ort oder die "
        "Organisation, um die es geht. Sie enthält die Antwort nicht.",
        "Absatz:",
        "Name, den die Frage nennt:",
        "Antwort:",
        "Die Brücke von Morvelle, 212 Meter lang, wurde zwischen 1931 und 1934 vom Ingenieur Paul Renaud gebaut, weil die "
        "Fähre den Gemüsebauern nicht mehr genügte. Das Hochwasser von 1955 riss zwei Pfeiler weg.",
        ("1934", "212 Meter", "Paul Renaud", "die Fähre den Gemüsebauern nicht mehr genügte", "zwei Pfeiler"),
        (
            "In welchem Jahr wurde die Brücke von Morvelle fertig?",
            "Wie lang ist die Brücke von Morvelle?",
            "Wer baute die Brücke von Morvelle?",
            "Warum wurde die Brücke von Morvelle gebaut?",
            "Was riss das Hochwasser von 1955 von der Brücke von Morvelle weg?",
        ),
    ),
    "it": Wording(
        "Scrivi domande di lettura in italiano. Ricevi un paragrafo, che può essere in un’altra lingua, e una risposta che vi "
        "si trova parola per parola. Scrivi una sola domanda breve, naturale e precisa in italiano la cui risposta sia "
        "esattamente quella. Poiché sarà letta senza il paragrafo, la domanda nomina la persona, il luogo o l’ente di cui "
        "parla. Non contiene la risposta.",
        "Paragrafo:",
        "Nome da citare nella domanda:",
        "Risposta:",
        "Il ponte di Morvelle, lungo 212 metri, fu costruito tra il 1931 e il 1934 dall’ingegnere Paul Renaud, perché il "
        "traghetto non bastava più agli ortolani. Le piene del 1955 ne portarono via due piloni.",
        ("1934", "212 metri", "Paul Renaud", "il traghetto non bastava più agli ortolani", "due piloni"),
        (
            "In che anno fu terminato il ponte di Morvelle?",
            "Quanto è lungo il ponte di Morvelle?",
            "Chi costruì il ponte di Morvelle?",
            "Perché fu costruito il ponte di Morvelle?",
            "Che cosa portarono via le piene del 1955 al ponte di Morvelle?",
        ),
    ),
    "pt": Wording(
        "Escreves perguntas de leitura em português. Recebes um parágrafo, que pode estar noutra língua, e uma resposta que "
        "nele se encontra palavra por palavra. Escreve uma só pergunta curta, natural e precisa em português cuja resposta "
        "seja exatamente essa. Como será lida sem o parágrafo, a pergunta nomeia a pessoa, o lugar ou o organismo de que "
        "fala. Não contém a resposta.",
        "Parágrafo:",
        "Nome a citar na pergunta:",
        "Resposta:",
        "A ponte de Morvelle, com 212 metros de comprimento, foi construída entre 1931 e 1934 pelo engenheiro Paul Renaud, "
        "porque a barca já não bastava aos hortelãos. As cheias de 1955 levaram dois pilares.",
        ("1934", "212 metros", "Paul Renaud", "a barca já não bastava aos hortelãos", "dois pilares"),
        (
            "Em que ano foi terminada a ponte de Morvelle?",
            "Qual é o comprimento da ponte de Morvelle?",
            "Quem construiu a ponte de Morvelle?",
            "Porque foi construída a ponte de Morvelle?",
            "O que levaram as cheias de 1955 da ponte de Morvelle?",
        ),
    ),
}


NAME = "Morvelle"
"""The name that the examples are told to mention."""


def messages(text: str, name: str, answer: str, language: str, source_language: str) -> list[Message]:
    """The prompt for one question in `language` that mentions `name`, if any, and whose answer stands in `text`."""
    told = prefix(language, source_language, NAME if name else "")
    return [*told, Message("user", ask(text, name, answer, language))]


def prefix(language: str, source_language: str, name: str = "") -> list[Message]:
    """What is the same for all questions in a language about texts in another: instructions and examples."""
    said = WORDINGS.get(language, WORDINGS["en"])
    read = WORDINGS.get(source_language, WORDINGS["en"])
    system = said.system
    if language not in WORDINGS and language in LANGUAGE_NAMES:
        system = system.replace("in English", f"in {LANGUAGE_NAMES[language]}")
    told = [Message("system", system)]
    for n, (answer, question) in enumerate(zip(read.answers, said.questions, strict=True)):
        text = "" if n else read.paragraph
        told += [Message("user", ask(text, name, answer, language)), Message("assistant", question)]
    return told


def ask(text: str, name: str, answer: str, language: str) -> str:
    """The user's turn: a paragraph ("" for the one before), an answer and a name to mention, each on one line.

    The name comes last: a small model forgets what stands further up.
    """
    said = WORDINGS.get(language, WORDINGS["en"])
    paragraph = f"{said.text} {' '.join(text.split())}\n\n" if text else ""
    mention = f"\n{said.name} {name}" if name else ""
    return f"{paragraph}{said.answer} {' '.join(answer.split())}{mention}"


# --- what a question must look like ---------------------------------------------------------------------------------


class _Marks(NamedTuple):
    """Words by which a question of a language asks, folded; any of them, and those for one kind of answer."""

    asks: re.Pattern[str]
    amount: re.Pattern[str]
    time: re.Pattern[str]
    reason: re.Pattern[str]
    unnamed: re.Pattern[str]
    """Pointing at something that only the paragraph names."""


def _marks(asks: str, amount: str, time: str, reason: str, unnamed: str) -> _Marks:
    return _Marks(*(re.compile(rf"\b(?:{each})(?!\w)") for each in (asks, amount, time, reason, unnamed)))


MARKS = {
    "fr": _marks(
        "qui|que|qu'est|qu'|quoi|quel(?:le)?s?|combien|quand|ou|comment|pourquoi|(?:le|la|les)quel(?:le)?s?|auquel|desquels",
        "combien|quel(?:le)?s?|a quel(?:le)?|de combien|qu'est-ce",
        "quand|en quelle|quelle? (?:date|jour|mois|annee|heure|periode|moment|epoque)|quel (?:jour|mois|moment)|depuis quand|combien",
        "pourquoi|pour quelles? raisons?|quelle est la (?:raison|cause)|quelles sont les (?:raisons|causes)|comment|dans quel but",
        "ce texte|l'article|le texte|ce paragraphe|cet? (?:homme|femme|personne|evenement|projet|annee)|cette (?:personne|annee|ville)|"
        "mentionnee?s?|citee?s? dans",
    ),
    "en": _marks(
        "who|whom|whose|what|which|when|where|why|how",
        "how|what|which",
        "when|what (?:year|date|day|month|time)|which (?:year|date|day|month)|how long|since when|what is the (?:year|date)",
        "why|what (?:reason|caused)|how|for what|what is the (?:reason|cause)",
        "the text|the article|the passage|the paragraph|this (?:text|man|woman|person|event|project|year)|mentioned",
    ),
    "es": _marks(
        "quien(?:es)?|que|cual(?:es)?|cuando|donde|como|cuant[oa]s?", "cuant[oa]s?|que|cual(?:es)?",
        "cuando|que (?:ano|fecha|dia|mes|hora)|cual|cuanto", "por que|que razon|cual|como|para que",
        "el texto|el articulo|este parrafo|est[ea] (?:texto|hombre|mujer|persona|ano)|mencionad[oa]s?",
    ),
    "de": _marks(
        "wer|wen|wem|wessen|was|welche[mnrs]?|wann|wo|woher|wohin|wie|wieviele?|warum|wieso|weshalb|wofur|womit|wodurch",
        "wie|wieviele?|welche[mnrs]?|was", "wann|welche[mnrs]?|seit wann|wie lange", "warum|wieso|weshalb|wie|wodurch|wozu",
        "der text|dem text|artikel|absatz|diese[rsnm]? (?:text|mann|frau|person|jahr)|erwahnt",
    ),
    "it": _marks(
        "chi|che|cosa|qual[ei]?|quando|dove|come|perche|quant[oaie]", "quant[oaie]|che|qual[ei]?",
        "quando|che (?:anno|data|giorno|mese)|qual[ei]?|quanto", "perche|qual[ei]?|come|per quale",
        "il testo|l'articolo|questo paragrafo|quest[oa] (?:testo|uomo|donna|persona|anno)|menzionat[oaie]",
    ),
    "pt": _marks(
        "quem|que|o que|qual|quais|quando|onde|como|porque|por que|quant[oa]s?", "quant[oa]s?|que|qual|quais",
        "quando|que (?:ano|data|dia|mes)|qual|quanto", "porque|por que|qual|como|para que",
        "o texto|o artigo|este paragrafo|est[ea] (?:texto|homem|mulher|pessoa|ano)|mencionad[oa]s?",
    ),
}  # fmt: skip

_PRONOUNS = {
    "fr": re.compile(r"(?:-|\b)(?:ils?|elles?)\b"),
    "en": re.compile(r"\b(?:he|she|they|it|his|her|their)\b"),
    "de": re.compile(r"\b(?:er|es|ihm|seine[mnrs]?)\b"),
    "pt": re.compile(r"\bel[ea]s?\b"),
}
_NOUNS = {
    "fr": re.compile(r"\b(?:les?|la|du|des|une?|ce|cette|ces|son|sa|ses|m\.|mme)\s+\w{3,}|\b[ld]'\w{3,}"),
    "en": re.compile(r"\b(?:the|an?|did|does|do|is|was|are|were|has|had|have)\s+(?!he\b|she\b|they\b|it\b)\w{3,}"),
    "de": re.compile(r"\b(?:der|die|das|den|dem|des|eine?)\s+\w{3,}"),
    "pt": re.compile(r"\b[oa]s?\s+\w{3,}"),
}


def asks_for(question: str, kind: Kind, language: str) -> bool:
    """Does a question ask for that kind of answer, and name what it is about rather than say "he" or "this text"?

    True for a language whose question words are not known.
    """
    marks, folded = MARKS.get(language), fold(question)
    if marks is None:
        return True
    if not marks.asks.search(folded) or marks.unnamed.search(folded):
        return False
    wanted = {"number": marks.amount, "date": marks.time, "reason": marks.reason}.get(kind)
    if wanted and not wanted.search(folded):
        return False
    pronoun = _PRONOUNS[language].search(folded) if language in _PRONOUNS else None
    if pronoun is None:
        return True
    before = folded[: pronoun.start()]
    return bool(_NOUNS[language].search(before)) or any(fold(name) in before for name in names(question, language))
