"""A library on disk: whatever happens to the writer or to the files, what opens is one whole generation or an error.

Run as a program with a folder as argument, this file is the writer that gets killed (see `kill_at_every_effect`).
"""

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import BagEmbedder
from places import PATHS

from index import disk
from index.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMismatch, NoLibrary
from index.ingestion.indexing import build
from index.retrieval.hybrid import search
from index.storage import library as library_module
from index.storage import segment as segment_module
from index.storage.bm25 import Postings
from index.storage.library import Library, current_generation, default_path, publish
from index.storage.segment import ROW, Segment, vector_table
from index.storage.vectors import Sentences

EFFECTS = ("write_file", "append", "fsync", "rename", "remove", "link")
SEGMENT = (
    "articles-1.jsonl",
    "chunks-1.bin",
    "codes-1.sq8",
    "segment-1.json",
    "sentences-1.f16",
    "sentences-1.npz",
    "sketches-1.npz",
    "terms-1.npz",
    "vectors-1.f32",
)
FILES = ("families.bin", "manifest.json", "order.bin", *SEGMENT)


def signature(path):
    """All that a library holds, read as a new process would."""
    library = Library.open(path)
    rows = [library.chunk(row) for row in range(len(library.rows))]
    assert all(library.by_id[c.span.article_id].text[c.start :].startswith(c.text) for c in rows)
    assert np.allclose(np.linalg.norm(library.vectors.all(), axis=1), 1)
    return [(str(c.span), c.start, c.text) for c in rows], library.manifest.sources, library.manifest.n_articles


def leftovers(path):
    """Names of half-written things in a library."""
    return [each.name for each in path.rglob("*") if "tmp" in each.name or each.name in ("CURRENT.new", "pending.bin")]


def fault_at(nth, effects, act):
    """A replacement for each function of index.disk: `act(name, real, args)` at the nth call of all, in order."""
    count = iter(range(1, 10_000))

    def wrapped(name, real):
        return lambda *args: act(name, real, args) if next(count) == nth else real(*args)

    return {name: wrapped(name, real) for name, real in effects.items()}


def do_half(name, real, args):
    """What is there when the machine stops in the middle of an effect."""
    if name in ("write_file", "append"):
        real(args[0], args[1][: len(args[1]) // 2])
    elif name == "remove" and args[0].is_dir():
        next(args[0].iterdir()).unlink()


@pytest.fixture
def stage(tmp_path, large):
    """A library of three generations whose folder has changed since."""
    return Stage(tmp_path)


class Stage:
    """Three published generations at `kept`, a changed folder, and the two states a fourth build may leave."""

    def __init__(self, root):
        self.folder, self.kept, self.path = root / "articles", root / "kept", root / "library"
        self.folder.mkdir()
        for n in range(3):
            text = f"Phrase numéro {n} du pont. " * (40 if n else 2000)  # the first one's segment stays as it is
            (self.folder / f"{n}.txt").write_text(f"Titre {n}\n\n{text}")
            build(self.kept, BagEmbedder(), [self.folder])
        (self.folder / "1.txt").write_text("Titre neuf\n\n" + "Phrase tout autre du musée. " * 40)
        (self.folder / "2.txt").unlink()
        (self.folder / "9.txt").write_text("Titre neuf\n\nLe port.")
        self.reset()
        self.old = signature(self.path)
        build(self.path, BagEmbedder())
        self.new = signature(self.path)
        assert self.old != self.new
        assert len(Library.open(self.path).segments) == 2
        self.reset()

    def reset(self):
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self.kept, self.path)

    def check(self):
        """What opens now, "old" or "new"; the next build then reaches the new state and leaves nothing half-written."""
        found = signature(self.path)
        assert found in (self.old, self.new)
        build(self.path, BagEmbedder())
        assert signature(self.path) == self.new
        assert not set(leftovers(self.path)) - {"pending.bin" if found == self.new else ""}
        return "old" if found == self.old else "new"


def test_what_is_published_is_what_opens(library, folder):
    """Articles, chunks, vectors and keyword scores come back from disk as they were put in."""
    opened = Library.open(library)
    assert [article.id for article in opened.articles] == ["pont.txt", "port.txt"]
    assert opened.by_id["port.txt"].lines[-1] == "Traffic fell by 12 % in June."
    assert opened.by_id["pont.txt"].path == str(folder / "pont.txt")
    assert opened.manifest.n_chunks == len(opened.rows) == len(opened.vectors)
    assert opened.languages == ("fr", "en")
    assert opened.generation == current_generation(library) == 1
    made = BagEmbedder().encode([f"{a.title}\n{opened.chunk(n).text}" for n, a in enumerate(opened.articles)])
    assert np.array_equal(opened.vectors.all(), made)
    assert [score > 0 for score in opened.keywords.scores(["pont"])] == [True, False]


def test_nothing_is_no_library(tmp_path):
    """A folder never built into, or none at all, says what to type."""
    for path in (tmp_path, tmp_path / "none", Path("/dev/null")):
        with pytest.raises(NoLibrary, match="citeline index FOLDER"):
            Library.open(path)
        assert current_generation(path) == 0


def test_the_default_place_is_named_or_the_users_own(monkeypatch):
    """$CITELINE_LIBRARY, then $XDG_DATA_HOME, then the home folder."""
    monkeypatch.setenv("CITELINE_LIBRARY", "/somewhere/else")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_path() == Path("/somewhere/else")
    monkeypatch.delenv("CITELINE_LIBRARY")
    assert default_path() == Path("/data/citeline/library")


# --- the writer dies, the disk refuses -----------------------------------------------------------------------------


def kill_at_every_effect(root):
    """Fork a build, kill -9 it before and in the middle of its nth effect, n = 1, 2, ... until one ends by itself."""
    stage, outcomes = Stage(root), []
    for act in (lambda *call: None, do_half):
        for nth in range(1, 200):
            stage.reset()
            if (child := os.fork()) == 0:

                def die(name, real, args, act=act):
                    act(name, real, args)
                    os.kill(os.getpid(), signal.SIGKILL)

                for name, fault in fault_at(nth, {name: getattr(disk, name) for name in EFFECTS}, die).items():
                    setattr(disk, name, fault)
                build(stage.path, BagEmbedder())
                os._exit(0)
            status = os.waitpid(child, 0)[1]
            outcomes.append(stage.check())
            if status == 0:
                break
            assert os.WTERMSIG(status) == signal.SIGKILL
    return outcomes


def fill_the_disk(root):
    """Fork builds that may not write files beyond a size; each must fail in words and leave the old state, or
    succeed."""
    stage, outcomes = Stage(root), []
    for limit in (0, 1, 100, 400, 1000, 4095, 4096, 8192, 20_000, 50_000, 10**7):
        stage.reset()
        if (child := os.fork()) == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                build(stage.path, BagEmbedder())
            except LibraryError as error:
                os._exit(1 if "File too large" in str(error) else 3)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 1)
        state = stage.check()
        assert state == "new" if code == 0 else True
        outcomes.append(state)
    return outcomes


@pytest.mark.parametrize("trial", [kill_at_every_effect, fill_the_disk])
def test_a_writer_stopped_anywhere_leaves_the_old_or_the_new(trial, tmp_path):
    """After kill -9 at each effect on the disk, or on a full disk, the library is whole and the next build succeeds."""
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(PATHS)}
    command = [sys.executable, __file__, trial.__name__, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert {"old", "new"} == set(outcomes)
    assert len(outcomes) >= (30 if trial is kill_at_every_effect else 10)


@pytest.mark.parametrize(("code", "half"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_a_disk_that_refuses_any_effect_is_an_error_in_words(stage, monkeypatch, code, half):
    """A full, broken or read-only disk at each effect is a LibraryError with the system's reason, and nothing is
    lost."""
    real = {name: getattr(disk, name) for name in EFFECTS}

    def refuse(name, function, args):
        if half:
            do_half(name, function, args)
        raise OSError(code, os.strerror(code), str(args[0]))

    outcomes = []
    for nth in range(1, 200):
        stage.reset()
        for name, fault in fault_at(nth, real, refuse).items():
            monkeypatch.setattr(disk, name, fault)
        try:
            build(stage.path, BagEmbedder())
            ended = True
        except LibraryError as error:
            assert os.strerror(code) in str(error)
            ended = False
        for name, function in real.items():
            monkeypatch.setattr(disk, name, function)
        outcomes.append(stage.check())
        if ended:
            break
    assert set(outcomes) == {"old", "new"} and len(outcomes) >= 15


def test_what_a_dead_writer_left_is_swept(library, folder):
    """Half-written generations of other processes are removed by the next writer, also when nothing is new."""
    (library / "gen" / ".tmp-1").mkdir()
    (library / "gen" / ".tmp-1" / "chunks-2.bin").write_bytes(b"half")
    (library / "CURRENT.new").write_text("2 ")
    assert build(library, BagEmbedder()).is_noop
    assert leftovers(library) == []


# --- damage --------------------------------------------------------------------------------------------------------


def generation_folder(path):
    return path / "gen" / f"{current_generation(path):08d}"


def flip(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


DAMAGES = {
    "a flipped bit": flip,
    "a page of others": lambda data, rng: (lambda at: data[:at] + b"\xa5" * 512 + data[at + 512 :])(
        rng.randrange(len(data))
    ),
    "cut by one": lambda data, rng: data[:-1],
    "cut in half": lambda data, rng: data[: len(data) // 2],
    "emptied": lambda data, rng: b"",
    "appended to": lambda data, rng: data + b"\n",
    "deleted": lambda data, rng: None,
}


@pytest.fixture
def large(monkeypatch):
    """Every segment counts as large: it has codes, and its vectors stay on disk."""
    monkeypatch.setattr(segment_module, "LARGE", 1)


def test_the_files_of_a_generation(large, library):
    """Those that the tests below damage are all there are."""
    assert sorted(each.name for each in generation_folder(library).iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_to_every_file_is_found_and_named(large, library, name, damage):
    """No damaged file is ever served: the error names the file and what to type."""
    path = generation_folder(library) / name
    data, rng = path.read_bytes(), random.Random(7)
    for _ in range(12 if "flipped" in damage or "page" in damage else 1):
        changed = DAMAGES[damage](data, rng)
        if changed is None:
            path.unlink()
        else:
            assert changed != data
            path.write_bytes(changed)
        with pytest.raises(LibraryDamaged, match=rf"{name}.*articles are untouched.*citeline index --rebuild"):
            Library.open(library)


def test_swapped_files_are_found(large, library):
    """Each file has its own SHA-256: two whole files under each other's names are damage."""
    folder = generation_folder(library)
    for one, other in pairwise(FILES):
        a, b = (folder / one).read_bytes(), (folder / other).read_bytes()
        assert a != b
        (folder / one).write_bytes(b)
        (folder / other).write_bytes(a)
        with pytest.raises(LibraryDamaged):
            Library.open(library)
        (folder / one).write_bytes(a)
        (folder / other).write_bytes(b)
    Library.open(library)


def test_a_file_that_is_a_folder_is_damage(library):
    """Whatever stands where a file should be, the error is one of ours."""
    for path in (generation_folder(library) / "chunks-1.bin", library / "CURRENT"):
        path.unlink()
        path.mkdir()
        with pytest.raises(LibraryDamaged, match=path.name):
            Library.open(library)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "garbage",
        "../../x 0000",
        "../../x " + "0" * 64,
        "1",
        "-1 " + "0" * 64,
        "1 " + "g" * 64,
        "\0" * 80,
        "é 1",
    ],
)
def test_a_bad_pointer_is_damage(library, text):
    """CURRENT is a number and a digest or nothing; no path in it is ever followed."""
    (library / "CURRENT").write_text(text, encoding="utf-8")
    with pytest.raises(LibraryDamaged, match="CURRENT names no generation"):
        Library.open(library)
    assert current_generation(library) == 0
    with pytest.raises(LibraryDamaged):
        build(library, BagEmbedder())


@pytest.mark.parametrize("text", ["9 " + "0" * 64, "1 " + "0" * 64])
def test_a_pointer_to_another_generation_is_damage(library, text):
    """A generation that is not there, or not the one that was published, is not served."""
    (library / "CURRENT").write_text(text)
    with pytest.raises(LibraryDamaged, match=r"manifest\.json"):
        Library.open(library)


def test_a_missing_pointer_is_no_library(library):
    """Without CURRENT nothing was published; the next build makes a new generation beside what is there."""
    (library / "CURRENT").unlink()
    with pytest.raises(NoLibrary):
        Library.open(library)


def test_a_damaged_library_is_repaired_by_rebuilding(library, folder):
    """`--rebuild FOLDER` makes it whole again from the articles; a plain build refuses and says so."""
    before = signature(library)
    (generation_folder(library) / "vectors-1.f32").write_bytes(b"")
    with pytest.raises(LibraryDamaged):
        build(library, BagEmbedder(), [folder])
    report = build(library, BagEmbedder(), [folder], rebuild=True)
    assert report.generation == 2 and report.n_embedded == len(before[0])
    assert signature(library) == before


def edit_manifest(path, **changes):
    """Change a manifest and put its new digest into CURRENT, as only a program of ours could."""
    file = generation_folder(path) / "manifest.json"
    data = json.dumps(json.loads(file.read_bytes()) | changes).encode()
    file.write_bytes(data)
    (path / "CURRENT").write_text(f"{current_generation(path)} {disk.sha256(data)}\n")


@pytest.mark.parametrize("number", [1, 4, 99, None, "3"])
def test_another_format_is_refused(library, number):
    """A library of an older or newer citeline is not guessed at."""
    edit_manifest(library, format=number, unknown="field")
    with pytest.raises(LibraryMismatch, match=rf"format {number}, this citeline reads 3.*--rebuild"):
        Library.open(library)


@pytest.mark.parametrize("lie", [{"n_chunks": 1}, {"dim": 3}, {"n_articles": 7}])
def test_counts_that_do_not_fit_are_damage(library, lie):
    """Vectors, chunks and articles must be those the manifest counts."""
    edit_manifest(library, **lie)
    with pytest.raises(LibraryDamaged, match="do not belong together"):
        Library.open(library)


def test_another_embedder_is_refused_with_both_names(library):
    """Vectors of two models are never compared."""
    with pytest.raises(LibraryMismatch, match=r"built with bag \(dim 512\), not other \(dim 64\).*--rebuild"):
        Library.open(library).check_embedder("other", "other 64", 64)


def test_a_large_file_is_hashed_once_in_a_process(large, library, monkeypatch):
    """Opening again hashes small files only; when the size or the time of a large one changes it is hashed again."""
    for name in ("vectors-1.f32", "sentences-1.f16"):
        os.utime(generation_folder(library) / name, (1, 1))
    Library.open(library)
    read, read_into = [], disk.OpenFile.read_into
    monkeypatch.setattr(
        disk.OpenFile, "read_into", lambda self, *args: (read.append(self.path.name), read_into(self, *args))[1]
    )
    Library.open(library)
    assert read == []
    path = generation_folder(library) / "vectors-1.f32"
    data = bytearray(path.read_bytes())
    data[9] ^= 1
    path.write_bytes(data)
    with pytest.raises(LibraryDamaged, match=r"vectors-1\.f32"):
        Library.open(library)
    assert read == ["vectors-1.f32"]


def test_a_file_that_was_just_written_is_hashed(large, library):
    """Two changes within one tick of the clock have the same time: so young a file is not taken on trust."""
    path = generation_folder(library) / "vectors-1.f32"
    data, now = bytearray(path.read_bytes()), time.time()
    os.utime(path, (now, now))
    Library.open(library)
    data[9] ^= 1
    path.write_bytes(data)
    os.utime(path, (now, now))
    with pytest.raises(LibraryDamaged, match=r"vectors-1\.f32"):
        Library.open(library)


def test_an_open_large_library_needs_its_files_no_more(large, library):
    """Files of which only some rows are read stay open when their generation is collected, and are closed in the
    end."""
    opened = Library.open(library)
    shutil.rmtree(library)
    assert search(opened, BagEmbedder(), "pont de Vernay", "fr")[0].chunk.span.article_id == "pont.txt"
    assert any("vectors-1" in name for name in open_files())
    del opened
    assert not any(str(library) in name for name in open_files())


def open_files():
    """Names of the files that this process holds open."""
    held = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one of this listing
            held.append(str(each.readlink()))
    return held


# --- writers and readers -------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_at_once_and_readers_are_not(library, folder):
    """While another process holds the lock a build ends at once with a message; when it is killed the next one runs."""
    code = "import sys,time;from pathlib import Path;from index.disk import writer_lock\nwith writer_lock(Path(sys.argv[1])):"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"{code} print('held', flush=True); time.sleep(60)", str(library)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        (folder / "more.txt").write_text("Encore un article")
        began = time.monotonic()
        with pytest.raises(LibraryBusy, match="being written by another citeline"):
            build(library, BagEmbedder())
        assert time.monotonic() - began < 1
        assert search(Library.open(library), BagEmbedder(), "pont", "fr")
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert build(library, BagEmbedder()).added == ("more.txt",)


def test_the_lock_is_freed_by_an_error(library):
    """A build that fails does not lock the library for ever."""
    with pytest.raises(RuntimeError), disk.writer_lock(library):
        raise RuntimeError
    with disk.writer_lock(library), pytest.raises(LibraryBusy), disk.writer_lock(library):
        pass
    with disk.writer_lock(library):
        pass


def publish_numbered(path, n):
    """A generation of three articles that all say n."""
    opened = Library.open(path)
    article = replace(opened.articles[0], lines=(f"numéro {n}",))
    segment = Segment(
        [replace(article, id=f"{i}.txt") for i in range(3)],
        np.array([(i, 0, len(article.text), b"k" * 32) for i in range(3)], dtype=ROW),
        vector_table(np.eye(3, 512, dtype=np.float32)),
        Sentences.of([[]] * 3, {}, 512),
        Postings.of([["numero", str(n)]] * 3),
        "",
    )
    manifest = replace(opened.manifest, n_articles=3, n_chunks=3, sources=(str(n),))
    return publish(path, manifest, [segment], np.array([(0, i) for i in range(3)]))


def test_readers_open_whole_generations_while_others_are_published(library):
    """Two readers that open again and again during 20 publications see each a single, whole, never older state."""
    publish_numbered(library, 0)
    seen, errors, stop = set(), [], threading.Event()

    def read():
        last = 0
        try:
            while not stop.is_set():
                opened = Library.open(library)
                said = {opened.chunk(row).text for row in range(3)}
                assert said == {f"numéro {opened.manifest.sources[0]}"} and opened.generation >= last
                last = opened.generation
                seen.add(last)
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(1, 21):
        publish_numbered(library, n)
    stop.set()
    for reader in readers:
        reader.join(20)
    assert errors == []
    assert len(seen) >= 2


def test_a_reader_overtaken_by_the_collection_reads_the_new_state(library, monkeypatch):
    """Three generations published between the pointer and the files cost a reader a second look, not an error."""
    real, overtaken = library_module._read_current, []

    def read_current(path):
        found = real(path)
        if not overtaken:
            overtaken.append(True)
            for n in range(3):
                publish_numbered(path, n)
        return found

    monkeypatch.setattr(library_module, "_read_current", read_current)
    assert Library.open(library).generation == 4


def test_an_open_library_needs_its_files_no_more(library):
    """What was opened goes on answering when its generation is collected."""
    opened = Library.open(library)
    shutil.rmtree(library)
    assert search(opened, BagEmbedder(), "pont de Vernay", "fr")[0].chunk.span.article_id == "pont.txt"


def test_two_generations_are_kept(library):
    """The served one and the one before it stay; older ones are collected."""
    for n in range(5):
        publish_numbered(library, n)
    assert sorted(each.name for each in (library / "gen").iterdir()) == ["00000005", "00000006"]


def test_a_generation_never_served_does_not_displace_the_one_before(library):
    """A writer killed just before CURRENT leaves a whole generation: its number is not used again, and it is the first
    to be collected, not the state that readers may still be opening."""
    shutil.copytree(generation_folder(library), library / "gen" / "00000002")
    assert publish_numbered(library, 0) == 3
    assert sorted(each.name for each in (library / "gen").iterdir()) == ["00000001", "00000003"]


if __name__ == "__main__":
    segment_module.LARGE = 1
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
