"""A backup: whole or not there, the same cited lines on another layout, and nothing outside its targets."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from fakes import BagEmbedder
from places import PATHS

from index.backup import back_up, is_backup, restore_backup
from index.disk import sha256
from index.errors import BackupError, NoLibrary, PlaceRefused
from index.ingestion import build
from index.retrieval import search
from index.storage import Library, default_path

TALK = "0123456789abcdef01234567.jsonl"


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path):
    """A library of two folders of one name, one single file, records, an excluded article and its own folder."""
    home = tmp_path / "old home"
    one, two = home / "a" / "news", home / "b" / "news"
    written(one, "été/pont.txt", "Le pont de Vernay\n\nLe pont de Vernay rouvrira lundi, a dit la maire.\n")
    written(one, "prix.jsonl", '{"text": "Le pain de Sorel coûte deux euros."}\n{"text": "Le lait vaut un euro."}\n')
    written(two, "port.txt", "The port of Arles\n\nThe strike in the port of Arles lasted nine days.\n")
    written(two, "off.txt", "An article nobody wants\n\nIt is about cucumbers.\n")
    (one / os.fsdecode(b"caf\xe9.txt")).write_text("Un café\n\nLe café de la gare ferme en juin.\n", encoding="utf-8")
    alone = written(home, "alone.txt", "The well\n\nThe well of Brume is eleven metres deep.\n")
    library = home / "library"
    written(library, "added/dropped.txt", "Dropped in\n\nThe tower of Mesle was painted green.\n")
    build(library, BagEmbedder(), [one, two, alone, library / "added"])
    build(library, BagEmbedder(), exclude=["off.txt"])
    written(library, f"talks/{TALK}", '{"schema": 1}\n{"cut')
    return home


QUESTIONS = ["pont de Vernay lundi", "strike in the port", "pain de Sorel", "well of Brume", "tower of Mesle", "café"]


def cited(library):
    """What is found for each question: article, lines, text."""
    opened = Library.open(library)
    hits = [[(h.chunk.span, h.chunk.text) for h in search(opened, BagEmbedder(), each, "fr")] for each in QUESTIONS]
    return hits, [(each.id, each.sha256, each.lines) for each in opened.articles]


def moved(home, tmp_path):
    """A backup restored elsewhere, with the old home gone."""
    file = tmp_path / "b.tar"
    back_up(home / "library", file)
    before = cited(home / "library")
    home.rename(tmp_path / "gone")
    target = tmp_path / "new" / "place"
    return before, restore_backup(file, target / "lib", target / "texts")


def test_another_layout_gives_the_same_cited_lines(place, tmp_path):
    before, report = moved(place, tmp_path)
    assert cited(report.library) == before
    assert (report.n_articles, report.n_files, report.n_conversations) == (7, 7, 1)
    paths = [each.path for each in Library.open(report.library).articles]
    assert all(Path(os.fsdecode(each.encode("utf-8", "surrogateescape"))).is_file() for each in paths)
    assert not [each for each in paths if str(place) in each]
    assert (report.library / "talks" / TALK).read_text() == '{"schema": 1}\n'  # not the line that was being written


def test_what_was_restored_is_up_to_date(place, tmp_path):
    """Nothing is embedded again, no article gets another name, and what was taken out can be put back."""
    _, report = moved(place, tmp_path)
    embedder = BagEmbedder()
    again = build(report.library, embedder)
    assert again.is_noop and again.unchanged == 7 and not again.n_embedded and not embedder.encoded
    back = build(report.library, embedder, include=["off.txt"])
    assert back.added == ("off.txt",)


def test_files_are_for_their_owner_and_keep_their_time(place, tmp_path):
    os.utime(place / "alone.txt", (1_000_000_000, 1_000_000_000))
    _, report = moved(place, tmp_path)
    below = [each for top in (report.library, report.articles) for each in (top, *top.rglob("*"))]
    assert not [each for each in below if each.stat().st_mode & 0o077]
    assert (report.articles / "alone.txt").stat().st_mtime == 1_000_000_000
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


def test_files_that_are_gone_changed_or_replaced_by_links_are_named(place, tmp_path):
    (place / "alone.txt").unlink()
    (place / "b/news/port.txt").write_text("Something else")
    (place / "a/news/prix.jsonl").write_text('{"text": "Le lait vaut un euro."}\n')
    secret = written(tmp_path, "secret.txt", "The key is Sesame-open-7781")
    (place / "a/news/été/pont.txt").unlink()
    (place / "a/news/été/pont.txt").symlink_to(secret)
    file = tmp_path / "b.tar"
    report = back_up(place / "library", file)
    states = {path.rpartition("/")[2]: state for path, state in report.not_as_indexed}
    assert states == {
        "alone.txt": "gone",
        "port.txt": "changed",
        "prix.jsonl": "changed",
        "pont.txt": "unreadable",
    }
    assert b"Sesame-open-7781" not in file.read_bytes()
    restored = restore_backup(file, tmp_path / "n", tmp_path / "t")
    assert restored.not_as_indexed == report.not_as_indexed
    assert cited(restored.library) == cited(place / "library")


def test_a_backup_replaces_a_backup_and_nothing_else(place, tmp_path):
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    before = file.read_bytes()
    back_up(place / "library", file)
    assert file.read_bytes() == before and is_backup(file)
    for path in (place / "alone.txt", place / "library", place / "a"):
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(BackupError, match="left alone"):
            back_up(place / "library", path)
        assert before is None or path.read_bytes() == before
    with pytest.raises(BackupError, match="no folder"):
        back_up(place / "library", tmp_path / "no" / "b.tar")
    with pytest.raises(NoLibrary):
        back_up(tmp_path / "none", tmp_path / "c.tar")
    assert not (tmp_path / "c.tar").exists()


def test_a_link_stays_a_link(place, tmp_path):
    """The backup goes where it leads, on another disk perhaps."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "b.tar").symlink_to(tmp_path / "disk/b.tar")
    for _ in range(2):
        back_up(place / "library", tmp_path / "b.tar")
        assert (tmp_path / "b.tar").is_symlink() and [each.name for each in (tmp_path / "disk").iterdir()] == ["b.tar"]
    with pytest.raises(BackupError, match="NUL"):
        back_up(place / "library", tmp_path / "a\0b")


def test_a_full_disk_leaves_what_was_there(place, tmp_path):
    """The system takes no more than some of it; neither a part nor a hidden file stays."""
    into = tmp_path / "in"
    into.mkdir()
    code = (
        "import resource, signal, sys; from pathlib import Path; from index.backup import back_up, restore_backup\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "(back_up if len(sys.argv) == 3 else restore_backup)(*map(Path, sys.argv[1:]))"
    )
    back_up(place / "library", tmp_path / "b.tar")
    for paths in ((place / "library", into / "b.tar"), (tmp_path / "b.tar", into / "n", into / "t")):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, paths)],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)},
        )
        assert "BackupError" in done.stderr.splitlines()[-1] and "File too large" in done.stderr
        assert list(into.iterdir()) == []


def test_any_tar_shows_what_is_in_it(place, tmp_path):
    back_up(place / "library", tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
        manifest = [json.loads(line) for line in tar.extractfile("manifest.jsonl")]
        by_path = {each["path"]: each for each in manifest if "path" in each}
        text = tar.extractfile(by_path["été/pont.txt"]["name"]).read().decode()
    assert "Le pont de Vernay rouvrira lundi" in text
    assert names[0] == "citeline-backup.json" and names[-1] == "manifest.sha256"


# --- stopped and killed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["checking the library", "copying the library", "copying the articles' files"])
def test_a_stopped_backup_leaves_what_was_there(place, tmp_path, phase):
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    before = file.read_bytes()

    def stop(now, done, total):
        if now == phase:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(place / "library", file, progress=stop)
    assert file.read_bytes() == before and [each.name for each in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("phase", ["checking the backup", "restoring"])
def test_a_stopped_restoration_leaves_nothing(place, tmp_path, phase):
    back_up(place / "library", tmp_path / "b.tar")

    def stop(now, done, total):
        if now == phase and done == total * 2 // 3:
            raise KeyboardInterrupt

    (tmp_path / "in").mkdir()
    with pytest.raises(KeyboardInterrupt):
        restore_backup(tmp_path / "b.tar", tmp_path / "in/n", tmp_path / "in/t", progress=stop)
    assert list((tmp_path / "in").iterdir()) == []


KILLED = """
import sys, time
from pathlib import Path
from index.backup import back_up, restore_backup
def wait(phase, done, total):
    if phase == sys.argv[1] and done >= total // 2:
        print("here", flush=True)
        time.sleep(60)
run = back_up if len(sys.argv) == 4 else restore_backup
run(*map(Path, sys.argv[2:]), progress=wait)
"""


def killed_at(phase, *paths):
    """A process of its own that is killed with SIGKILL in the middle of a phase."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, phase, *map(str, paths)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)},
    )
    with process:
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL


def test_a_killed_backup_is_not_there_and_the_next_one_sweeps_up(place, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    killed_at("copying the articles' files", place / "library", out / "b.tar")
    [left] = out.iterdir()
    assert left.name.startswith(".b.tar.")
    with pytest.raises(BackupError, match="cut short"):
        restore_backup(left, tmp_path / "n", tmp_path / "t")
    back_up(place / "library", out / "b.tar")
    assert [each.name for each in out.iterdir()] == ["b.tar"]
    restore_backup(out / "b.tar", tmp_path / "n", tmp_path / "t")


def test_a_killed_restoration_is_no_library_and_the_next_one_sweeps_up(place, tmp_path):
    back_up(place / "library", tmp_path / "b.tar")
    into = tmp_path / "in"
    killed_at("restoring", tmp_path / "b.tar", into / "n", into / "t")
    assert all(each.name.endswith(".restoring") for each in into.iterdir()) and len(list(into.iterdir())) == 2
    with pytest.raises(NoLibrary):
        Library.open(into / "n")
    restore_backup(tmp_path / "b.tar", into / "n", into / "t")
    assert sorted(each.name for each in into.iterdir()) == ["n", "t"]
    assert cited(into / "n") == cited(place / "library")


def test_a_backup_of_a_library_that_is_being_written_is_of_one_generation(place, tmp_path):
    """Two generations are published while it copies, and the one it copies is collected."""

    def publish(phase, done, total):
        if phase == "copying the articles' files" and not done:
            for n in range(2):
                written(place / "a/news", f"new{n}.txt", f"News {n}\n\nSomething new happened in Vernay, number {n}.\n")
                build(place / "library", BagEmbedder())

    before = cited(place / "library")
    back_up(place / "library", tmp_path / "b.tar", progress=publish)
    report = restore_backup(tmp_path / "b.tar", tmp_path / "n", tmp_path / "t")
    assert cited(report.library) == before != cited(place / "library")


# --- what is no backup ------------------------------------------------------------------------------------------------


def refused(file, tmp_path, words):
    """One line, and nothing written anywhere."""
    into = tmp_path / "in"
    into.mkdir(exist_ok=True)
    with pytest.raises(BackupError, match=words) as raised:
        restore_backup(file, into / "n", into / "t")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400 + len(str(file))
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_bit_is_noticed(place, tmp_path, seed):
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    data = bytearray(file.read_bytes())
    at = random.Random(seed).randrange(len(data))
    data[at] ^= 1 << seed % 8
    file.write_bytes(data)
    into = tmp_path / "in"
    into.mkdir()
    try:
        restore_backup(file, into / "n", into / "t")
    except BackupError:
        assert list(into.iterdir()) == []
    else:  # a byte that says nothing: padding, or a time
        assert cited(into / "n") == cited(place / "library")


def test_a_flipped_bit_in_any_member_is_noticed(place, tmp_path):
    """In its first, its middle and its last byte."""
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        members = [(each.name, each.offset_data, each.size) for each in tar if each.name != "citeline-backup.json"]
    assert len(members) > 15
    for name, at, size in members:
        for place_ in {at, at + size // 2, at + size - 1}:
            data = bytearray(whole)
            data[place_] ^= 4
            file.write_bytes(data)
            words = "its manifest" if name.startswith("manifest") else f"{name} is not what was written"
            refused(file, tmp_path, words)


def test_a_cut_is_noticed(place, tmp_path):
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    data = file.read_bytes()
    for n in sorted({*range(512, len(data), len(data) // 40), len(data) - 1, len(data) - 1024, len(data) - 1536}):
        file.write_bytes(data[:n])
        if n >= 1024 and not any(data[n:]):  # but for the padding at the very end, or part of it
            continue
        refused(file, tmp_path, "cut short|damaged")
    file.write_bytes(data + b"more")
    refused(file, tmp_path, "damaged: something follows its end")


def test_what_is_something_else_is_said(place, tmp_path):
    for n, data in enumerate([b"", b"x", bytes(4096), b"PK\x03\x04" * 500, os.urandom(5000)]):
        (tmp_path / str(n)).write_bytes(data)
        refused(tmp_path / str(n), tmp_path, "not a backup of citeline")
    refused(tmp_path / "none", tmp_path, "No such file")
    refused(place, tmp_path, "no regular file|directory")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", tmp_path, "no regular file")


def remade(file, change):
    """A backup with its members changed and its manifest made anew: as one would write it on purpose."""
    with tarfile.open(file) as tar:
        members = [[each, tar.extractfile(each).read()] for each in tar]
    head, *inner, manifest, _ = members
    lines = [json.loads(line) for line in manifest[1].splitlines()]
    head, inner, lines = change(head, inner, lines)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        by_name = {each.get("name"): each for each in lines}
        for info, content in (head, *inner):
            info.size = len(content) if info.isreg() else 0
            if info.name in by_name:
                by_name[info.name] |= {"bytes": len(content), "sha256": sha256(content)}
            tar.addfile(info, io.BytesIO(content))
        text = b"".join(json.dumps(each).encode() + b"\n" for each in lines)
        for name, content in (("manifest.jsonl", text), ("manifest.sha256", sha256(text).encode())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    file.write_bytes(data.getvalue())


def original(lines, **changed):
    next(each for each in lines if each.get("name", "").startswith("originals/")).update(changed)


def member(inner, name):
    return next(each for each in inner if name in each[0].name)


def in_library_manifest(inner, **changed):
    found = member(inner, "library/manifest.json")
    found[1] = json.dumps(json.loads(found[1]) | changed).encode()


def in_article(inner, path):
    found = member(inner, "library/articles-")
    line, *rest = found[1].split(b"\n")
    found[1] = b"\n".join([json.dumps(json.loads(line) | {"path": path}).encode(), *rest])
    manifest = member(inner, "library/manifest.json")
    about = json.loads(manifest[1])
    about["files"][found[0].name.removeprefix("library/")] = [len(found[1]), sha256(found[1])]
    manifest[1] = json.dumps(about).encode()


def retyped(inner, kind):
    found = member(inner, "originals/1")
    found[0].type, found[0].linkname = kind, "/etc/passwd"


def renamed(inner, lines, name):
    for each in lines:
        if each.get("name") == "originals/1":
            each["name"] = name
    member(inner, "originals/1")[0].name = name


HOSTILE = {
    "path up": lambda head, inner, lines: original(lines, path="../../x.txt"),
    "path up inside": lambda head, inner, lines: original(lines, path="a/../../../x.txt"),
    "absolute path": lambda head, inner, lines: original(lines, path="/tmp/x.txt"),
    "dots": lambda head, inner, lines: original(lines, path="."),
    "NUL": lambda head, inner, lines: original(lines, path="a\0b"),
    "number for a path": lambda head, inner, lines: original(lines, path=3),
    "long name": lambda head, inner, lines: original(lines, path="x" * 300),
    "folder that is not there": lambda head, inner, lines: original(lines, source=99),
    "negative folder": lambda head, inner, lines: original(lines, source=-1),
    "true folder": lambda head, inner, lines: original(lines, source=True),
    "two of a name": lambda head, inner, lines: [
        each.update(path="same.txt", source=0) for each in lines if "source" in each
    ],
    "file as a folder": lambda head, inner, lines: [
        each.update(path="same.txt" + n * "/x", source=0) for n, each in enumerate([e for e in lines if "source" in e])
    ],
    "no folders": lambda head, inner, lines: lines[0].pop("sources"),
    "odd folders": lambda head, inner, lines: lines[0].update(sources=[1, 2]),
    "relative folders": lambda head, inner, lines: lines[0].update(sources=["../x"] * 4),
    "article elsewhere": lambda head, inner, lines: in_article(inner, "/etc/passwd"),
    "article above": lambda head, inner, lines: in_article(inner, lines[0]["sources"][0] + "/../../../../etc/passwd"),
    "article without a path": lambda head, inner, lines: in_article(inner, None),
    "symbolic link": lambda head, inner, lines: retyped(inner, tarfile.SYMTYPE),
    "hard link": lambda head, inner, lines: retyped(inner, tarfile.LNKTYPE),
    "device": lambda head, inner, lines: retyped(inner, tarfile.CHRTYPE),
    "pipe": lambda head, inner, lines: retyped(inner, tarfile.FIFOTYPE),
    "folder": lambda head, inner, lines: retyped(inner, tarfile.DIRTYPE),
    "sparse": lambda head, inner, lines: retyped(inner, tarfile.GNUTYPE_SPARSE),
    "name up": lambda head, inner, lines: renamed(inner, lines, "../../x"),
    "absolute name": lambda head, inner, lines: renamed(inner, lines, "/tmp/x"),
    "name into the library": lambda head, inner, lines: renamed(inner, lines, "library/../../CURRENT"),
    "name among the talks": lambda head, inner, lines: renamed(inner, lines, "talks/../../x.jsonl"),
    "very long name": lambda head, inner, lines: renamed(inner, lines, "x/" * 5000),
    "a file more": lambda head, inner, lines: renamed(inner, lines, "library/extra-1.bin"),
    "generation": lambda head, inner, lines: in_library_manifest(inner, generation="../../x"),
    "no files": lambda head, inner, lines: in_library_manifest(inner, files={}),
    "odd files": lambda head, inner, lines: in_library_manifest(inner, files=[1]),
    "odd skipped": lambda head, inner, lines: in_library_manifest(inner, skipped=[1]),
    "odd excluded": lambda head, inner, lines: in_library_manifest(inner, excluded={"a": 1}),
    "other count": lambda head, inner, lines: in_library_manifest(inner, n_articles=77),
    "other field": lambda head, inner, lines: in_library_manifest(inner, surprise=1),
    "other dimension": lambda head, inner, lines: in_library_manifest(inner, dim=7),
    "no manifest": lambda head, inner, lines: renamed_manifest(inner, lines),
}


def renamed_manifest(inner, lines):
    found = member(inner, "library/manifest.json")
    inner.remove(found)
    lines[:] = [each for each in lines if each.get("name") != "library/manifest.json"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_backup_writes_nothing(place, tmp_path, name):
    """Whole, with the right sums, and made to harm."""
    file = tmp_path / "b.tar"
    back_up(place / "library", file)

    def change(head, inner, lines):
        HOSTILE[name](head, inner, lines)
        return head, inner, lines

    remade(file, change)
    before = sorted(map(str, tmp_path.rglob("*")))
    refused(file, tmp_path, "damaged|cannot be restored")
    assert sorted(map(str, tmp_path.rglob("*"))) == sorted([*before, str(tmp_path / "in")])


def test_remade_unchanged_is_taken(place, tmp_path):
    """Else the tests above could be refused for how they are written."""
    back_up(place / "library", tmp_path / "b.tar")
    remade(tmp_path / "b.tar", lambda *parts: parts)
    assert cited(restore_backup(tmp_path / "b.tar", tmp_path / "n", tmp_path / "t").library) == cited(place / "library")


@pytest.mark.parametrize(
    ("said", "words"),
    [(b'{"format": 2}', "format 2, this citeline reads 1. Install"), (b"{}", "damaged"), (b"[" * 2000, "damaged")],
)
def test_a_newer_format_is_said(place, tmp_path, said, words):
    back_up(place / "library", tmp_path / "b.tar")
    remade(tmp_path / "b.tar", lambda head, inner, lines: ([head[0], said], inner, lines))
    refused(tmp_path / "b.tar", tmp_path, words)


def test_a_newer_library_in_it_is_said(place, tmp_path):
    back_up(place / "library", tmp_path / "b.tar")

    def change(head, inner, lines):
        in_library_manifest(inner, format=4)
        return head, inner, lines

    remade(tmp_path / "b.tar", change)
    refused(tmp_path / "b.tar", tmp_path, "library in format 4, this citeline reads 3")


def test_many_members_and_great_sizes_cost_no_more_than_the_file(place, tmp_path):
    """A header that promises a terabyte, an extension header that does, and 20,000 members in turn."""
    head = tarfile.TarInfo("citeline-backup.json")
    said = b'{"format": 1}'
    head.size = len(said)
    start = head.tobuf(tarfile.GNU_FORMAT) + said + bytes(512 - len(said))
    for kind in (tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        big = tarfile.TarInfo("originals/1")
        big.size, big.type = 1 << 40, kind
        (tmp_path / "b.tar").write_bytes(start + big.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
        refused(tmp_path / "b.tar", tmp_path, "cut short|damaged")
    empty = b"".join(tarfile.TarInfo(f"originals/{n}").tobuf(tarfile.USTAR_FORMAT) for n in range(20_000))
    (tmp_path / "b.tar").write_bytes(start + empty + bytes(1024))
    began = time.monotonic()
    refused(tmp_path / "b.tar", tmp_path, "cut short")
    assert time.monotonic() - began < 60


def test_targets_that_are_not_free_are_refused(place, tmp_path):
    file = tmp_path / "b.tar"
    back_up(place / "library", file)
    full = written(tmp_path, "full/x.txt", "x").parent
    (tmp_path / "dangling").symlink_to(tmp_path / "full/x.txt")
    for library, articles in ((full, tmp_path / "t"), (tmp_path / "n", full), (tmp_path / "dangling", tmp_path / "t")):
        with pytest.raises(BackupError, match="not empty"):
            restore_backup(file, library, articles)
    for library, articles in (
        (tmp_path / "n", tmp_path / "n"),
        (tmp_path / "n", tmp_path / "n/t"),
        (tmp_path / "n/l", tmp_path / "n"),
    ):
        with pytest.raises(BackupError, match="in each other"):
            restore_backup(file, library, articles)
    with pytest.raises(PlaceRefused):
        restore_backup(file, tmp_path / "n", default_path().parent / "libraries" / "x")
    assert not (tmp_path / "n").exists() and [each.name for each in full.iterdir()] == ["x.txt"]
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty too").mkdir()
    restore_backup(file, tmp_path / "empty", tmp_path / "empty too")
