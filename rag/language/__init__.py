"""Words in questions and sentences: names, numbers, noun phrases, negation; and what citeline itself says."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.language.content_words import content
    from rag.language.messages import (
        LANGUAGE_NAMES,
        WORDINGS,
        YES_NO_WORDS,
        Wording,
        also_in,
        articles_disagree,
        is_nothing,
        name_not_found,
        part_not_found,
        wording,
    )
    from rag.language.missing_names import as_written, nowhere, unmet
    from rag.language.negation import is_negated, is_order, is_unsure, unsure_words
    from rag.language.noun_phrases import (
        SPOKEN,
        Mention,
        dates,
        is_place,
        is_place_preposition,
        is_role,
        is_vowel,
        joined,
        mentions,
    )
    from rag.language.opposites import begins_opposite, is_same_side, opposite_of
    from rag.language.packs import PACKS, THE, either
    from rag.language.proper_names import days, is_acronym_of, names, namesake, same_stem, stands
    from rag.language.quantities import NUMBER_WORDS, counts, measures, numbers, ranks, thing
else:
    __getattr__ = face(
        __name__,
        content_words="content",
        messages=(
            "LANGUAGE_NAMES WORDINGS Wording YES_NO_WORDS also_in articles_disagree is_nothing name_not_found"
            " part_not_found wording"
        ),
        missing_names="as_written nowhere unmet",
        negation="is_negated is_order is_unsure unsure_words",
        noun_phrases="Mention SPOKEN dates is_place is_place_preposition is_role is_vowel joined mentions",
        opposites="begins_opposite is_same_side opposite_of",
        packs="PACKS THE either",
        proper_names="days is_acronym_of names namesake same_stem stands",
        quantities="NUMBER_WORDS counts measures numbers ranks thing",
    )

__all__ = [
    "LANGUAGE_NAMES",
    "NUMBER_WORDS",
    "PACKS",
    "SPOKEN",
    "THE",
    "WORDINGS",
    "YES_NO_WORDS",
    "Mention",
    "Wording",
    "also_in",
    "articles_disagree",
    "as_written",
    "begins_opposite",
    "content",
    "counts",
    "dates",
    "days",
    "either",
    "is_acronym_of",
    "is_negated",
    "is_nothing",
    "is_order",
    "is_place",
    "is_place_preposition",
    "is_role",
    "is_same_side",
    "is_unsure",
    "is_vowel",
    "joined",
    "measures",
    "mentions",
    "name_not_found",
    "names",
    "namesake",
    "nowhere",
    "numbers",
    "opposite_of",
    "part_not_found",
    "ranks",
    "same_stem",
    "stands",
    "thing",
    "unmet",
    "unsure_words",
    "wording",
]
