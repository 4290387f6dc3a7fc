"""The panel of the library: its articles, what is added and taken off, uploads."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.web.library.upload import add_upload_route
else:
    __getattr__ = face(
        __name__,
        upload="add_upload_route",
    )

__all__ = ["add_upload_route"]
