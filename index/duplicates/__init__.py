"""Copies of one text: the same agency dispatch in several papers, cut, corrected, under another headline."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.duplicates.families import Likeness, copies_of, families_of, likeness
    from index.duplicates.passages import holds, is_repeated
    from index.duplicates.sketches import Sketches
else:
    __getattr__ = face(
        __name__,
        families="Likeness copies_of families_of likeness",
        passages="holds is_repeated",
        sketches="Sketches",
    )

__all__ = ["Likeness", "Sketches", "copies_of", "families_of", "holds", "is_repeated", "likeness"]
