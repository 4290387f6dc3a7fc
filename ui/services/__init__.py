"""What runs behind the page and the programs: models, libraries, indexing jobs, the queue."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.services.announcement import Announcer, ask, serves
    from ui.services.backend import Backend
    from ui.services.jobs import Job, Shelf, Wish, shelf_of
    from ui.services.libraries import Libraries, NameRefused, address, named, names_of, require_room, root, table
    from ui.services.model_queue import QUEUE_SIZE, QueueFull
    from ui.services.read_ahead import typed_text
    from ui.services.watching import keep_shelf, keep_up
else:
    __getattr__ = face(
        __name__,
        announcement="Announcer ask serves",
        backend="Backend",
        jobs="Job Shelf Wish shelf_of",
        libraries="Libraries NameRefused address named names_of require_room root table",
        model_queue="QUEUE_SIZE QueueFull",
        read_ahead="typed_text",
        watching="keep_shelf keep_up",
    )

__all__ = [
    "QUEUE_SIZE",
    "Announcer",
    "Backend",
    "Job",
    "Libraries",
    "NameRefused",
    "QueueFull",
    "Shelf",
    "Wish",
    "address",
    "ask",
    "keep_shelf",
    "keep_up",
    "named",
    "names_of",
    "require_room",
    "root",
    "serves",
    "shelf_of",
    "table",
    "typed_text",
]
