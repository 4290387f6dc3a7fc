"""What is known of any text: words and stems, its language, sentences, chunks, the names of months and days."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.text.calendar import MONTHS, WEEKDAYS
    from index.text.chunking import chunk_at, chunks, span_at
    from index.text.detection import ALPHABETS, detect
    from index.text.normalize import fold, plain_numbers, words
    from index.text.sentence_splitting import sentences
    from index.text.stemming import STEMMERS, stem, terms, words_of
    from index.text.stop_word_lists import STOP_WORDS, stop_words
else:
    __getattr__ = face(
        __name__,
        calendar="MONTHS WEEKDAYS",
        chunking="chunk_at chunks span_at",
        detection="ALPHABETS detect",
        normalize="fold plain_numbers words",
        sentence_splitting="sentences",
        stemming="STEMMERS stem terms words_of",
        stop_word_lists="STOP_WORDS stop_words",
    )

__all__ = [
    "ALPHABETS",
    "MONTHS",
    "STEMMERS",
    "STOP_WORDS",
    "WEEKDAYS",
    "chunk_at",
    "chunks",
    "detect",
    "fold",
    "plain_numbers",
    "sentences",
    "span_at",
    "stem",
    "stop_words",
    "terms",
    "words",
    "words_of",
]
