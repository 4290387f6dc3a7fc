"""Copies of objects, from a bucket that is a dictionary: what is fetched, removed and left out, and interruptions."""

import hashlib
import os
import threading

import pytest

from index.errors import CorpusError
from index.ingestion import build
from index.objects import client, passed_over, refresh, settle_source
from index.progress import no_progress
from index.storage import Library


class Shelf(dict):
    """A bucket: its objects by key, and what is asked of it."""

    def __init__(self, *args):
        super().__init__(*args)
        self.fetched, self.fails_after = [], None

    def __call__(self, source):
        self.source = source
        return self

    def listing(self):
        for n, (key, data) in enumerate(sorted(self.items())):
            if self.fails_after == ("listing", n):
                raise CorpusError("the server does not answer")
            if key.startswith(self.source.start):
                yield client.Listed(key, hashlib.md5(data).hexdigest(), len(data))

    def fetch(self, key, most):
        if self.fails_after == ("fetching", len(self.fetched)):
            raise CorpusError("the server does not answer")
        if key not in self:
            raise client.Gone
        if len(self[key]) > most:
            raise client.TooLarge
        self.fetched.append(key)
        return self[key], hashlib.md5(self[key]).hexdigest()


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("CITELINE_OBJECTS", str(tmp_path / "objects"))
    shelf = Shelf({f"press/{n:02}.txt": f"Titre {n}\n\nLe pont {n} rouvre lundi.".encode() for n in range(20)})
    shelf["other/one.txt"] = shelf["pressure.txt"] = b"Somewhere else\n\nNot under the prefix."
    monkeypatch.setattr("index.objects.mirror.Bucket", shelf)
    return shelf


@pytest.fixture
def copies(shelf):
    return settle_source("s3://archive/press")


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refreshed(folder):
    done = refresh(folder, no_progress)
    return done.n_objects, done.n_fetched, done.n_gone, len(done.left_out)


def test_only_what_changed_is_fetched_again(shelf, copies):
    """Of the source alone; an object of the same length and another etag is another one."""
    assert refreshed(copies) == (20, 20, 0, 0) and refreshed(copies) == (20, 0, 0, 0)
    shelf["press/03.txt"] = shelf["press/03.txt"].replace(b"lundi", b"jeudi")
    shelf["press/2024/mai/new.md"] = b"# Neuf\n\nUn article neuf."
    del shelf["press/04.txt"], shelf.fetched[:]
    assert refreshed(copies) == (20, 2, 1, 0) and sorted(shelf.fetched) == ["press/03.txt", "press/2024/mai/new.md"]
    assert "04.txt" not in names(copies) and b"jeudi" in (copies / "03.txt").read_bytes()
    del shelf["press/2024/mai/new.md"]
    assert refreshed(copies) == (19, 0, 1, 0) and not (copies / "2024").exists()


def test_a_copy_that_somebody_changed_is_made_again(shelf, copies):
    refreshed(copies)
    (copies / "01.txt").write_text("forged")
    (copies / "02.txt").unlink()
    assert refreshed(copies) == (20, 2, 0, 0)
    assert all((copies / name).read_bytes() == shelf[f"press/{name}"] for name in names(copies))


HOSTILE = [
    "../up.txt", "a/../../up.txt", "./z.txt", "a//b.txt", "/etc/cron.txt", "tab\there.txt", "nul\0.txt", "..",
    "01.txt/under.txt", "x" * 300 + ".txt", "/".join(["deep"] * 900) + "/a.txt",
]  # fmt: skip


def test_no_key_leaves_the_folder(shelf, copies, tmp_path):
    """Each is left out with its reason; hidden ones and marks of folders are passed over, as on a disk."""
    shelf.update({f"press/{key}": b"Evil\n\nText of it." for key in HOSTILE})
    shelf.update({"press/.hidden.txt": b"x", "press/.git/a.txt": b"x", "press/folder/": b"", "press/": b""})
    shelf.update({"press/film.mp4": b"x", "press/noending": b"x", "press/%2e%2e/q.txt": b"Odd\n\nBut a name."})
    shelf["press/back\\slash 100%.txt"] = b"Odd\n\nBut a name."
    assert refreshed(copies) == (22, 22, 0, len(HOSTILE) + 2)
    left_out = {each.path.removeprefix("s3://archive/press/"): each.reason for each in passed_over(copies)}
    assert set(left_out) == {*HOSTILE, "film.mp4", "noending"}
    assert "kind .mp4" in left_out["film.mp4"] and "cannot be the name of a file" in left_out["../up.txt"]
    assert names(tmp_path / "objects") and all(path.is_relative_to(copies.parent) for path in written(tmp_path))
    assert refreshed(copies) == (22, 0, 0, len(HOSTILE) + 2)


def written(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_too_large_is_not_fetched(shelf, copies, monkeypatch):
    """By the size it is listed with; one that grew since is dropped, and so is the copy of what it was."""
    monkeypatch.setattr("index.objects.mirror.most_bytes", lambda path: 50)
    shelf["press/large.txt"] = b"x" * 51
    assert refreshed(copies) == (20, 20, 0, 1) and "press/large.txt" not in shelf.fetched
    assert "51 bytes; an article may have 50" in passed_over(copies)[0].reason
    monkeypatch.setattr(shelf, "listing", lambda: [client.Listed("press/01.txt", "grown", 10)])
    shelf["press/01.txt"] = b"x" * 60
    assert refreshed(copies) == (0, 0, 19, 1) and names(copies) == []


@pytest.mark.parametrize("n", [0, 1, 7, 19])
def test_an_interrupted_run_is_taken_up(shelf, copies, n):
    """What was fetched is not fetched again; nothing of a half-fetched object is left under its name."""
    shelf.fails_after = ("fetching", n)
    with pytest.raises(CorpusError, match="does not answer"):
        refresh(copies, no_progress)
    kept = set(names(copies))
    shelf.fails_after = None
    shelf.fetched.clear()
    n_kept = refreshed(copies)[1]
    assert len(kept) >= n and n_kept <= 20 - n + client.CONNECTIONS
    assert all((copies / name).read_bytes() == shelf[f"press/{name}"] for name in names(copies))
    assert not [name for name in names(copies.parent) if ".new" in name]


def test_ctrl_c_stops_soon_and_keeps_what_is_there(shelf, copies):
    def stop(phase, done, total):
        if phase == "fetching" and done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(copies, stop)
    assert 5 <= len(names(copies)) <= 20 and threading.active_count() < 10
    shelf.fetched.clear()
    assert refreshed(copies)[0] == 20 and len(shelf.fetched) <= 15


def test_a_killed_run_leaves_a_list_that_can_be_read(shelf, copies):
    """Its last line is cut off in the middle: that object is fetched again."""
    refreshed(copies)
    log = copies.parent / "FETCHED"
    log.write_bytes(log.read_bytes()[:-30])
    assert refreshed(copies) == (20, 1, 0, 0)


def test_a_list_that_was_tampered_with_removes_nothing_elsewhere(shelf, copies, tmp_path):
    """Lines that are none are passed over; the objects they were about are fetched again."""
    refreshed(copies)
    (tmp_path / "mine.txt").write_text("mine")
    lines = ["[1]", '"x"', '{"key": 3}', '{"etag": "q"}', "[" * 100_000, '{"key": "01.txt", "etag": 7}']
    lines += ['{"key": "../../../mine.txt", "etag": "q", "size": 4, "mtime_ns": 1}']
    (copies.parent / "FETCHED").write_bytes("\n".join(lines).encode() + b"\n\xff\n")
    (copies.parent / "LEFT_OUT").write_text('{"path": 1}\n{"path": "a", "why": {"code": "nothing", "params": {}}}\n')
    assert passed_over(copies) == []
    assert refreshed(copies) == (20, 20, 0, 0) and (tmp_path / "mine.txt").read_text() == "mine"


def test_an_object_that_cannot_be_had_is_left_out_alone(shelf, copies, monkeypatch):
    """Such as one in an archive: the others are read."""
    fetch = shelf.fetch

    def closed(key, most):
        if key == "press/03.txt":
            raise client.Closed("it is in an archive")
        return fetch(key, most)

    monkeypatch.setattr(shelf, "fetch", closed)
    assert refreshed(copies) == (19, 19, 0, 1)
    assert passed_over(copies)[0].reason == "it cannot be read: it is in an archive"


def test_a_listing_that_breaks_off_removes_nothing(shelf, copies):
    refreshed(copies)
    shelf.fails_after = ("listing", 5)
    with pytest.raises(CorpusError, match="does not answer"):
        refresh(copies, no_progress)
    assert len(names(copies)) == 20


def test_a_bucket_that_is_empty_now_removes_nothing(shelf, copies):
    refreshed(copies)
    shelf.clear()
    with pytest.raises(CorpusError, match=r"had 20 objects .* --forget s3://archive/press"):
        refresh(copies, no_progress)
    assert len(names(copies)) == 20


def test_a_source_without_articles_is_said(shelf):
    shelf["films/a.mp4"] = b"x"
    with pytest.raises(CorpusError, match=r"no articles .* under s3://archive/films; 1 left out, such as .*a\.mp4"):
        refresh(settle_source("s3://archive/films"), no_progress)
    with pytest.raises(CorpusError, match=r"no articles .* under s3://archive/nothing\. Check"):
        refresh(settle_source("s3://archive/nothing"), no_progress)


def test_an_object_that_goes_meanwhile_is_gone(shelf, copies, monkeypatch):
    listed = list(shelf(type("S", (), {"start": "press/"})).listing())
    del shelf["press/07.txt"]
    monkeypatch.setattr(shelf, "listing", lambda: listed)
    assert refreshed(copies) == (19, 19, 0, 0)


def test_a_full_disk_is_said_and_what_was_fetched_is_kept(shelf, copies, monkeypatch):
    from index import disk

    real, n = disk.atomic_write, []

    def full(path, data, **options):
        if path.suffix == ".txt" and len(n) >= 8:
            raise OSError(28, os.strerror(28))
        n.append(path)
        real(path, data, **options)

    monkeypatch.setattr(disk, "atomic_write", full)
    with pytest.raises(CorpusError, match=r"copies of s3://archive/press cannot be written .*No space left"):
        refresh(copies, no_progress)
    monkeypatch.setattr(disk, "atomic_write", real)
    assert 0 < refreshed(copies)[1] <= 12


def test_two_at_once_are_told_apart(shelf, copies):
    from index import disk

    with disk.writer_lock(copies.parent), pytest.raises(CorpusError, match="fetched by another citeline"):
        refresh(copies, no_progress)


def test_a_library_of_objects_is_one_of_files(shelf, copies, tmp_path, embedder):
    """Ids as in a folder; changes and removals reach it; what was left out is among what it passed over."""
    shelf["press/film.mp4"] = b"x"
    shelf["press/empty.txt"] = b""
    refreshed(copies)
    build(tmp_path / "library", embedder, [copies])
    library = Library.open(tmp_path / "library")
    assert set(library.by_id) == {f"{n:02}.txt" for n in range(20)}
    assert [each.path for each in library.manifest.skipped if each.path.startswith("s3:")] == [
        "s3://archive/press/film.mp4"
    ]
    assert len(library.manifest.skipped) == 2
    assert build(tmp_path / "library", embedder).is_noop
    del shelf["press/05.txt"]
    shelf["press/06.txt"] = b"Titre 6\n\nLe pont reste clos."
    refreshed(copies)
    report = build(tmp_path / "library", embedder)
    assert (report.removed, report.changed, report.n_embedded) == (("05.txt",), ("06.txt",), 1)
    report = build(tmp_path / "library", embedder, forget=[copies], may_be_empty=True)
    assert len(report.removed) == 19 and not Library.open(tmp_path / "library").manifest.skipped
