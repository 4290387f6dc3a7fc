"""The page."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.web.page import ChatPage
else:
    __getattr__ = face(
        __name__,
        page="ChatPage",
    )

__all__ = ["ChatPage"]
