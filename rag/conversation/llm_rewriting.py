"""A follow-up question rewritten by the model to stand alone, and the check that it changed nothing else."""

# ruff: noqa: E501 (wordings)

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.text import STEMMERS, fold, sentences
from rag.generation import Llm
from rag.language import content, names, numbers, same_stem
from rag.types import Message

if TYPE_CHECKING:
    from rag.conversation.turns import Turn

REWRITE_TOKENS = 40
SHOWN_ANSWER_CHARS = 240
MAX_CHARS = 300

_SYSTEM = {
    "fr": "Réécris la dernière question pour qu’elle se comprenne sans la conversation. Garde ses mots, ajoute seulement les noms "
    "dont elle parle. N’y réponds pas.",
    "en": "Rewrite the last question so that it can be understood without the conversation. Keep its words, only add the names it "
    "speaks of. Do not answer it.",
    "es": "Reescribe la última pregunta para que se entienda sin la conversación. Conserva sus palabras, añade solo los nombres de "
    "los que habla. No la respondas.",
    "de": "Schreibe die letzte Frage so um, dass man sie ohne das Gespräch versteht. Behalte ihre Wörter, füge nur die Namen hinzu, "
    "um die es geht. Beantworte sie nicht.",
    "it": "Riscrivi l’ultima domanda in modo che si capisca senza la conversazione. Mantieni le sue parole, aggiungi solo i nomi di "
    "cui parla. Non rispondere.",
    "pt": "Reescreve a última pergunta para que se compreenda sem a conversa. Mantém as suas palavras, acrescenta apenas os nomes de "
    "que fala. Não respondas.",
}  # fmt: skip
_EXAMPLES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "fr": (
        ("Combien de personnes ont été évacuées de l’hôtel Bellevue ?", "80 personnes.", "Et quand ?",
         "Quand des personnes ont-elles été évacuées de l’hôtel Bellevue ?"),
        ("Qui dirige le port de Metz ?", "Paul Renaud dirige le port.", "Et combien gagne-t-il ?", "Combien gagne Paul Renaud ?"),
    ),
    "en": (
        ("How many people left the Bellevue hotel?", "80 people.", "And when?", "When did people leave the Bellevue hotel?"),
        ("Who runs the port of Metz?", "Paul Renaud runs the port.", "Who won?", "Who won in Metz?"),
    ),
    "es": (("¿Quién dirige el puerto de Metz?", "Paul Renaud.", "¿Y cuánto gana?", "¿Cuánto gana Paul Renaud?"),),
    "de": (("Wer leitet den Hafen von Metz?", "Paul Renaud.", "Und seit wann?", "Seit wann leitet Paul Renaud den Hafen von Metz?"),),
    "it": (("Chi dirige il porto di Metz?", "Paul Renaud.", "E quanto guadagna?", "Quanto guadagna Paul Renaud?"),),
    "pt": (("Quem dirige o porto de Metz?", "Paul Renaud.", "E quanto ganha?", "Quanto ganha Paul Renaud?"),),
}  # fmt: skip


def rewrite(question: str, turns: Sequence[Turn], language: str, llm: Llm) -> str | None:
    """The model's rewriting when it passes the check, else None. `turns` is oldest first. Raises LlmError."""
    code = language if language in _SYSTEM else "en"
    messages = [Message("system", _SYSTEM[code])]
    for earlier, answer, asked, whole in _EXAMPLES[code]:
        messages += [Message("user", f"{earlier}\n{answer}\n→ {asked}"), Message("assistant", whole)]
    said = "\n".join(f"{turn.question}\n{turn.answer[:SHOWN_ANSWER_CHARS]}".strip() for turn in turns[-2:])
    messages.append(Message("user", f"{said}\n→ {question}"))
    reply = "".join(piece.text for piece in llm.stream(messages, REWRITE_TOKENS)).strip()
    return reply if keeps(reply, question, turns, language) else None


def keeps(reply: str, question: str, turns: Sequence[Turn], language: str) -> bool:
    """Is a rewriting one question that has the words of `question` and beside them only words of the conversation?"""
    if not reply or len(reply) > MAX_CHARS or "\n" in reply or not reply.endswith(("?", "？")):
        return False
    if fold(reply).strip(" ?¿") == fold(question).strip(" ?¿"):
        return False
    if len(list(sentences(reply))) != 1:
        return False
    told = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in turns)])
    last = f"{question} {turns[-1].question} {turns[-1].answer}" if turns else question
    known = set(content(told, language).values())
    written = set(content(reply, language).values())
    asked = set(content(question, language).values())
    if language not in STEMMERS and not asked:
        return False
    adds_nothing = all(any(same_stem(word, other) for other in known) for word in written)
    keeps_all = all(any(same_stem(word, other) for other in written) for word in asked)
    named = set(names(reply, language)) <= {*names(told, language), *told.split()} or language == "de"
    return (
        adds_nothing
        and keeps_all
        and named
        and numbers(question, language) <= numbers(reply, language) <= numbers(last, language)
    )
