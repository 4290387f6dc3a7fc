"""What runs behind the page and the programs: models, libraries, indexing jobs, the queue."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.services.announcement import Announcer, ask, serves
    from ui.services.host import LibraryHost
    from ui.services.jobs import Job, Shelf, Wish
    from ui.services.libraries import NameRefused, address, named, names_of, require_room, root, table
    from ui.services.model_queue import QUEUE_SIZE, QueueFull
    from ui.services.open_library import OpenLibrary
    from ui.services.read_ahead import typed_text
    from ui.services.watching import keep_shelf, keep_up
else:
    __getattr__ = face(
        __name__,
        announcement="Announcer ask serves",
        host="LibraryHost",
        jobs="Job Shelf Wish",
        libraries="NameRefused address named names_of require_room root table",
        model_queue="QUEUE_SIZE QueueFull",
        open_library="OpenLibrary",
        read_ahead="typed_text",
        watching="keep_shelf keep_up",
    )

__all__ = [
    "QUEUE_SIZE",
    "Announcer",
    "Job",
    "LibraryHost",
    "NameRefused",
    "OpenLibrary",
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
    "table",
    "typed_text",
]
