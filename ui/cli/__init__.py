"""The command `citeline`."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.cli.commands import main
else:
    __getattr__ = face(
        __name__,
        commands="main",
    )

__all__ = ["main"]
