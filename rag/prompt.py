"""Question + evidence -> messages, with instructions and examples in the question's language.

What does not change comes first, so that the model reads it once: system, examples, then evidence, the question last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Message(NamedTuple):
    role: str
    """"system", "user" or "assistant"."""
    content: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything citeline says to a model or a reader in one language."""

    system: str
    sentences: str
    question: str
    nothing: str
    """What the model is told to write when the sentences do not answer."""
    examples: tuple[tuple[tuple[str, ...], str, str], ...]
    """(sentences, question, answer)."""
    not_found: str
    """Said to the reader when nothing answers."""
    quote: str
    """Introduces a sentence of an article: {article}, {lines}, {quote}."""


WORDINGS = {
    "fr": Wording(
        system="Tu réponds à une question avec des phrases numérotées tirées d’articles. Réponds en français, par une seule "
        "phrase courte et complète qui reprend les mots, les noms et les chiffres des phrases. N’ajoute rien qui n’y "
        "figure pas. Si les phrases ne donnent pas la réponse, écris : Pas dans les articles.",
        sentences="Phrases :",
        question="Question :",
        nothing="Pas dans les articles.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Combien ont coûté les travaux du pont ?",
                "Les travaux du pont ont coûté 3,2 millions d’euros.",
            ),
            (
                ("Paul Renaud, directeur du port, juge la grève « évitable ».",
                 "Le trafic a baissé de 12 % en juin."),
                "Qui est Paul Renaud ?",
                "Paul Renaud est le directeur du port.",
            ),
            (
                ("Le ministre des Transports s’est rendu à Metz mardi.",),
                "Quel âge a le ministre des Transports ?",
                "Pas dans les articles.",
            ),
        ),
        not_found="Ce n’est pas dans vos articles.",
        quote="{article} ({lines}) : « {quote} »",
    ),
    "en": Wording(
        system="You answer a question with numbered sentences taken from articles. Answer in English, in one short, complete "
        "sentence that keeps the facts, names and figures of the sentences, translated if they are in another language. "
        "Add nothing that is not in them. If the sentences do not give the answer, write: Not in the articles.",
        sentences="Sentences:",
        question="Question:",
        nothing="Not in the articles.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "How much did the work on the bridge cost?",
                "The work on the bridge cost 3.2 million euros.",
            ),
            (
                ("Paul Renaud, head of the port, called the strike \"avoidable\".",
                 "Traffic fell by 12 % in June."),
                "Who is Paul Renaud?",
                "Paul Renaud is the head of the port.",
            ),
            (
                ("The transport minister travelled to Metz on Tuesday.",),
                "How old is the transport minister?",
                "Not in the articles.",
            ),
        ),
        not_found="That is not in your articles.",
        quote="{article} ({lines}): “{quote}”",
    ),
    "es": Wording(
        system="Respondes a una pregunta con frases numeradas sacadas de artículos. Responde en español, con una sola frase "
        "corta y completa que conserve los datos, nombres y cifras de las frases, traducidos si están en otro idioma. No "
        "añadas nada que no esté en ellas. Si las frases no dan la respuesta, escribe: No está en los artículos.",
        sentences="Frases:",
        question="Pregunta:",
        nothing="No está en los artículos.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "¿Cuánto costaron las obras del puente?",
                "Las obras del puente costaron 3,2 millones de euros.",
            ),
            (
                ("El ministro de Transportes viajó a Metz el martes.",),
                "¿Qué edad tiene el ministro de Transportes?",
                "No está en los artículos.",
            ),
        ),
        not_found="No está en sus artículos.",
        quote="{article} ({lines}): «{quote}»",
    ),
    "de": Wording(
        system="Du beantwortest eine Frage mit nummerierten Sätzen aus Artikeln. Antworte auf Deutsch, in einem kurzen, "
        "vollständigen Satz, der Angaben, Namen und Zahlen der Sätze wiedergibt, übersetzt, wenn sie in einer anderen "
        "Sprache stehen. Füge nichts hinzu. Wenn die Sätze die Antwort nicht geben, schreibe: Nicht in den Artikeln.",
        sentences="Sätze:",
        question="Frage:",
        nothing="Nicht in den Artikeln.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Wie viel haben die Arbeiten an der Brücke gekostet?",
                "Die Arbeiten an der Brücke haben 3,2 Millionen Euro gekostet.",
            ),
            (
                ("Der Verkehrsminister reiste am Dienstag nach Metz.",),
                "Wie alt ist der Verkehrsminister?",
                "Nicht in den Artikeln.",
            ),
        ),
        not_found="Das steht nicht in Ihren Artikeln.",
        quote="{article} ({lines}): „{quote}“",
    ),
    "it": Wording(
        system="Rispondi a una domanda con frasi numerate tratte da articoli. Rispondi in italiano, con una sola frase breve "
        "e completa che riprende i fatti, i nomi e le cifre delle frasi, tradotti se sono in un’altra lingua. Non "
        "aggiungere nulla. Se le frasi non danno la risposta, scrivi: Non è negli articoli.",
        sentences="Frasi:",
        question="Domanda:",
        nothing="Non è negli articoli.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Quanto sono costati i lavori del ponte?",
                "I lavori del ponte sono costati 3,2 milioni di euro.",
            ),
            (
                ("Il ministro dei Trasporti è andato a Metz martedì.",),
                "Quanti anni ha il ministro dei Trasporti?",
                "Non è negli articoli.",
            ),
        ),
        not_found="Non è nei suoi articoli.",
        quote="{article} ({lines}): «{quote}»",
    ),
    "pt": Wording(
        system="Respondes a uma pergunta com frases numeradas tiradas de artigos. Responde em português, numa só frase curta e "
        "completa que mantém os factos, nomes e números das frases, traduzidos se estiverem noutra língua. Não acrescentes "
        "nada. Se as frases não derem a resposta, escreve: Não está nos artigos.",
        sentences="Frases:",
        question="Pergunta:",
        nothing="Não está nos artigos.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Quanto custaram as obras da ponte?",
                "As obras da ponte custaram 3,2 milhões de euros.",
            ),
            (
                ("O ministro dos Transportes foi a Metz na terça-feira.",),
                "Que idade tem o ministro dos Transportes?",
                "Não está nos artigos.",
            ),
        ),
        not_found="Isso não está nos seus artigos.",
        quote="{article} ({lines}): «{quote}»",
    ),
}  # fmt: skip

LANGUAGE_NAMES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "el": "Greek", "fa": "Persian", "fi": "Finnish",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def wording(language: str) -> Wording:
    """What citeline says in a language; English for one it has no words in."""
    return WORDINGS.get(language, WORDINGS["en"])


def prefix(language: str) -> list[Message]:
    """The messages that are the same for every question in a language: instructions and examples."""
    said = wording(language)
    system = said.system
    if language not in WORDINGS and language in LANGUAGE_NAMES:
        system = system.replace("Answer in English", f"Answer in {LANGUAGE_NAMES[language]}")
    messages = [Message("system", system)]
    for sentences, question, answer in said.examples:
        messages += [Message("user", _ask(said, sentences, question)), Message("assistant", answer)]
    return messages


def messages(language: str, sentences: Sequence[str], question: str) -> list[Message]:
    """The whole prompt: `prefix(language)`, then the evidence and the question."""
    return [*prefix(language), Message("user", _ask(wording(language), sentences, question))]


def is_nothing(reply: str, language: str) -> bool:
    """Does a model's reply say that the sentences do not answer?"""
    said = {wording(language).nothing, WORDINGS["en"].nothing, WORDINGS["fr"].nothing}
    plain = re.sub(r"\W+", " ", reply.lower().replace("’", "'")).strip()
    return not plain or any(plain.startswith(re.sub(r"\W+", " ", each.lower()).strip()) for each in said)


def _ask(said: Wording, sentences: Sequence[str], question: str) -> str:
    numbered = "\n".join(f"[{i}] {' '.join(text.split())}" for i, text in enumerate(sentences, start=1))
    return f"{said.sentences}\n{numbered}\n\n{said.question} {' '.join(question.split())}"
