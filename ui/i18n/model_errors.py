"""Why a language model did not answer, in French: `rag` says it in English."""

from __future__ import annotations

import re

from ui.i18n.patterns import Wordings

# English, then French. {url} and {detail} stay as they are; {reason} is a line itself; {said} is "" or a server's words in
# brackets; {thing}, {place}, {kind}, {expected} and {advice} stand in THINGS or stay as they are.
_LINES = """
{url}: {reason}
    {url}\u00a0: {reason}
no answer ({detail}). Is the server running? --llm none works without one
    pas de réponse ({detail}). Le serveur est-il lancé\u00a0? --llm none s’en passe
no answer within {n} seconds. Is it still loading, or at work for others? Ask again, or use --llm none
    pas de réponse en {n} secondes. Est-il encore en train de charger, ou occupé pour d’autres\u00a0? Reposez la question, ou passez-vous de lui\u00a0: --llm none
it answered {n}{said}. {advice}
    il a répondu {n}{said}. {advice}
it redirects to {detail}, where nothing is sent. If you trust that address, give it to --llm
    il renvoie à {detail}, où rien n’est envoyé. Si cette adresse est sûre, donnez-la à --llm
it sent {thing}{said}, not a chat completion. Its URL usually ends in /v1: --llm http://HOST:PORT/v1#MODEL
    il a envoyé {thing}{said}, pas une réponse de modèle. Son adresse finit d’ordinaire par /v1\u00a0: --llm http://HÔTE:PORT/v1#MODÈLE
in its reply {place} is {thing}, not {expected}. Does it speak OpenAI’s chat completions?
    dans sa réponse, {place} est {thing}, pas {expected}. Parle-t-il le protocole «\u00a0chat completions\u00a0» d’OpenAI\u00a0?
in its reply {place} is not {kind}{said}. Does it speak OpenAI’s chat completions?
    dans sa réponse, {place} n’est pas en {kind}{said}. Parle-t-il le protocole «\u00a0chat completions\u00a0» d’OpenAI\u00a0?
in its reply delta is missing. Does it speak OpenAI’s chat completions?
    dans sa réponse, delta manque. Parle-t-il le protocole «\u00a0chat completions\u00a0» d’OpenAI\u00a0?
it broke off with an error{said}. Ask again, or see what it says itself
    il s’est arrêté sur une erreur{said}. Reposez la question, ou voyez ce qu’il en dit lui-même
it broke off in the middle of its reply. Ask again, or see what it says itself
    il s’est arrêté au milieu de sa réponse. Reposez la question, ou voyez ce qu’il en dit lui-même
it broke off in the middle of its reply ({detail}). Ask again, or see what it says itself
    il s’est arrêté au milieu de sa réponse ({detail}). Reposez la question, ou voyez ce qu’il en dit lui-même
its reply is too long: more than {n} events. Is it stuck? Start it again
    sa réponse est trop longue\u00a0: plus de {n} événements. Est-il bloqué\u00a0? Relancez-le
its reply is too long: more than {n} bytes. Is it stuck? Start it again
    sa réponse est trop longue\u00a0: plus de {n} octets. Est-il bloqué\u00a0? Relancez-le
its reply is too long: an event of {n} bytes. Is it stuck? Start it again
    sa réponse est trop longue\u00a0: un événement de {n} octets. Est-il bloqué\u00a0? Relancez-le
its reply holds no text (finish_reason: {detail}). Is it a chat model?
    sa réponse ne contient aucun texte (finish_reason\u00a0: {detail}). Est-ce un modèle de conversation\u00a0?
it only thought and wrote no answer. Turn its thinking off, or name another model: URL#MODEL
    il n’a fait que réfléchir et n’a rien répondu. Désactivez sa réflexion, ou nommez un autre modèle\u00a0: URL#MODÈLE
its name stood for this machine when citeline started, and for another now. Start it again
    son nom désignait cette machine au lancement de citeline, et en désigne une autre maintenant. Relancez citeline
OPENAI_API_KEY holds a character that no key has: set it again
    OPENAI_API_KEY contient un caractère qu’aucune clé n’a\u00a0: redonnez-lui sa valeur
the model stopped working (code {detail}). Ask again, or use --llm none
    le modèle a cessé de fonctionner (code {detail}). Reposez la question, ou passez-vous de lui\u00a0: --llm none
the prompt has {n} tokens; {detail} takes {most}
    la demande a {n} jetons\u00a0; {detail} en prend {most}
llama.cpp cannot load {file}: {detail}. Check it: citeline models verify
    llama.cpp ne peut pas charger {file}\u00a0: {detail}. Vérifiez-le\u00a0: citeline models verify
{detail} marks turns in a way citeline does not know (ChatML, Llama 3 and Gemma are known)
    {detail} marque les tours d’une façon que citeline ne connaît pas (il connaît ChatML, Llama 3 et Gemma)
the model was told to stop
    le modèle a été arrêté
--llm takes an address such as http://127.0.0.1:8080/v1#MODEL, not {detail}
    --llm prend une adresse comme http://127.0.0.1:8080/v1#MODÈLE, pas {detail}
"""

THINGS: dict[str, str] = {
    "a web page": "une page web",
    "compressed data": "des données compressées",
    "data of another type": "des données d’un autre type",
    "text": "du texte",
    "nothing": "rien",
    "an event": "un événement",
    "the whole": "l’ensemble",
    "true or false": "vrai ou faux",
    "a number": "un nombre",
    "a number of tokens": "un nombre de jetons",
    "a list": "une liste",
    "an object": "un objet",
    "Put the key that it wants into OPENAI_API_KEY": "Mettez la clé qu’il attend dans OPENAI_API_KEY",
    "Its URL usually ends in /v1, and #MODEL behind it names a model that it has": "Son adresse finit d’ordinaire par /v1, "
    "et #MODÈLE derrière elle nomme un modèle qu’il a",
    "Ask again later": "Reposez la question plus tard",
    "Ask again, or see what it says itself": "Reposez la question, ou voyez ce qu’il en dit lui-même",
    "Does #MODEL behind its URL name a model that it has, and does it speak OpenAI’s chat completions?": "#MODÈLE derrière "
    "son adresse nomme-t-il un modèle qu’il a, et parle-t-il le protocole «\u00a0chat completions\u00a0» d’OpenAI\u00a0?",
}

_VALUES = {
    "n": r"[\d,.]+",
    "url": r"https?://\S*",
    "said": "(?: \\(“.*”\\))?",
    "place": r"an event|the whole|[\w\[\]]+",
}
_VALUES |= dict.fromkeys(("thing", "expected", "advice"), "|".join(map(re.escape, ["null", *THINGS])))


def llm_words(line: str, lang: str) -> str:
    """A line of an LlmError in "fr" or "en"; one that is not known as it is."""
    return line if lang == "en" else _WORDINGS.french(line) or line


def _french(name: str, value: str) -> str:
    """The value of a parameter in French."""
    if name == "reason":
        return llm_words(value, "fr")
    if name == "n":
        return value.replace(",", "\u202f").replace(".", ",")
    if name == "said":
        return f" («\u00a0{value[3:-2]}\u00a0»)" if value else ""
    return THINGS.get(value, value) if name in ("thing", "place", "expected", "advice") else value


_WORDINGS = Wordings(_LINES, _VALUES, _french)
