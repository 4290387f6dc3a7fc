"""Folders to Articles: find the files, decide where they may be, read each one."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.documents.articles import FilePart, Unreadable, parts, path_of, path_text, read_article, read_bytes
    from index.documents.bibliographies import Bibliographies
    from index.documents.discovery import Found, display_name, file_id, is_there, key_of, require_there, scan, walk
    from index.documents.encoding import decode
    from index.documents.file_kinds import KINDS, KINDS_WORDS, MOST_BYTES, READERS, most_bytes
    from index.documents.freshness import file_state, is_as_indexed
    from index.documents.jsonl import MOST_NAMED
    from index.documents.places import refused, require_ordinary
else:
    __getattr__ = face(
        __name__,
        articles="FilePart Unreadable parts path_of path_text read_article read_bytes",
        bibliographies="Bibliographies",
        discovery="Found display_name file_id is_there key_of require_there scan walk",
        encoding="decode",
        file_kinds="KINDS KINDS_WORDS MOST_BYTES READERS most_bytes",
        freshness="file_state is_as_indexed",
        jsonl="MOST_NAMED",
        places="refused require_ordinary",
    )

__all__ = [
    "KINDS",
    "KINDS_WORDS",
    "MOST_BYTES",
    "MOST_NAMED",
    "READERS",
    "Bibliographies",
    "FilePart",
    "Found",
    "Unreadable",
    "decode",
    "display_name",
    "file_id",
    "file_state",
    "is_as_indexed",
    "is_there",
    "key_of",
    "most_bytes",
    "parts",
    "path_of",
    "path_text",
    "read_article",
    "read_bytes",
    "refused",
    "require_ordinary",
    "require_there",
    "scan",
    "walk",
]
