"""What a question asks for: told by its words, in six languages, with or without accents and capitals. Pure.

Anything no rule is sure of is a fact: the path that fits any question.
"""

from __future__ import annotations

import re

from index.text import fold
from rag.types import Kind

# All patterns are matched against folded text: lower case, no accents, straight apostrophes.

_POLITE = {
    "fr": r"(?:(?:pouvez|pourriez|peux|pourrais|savez|sais)[- ](?:vous|tu)|peut[- ]on|dis|dites|sait[- ]on)"
    r"(?:[- ](?:me|nous|moi))?(?: (?:dire|preciser|indiquer|rappeler))?|je (?:veux|voudrais|souhaite) savoir",
    "en": r"(?:(?:can|could|would|will) you(?: please)?(?: tell (?:me|us))?|do you know|(?:please )?tell (?:me"
    r"|us)|i want to know)",
    "es": r"(?:puedes|puede|podrias|podria) decirme|sabes|sabe usted|dime|digame",
    "de": r"(?:kannst du|konnen sie|konntest du|konnten sie) mir sagen,?|weisst du,?|wissen sie,?|sag mir,?",
    "it": r"(?:puoi|puo|potresti|potrebbe) dirmi|sai|sa dirmi|dimmi",
    "pt": r"(?:podes|pode|poderia) dizer-?me|sabes|voce sabe|diz-?me|diga-?me",
}
_WHETHER = {"fr": "s'?i", "en": "if|whether", "es": "si", "de": "ob", "it": "se", "pt": "se"}

_LIST = {
    "fr": r"(?:citez?|nommez?|enumerez?|listez?)\b|donnez?(?:[- ]moi)? (?:la liste|les noms|(?:deux|trois"
    r"|quatre|cinq)\b)"
    r"|(?:(?:a|de|par|pour|avec|en|dans|sur|contre|chez|vers|entre|selon) |d')?quel(?:le)?s (?!est\b|etait\b"
    r"|fut\b|a\b|la\b|le\b)"
    r"|(?:lesquels|lesquelles|qui sont|quel sont|quelle sont)\b",
    "en": r"(?:name|list|enumerate) (?:all|the|some|two|three|four|five|every)\b|give (?:me |us )?(?:a list"
    r"|the names)"
    r"|(?:(?:in|of|from|to|by|for|with|at|on) )?(?:which|what) (?!is|was|does|did|has|news|series|means)(?:\w+ )?"
    r"(?!is\b|was\b|does\b|has\b|this\b|us\b)\w+(?<![siu])s (?!'s)|what (?:are|were) the|who (?:are"
    r"|were) (?:the|all)",
    "es": r"(?:cita|cite|nombra|nombre|enumera|enumere) (?:a )?(?:los|las|todos|todas|dos|tres|cuatro|cinco)\b"
    r"|cuales\b"
    r"|quienes (?:son|eran|fueron)|(?:(?:en|de|a|por|con|para) )?que (?!es\b|tras\b|mas\b|menos\b|despues\b"
    r"|antes\b)\w+s (?!es\b|fue\b)",
    "de": r"(?:nenne|nennen sie|liste|zahle|zahlen sie) (?:die|alle|zwei|drei|vier|mir)\b"
    r"|(?:(?:in|aus|von|mit|fur|bei|auf) )?welchen? \w+ (?:sind|waren|haben|hatten|wurden|werden|konnen|liegen)\b"
    r"|welche sind|was sind|wer sind|wer waren",
    "it": r"(?:cita|citi|nomina|elenca|elenchi) (?:i|gli|le|tutti|tutte|due|tre|quattro|cinque)\b"
    r"|(?:(?:in|di|a|da|per|con|su) )?quali\b|chi (?:sono|erano|furono)\b",
    "pt": r"(?:cita|cite|nomeia|nomeie|enumera|enumere|lista|liste) (?:os|as|todos|todas|dois|tres|quatro"
    r"|cinco)\b|quais\b"
    r"|quem (?:sao|eram|foram) (?:os|as)|(?:(?:em|de|a|por|com|para) )?que (?!e\b|mais\b|menos\b|depois\b"
    r"|antes\b)\w+s (?!e\b|foi\b)",
}
# Plurals that are one figure: "quelles ont été les ventes", "what were the losses".
_FIGURES = re.compile(
    r"\b(?:ventes|pertes|recettes|depenses|degats|frais|benefices|dates|dimensions|sales|losses|revenues"
    r"|earnings|costs|profits"
    r"|damages|odds|ventas|perdidas|ingresos|beneficios|verluste|kosten|vendite|perdite|ricavi|vendas|perdas"
    r"|receitas)\b"
)

_REASON = {
    # "comment appelle-t-on" asks for a name
    "fr": r"pourquoi|pour quelles? raisons?|comment (?!.*\b(?:s')?(?:appel|nomm|surnomm|denomm|prenomm|design"
    r"|qualifi|tradui|prononc|intitul|baptis|caracteris"
    r"|ecrit-|dit[- ]on))",
    "en": r"why|how come|for what reasons?|how (?=(?:did|does|do|is|are|was|were|has|have|had|can|could|will"
    r"|would|should)\b)",
    "es": r"por que|por cual razon|porque|como (?!se (?:llam|denomin)|(?:es|era|fue) (?:llamad|conocid))",
    "de": r"warum|wieso|weshalb|aus welche[mn] gr\w+|wie (?=(?:hat|haben|hatte|wurde|wurden|kam|kann|will"
    r"|wollen|konnte|soll|funktioniert|entstand)\b)",
    "it": r"perche|per quale motivo|per quali motivi|come (?!si chiam|(?:e|viene|era) chiamat)",
    "pt": r"por que|porque|porq|por qual motivo|como (?!se cham|(?:e|era) chamad)",
}

_QUESTION_WORDS = {
    "fr": r"qui|que|qu'\w+|quoi|quel|quelle|quels|quelles|quand|ou|combien|comment|pourquoi|lequel|laquelle"
    r"|lesquels|lesquelles",
    "en": r"who|whom|whose|what|which|when|where|why|how",
    "es": r"quien|quienes|que|cual|cuales|cuando|donde|adonde|cuanto|cuanta|cuantos|cuantas|como|por que",
    "de": r"wer|wen|wem|wessen|was|welche[rsnm]?|wann|wo|woher|wohin|warum|wieso|weshalb|wie|wieviel\w*|wofur"
    r"|womit|worum|woran",
    "it": r"chi|che|cosa|quale|quali|quando|dove|quanto|quanta|quanti|quante|come|perche|qual",
    "pt": r"quem|que|qual|quais|quando|onde|aonde|quanto|quanta|quantos|quantas|como|porque|por que",
}
_PREPOSITIONS = {
    "fr": r"(?:a partir de|a|de|d'|par|pour|avec|en|dans|sur|sous|contre|chez|vers|depuis|jusqu'?a?|pendant"
    r"|apres|avant|selon|entre|et|mais|alors|donc) ?",
    "en": r"(?:in|of|from|to|by|for|with|at|on|since|until|during|after|before|under|and|but|so|about|against"
    r"|through) ",
    "es": r"(?:a|de|por|con|en|para|desde|hasta|segun|contra|sobre|y|pero) ",
    "de": r"(?:in|aus|von|mit|fur|bei|auf|seit|bis|nach|an|zu|durch|gegen|um|und|ab|unter|uber) ",
    "it": r"(?:a|di|da|per|con|in|su|fino a|secondo|contro|tra|e|ma|d'|dal) ?",
    "pt": r"(?:a|de|por|com|em|para|desde|ate|segundo|contra|sobre|e|mas) ",
}
_YES_NO = {
    "fr": r"est[- ]ce qu(?:e|')",
    "en": r"(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|must|may|might|am)(?:n't)? "
    r"(?:not )?\S",
    "es": r"(?:se )?(?:ha|han|habia|es|son|era|eran|esta|estan|estaba|fue|fueron|hay|hubo|habra|tiene|tienen"
    r"|tenia|puede|pueden|sera|seran"
    r"|va|van|sigue|siguen|existe|es verdad|es cierto)\b|\w{3,}(?:io|aron|ieron)\b",
    "de": r"(?:ist|sind|war|waren|hat|haben|hatte|hatten|wird|werden|wurde|wurden|kann|konnen|konnte|soll"
    r"|sollen|muss|mussen|gibt es|gab es"
    r"|darf|durfen|stimmt es|bleibt)\b",
    "it": r"(?:non )?(?:si )?(?:ha|hanno|aveva|sono|era|erano|sara|saranno|puo|possono|c'e|ci sono|c'era|fu"
    r"|furono|esiste|e (?:vero|stat[oaie]|ancora|gia|morto))\b",
    "pt": r"(?:foi|foram|esta|estao|estava|sao|ha|houve|tem|tinha|pode|podem|sera|serao|era|eram|vai|vao|ficou"
    r"|existe|e (?:verdade|certo|ainda))\b",
}
_ACCENTED_IS = {"it": r"è\b", "pt": r"é\b"}
_INVERSION = re.compile(
    r"\b[a-z]+-(?:t-)?(?:il|elle|ils|elles|on)\b|\b[a-z]*[ae] t[- ](?:il|elle|on)\b|\b(?:est|sont|ont) (?:ils?"
    r"|elles?)\b|\b(?:est|etait|sera|sont)-ce\b|\by a-t-il\b"
)
_FR_ASKS = re.compile(
    r"\b(?:quel|quelle|quels|quelles|combien|comment|pourquoi|quoi|lequel|laquelle|lesquels|lesquelles)\b"
)
_OR = {"fr": "ou", "en": "or", "es": "o|u", "de": "oder", "it": "o|oppure", "pt": "ou"}


def kind_of(question: str, language: str) -> Kind:
    """What a question asks for; "fact" for what no rule is sure of, or in a language without rules.

    "several" and "comparison" are told by `rag.query.decomposition.split`, which has to find the parts anyway.
    """
    if language not in _QUESTION_WORDS:
        return "fact"
    asked, raw = _opening(question, language)
    if asked is None:
        return "yes_no"
    if re.match(rf"(?:{_LIST[language]})", asked) and not _FIGURES.search(asked):
        return "list"
    if re.match(rf"(?:et |mais |and |but |y |und |e )?(?:{_REASON[language]})", asked):
        return "reason"
    return "yes_no" if _is_yes_no(asked, raw, language) else "fact"


def asks(text: str, language: str) -> bool:
    """Does a text begin as a question does: with a question word (a preposition may stand before it) or a verb?"""
    asked, raw = _opening(text, language)
    return asked is None or bool(_starts_with_word(asked, language)) or _is_yes_no(asked, raw, language)


def question_word(text: str, language: str) -> str:
    """The question word that a text begins with, its preposition before it, as it is written; "" when it has none."""
    match = _starts_with_word(fold(text), language)
    return text[: match.end()] if match and len(fold(text)) == len(text) else ""


def _opening(question: str, language: str) -> tuple[str | None, str]:
    """The question folded and in lower case, without marks and politeness before it; None for "tell me whether …"."""
    folded = _bare(fold(question))
    polite = re.match(
        rf"(?:{_POLITE[language]}) +(?={_WHETHER[language]}\b|(?:{_QUESTION_WORDS[language]})\b|{_LIST[language]})",
        folded,
    )
    if polite:
        rest = folded[polite.end() :]
        if re.match(rf"(?:{_WHETHER[language]}) ", rest + " "):
            return None, ""
        return rest, rest
    return folded, _bare(question.lower())


def _bare(text: str) -> str:
    return " ".join(text.split()).lstrip(" ¿¡«“\"'-–—").rstrip(" ?!.»”\"'")


def _starts_with_word(folded: str, language: str) -> re.Match[str] | None:
    return re.match(rf"(?:{_PREPOSITIONS[language]})?(?:{_QUESTION_WORDS[language]})(?!\w)", folded)


def _is_yes_no(asked: str, raw: str, language: str) -> bool:
    if re.search(rf" (?:{_OR[language]}) ", asked):
        return False
    if language == "fr":
        return _is_french_yes_no(asked)
    head = asked
    if _starts_with_word(asked, language) and not re.match(rf"(?:{_YES_NO[language]})", asked):
        return bool(re.match(_ACCENTED_IS.get(language, r"(?!)"), raw))
    if "," in asked and not re.match(rf"(?:{_YES_NO[language]})", asked):
        head = asked.split(",", 1)[1].strip()  # "in 2020, did …"
        if _starts_with_word(head, language):
            return False
    found = re.match(rf"(?:{_YES_NO[language]})", head) or re.match(_ACCENTED_IS.get(language, r"(?!)"), raw)
    # "Is it known who …", "Ha detto quando?": a question word at the end asks for more than yes or no.
    return bool(found) and not re.search(rf"\b(?:{_QUESTION_WORDS[language]})$", asked)


def _is_french_yes_no(asked: str) -> bool:
    if re.match(_YES_NO["fr"], asked):
        return not re.search(r" (?:quand|combien|ou|comment|quoi|qui|pourquoi)$", asked)
    turned = _INVERSION.search(asked)
    if not turned or _starts_with_word(asked, "fr") or _FR_ASKS.search(asked):
        return False
    # "En France, qui a-t-il …": the question word after the first comma; "… a-t-il quand ?": at the end.
    return not any(_starts_with_word(piece.strip(), "fr") for piece in asked[: turned.start()].split(",")[1:]) and not (
        re.search(r" (?:qui|quand|ou|que)$", asked)
        or re.search(r"\b(?:de|a|avec|pour|par|chez) qui ", asked[: turned.start()])
    )
