"""What is known of any text: words and stems, its language, sentences, chunks, the names of months and days."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.text.calendar import WrittenDate, composed, dates_in, is_short_month, months, ordinal_endings, weekdays
    from index.text.chunking import chunk_at, chunks, span_at
    from index.text.detection import ALPHABETS, detect
    from index.text.lexicon import LEXICON, STOP_WORDS, stop_words
    from index.text.normalize import fold, plain_numbers, words
    from index.text.sentence_splitting import sentences
    from index.text.stemming import STEMMERS, stem, terms, words_of
else:
    __getattr__ = face(
        __name__,
        calendar="WrittenDate composed dates_in is_short_month months ordinal_endings weekdays",
        chunking="chunk_at chunks span_at",
        detection="ALPHABETS detect",
        lexicon="LEXICON STOP_WORDS stop_words",
        normalize="fold plain_numbers words",
        sentence_splitting="sentences",
        stemming="STEMMERS stem terms words_of",
    )

__all__ = [
    "ALPHABETS",
    "LEXICON",
    "STEMMERS",
    "STOP_WORDS",
    "WrittenDate",
    "chunk_at",
    "chunks",
    "composed",
    "dates_in",
    "detect",
    "fold",
    "is_short_month",
    "months",
    "ordinal_endings",
    "plain_numbers",
    "sentences",
    "span_at",
    "stem",
    "stop_words",
    "terms",
    "weekdays",
    "words",
    "words_of",
]
