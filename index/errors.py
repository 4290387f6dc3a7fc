"""What can go wrong below the answer. Each message says what was found, what was expected and what to type next.

CitelineIndexError     never raised itself; catch it to catch all of these
├── CorpusError        the articles: missing folder, nothing readable in it
│   └── PlaceRefused   a folder that is the system's, holds settings or keys, or is citeline's own
├── LibraryError       the library on disk
│   ├── NoLibrary      none has been built there yet
│   ├── LibraryDamaged a file does not have the size or SHA-256 its manifest says
│   ├── LibraryUnreadable  its files are there and cannot be read now: rights, a disk that is away
│   ├── LibraryMismatch built with another embedder, format or chunk size
│   │   └── LibraryOutdated  in the format of an earlier citeline; `index` builds it anew from its folders
│   └── LibraryBusy    another process is writing it
├── ModelError         the weights
│   ├── UnknownModel   not in the catalogue, no such file
│   ├── ModelNotFound  known, but not on this machine; nothing was downloaded
│   ├── ModelDamaged   size or SHA-256 is wrong
│   └── FetchFailed    no source could be reached
├── ClusterError       a cluster that is not there, has no room, or whose machines differ
├── BackupError        a backup that cannot be written, read, or put where it was to go
└── QueryError         a query that cannot be searched for
"""

from __future__ import annotations


class CitelineIndexError(Exception):
    """Base of everything that `index` raises on purpose; its text is one line for a person."""


class CorpusError(CitelineIndexError):
    pass


class PlaceRefused(CorpusError):
    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why
        """The reason, as `index.documents.places.refused` returns it."""


class LibraryError(CitelineIndexError):
    pass


class NoLibrary(LibraryError):
    pass


class LibraryDamaged(LibraryError):
    @classmethod
    def of(cls, where: str, what: str) -> LibraryDamaged:
        """Return the error that a library, "at FOLDER" or at an address, is not what was published."""
        repair = "Your articles are untouched. Repair: citeline index --rebuild FOLDER"
        return cls(f"the library {where} is damaged: {what}. {repair}")


class LibraryUnreadable(LibraryError):
    def __init__(self, line: str, why: str = "") -> None:
        super().__init__(line)
        self.why = why
        """The system's own error message."""


class LibraryMismatch(LibraryError):
    pass


class LibraryOutdated(LibraryMismatch):
    pass


class LibraryBusy(LibraryError):
    pass


class ModelError(CitelineIndexError):
    pass


class UnknownModel(ModelError):
    pass


class ModelNotFound(ModelError):
    pass


class ModelDamaged(ModelError):
    pass


class FetchFailed(ModelError):
    pass


class ClusterError(CitelineIndexError):
    pass


class BackupError(CitelineIndexError):
    pass


class QueryError(CitelineIndexError):
    pass
