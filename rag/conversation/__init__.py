"""Turn a question that depends on those before it into one that stands alone."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.conversation.filter_followup import followed
    from rag.conversation.followup import language_of, standalone
    from rag.conversation.turns import LOOK_BACK, History, Turn, turn_of, turns_of
else:
    __getattr__ = face(
        __name__,
        filter_followup="followed",
        followup="language_of standalone",
        turns="History LOOK_BACK Turn turn_of turns_of",
    )

__all__ = ["LOOK_BACK", "History", "Turn", "followed", "language_of", "standalone", "turn_of", "turns_of"]
