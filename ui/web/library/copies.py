"""Articles that are copied into a library: under names of our own making, beside what is there, never outside."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from index.documents import KINDS, key_of, most_bytes
from index.incoming import Incoming, sweep
from index.storage import Library, added_folder
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


class Copying(Incoming):
    """A file that is being copied into a library's own folder; what is there under its name stays.

    Left (`with`) before `keep` has returned, nothing of it stays. Raises OSError when the disk refuses.
    """

    def __init__(self, library: Path, name: str) -> None:
        """`name` may be anything. Raises NotTaken "kind"."""
        self._safe = safe_name(name)
        self._most = most_bytes(Path(self._safe))
        self._folder = added_folder(library)
        sweep(self._folder)
        super().__init__(self._folder)

    def write(self, data: bytes | memoryview) -> None:
        """Add to the end. Raises NotTaken "large" when it grows beyond what a file of its kind may have."""
        if self.n_bytes + len(data) > self._most:
            raise NotTaken("large")
        super().write(data)

    def keep(self) -> Path:
        """Give it its name, or one with a number. Returns the file, which is on the disk.

        Raises NotTaken: "empty", "known" (the same bytes are there under that name).
        """
        if not self.n_bytes:
            raise NotTaken("empty")
        stem, _, suffix = self._safe.rpartition(".")
        for n in range(1, MAX_SAME):
            path = self._folder / (self._safe if n == 1 else f"{stem}-{n}.{suffix}")
            if self.name(path):
                return path
            if self.is_same(path):
                raise NotTaken("known")
        raise NotTaken("known")


def is_lone_copy(library: Library, article: Article) -> bool:
    """Whether an article's file was copied in and holds nothing else, so that it is deleted with the article."""
    path = Path(article.path)
    is_ours = path.parent == added_folder(library.path) and path.is_file() and not path.is_symlink()
    return is_ours and not key_of(article.id)
