"""Which language a text is in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from index.text.lexicon import LEXICON, STOP_WORDS, stop_words
from index.text.normalize import words

ALPHABETS = LEXICON.texts("alphabet")
"""The letters beyond a-z of each language."""

_NAME = re.compile(r"(?<=\w[ ’'-])[^\W\d_a-zß-öø-ÿ]\w*")
"""A word inside a sentence that begins with a capital: a name keeps its letters in a text of any language."""
_LETTERS_OF_NAMES = 2
"""Most letters that are passed over because only names have them: Vietnamese names alone have more."""
_CLASSIFIED = "ar ca cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh"


def detect(text: str, default: str = "fr") -> str:
    """ISO 639-1 code of a text's language: by its function words where they decide, else by a trained classifier.

    600 questions a language (XQuAD, PIAF): at most 3 wrong in fr, en, es, de, ru, el, ar, hi, th; see
    docs/experiments.md.
    """
    letters = [char for char in text.lower() if char.isalpha()]
    if not letters:
        return default
    other_scripts = "".join(char for char in text if not char.isalpha() or ord(char) > 0x24F)
    if sum(char.isalpha() for char in other_scripts) > 0.3 * len(letters):
        return str(_classifier().classify(other_scripts[:2000])[0])
    found = set(words(text))
    accented = {char for char in letters if char > "\x7f"}
    elsewhere = {char for char in _NAME.sub("", text).lower() if char in accented}
    if len(accented - elsewhere) <= _LETTERS_OF_NAMES:
        accented = elsewhere
    scores = {code: len(found & stop_words(code)) - 2 * len(accented - set(ALPHABETS[code])) for code in STOP_WORDS}
    best, second = sorted(scores, key=scores.__getitem__, reverse=True)[:2]
    if scores[best] >= 2 and scores[best] - scores[second] >= max(1, scores[best] // 4):
        return best
    code, confidence = _classifier().classify(text[:2000])
    if confidence < 0.9 and len(found) < 5 and scores[best] <= 0:
        return default
    return best if 0 < scores[best] > scores.get(code, 0) else str(code)


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CLASSIFIED.split())
    return identifier
