"""Articles that are copied into a library: under names of our own making, beside what is there, never outside."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from index import disk
from index.articles import KINDS, most_bytes
from index.library import Library, added_folder
from index.types import Article

MAX_STEM_BYTES = 120
MAX_SAME = 1000
"""Files of one name."""

# Names that mean a device on some systems.
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³])", re.I)


class NotTaken(Exception):
    """A file that is not copied in; its text is the key of a line in `shelf_words`."""


def safe_name(name: str) -> str:
    """A file name out of letters, digits, spaces, "-", "_" and one dot. Raises NotTaken for a kind that is not read.

    Nothing in `name` leads out of a folder, hides, or turns text around; it may be anything at all.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = last.rpartition(".")
    suffix = (dot + ending).lower()
    if suffix not in KINDS:
        raise NotTaken("kind")
    stem = "".join(char if unicodedata.category(char)[0] in "LMN" or char in "-_ " else "-" for char in stem)
    stem = re.sub(r"-{2,}", "-", " ".join(stem.split())).strip("-_ ")
    stem = stem.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", "ignore").strip("-_ ")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"article-{stem}".rstrip("-")
    return stem + suffix


def keep_copy(library: Path, name: str, data: bytes) -> Path:
    """Put `data` into the library's own folder; what is there under that name stays. Returns the file.

    Raises NotTaken: "kind", "empty", "large", "known" (the same bytes are there under that name), or OSError.
    """
    name = safe_name(name)
    if not data:
        raise NotTaken("empty")
    if len(data) > most_bytes(Path(name)):
        raise NotTaken("large")
    folder = added_folder(library)
    disk.make_folder(folder)
    stem, _, suffix = name.rpartition(".")
    for n in range(1, MAX_SAME):
        path = folder / (name if n == 1 else f"{stem}-{n}.{suffix}")
        try:
            with path.open("xb"):  # the name is ours from here on, whoever else wants it
                pass
        except FileExistsError:
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                raise NotTaken("known") from None
            continue
        temporary = folder / f".{path.name}.new"
        try:
            disk.write_file(temporary, data)
            disk.rename(temporary, path)
        except OSError:
            disk.remove(temporary)
            disk.remove(path)
            raise
        return path
    raise NotTaken("known")


def is_lone_copy(library: Library, article: Article) -> bool:
    """Whether an article's file was copied in and holds nothing else, so that it is deleted with the article."""
    path = Path(article.path)
    is_ours = path.parent == added_folder(library.path) and path.is_file() and not path.is_symlink()
    return is_ours and path.suffix.lower() != ".jsonl"
