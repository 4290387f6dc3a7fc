"""Words as the keyword leg compares them, and which language a text is in.

A query typed without accents, in capitals, in NFD or with another apostrophe gives the same terms as the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "lt": "lithuanian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip

# Function words and question words; accents folded. They tell the language of a short text and carry no topic.
STOP_WORDS = {
    "fr": "a ai ainsi ait alors apres au aucun aussi autre aux avait avant avec avoir c ca ce cela celle celui ces cet "
    "cette ceux chez combien comme comment contre d dans de depuis des deux devait devrait doit donc dont du elle elles "
    "en encore entre est et etait etaient ete etre eu eux fait faut font il ils j je jusqu l la laquelle le lequel les "
    "lesquels leur leurs lors lorsqu lui m ma mais me meme mes moi moins mon n ne ni nos notre nous on ont ou par parce "
    "parmi pas pendant peu peut peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quels qui quoi "
    "s sa sans se selon sera ses si soit son sont sous sur t ta tandis te tel telle tes toi ton tous tout toute toutes tres "
    "tu un une va vers voici vont vos votre vous y",
    "en": "a about after all also am an and any are as at be because been before being between both but by can could d did "
    "do does doing down during each few for from further had has have having he her here hers him his how i if in into is "
    "it its just ll me more most much many my no nor not now of off on once only or other our out over own re s same shall "
    "she should so some such t than that the their theirs them then there these they this those through to too under "
    "until up ve very was we were what when where which while who whom whose why will with would you your",
    "es": "a al algo algun ante antes como con contra cual cuales cuando cuanta cuanto cuantos de del desde donde dos el "
    "ella ellas ellos en entre era es esa ese eso esta estaba estan este esto fue fueron ha habia han hasta hay la las le "
    "les lo los mas me mi muy no nos o os para pero por porque que quien quienes se segun ser si sin sobre son su sus "
    "tambien te tiene tu un una unos y ya yo",
    "de": "aber als am an auch auf aus bei bin bis da dann das dass dem den der des die dies diese dieser du durch ein "
    "eine einem einen einer er es fur gegen hat hatte hatten haben ich ihr im in ist ja kein keine konnen mehr mit nach "
    "nicht noch nur ob oder seine sein seit sich sie sind so uber um und uns unter vom von vor wann war waren warum was "
    "welche welchem welchen welcher welches wenn wer werden wie wieviel wird wo wurde wurden zu zum zur zwischen",
    "it": "a ad agli ai al alla alle anche che chi ci come con contro cosa cui da dagli dai dal dalla dei del della delle "
    "di dove e ed era erano essere fu gli ha hanno i il in io la le lo loro ma mi ne nei nel nella non o per perche piu "
    "quale quali quando quanti quanto questa questo se si sono su sua sue suo tra un una uno",
    "pt": "a ao aos as ate com como contra da das de do dos e ela ele eles em entre era essa esse esta este eu foi foram "
    "ha isso isto ja la mais mas me na nas nao nem no nos o onde os ou para pela pelo por porque qual quais quando quanto "
    "quantos que quem se segundo sem ser seu sua sobre tambem tem um uma",
    "ro": "a ai al ale au avea ca care cand cat cata cate cati ce cea cei cel cine cu cui cum de despre din dupa este fost in "
    "intre la lui mai nu o pe pentru pot prin sa sau se si sunt un una unde unei unui",
    "tr": "bir bu cok da daha de gibi hangi icin ile kac kim kimdi kimdir kime kimin mi nasil ne neden nedir nerede neydi "
    "olan olarak o ve zaman",
    "nl": "aan als bij dan dat de der deze die dit door een en er had heeft het hij hoe hoeveel ik in is je kan maar met "
    "naar niet nog of om onder ook op over te tot uit van voor waar waarom wanneer was wat welke werd wie wordt zijn zo",
}  # fmt: skip

ALPHABETS = {"fr": "àâæçéèêëîïôœùûüÿ", "en": "éï", "es": "áéíñóúüªº", "de": "äöüß", "it": "àèéìòùî", "pt": "ãâáàçéêíóôõú", "nl": "éëïöü", "ro": "ăâîșşțţ", "tr": "çğıöşüâ"}  # fmt: skip

_CLASSIFIED = "ar ca cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh"

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "ʼ": "'", "‘": "'", "`": "'"}  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?:[  \u00a0\u2009\u202f.,'’]\d{3})+)(?![\d])")
_TERM = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_ELISION = re.compile(r"\b(?:jusqu|lorsqu|puisqu|quoiqu|aujourd'hui|qu|[cdjlmnst])'(?=\w)")
_ITALIAN_ELISION = re.compile(r"\b(?:dell|nell|sull|all|dall|quell|l|un|d|c)'(?=\w)")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")


def fold(text: str) -> str:
    """Lower case without accents, ligatures, typographic apostrophes or invisible characters: NFC and NFD agree."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    for char, plain in _LIGATURES.items():  # `in` and `replace` are ten times faster than a look at each letter
        if char in text:
            text = text.replace(char, plain)
    text = unicodedata.normalize("NFD", text)
    for char in () if text.isascii() else filter(unicodedata.combining, set(text)):
        text = text.replace(char, "")
    return text


def plain_numbers(text: str) -> str:
    """`text` with digit groups joined and decimals written with a point: "3 500 000" -> "3500000", "1,5" -> "1.5"."""

    def join(match: re.Match[str]) -> str:
        separators = set(re.findall(r"[^\d]", match.group(2)))
        if separators & {".", ","} and len(match.group(2)) == 4 and match.group(1) == "0":
            return match.group()
        return match.group(1) + re.sub(r"\D", "", match.group(2))

    text = _GROUPED.sub(join, text)
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def words(text: str, language: str = "") -> list[str]:
    """Folded words and numbers in order, elided articles cut off ("l'école" -> "ecole"); unspaced scripts as pairs."""
    text = plain_numbers(fold(text))
    text = (_ITALIAN_ELISION if language == "it" else _ELISION).sub(" ", text)
    found: list[str] = []
    for token in _TERM.findall(text):
        if _UNSPACED.search(token):
            found += [token[i : i + 2] for i in range(max(1, len(token) - 1))]
        else:
            found.append(token.strip("_"))
    return [word for word in found if word]


def stem(word: str, language: str) -> str:
    """Snowball stem of a folded word; numbers, and words of a language without a stemmer, stay as they are."""
    stemmer = _stemmer(language)
    return word if stemmer is None or word[0].isdigit() else str(stemmer.stemWord(word))


def terms(text: str, language: str) -> list[str]:
    """What the keyword leg indexes and asks for: stems without stop words, in order."""
    stop = stop_words(language)
    return [stem(word, language) for word in words(text, language) if word not in stop]


def stop_words(language: str) -> frozenset[str]:
    """Folded function and question words of a language, empty when it is not one of STOP_WORDS."""
    return _stop_words(language)


def detect(text: str, default: str = "fr") -> str:
    """ISO 639-1 code of a text's language: by its function words where they decide, else by a trained classifier.

    600 questions a language (XQuAD, PIAF): at most 3 wrong in fr, en, es, de, ru, el, ar, hi, th; see docs/experiments.md.
    """
    letters = [char for char in text.lower() if char.isalpha()]
    if not letters:
        return default
    other_scripts = "".join(char for char in text if not char.isalpha() or ord(char) > 0x24F)
    if sum(char.isalpha() for char in other_scripts) > 0.3 * len(letters):
        return str(_classifier().classify(other_scripts[:2000])[0])
    found = set(words(text))
    accented = {char for char in letters if char > "\x7f"}
    scores = {code: len(found & _stop_words(code)) - 2 * len(accented - set(ALPHABETS[code])) for code in STOP_WORDS}
    best, second = sorted(scores, key=scores.__getitem__, reverse=True)[:2]
    if scores[best] >= 2 and scores[best] - scores[second] >= max(1, scores[best] // 4):
        return best
    code, confidence = _classifier().classify(text[:2000])
    if confidence < 0.9 and len(found) < 5 and scores[best] <= 0:
        return default
    return best if 0 < scores[best] > scores.get(code, 0) else str(code)


def dominant(languages: Iterable[str]) -> str:
    """The most frequent of `languages`, "fr" when there is none."""
    counted: dict[str, int] = {}
    for each in languages:
        counted[each] = counted.get(each, 0) + 1
    return max(counted, key=counted.__getitem__, default="fr")


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(STOP_WORDS.get(language, "").split())


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CLASSIFIED.split())
    return identifier
