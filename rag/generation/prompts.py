"""Question + evidence -> messages, with instructions and examples in the question's language.

What does not change comes first, so that the model reads it once: system, examples, then evidence, the question last.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.language import LANGUAGE_NAMES, WORDINGS, Wording, wording
from rag.types import Kind, Message

# What is asked for beside a plain fact. It stands behind the question, so that the prefix stays what the model has read.
INSTRUCTIONS: dict[str, dict[Kind, str]] = {
    "fr": {
        "yes_no": "(Commence par Oui ou Non, puis dis en une phrase ce que disent les phrases.)",
        "list": "(Cite tout ce que donnent les phrases, en une seule phrase.)",
        "reason": "(Explique en une ou deux phrases, avec les mots des phrases.)",
    },
    "en": {
        "yes_no": "(Start with Yes or No, then say in one sentence what the sentences say.)",
        "list": "(Name everything that the sentences give, in one sentence.)",
        "reason": "(Explain in one or two sentences, in the words of the sentences.)",
    },
    "es": {
        "yes_no": "(Empieza por Sí o No y luego di en una frase lo que dicen las frases.)",
        "list": "(Cita todo lo que dan las frases, en una sola frase.)",
        "reason": "(Explica en una o dos frases, con las palabras de las frases.)",
    },
    "de": {
        "yes_no": "(Beginne mit Ja oder Nein und sage dann in einem Satz, was die Sätze sagen.)",
        "list": "(Nenne alles, was die Sätze angeben, in einem Satz.)",
        "reason": "(Erkläre in einem oder zwei Sätzen, mit den Worten der Sätze.)",
    },
    "it": {
        "yes_no": "(Comincia con Sì o No, poi di’ in una frase ciò che dicono le frasi.)",
        "list": "(Cita tutto ciò che danno le frasi, in una sola frase.)",
        "reason": "(Spiega in una o due frasi, con le parole delle frasi.)",
    },
    "pt": {
        "yes_no": "(Começa por Sim ou Não e depois diz numa frase o que dizem as frases.)",
        "list": "(Cita tudo o que as frases dão, numa só frase.)",
        "reason": "(Explica numa ou duas frases, com as palavras das frases.)",
    },
}


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


def messages(language: str, sentences: Sequence[str], question: str, kind: Kind = "fact") -> list[Message]:
    """The whole prompt: `prefix(language)`, then the evidence, the question and, for some kinds, an instruction."""
    instruction = INSTRUCTIONS.get(language, INSTRUCTIONS["en"]).get(kind, "")
    return [
        *prefix(language),
        Message("user", f"{_ask(wording(language), sentences, question)} {instruction}".rstrip()),
    ]


def _ask(said: Wording, sentences: Sequence[str], question: str) -> str:
    numbered = "\n".join(f"[{i}] {' '.join(text.split())}" for i, text in enumerate(sentences, start=1))
    return f"{said.sentences}\n{numbered}\n\n{said.question} {' '.join(question.split())}"
