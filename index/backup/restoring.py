"""A backup into a new library, with the articles' files in a folder of their own, wherever both are now."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import disk
from index.backup.archive import Member, Reader
from index.documents import path_of, path_text, require_ordinary
from index.errors import BackupError
from index.progress import Progress, Pulse, no_progress
from index.storage import FORMAT, Library, added_folder

_ARTICLES = re.compile(r"library/articles-\d{1,9}\.jsonl")


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was put where."""

    library: Path
    articles: Path
    """Folder of the articles' files."""
    n_articles: int
    n_files: int
    n_conversations: int
    not_as_indexed: tuple[tuple[str, str], ...]
    """(path where it was, what it was when the backup was made), of files that are not as they were indexed."""


def restore_backup(file: Path, library: Path, articles: Path, progress: Progress = no_progress) -> RestoreReport:
    """Put a backup back: the library at `library`, its articles' files in `articles`, both new or empty.

    Everything is checked before a byte is written, written beside its place, and named when it is whole.

    Args:
        file: What `back_up` wrote.
        library: Folder of the new library.
        articles: Folder for the articles' files; the library's folders are from now on those in there.
        progress: Called with phase, amount done and total; an exception it raises leaves nothing.

    Raises:
        BackupError: It is not a backup, is damaged, or is of a newer citeline; or a target is not empty.
        PlaceRefused: Articles may not be kept in `articles`.
    """
    pulse = Pulse(progress)
    library, articles = Path(os.path.realpath(library)), Path(os.path.realpath(articles))
    _require_targets(library, articles)
    pulse("checking the backup", 0, 0)
    with Reader(file, pulse.tick) as backup, _beside(library) as new_library, _beside(articles) as new_articles:
        places = _Places(backup, library, articles)
        _write(backup, places, {library: new_library, articles: new_articles}, library, pulse)
        n_articles = _require_opens(backup, new_library)
        disk.sync()
        disk.rename(new_articles, articles)
        disk.rename(new_library, library)
        for folder in {articles.parent, library.parent}:
            disk.fsync(folder)
        kinds = [each.name.partition("/")[0] for each in backup.members]
        states = tuple((str(each.get("missing")), str(each.get("state"))) for each in backup.notes)
    return RestoreReport(library, articles, n_articles, kinds.count("originals"), kinds.count("talks"), states)


class _Places:
    """Where the folders of the library were, and where they are from now on."""

    def __init__(self, backup: Reader, library: Path, articles: Path) -> None:
        said = backup.about.get("sources")
        if not isinstance(said, list) or not all(isinstance(each, str) and each.startswith("/") for each in said):
            raise backup.damaged("its manifest does not say which folders there were")
        self._backup = backup
        self.before: list[str] = said
        self.now: list[Path] = []
        for n, source in enumerate(said, start=1):
            name = path_of(source).name
            place = articles / name if name not in ("", ".", "..") else articles / str(n)
            if source == backup.about.get("added"):
                place = added_folder(library)
            self.now.append(articles / f"folder-{n}" / place.name if place in self.now else place)

    def of(self, path: object) -> str:
        """Return where a file of one of the folders is from now on. Raises BackupError for any other path."""
        text = path if isinstance(path, str) else ""
        held = [n for n, each in enumerate(self.before) if text == each or text.startswith(each.rstrip("/") + "/")]
        if not held:
            raise self._backup.damaged("one of its articles was in none of its folders")
        n = max(held, key=lambda each: len(self.before[each]))
        return path_text(self.below(n, text[len(self.before[n]) :].lstrip("/")))

    def below(self, source: object, relative: object) -> Path:
        """Return the place of a file by its folder's number and its path in there. Raises BackupError for any other."""
        is_number = isinstance(source, int) and not isinstance(source, bool) and 0 <= source < len(self.now)
        if not is_number or not isinstance(relative, str) or "\0" in relative:
            raise self._backup.damaged("one of its files belongs into no folder")
        assert isinstance(source, int)
        parts = relative.split("/") if relative else []
        if any(part in ("", ".", "..") for part in parts):
            raise self._backup.damaged("one of its files leads out of its folder")
        return self.now[source] / path_of(relative) if relative else self.now[source]

    def new_manifest(self, found: Mapping[str, Any], files: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
        """Return the manifest of the library as it is here."""
        try:
            skipped = [each | {"path": self._if_inside(each["path"])} for each in found["skipped"]]
            excluded = [each | {"path": self.of(each["path"])} for each in found.get("excluded", ())]
            many = [each | {"path": self.of(each["path"])} for each in found.get("many", ())]
        except (KeyError, TypeError, AttributeError):
            raise self._backup.damaged("the library's manifest is not one") from None
        sources = list(map(path_text, self.now))
        moved = {"sources": sources, "skipped": skipped, "excluded": excluded, "many": many}
        return {**found, **moved, "files": dict(files)}

    def _if_inside(self, path: object) -> object:
        try:
            return self.of(path)
        except BackupError:  # only a name to show; one of an earlier layout
            return path


def _write(backup: Reader, places: _Places, homes: Mapping[Path, Path], library: Path, pulse: Pulse) -> None:
    """Write everything into the new folders that stand for the two targets."""
    manifest = _library_manifest(backup)
    generation = homes[library] / disk.Own.GENERATIONS / f"{manifest['generation']:08d}"
    try:
        for folder in (generation.parent, generation):
            folder.mkdir(mode=0o700)
        _make_folders(backup, places, homes)
        written: dict[str, tuple[int, str]] = {}
        for n, member in enumerate(backup.members):
            pulse("restoring", n, len(backup.members))
            kind, _, name = member.name.partition("/")
            pieces = _ticking(backup.pieces(member), pulse)
            if kind == "originals":
                target = _into(homes, places.below(member.more.get("source"), member.more.get("path")))
                disk.make_folders(target.parent)
                disk.write_new(target, pieces)
                os.utime(target, (member.mtime, member.mtime))
            elif kind == "talks":
                (homes[library] / kind).mkdir(mode=0o700, exist_ok=True)
                disk.write_new(homes[library] / kind / name, pieces)
            elif name != "manifest.json":
                moved = _moved(backup, pieces, places) if _ARTICLES.fullmatch(member.name) else pieces
                written[name] = disk.write_new(generation / name, moved)
                _require_flat(backup, generation / name)
        content = json.dumps(places.new_manifest(manifest, written), indent=1).encode("ascii")
        disk.write_new(generation / "manifest.json", [content])
        current = f"{manifest['generation']} {disk.sha256(content)}\n"
        disk.write_new(homes[library] / disk.Own.CURRENT, [current.encode("ascii")])
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise backup.damaged("two of its files have one name") from None
    except OSError as error:
        raise BackupError(
            f"the backup cannot be restored: {error.strerror}. Nothing was restored; name a place with more room, or "
            "one where you may write"
        ) from None


def _make_folders(backup: Reader, places: _Places, homes: Mapping[Path, Path]) -> None:
    """Make the library's folders, also those of which no file was left, so that it finds them."""
    files = {each.more.get("source") for each in backup.members if each.more.get("path") == ""}
    for n, place in enumerate(places.now):
        folder = _into(homes, place)
        disk.make_folders(folder.parent if n in files else folder)


def _library_manifest(backup: Reader) -> dict[str, Any]:
    """Return the manifest of the generation, if it names exactly the library's files that are in the backup."""
    by_name: dict[str, Member] = {each.name: each for each in backup.members}
    member = by_name.get("library/manifest.json")
    if member is None:
        raise backup.damaged("the library's manifest is missing")
    try:
        found: dict[str, Any] = json.loads(b"".join(backup.pieces(member)))
        number, files = found["generation"], {f"library/{name}": tuple(each) for name, each in found["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise backup.damaged("the library's manifest is not one") from None
    held = {
        name: (each.n_bytes, each.sha256)
        for name, each in by_name.items()
        if name.startswith("library/") and name != member.name
    }
    if found.get("format") != FORMAT:
        raise BackupError(
            f"the backup holds a library in format {found.get('format')!r}, this citeline reads {FORMAT}. "
            "Install the citeline that wrote it"
        )
    if type(number) is not int or not 0 < number < 10**9 or files != held:
        raise backup.damaged("the library's manifest names other files than those it holds")
    return found


def _moved(backup: Reader, pieces: Iterator[bytes], places: _Places) -> Iterator[bytes]:
    """Yield the lines of articles with the path where each article's file is from now on."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield b"".join(_moved_line(backup, line, places) + b"\n" for line in whole)
    if rest:
        yield _moved_line(backup, rest, places)


def _moved_line(backup: Reader, line: bytes, places: _Places) -> bytes:
    try:
        found = json.loads(line)
        return json.dumps({**found, "path": places.of(found["path"])}).encode("ascii")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise backup.damaged("an article in it is not one") from None


def _require_flat(backup: Reader, path: Path) -> None:
    """Raise BackupError for tables that are packed: ours never are, and a small file could become a large one."""
    if path.suffix != ".npz":
        return
    try:
        with zipfile.ZipFile(path) as packed:
            is_flat = all(each.compress_type == zipfile.ZIP_STORED for each in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        is_flat = False
    if not is_flat:
        raise backup.damaged(f"{path.name} is not a table of ours")


def _require_opens(backup: Reader, library: Path) -> int:
    """Return how many articles the written library has. Raises BackupError if it cannot be opened."""
    try:
        return len(Library.open(library).articles)
    except Exception as error:  # whatever its tables hold: what cannot be opened is not restored
        raise backup.damaged(f"its library does not open ({type(error).__name__})") from None


def _require_targets(library: Path, articles: Path) -> None:
    if library == articles or library.is_relative_to(articles) or articles.is_relative_to(library):
        raise BackupError(f"the library and its articles cannot be in each other: name another folder than {articles}")
    for folder in (library, articles):
        try:
            is_free = not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir()))
        except OSError as error:
            raise BackupError(f"{folder} cannot be read: {error.strerror}. Name another folder") from None
        if not is_free:
            raise BackupError(
                f"{folder} is not empty, and nothing in it is replaced. Name a new folder: "
                "citeline restore-backup FILE --library FOLDER --articles FOLDER"
            )
    require_ordinary(articles, library)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Make a folder beside its place and remove it again unless it was renamed; remove what killed runs left, too."""
    try:
        disk.make_folder(target.parent)
        for leftover in target.parent.iterdir():
            is_ours = re.fullmatch(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.restoring", leftover.name)
            if is_ours and leftover.is_dir():
                disk.remove_unheld(leftover)
        new = target.with_name(f".{target.name}.{secrets.token_hex(4)}.restoring")
        new.mkdir(mode=0o700)
        descriptor = os.open(new, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}. Name another folder") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield new
    finally:
        os.close(descriptor)
        disk.remove(new)


def _into(homes: Mapping[Path, Path], place: Path) -> Path:
    """Return the place in the new folder that stands for a target until it is whole."""
    target = next(each for each in homes if place.is_relative_to(each))
    return homes[target] / place.relative_to(target)


def _ticking(pieces: Iterator[bytes], pulse: Pulse) -> Iterator[bytes]:
    for piece in pieces:
        pulse.tick()
        yield piece
