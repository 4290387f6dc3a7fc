"""The models on this machine: which one a name means, where it is, whether its bytes are right.

Nothing is loaded before its SHA-256 has been right at least once. Two files of ours are beside the weights:

    .citeline-verified.json   size, times and inode of each file when its SHA-256 was last right: it is read once
    .citeline-source.json     of an "hf:" model: the commit and SHA-256 of its first fetch, to which it is pinned
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from index import disk
from index.errors import ModelDamaged, ModelNotFound, UnknownModel
from index.models.catalogue import CATALOGUE, File, Hub, Kind, Model, models_dir

__all__ = [
    "CATALOGUE",
    "Check",
    "File",
    "Model",
    "fetched",
    "find",
    "is_here",
    "is_verified",
    "models_dir",
    "resolve",
    "verify",
]

_STAMPS = ".citeline-verified.json"
_RECORD = ".citeline-source.json"
Stamps = dict[str, list[int | str]]


class Check(NamedTuple):
    """The check of one file: `found` is its SHA-256, "" if the file is missing."""

    file: str
    ok: bool
    found: str
    expected: str


def find(spec: str, kind: Kind | None = None) -> Model:
    """Return the catalogue's model, or the one meant by "hf:OWNER/REPO" (embedder) or "hf:OWNER/REPO/FILE.gguf" (LLM).

    Raises UnknownModel. An "hf:" model has no files until it has been fetched: its SHA-256 are recorded then.
    """
    model = _hub_model(spec) if spec.startswith("hf:") else CATALOGUE.get(spec)
    if model is None:
        close = difflib.get_close_matches(spec, CATALOGUE, 1, 0.5)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UnknownModel(f"no model {spec!r}.{hint} Known: {', '.join(CATALOGUE)}; or a path, or hf:...")
    if kind and model.kind != kind:
        fitting = ", ".join(other.name for other in CATALOGUE.values() if other.kind == kind)
        raise UnknownModel(f"{spec} is an {model.kind}, and an {kind} is needed here: {fitting}, or a path.")
    return model


def fetched() -> list[Model]:
    """Return the models with at least one file on this machine, complete or not, the catalogue's first."""
    records = sorted(models_dir().glob(f"hf/*/{_RECORD}"))
    hub = [find(str(json.loads(record.read_text(encoding="utf-8"))["spec"])) for record in records]
    return [m for m in [*CATALOGUE.values(), *hub] if any((m.folder / file.name).exists() for file in m.files)]


def is_here(model: Model) -> bool:
    """Return whether every file is there with the right size, if permissions allow; `verify` checks the bytes."""
    paths = [(model.folder / file.name, file.n_bytes) for file in model.files]
    try:
        return bool(paths) and all(path.is_file() and path.stat().st_size == n_bytes for path, n_bytes in paths)
    except OSError:
        return False


def is_verified(model: Model) -> bool:
    """Return whether no file has changed since its SHA-256 was last checked. Reads no weights."""
    return is_here(model) and _stamps(model) == _read_stamps(model)


def is_url(spec: str) -> bool:
    """Return whether a name means a server, in upper or lower case."""
    return spec.lower().startswith(("http://", "https://"))


def is_path(spec: str) -> bool:
    """Return whether a name means a file or folder of the person's own. Raises UnknownModel for a URL."""
    if is_url(spec):
        raise UnknownModel(f"{spec} is a URL, not a model on this machine.")
    looks = "/" in spec or spec.startswith(("~", ".")) or spec.endswith(".gguf")
    return not spec.startswith("hf:") and spec not in CATALOGUE and (looks or Path(spec).exists())


def resolve(spec: str, kind: Kind | None = None) -> Path:
    """Return the verified weights on this machine: an LLM's file, an embedder's folder. Downloads nothing.

    `spec` is a catalogue name, "hf:..." as in `find`, or a path. A path has no known SHA-256: only its format is
    checked. Raises UnknownModel, ModelNotFound, ModelDamaged.
    """
    if is_path(spec):
        return _own(spec, kind)
    require_here(spec, kind)
    model = find(spec, kind)
    before, now = _read_stamps(model), _stamps(model)  # taken before reading: a change meanwhile makes them stale
    again = f"citeline models fetch {spec}"
    for file in model.files:
        path = model.folder / file.name
        if before.get(file.name) != now[file.name] and (what := damage(path, file)):
            raise ModelDamaged(f"{spec} is damaged: {what} ({path}). Fetch it again: {again}")
    if now != before:
        _write_stamps(model, now)
    return model.path


def require_here(spec: str, kind: Kind | None = None) -> None:
    """Raise what `resolve` raises, except ModelDamaged for the catalogue's models: no weights are read for it."""
    if is_path(spec):
        _own(spec, kind)
        return
    model = find(spec, kind)
    now, again = _stamps(model), f"citeline models fetch {spec}"
    missing = [file.name for file in model.files if file.name not in now]
    if len(missing) == len(model.files):
        raise ModelNotFound(f"{spec} is not on this machine. Fetch it: {again}")
    if missing:
        raise ModelNotFound(f"{spec} is not complete on this machine ({missing[0]} is missing). Fetch it: {again}")


def verify(spec: str) -> list[Check]:
    """Check every file of a model, reading each in full.

    Raises UnknownModel, and ModelNotFound if its files are unknown.
    """
    model = find(spec)
    if not model.files:
        resolve(spec)  # never fetched: says so
    stamps, checks = _stamps(model), []
    for file in model.files:
        path = model.folder / file.name
        found = sha256_of(path) if path.is_file() else ""
        checks.append(Check(file.name, found == file.sha256, found, file.sha256))
    _write_stamps(model, {check.file: stamps[check.file] for check in checks if check.ok and check.file in stamps})
    return checks


def settle(model: Model) -> None:
    """Record that the files in the model's folder were just checked, and for an "hf:" model what they are."""
    if model.name.startswith("hf:") and model.hub:
        rows = [(file.name, file.n_bytes, file.sha256) for file in model.files]
        _write_json(model.folder / _RECORD, {"spec": model.name, "commit": model.hub.revision, "files": rows})
    _write_stamps(model, _stamps(model))


def damage(path: Path, file: File) -> str:
    """Return what is wrong with a file in a few words, or ""."""
    n_bytes = path.stat().st_size if path.is_file() else -1
    if n_bytes < 0:
        return f"{file.name} is missing"
    if n_bytes != file.n_bytes:
        return f"{file.name} has {n_bytes:,} bytes, expected {file.n_bytes:,}"
    found = sha256_of(path)
    return "" if found == file.sha256 else f"{file.name} has SHA-256 {found}, expected {file.sha256}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(path: Path) -> str:
    """Return a digest of a model's file, or of the files of its folder.

    Small files are hashed whole; of big ones the size and both ends count.
    """
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
    digest = hashlib.sha256()
    for each in sorted(files):
        size = each.stat().st_size
        digest.update(f"{each.relative_to(path)} {size}\n".encode())
        with each.open("rb") as file:
            digest.update(file.read(1 << 20))
            if size > 1 << 21:
                file.seek(-(1 << 20), 2)
                digest.update(file.read())
    return digest.hexdigest()


def _hub_model(spec: str) -> Model:
    parts = spec[3:].split("/")
    is_file = len(parts) > 2
    if len(parts) < 2 or not all(re.fullmatch(r"[\w.-]+", p) and p.strip(".") for p in parts) or "--" in spec:
        raise UnknownModel(f"{spec!r} is not hf:OWNER/REPO (an embedder) or hf:OWNER/REPO/FILE.gguf (an LLM).")
    if is_file != spec.endswith(".gguf"):
        raise UnknownModel(f"{spec}: a single file must be a .gguf, and a whole repository an embedder.")
    repo = "/".join(parts[:2])
    note = f"Its licence is on the hub's page of {repo}."
    hub = Hub(repo, "main")
    model = Model(spec, "llm" if is_file else "embedder", "from the hub", "see the hub", note, (), hub)
    with contextlib.suppress(FileNotFoundError):
        record = json.loads((model.folder / _RECORD).read_text(encoding="utf-8"))
        files = tuple(File(str(name), int(n_bytes), str(sha256)) for name, n_bytes, sha256 in record["files"])
        return replace(model, files=files, hub=Hub(repo, str(record["commit"])))
    return model


def _own(spec: str, kind: Kind | None) -> Path:
    path = Path(spec).expanduser()
    if not path.exists():
        raise UnknownModel(f"no such file or folder: {path}. Known names: {', '.join(CATALOGUE)}.")
    if path.is_dir():
        if kind == "llm":
            raise UnknownModel(f"{path} is a folder; an LLM is one .gguf file.")
        if not (path / "config.json").is_file():
            raise UnknownModel(f"{path} has no config.json; an embedder is a sentence-transformers folder.")
        return path
    if kind == "embedder":
        raise UnknownModel(f"{path} is a file; an embedder is a sentence-transformers folder.")
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise ModelDamaged(f"{path} is not a GGUF file: it begins with {magic!r}, not b'GGUF'.")
    return path


def _stamps(model: Model) -> Stamps:
    """Return for each existing file what must not have changed for its SHA-256 to count without reading it again."""
    stamps: Stamps = {}
    for file in model.files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            stat = (model.folder / file.name).stat()
            stamps[file.name] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, file.sha256]
    return stamps


def _read_stamps(model: Model) -> Stamps:
    try:
        stamps = json.loads((model.folder / _STAMPS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write_stamps(model: Model, stamps: Stamps) -> None:
    # A folder that cannot be written only costs a second reading next time.
    with contextlib.suppress(OSError):
        _write_json(model.folder / _STAMPS, stamps)


def _write_json(path: Path, value: object) -> None:
    disk.atomic_write(path, json.dumps(value).encode())
