"""Folders of articles -> a library: what changed is told apart, only new text is embedded, nothing is lost half-way."""

import errno
import hashlib
import io
import json
import os
import random
import shutil
import time
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import BagEmbedder

from index import disk
from index.documents import articles
from index.errors import CorpusError, LibraryDamaged, LibraryError, LibraryMismatch, LibraryOutdated, NoLibrary
from index.ingestion import planning, workers
from index.ingestion.indexing import build
from index.ingestion.journal import Journal
from index.ingestion.reading import changed_since
from index.retrieval.hybrid import search
from index.storage.families import Families
from index.storage.library import Library, current_generation
from index.storage.segment import article_of

LONG = " ".join(f"La phrase numéro {n} parle du pont de Vernay et de ses travaux." for n in range(60))


def rebuilt(path, embedder, **others):
    """The report of a build, and the texts it embedded."""
    embedder.encoded.clear()
    return build(path, embedder, **others), list(embedder.encoded)


def contents(path):
    """All chunks of a library, with the vector of each."""
    library = Library.open(path)
    chunks = [library.chunk(row) for row in range(len(library.rows))]
    return {(c.span, c.text): library.vectors.row(row).tobytes() for row, c in enumerate(chunks)}


def found(path, query, language="fr"):
    return [hit.chunk.span.article_id for hit in search(Library.open(path), BagEmbedder(), query, language)]


# --- what changed --------------------------------------------------------------------------------------------------


def whole(encoded):
    """The texts of chunks among those that were embedded; a sentence comes without its article's title."""
    return [text for text in encoded if not text.startswith("\n")]


def test_files_are_read_again_when_reading_has_changed(library, folder, embedder, monkeypatch):
    """What an earlier citeline read of an unchanged file is read once more, and nothing is embedded for it."""
    (folder / "quai.txt").write_text("Le quai\n\nPublié le 3 mars 2024\n\nLe quai ferme.", encoding="utf-8")
    with monkeypatch.context() as before:
        before.setattr("index.extraction.header._own_date", lambda *given: ("", ""))
        before.setattr("index.ingestion.reading.READERS", {})
        build(library, embedder)
    assert Library.open(library).by_id["quai.txt"].date == ""
    report, encoded = rebuilt(library, embedder)
    article = Library.open(library).by_id["quai.txt"]
    assert (article.date, article.date_from, encoded, report.unchanged) == ("2024-03-03", "line", [], 3)
    assert build(library, embedder).generation == report.generation


def test_a_library_that_did_not_record_what_says_a_date_opens(library):
    """An article of an earlier citeline has no such field, and keeps its date."""
    line = json.dumps(
        {"id": "a", "title": "A", "date": "2024", "language": "fr", "lines": ["a"], "sha256": "", "path": ""}
    )
    article = article_of(line.encode())
    assert (article.date, article.date_from) == ("2024", "")


def test_first_build(tmp_path, folder, embedder):
    """Everything is added and embedded once, and the phases are told in order up to their end."""
    told = []
    report = build(tmp_path / "new" / "library", embedder, [folder], progress=lambda *each: told.append(each))
    assert report.added == ("pont.txt", "port.txt")
    assert (report.generation, report.n_articles, report.n_chunks, report.n_embedded) == (1, 2, 2, 2)
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == ["reading", "preparing", "embedding", "publishing"]
    assert {(phase, done) for phase, done, total in told if done == total} == {
        ("reading", 2), ("embedding", len(set(embedder.encoded))), ("publishing", 1),
    }  # fmt: skip


def test_nothing_new_publishes_nothing(library, embedder):
    """A second build embeds nothing and writes no generation."""
    before = sorted(library.rglob("*"))
    report, encoded = rebuilt(library, embedder)
    assert report.is_noop and report.unchanged == 2 and encoded == []
    assert current_generation(library) == report.generation == 1
    assert sorted(library.rglob("*")) == before


def test_a_folder_that_is_suddenly_empty_removes_nothing(library, folder, embedder):
    """More likely an unmounted disk: the message says how to mean it, and the old state is still served."""
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(CorpusError, match=r"had 2 articles and now has none.*--forget"):
        build(library, embedder)
    assert len(Library.open(library).articles) == 2
    assert build(library, embedder, forget=[folder]).removed == ("pont.txt", "port.txt")


def test_added_changed_renamed_and_removed_are_told_apart(library, folder, embedder):
    """Each kind of change is reported under its own name, and only text that is new goes through the embedder."""
    (folder / "new.txt").write_text("Un article neuf\n\nLe musée ouvre.")
    (folder / "port.txt").rename(folder / "harbour.txt")
    report, encoded = rebuilt(library, embedder)
    assert (report.added, report.renamed) == (("new.txt",), (("port.txt", "harbour.txt"),))
    assert (report.changed, report.removed, report.unchanged) == ((), (), 1)
    assert len(whole(encoded)) == report.n_embedded == 1 and "musée" in whole(encoded)[0]

    (folder / "pont.txt").write_text("Le pont\n\nIl est fermé.")
    (folder / "new.txt").unlink()
    report, encoded = rebuilt(library, embedder)
    assert (report.changed, report.removed, report.unchanged) == (("pont.txt",), ("new.txt",), 1)
    assert (report.added, report.renamed, len(whole(encoded))) == ((), (), 1)


def test_a_deleted_article_is_found_no_more(library, folder, embedder):
    """Search knows nothing of a removed article."""
    assert found(library, "strike at the port", "en")[0] == "port.txt"
    (folder / "port.txt").unlink()
    build(library, embedder)
    assert set(found(library, "strike at the port", "en")) == {"pont.txt"}


def test_one_edited_line_embeds_only_its_chunks(tmp_path, folder, embedder):
    """In a long article the chunks whose text is what it was keep their vectors."""
    paragraphs = [f"Paragraphe {n}. {LONG[:600]}" for n in range(12)]
    (folder / "long.txt").write_text("\n\n".join(["Titre du long article", *paragraphs]))
    library = tmp_path / "library"
    build(library, embedder, [folder])
    before = contents(library)
    paragraphs[6] = paragraphs[6].replace("Paragraphe 6", "Alinéa 6")
    (folder / "long.txt").write_text("\n\n".join(["Titre du long article", *paragraphs]))
    report, encoded = rebuilt(library, embedder)
    assert report.changed == ("long.txt",)
    assert len(whole(encoded)) == 1 and "Alinéa 6" in whole(encoded)[0]
    assert len(before.items() & contents(library).items()) == report.n_chunks - 1


def test_a_moved_paragraph_is_not_embedded_again(tmp_path, folder, embedder):
    """Text that only moved keeps its vector and gets its new lines."""
    (folder / "pont.txt").write_text("Le titre\n\n\n\n" + LONG)
    build(tmp_path / "library", embedder, [folder])
    (folder / "pont.txt").write_text("Le titre\n\n\n\n\n\n\n" + LONG)
    report, encoded = rebuilt(tmp_path / "library", embedder)
    assert report.changed == ("pont.txt",) and encoded == []
    assert max(span.last for span, _ in contents(tmp_path / "library")) == 8


def test_an_edit_that_hides_is_seen(library, folder, embedder):
    """The same size and the same time of change do not make other bytes the same article."""
    path = folder / "port.txt"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("12 %", "21 %"), encoding="utf-8")
    os.utime(path, ns=times)
    assert changed_since(Library.open(library)) == {"port.txt": "changed"}
    assert rebuilt(library, embedder)[0].changed == ("port.txt",)


@pytest.mark.parametrize("when", [0, -2_000_000_000, 4_000_000_000])
def test_a_clock_that_jumps_changes_nothing(library, folder, embedder, when):
    """Times of change are not looked at."""
    os.utime(folder / "port.txt", (when, when))
    assert rebuilt(library, embedder)[0].is_noop


def test_copies_are_kept_both_and_embedded_once(library, folder, embedder):
    """The same article under two names is two articles; its text has one vector."""
    shutil.copy(folder / "port.txt", folder / "copy.txt")
    report, encoded = rebuilt(library, embedder)
    assert report.added == ("copy.txt",) and encoded == []
    assert {span.article_id for span, _ in contents(library)} == {"copy.txt", "pont.txt", "port.txt"}


def test_swapped_names_are_two_changes(library, folder, embedder):
    """Two files that exchange their names are both changed, and nothing is embedded."""
    (folder / "pont.txt").rename(folder / "x")
    (folder / "port.txt").rename(folder / "pont.txt")
    (folder / "x").rename(folder / "port.txt")
    report, encoded = rebuilt(library, embedder)
    assert set(report.changed) == {"pont.txt", "port.txt"} and encoded == []
    assert found(library, "grève Vernay maire")[0] == "port.txt"


# --- folders -------------------------------------------------------------------------------------------------------


def test_a_missing_folder_is_an_error_and_the_library_untouched(library, folder, embedder):
    """An unmounted disk does not empty the library."""
    before = contents(library)
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(CorpusError, match=f"no such folder or file: {folder}"):
        build(library, embedder)
    assert contents(library) == before and current_generation(library) == 1


@pytest.mark.parametrize("name", ["none", "x" * 300, "a/b/c"])
def test_a_folder_that_is_not_there_is_said(library, tmp_path, embedder, name):
    """A misspelt folder is an error in words, however it is misspelt, and is not remembered."""
    with pytest.raises(CorpusError, match="no such folder or file"):
        build(library, embedder, [tmp_path / name])
    assert rebuilt(library, embedder)[0].is_noop


def test_no_folder_at_all_is_said(tmp_path, embedder):
    """The first build needs one, and leaves no library behind when it has none."""
    with pytest.raises(CorpusError, match="citeline index FOLDER"):
        build(tmp_path / "library", embedder)
    with pytest.raises(NoLibrary):
        Library.open(tmp_path / "library")


def test_a_folder_without_articles_is_said_with_a_reason(tmp_path, embedder):
    """Nothing to read is an error that names a file that was passed over."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"no articles .* found in .*empty\. Name a folder"):
        build(tmp_path / "library", embedder, [tmp_path / "empty"])
    (tmp_path / "empty" / "sheet.xlsx").write_bytes(b"PK")
    with pytest.raises(CorpusError, match=r"1 skipped, such as .*sheet\.xlsx: kind \.xlsx"):
        build(tmp_path / "library", embedder, [tmp_path / "empty"])


def test_the_whole_disk_is_refused(tmp_path, embedder):
    """`/` is not a folder of articles."""
    with pytest.raises(CorpusError, match="whole disk"):
        build(tmp_path / "library", embedder, [Path("/")])


def test_a_library_cannot_be_a_file(tmp_path, folder, embedder):
    """A file where the library should be is an error in words."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="no library can be created"):
        build(tmp_path / "file", embedder, [folder])


def test_two_folders_with_the_same_names_and_one_forgotten(library, folder, tmp_path, embedder):
    """Both articles are kept apart; a forgotten folder takes its own away and the other stays."""
    second = tmp_path / "second"
    second.mkdir()
    (second / "pont.txt").write_text("Un autre pont\n\nIl est à Corvassey.")
    report, _ = rebuilt(library, embedder, sources=[second])
    assert report.added == ("second/pont.txt",) and report.unchanged == 2
    assert Library.open(library).manifest.sources == (str(folder), str(second))
    assert rebuilt(library, embedder)[0].is_noop

    report, encoded = rebuilt(library, embedder, forget=[folder])
    assert encoded == []
    (only,) = Library.open(library).articles
    assert (only.id, only.path) == ("pont.txt", str(second / "pont.txt"))
    assert found(library, "Corvassey") == ["pont.txt"]


def test_forgetting_what_is_not_known_is_an_error(library, tmp_path, embedder):
    """A misspelt folder to forget changes nothing and the known ones are listed."""
    with pytest.raises(CorpusError, match=r"other is not among the library's folders: .*articles"):
        build(library, embedder, forget=[tmp_path / "other"])


def test_forgetting_the_last_folder_empties_the_library(library, folder, embedder):
    """An empty library opens, finds nothing and can be filled again, even when the folder itself is gone."""
    folder.rename(folder.with_name("moved"))
    report, _ = rebuilt(library, embedder, forget=[folder])
    assert report.removed == ("pont.txt", "port.txt")
    assert (len(Library.open(library).rows), found(library, "pont")) == (0, [])
    with pytest.raises(CorpusError, match="has no folder yet"):
        build(library, embedder)
    assert build(library, embedder, [folder.with_name("moved")]).n_articles == 2


def test_a_folder_inside_another_is_not_read_twice(library, folder, tmp_path, embedder):
    """A sub-folder of a known folder, or the folder above it, names each article once."""
    (folder / "sub").mkdir()
    (folder / "sub" / "deep.txt").write_text("Tout au fond")
    assert rebuilt(library, embedder, sources=[folder / "sub"])[0].added == ("sub/deep.txt",)
    assert Library.open(library).manifest.sources == (str(folder),)
    report, encoded = rebuilt(library, embedder, sources=[folder.parent])
    assert encoded == []
    assert set(report.renamed) == {(name, f"articles/{name}") for name in ("pont.txt", "port.txt", "sub/deep.txt")}
    assert Library.open(library).manifest.sources == (str(folder.parent),)


def test_a_relative_folder_is_remembered_whole(tmp_path, folder, embedder, monkeypatch):
    """The next build may run from anywhere."""
    monkeypatch.chdir(folder.parent)
    build(tmp_path / "library", embedder, [Path("articles")])
    monkeypatch.chdir("/")
    assert rebuilt(tmp_path / "library", embedder)[0].is_noop


# --- embedders -----------------------------------------------------------------------------------------------------


def test_another_embedder_is_refused_until_rebuilt(library, embedder):
    """Vectors of two models are never mixed; a rebuild embeds all text anew and remembers the folders."""
    other = BagEmbedder("other", 64)
    with pytest.raises(LibraryMismatch, match=r"built with bag .* not other .*citeline index --rebuild"):
        build(library, other)
    assert other.encoded == []
    report, encoded = rebuilt(library, other, rebuild=True)
    assert report.generation == 2 and len(whole(encoded)) == report.n_chunks == 2
    assert Library.open(library).manifest.embedder == "other" and Library.open(library).vectors.dim == 64


def test_a_rebuild_embeds_everything(library, embedder):
    """With the same embedder, too: nothing old is trusted."""
    report, encoded = rebuilt(library, embedder, rebuild=True)
    assert report.generation == 2 and len(whole(encoded)) == 2


def test_a_library_of_an_earlier_format_is_built_anew(library, embedder):
    """It cannot be read, but its folders can: indexing again makes it whole, without their being named."""
    served = library / "gen" / f"{current_generation(library):08d}" / "manifest.json"
    data = json.dumps(json.loads(served.read_bytes()) | {"format": 1}).encode()
    served.write_bytes(data)
    (library / "CURRENT").write_text(f"{current_generation(library)} {hashlib.sha256(data).hexdigest()}\n")
    with pytest.raises(LibraryOutdated):
        Library.open(library)
    report, encoded = rebuilt(library, embedder)
    assert report.generation == 2 and len(whole(encoded)) == 2
    assert "earlier citeline" in report.notes[0]
    assert Library.open(library).manifest.n_articles == 2


# --- interrupted ---------------------------------------------------------------------------------------------------


class Tired(BagEmbedder):
    """Raises Ctrl-C when it is asked for more than `groups` groups."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def encode(self, texts):
        if self.groups == 0:
            raise KeyboardInterrupt
        self.groups -= 1
        return super().encode(texts)


@pytest.fixture
def many(folder, monkeypatch):
    """A folder of ten chunks and N_TEXTS texts with their sentences, embedded two at a time."""
    monkeypatch.setattr(planning, "_GROUP", 2)
    for n in range(8):
        (folder / f"{n}.txt").write_text(f"Titre {n}\n\nCorps du numéro {n}.")
    return folder


N_TEXTS = 25


def interrupted(path, folder, groups):
    """The texts that an interrupted build embedded."""
    tired = Tired(groups)
    with pytest.raises(KeyboardInterrupt):
        build(path, tired, [folder])
    return tired.encoded


def test_an_interrupted_build_is_taken_up(tmp_path, many, embedder):
    """After Ctrl-C nothing is published; the next build embeds only the rest, gives the same vectors and clears up."""
    path = tmp_path / "library"
    first = interrupted(path, many, 2)
    with pytest.raises(NoLibrary):
        Library.open(path)
    report, second = rebuilt(path, embedder, sources=[many])
    assert (len(first), len(second), report.n_chunks) == (4, N_TEXTS - 4, 10)
    assert not set(first) & set(second)
    assert not (path / "pending.bin").exists()
    build(tmp_path / "whole", BagEmbedder(), [many])
    assert contents(path) == contents(tmp_path / "whole")


def test_a_build_interrupted_twice_loses_nothing(tmp_path, many, embedder):
    """The second run adds to what the first has done."""
    path = tmp_path / "library"
    first = interrupted(path, many, 2)
    second = interrupted(path, many, 2)
    _, third = rebuilt(path, embedder, sources=[many])
    assert [len(each) for each in (first, second, third)] == [4, 4, N_TEXTS - 8]


def test_a_taken_up_build_encodes_the_groups_of_a_whole_one(tmp_path, many):
    """The last bits of a vector depend on what is encoded beside it: whatever the journal has, the others stay in
    the groups of a build that was not interrupted."""

    class Grouping(BagEmbedder):
        def encode(self, texts):
            self.groups = [*getattr(self, "groups", []), list(texts)]
            return super().encode(texts)

    whole, path = Grouping(), tmp_path / "library"
    build(tmp_path / "whole", whole, [many])
    path.mkdir()
    left = [whole.groups[4], whole.groups[1], whole.groups[2][:1]]  # in the order in which several machines finished
    for texts in left:
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        Journal(path / "pending.bin", whole).add(keys, whole._vectors(texts))
    rest = Grouping()
    build(path, rest, [many])
    assert rest.groups == [whole.groups[0], whole.groups[2][1:], whole.groups[3], *whole.groups[5:]]
    assert contents(path) == contents(tmp_path / "whole")


@pytest.mark.parametrize("lost", [1, 3, 4, 5, 2000, 2083])
def test_a_torn_end_of_the_journal_costs_one_text(tmp_path, many, embedder, lost):
    """A journal cut anywhere in its last record gives back the others, also to a run that is interrupted in its
    turn."""
    path = tmp_path / "library"
    interrupted(path, many, 2)
    os.truncate(path / "pending.bin", (path / "pending.bin").stat().st_size - lost)
    second = interrupted(path, many, 2)
    _, third = rebuilt(path, embedder, sources=[many])
    assert (len(second), len(third)) == (3, N_TEXTS - 6)  # the lost one, and a group
    build(tmp_path / "whole", BagEmbedder(), [many])
    assert contents(path) == contents(tmp_path / "whole")


def test_a_damaged_record_ends_the_journal(tmp_path, many, embedder):
    """A flipped bit in a vector is not published: that record and those after it are embedded again."""
    path = tmp_path / "library"
    interrupted(path, many, 2)
    data = bytearray((path / "pending.bin").read_bytes())
    data[32 + (32 + 4 * 512 + 4) + 100] ^= 1
    (path / "pending.bin").write_bytes(data)
    _, rest = rebuilt(path, embedder, sources=[many])
    assert len(rest) == N_TEXTS - 1
    build(tmp_path / "whole", BagEmbedder(), [many])
    assert contents(path) == contents(tmp_path / "whole")


@pytest.mark.parametrize("journal", [b"", b"garbage", bytes(5000), "of another embedder"])
def test_a_foreign_journal_is_ignored(tmp_path, many, embedder, journal):
    """Vectors of another embedder, or bytes that are no journal, never reach the library."""
    path = tmp_path / "library"
    interrupted(path, many, 2)
    if journal == "of another embedder":
        embedder = BagEmbedder("other")
    else:
        (path / "pending.bin").write_bytes(journal)
    _, encoded = rebuilt(path, embedder, sources=[many])
    assert len(encoded) == N_TEXTS
    build(tmp_path / "whole", BagEmbedder(), [many])
    assert contents(path) == contents(tmp_path / "whole")


# --- the same articles give the same library -----------------------------------------------------------------------

TEXTS = [
    "Titre\n\nLe pont.",
    "Titre\n\nLe port.\r\n",
    LONG,
    f"Société\n\nUn titre\n\n{LONG}\n\nFin",
    "",
    "\0",
    "Rien\n" * 300,
]
NAMES = [f"{n}.txt" for n in range(6)] + ["sub/a.md", "sub/b.txt", "note.pdf"]


@pytest.mark.parametrize("seed", range(6))
def test_any_changes_give_what_a_build_from_nothing_gives(tmp_path, seed, monkeypatch):
    """Random additions, edits, renamings, copies and deletions, built after every few: chunks, lines, vectors, scores
    and the order of hits are, to the bit, those of a library built from the folder as it is. Also with segments that
    are kept apart however small they are, and that count as large."""
    monkeypatch.setattr(planning, "_SMALL", 64 if seed < 2 else 0)
    monkeypatch.setattr("index.storage.segment.LARGE", 8192 if seed < 4 else 1)
    rng = random.Random(seed)
    folder, path = tmp_path / "articles", tmp_path / "library"
    (folder / "sub").mkdir(parents=True)
    (folder / "0.txt").write_text("Titre\n\nLe premier.")
    for n in range(4):
        (folder / f"base{n}.txt").write_text(f"Titre {n}\n\n" + LONG * 5)
    build(path, BagEmbedder(), [folder])
    n_segments = 1
    for step in range(10):
        for _ in range(rng.randint(1, 4)):
            target, files = folder / rng.choice(NAMES), sorted(p for p in folder.rglob("*") if p.is_file())
            match rng.choice(["write", "append", "rename", "copy", "delete"]):
                case "write":
                    target.write_text(rng.choice(TEXTS))
                case "append" if files:
                    with rng.choice(files).open("a") as file:
                        file.write(f"\n\nAjout {zlib.crc32(bytes([seed, step]))}.")
                case "rename" if files:
                    rng.choice(files).rename(target)
                case "copy" if files and (source := rng.choice(files)) != target:
                    shutil.copy(source, target)
                case "delete" if len(files) > 1:
                    rng.choice(files).unlink()
        (folder / "keep.txt").write_text("Toujours là")
        build(path, BagEmbedder())
        n_segments = max(n_segments, len(Library.open(path).segments))
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
    build(tmp_path / "fresh", BagEmbedder(), [folder])
    assert contents(path) == contents(tmp_path / "fresh")
    one, other = Library.open(path), Library.open(tmp_path / "fresh")
    assert one.articles == other.articles and one.manifest.skipped == other.manifest.skipped
    for query in ("pont", "Le premier titre", "port et musée", "Ajout", "numéro 12"):
        hits, fresh = (search(each, BagEmbedder(), query, "fr") for each in (one, other))
        assert hits == fresh
    assert n_segments > 1 or seed < 2


# --- segments ------------------------------------------------------------------------------------------------------


def files_of(path):
    """The inode of each file of the current generation, by name."""
    folder = Library.open(path).folder
    return {each.name: each.stat().st_ino for each in folder.iterdir()}


@pytest.fixture
def shelf(tmp_path, embedder):
    """A folder of 40 articles of several chunks, and the library of it."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n:02}.txt").write_text(f"Titre {n}\n\n{LONG.replace('pont', f'pont {n}')}")
    build(tmp_path / "library", embedder, [folder])
    return folder


def test_a_small_change_writes_only_what_is_new(shelf, tmp_path, embedder, monkeypatch):
    """One article more, one edited, one removed: what was there stays in the same files, and is written no second
    time."""
    path = tmp_path / "library"
    before, written, write_file = files_of(path), [], disk.write_file
    monkeypatch.setattr(disk, "write_file", lambda path, data: (written.append(len(data)), write_file(path, data))[1])
    (shelf / "07b.txt").write_text("Titre neuf\n\nLe musée.")
    (shelf / "11.txt").write_text("Titre 11\n\nLe pont.")
    (shelf / "20.txt").unlink()
    report, encoded = rebuilt(path, embedder)
    assert len(whole(encoded)) == report.n_embedded == 2
    after = files_of(path)
    assert {name: after[name] for name in before if "-1." in name} == {n: i for n, i in before.items() if "-1." in n}
    assert sum(written) < 20_000 < (path / "gen" / "00000001" / "vectors-1.f32").stat().st_size
    assert [article.id for article in Library.open(path).articles][6:9] == ["06.txt", "07.txt", "07b.txt"]
    assert found(path, "musée")[0] == "07b.txt"


def test_segments_stay_few(shelf, tmp_path, embedder):
    """Small ones are taken together as more come: each is at least twice as large as the next."""
    path = tmp_path / "library"
    for n in range(40, 56):
        (shelf / f"{n}.txt").write_text(f"Titre {n}\n\n{LONG.replace('pont', f'pont {n}')}")
        build(path, embedder)
        sizes = sorted(len(segment.chunks) for segment in Library.open(path).segments)
        assert len(sizes) <= 4 and all(2 * a <= b for a, b in pairwise(sizes[1:]))


def test_a_segment_that_is_mostly_gone_is_written_anew(shelf, tmp_path, embedder):
    """With fewer than half of its chunks left it is replaced by what is left, and nothing is embedded or cut for
    that."""
    path = tmp_path / "library"
    for n in range(15):
        (shelf / f"{n:02}.txt").unlink()
    build(path, embedder)
    assert [segment.number for segment in Library.open(path).segments] == [1]
    for n in range(15, 22):
        (shelf / f"{n:02}.txt").unlink()
    _, encoded = rebuilt(path, embedder)
    (segment,) = Library.open(path).segments
    assert encoded == [] and segment.number == 3 and len(segment.articles) == 18
    build(tmp_path / "fresh", embedder, [shelf])
    assert contents(path) == contents(tmp_path / "fresh")


def test_what_no_generation_needs_is_gone(shelf, tmp_path, embedder):
    """Two generations are kept, and of what is older only what they share."""
    path = tmp_path / "library"
    for n in range(4):
        (shelf / "a.txt").write_text(f"Titre\n\nTexte {n}.")
        build(path, embedder)
    held = {each.stat().st_ino: each.stat() for each in path.rglob("*") if each.is_file()}
    texts = [each for each in path.rglob("articles-*") if b"Texte" in each.read_bytes()]
    assert len(texts) == 2 and all(each.stat().st_nlink == 1 for each in texts)
    assert [entry.st_nlink for entry in held.values()].count(2) == 8  # the files of the segment that both share


def test_a_folder_that_moved_is_not_prepared_again(shelf, tmp_path, embedder, monkeypatch):
    """Other paths of the same articles are written down; nothing is cut and nothing embedded."""
    shelf.rename(shelf.with_name("moved"))
    monkeypatch.setattr(workers, "prepare", None)
    report, encoded = rebuilt(tmp_path / "library", embedder, sources=[shelf.with_name("moved")], forget=[shelf])
    assert encoded == [] and report.unchanged == 40
    library = Library.open(tmp_path / "library")
    assert {Path(article.path).parent.name for article in library.articles} == {"moved"}
    assert library.manifest.n_chunks == len(library.rows) > 40


def test_a_file_system_without_links_gets_copies(shelf, tmp_path, embedder, monkeypatch):
    """Everything is as elsewhere but for the room it takes."""

    def refuse(source, target):
        raise PermissionError(errno.EPERM, "Operation not permitted", str(source))

    monkeypatch.setattr(os, "link", refuse)
    (shelf / "b.txt").write_text("Titre\n\nLe musée.")
    assert build(tmp_path / "library", embedder).added == ("b.txt",)
    build(tmp_path / "fresh", embedder, [shelf])
    assert contents(tmp_path / "library") == contents(tmp_path / "fresh")


# --- the format before segments ------------------------------------------------------------------------------------


def written_before(path, keeps_terms):
    """Turn a library of one segment into what the last citeline without segments wrote."""
    import faiss

    library = Library.open(path)
    (segment,) = library.segments
    index = faiss.IndexFlatIP(library.vectors.dim)
    index.add(library.vectors.all())
    said, ends, terms = [], [], list(segment.postings.vocabulary)
    for row in range(len(library.rows)):
        for term in terms:
            chunks, counts = segment.postings.of_term(term)
            said += [segment.postings.vocabulary[term]] * int(counts[chunks == row].sum())
        ends.append(len(said))
    arrays, keywords = io.BytesIO(), io.BytesIO()
    sentences = segment.sentences
    np.savez(arrays, keys=sentences.keys, vectors=sentences.vectors.all(), which=sentences.which, ends=sentences.ends)
    np.savez(keywords, indptr=[0], **({"said": np.array(said), "ends": np.array(ends)} if keeps_terms else {}))
    vocabulary = {"n": len(library.rows), "vocabulary": segment.postings.vocabulary}
    files = {
        "articles.jsonl": (library.folder / "articles-1.jsonl").read_bytes(),
        "chunks.bin": (library.folder / "chunks-1.bin").read_bytes(),
        "vectors.faiss": faiss.serialize_index(index).tobytes(),
        "sentences.npz": arrays.getvalue(),
        "keywords.npz": keywords.getvalue(),
        "keywords.json": json.dumps(vocabulary | ({"analysis": segment.analysis} if keeps_terms else {})).encode(),
    }
    manifest = json.loads((library.folder / "manifest.json").read_bytes())
    del manifest["segments"]
    manifest |= {"format": 2, "files": {name: (len(data), disk.sha256(data)) for name, data in files.items()}}
    for each in library.folder.iterdir():
        each.unlink()
    files["manifest.json"] = json.dumps(manifest).encode()
    for name, data in files.items():
        (library.folder / name).write_bytes(data)
    (path / "CURRENT").write_text(f"1 {disk.sha256(files['manifest.json'])}")


@pytest.mark.parametrize("keeps_terms", [True, False])
def test_a_library_from_before_segments_opens_and_is_carried_over(shelf, tmp_path, embedder, keeps_terms):
    """It answers as it did; the next change writes it in the new format, and embeds only what is new."""
    path = tmp_path / "library"
    library = Library.open(path)
    library.families = Families(library.articles, None)  # it did not know of copies yet
    before = contents(path), search(library, BagEmbedder(), "le pont 12", "fr")
    written_before(path, keeps_terms)
    assert (contents(path), search(Library.open(path), BagEmbedder(), "le pont 12", "fr")) == before
    assert rebuilt(path, embedder)[0].is_noop
    (shelf / "b.txt").write_text("Titre\n\nLe musée.")
    report, encoded = rebuilt(path, embedder)
    assert report.added == ("b.txt",) and len(whole(encoded)) == report.n_embedded == 1 and report.notes == ()
    assert (Library.open(path).manifest.format, len(Library.open(path).segments)) == (3, 1)
    build(tmp_path / "fresh", embedder, [shelf])
    assert contents(path) == contents(tmp_path / "fresh")


@pytest.mark.parametrize("name", ["vectors.faiss", "sentences.npz", "keywords.npz", "chunks.bin"])
def test_damage_to_a_library_from_before_segments_is_found(shelf, tmp_path, name):
    """As in any other."""
    written_before(tmp_path / "library", True)
    path = tmp_path / "library" / "gen" / "00000001" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(LibraryDamaged, match=name):
        Library.open(tmp_path / "library")


# --- what changed since --------------------------------------------------------------------------------------------


def test_changes_on_disk_are_told_without_building(library, folder):
    """Articles edited, gone or new since the library was built; files that were passed over are none of these."""
    assert changed_since(Library.open(library)) == {}
    (folder / "pont.txt").write_text("Autre chose")
    (folder / "port.txt").unlink()
    (folder / "new.txt").write_text("Neuf")
    (folder / "new.xlsx").write_bytes(b"PK")
    assert changed_since(Library.open(library)) == {"pont.txt": "changed", "port.txt": "removed", "new.txt": "new"}


def test_files_passed_over_are_not_new(library, folder, embedder):
    """What was skipped at the last build, whatever its name, does not ask for another one."""
    (folder / "empty.txt").write_bytes(b"")
    (folder / os.fsdecode(b"empty\xff.txt")).write_bytes(b"")
    build(library, embedder)
    assert changed_since(Library.open(library)) == {}
    assert rebuilt(library, embedder)[0].is_noop


def test_a_folder_that_is_gone_takes_all_its_articles(library, folder):
    """Without the folder every article counts as removed; the library still answers from what it holds."""
    folder.rename(folder.with_name("gone"))
    assert changed_since(Library.open(library)) == {"pont.txt": "removed", "port.txt": "removed"}
    assert found(library, "pont")[0] == "pont.txt"


# --- what cannot be read now ---------------------------------------------------------------------------------------


def _refused(monkeypatch, where, code):
    """The system refuses to open or list what has this path, as it does for who has no right to (not for root)."""
    real_open, real_list = os.open, os.scandir

    def refuse(real):
        def call(path=".", *others, **named):
            if not isinstance(path, int) and Path(os.fsdecode(path)) == where:
                raise OSError(code, os.strerror(code), str(path))
            return real(path, *others, **named)

        return call

    monkeypatch.setattr(os, "open", refuse(real_open))
    monkeypatch.setattr(os, "scandir", refuse(real_list))


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ESTALE])
@pytest.mark.parametrize("what", ["pont.txt", "sub"])
def test_what_cannot_be_read_now_is_kept(library, folder, embedder, monkeypatch, what, code):
    """A file or folder that does not open keeps its articles, with the reason; once it is gone they go."""
    (folder / "sub").mkdir()
    (folder / "sub" / "deux.jsonl").write_text('{"text": "Le port est ouvert."}\n{"text": "Le musée est fermé."}\n')
    build(library, embedder)
    before = contents(library)
    with monkeypatch.context() as patch:
        _refused(patch, folder / what, code)
        report, encoded = rebuilt(library, embedder)
        assert (report.removed, report.changed, encoded) == ((), (), [])
        assert [each.path for each in report.skipped] == [str(folder / what)]
        assert report.skipped[0].reason.endswith(f"{os.strerror(code)}; its articles are kept as they were")
        assert changed_since(Library.open(library)) == {}
        (folder / "port.txt").write_text("Le port\n\nTout autre chose.")
        assert rebuilt(library, embedder)[0].changed == ("port.txt",)
    (folder / "port.txt").unlink()
    report, encoded = rebuilt(library, embedder)
    assert (report.removed, report.skipped, encoded) == (("port.txt",), (), [])
    assert contents(library).items() <= before.items()
    if what == "sub":
        shutil.rmtree(folder / "sub")
        assert rebuilt(library, embedder)[0].removed == ("sub/deux.jsonl#1", "sub/deux.jsonl#2")
    else:
        (folder / what).unlink()
        assert rebuilt(library, embedder)[0].removed == (what,)


def test_a_file_that_is_being_written_is_kept(library, folder, embedder, monkeypatch):
    """A file that never stands still is taken as it was, until it does."""
    real = articles._read_up_to
    with monkeypatch.context() as patch:
        patch.setattr(articles, "_read_up_to", lambda file, n: real(file, n)[:-1])
        report, encoded = rebuilt(library, embedder)
    assert (report.removed, report.n_articles, encoded) == ((), 2, [])
    assert {each.reason for each in report.skipped} == {
        "it kept changing while it was read; its articles are kept as they were"
    }


def test_an_article_that_was_taken_off_is_not_kept(library, folder, embedder, monkeypatch):
    """That its file cannot be read does not put it back."""
    _refused(monkeypatch, folder / "pont.txt", errno.EACCES)
    build(library, embedder, exclude=["pont.txt"])
    assert [article.id for article in Library.open(library).articles] == ["port.txt"]


# --- what is left behind -------------------------------------------------------------------------------------------


def test_what_a_kill_left_is_collected_without_a_change(library, folder, embedder, monkeypatch):
    """Killed once CURRENT was written: the journal and old generations go with the next build, whatever it finds."""
    for n in range(2):
        (folder / f"neuf{n}.txt").write_text(f"Neuf {n}\n\nLe numéro {n}.")
        with monkeypatch.context() as patch:
            patch.setattr("index.storage.library.collect", lambda path, before: None)
            patch.setattr("index.ingestion.journal.Journal.clear", lambda journal: None)
            build(library, embedder)
    assert (library / "pending.bin").exists() and len(list((library / "gen").iterdir())) == 3
    report = build(library, embedder)
    assert report.is_noop and report.generation == 3
    assert sorted(each.name for each in (library / "gen").iterdir()) == ["00000002", "00000003"]
    assert not (library / "pending.bin").exists()


def test_vectors_of_a_build_that_was_not_published_stay(library, tmp_path, embedder):
    """A folder whose indexing was stopped is not embedded anew because a build without it came between."""
    more = tmp_path / "more"
    more.mkdir()
    (more / "musee.txt").write_text("Le musée\n\nIl ouvre mardi.")

    def stop(phase, done, total):
        if phase == "publishing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(library, embedder, [more], progress=stop)
    assert build(library, embedder).is_noop
    assert rebuilt(library, embedder, sources=[more])[1] == []


def test_the_first_generation_folder_is_durable_before_it_is_named(tmp_path, folder, embedder, monkeypatch):
    """The library's folder is synced with gen in it before CURRENT is written."""
    told, path = [], tmp_path / "new"
    for name in ("fsync", "write_file"):
        real = getattr(disk, name)
        monkeypatch.setattr(disk, name, lambda at, *rest, n=name, r=real: (told.append((n, at)), r(at, *rest))[1])
    build(path, embedder, [folder])
    assert told.index(("fsync", path)) < told.index(("write_file", path / "CURRENT.new"))


# --- stopping ------------------------------------------------------------------------------------------------------


class _Stop(Exception):
    pass


@pytest.mark.parametrize("stage", ["reading", "preparing"])
def test_a_stop_is_heard_inside_one_long_article(tmp_path, embedder, stage):
    """One record of 3 MB on one line: the callback is asked while it is read and while it is cut, not only between."""
    folder = tmp_path / "long"
    folder.mkdir()
    (folder / "long.jsonl").write_text(json.dumps({"text": "mot. A " * 430_000}))
    asked = []

    def progress(phase, done, total):
        asked.append(phase)
        if asked.count(stage) > 4:
            raise _Stop

    with pytest.raises(_Stop):
        build(tmp_path / "library", embedder, [folder], progress=progress)
    assert asked[-1] == stage and not (tmp_path / "library" / "CURRENT").exists()


def test_a_stop_is_heard_while_a_file_is_taken_apart(tmp_path, embedder, monkeypatch):
    """The process that reads web pages says nothing for a minute: the callback is asked all the same."""
    (tmp_path / "page.html").write_text("<p>Le pont rouvre lundi.</p>")
    monkeypatch.setattr("index.extraction.sandbox._MAIN", "import time; time.sleep(60)")
    began = time.monotonic()

    def progress(phase, done, total):
        if time.monotonic() - began > 1:
            raise _Stop

    with pytest.raises(_Stop):
        build(tmp_path / "library", embedder, [tmp_path / "page.html"], progress=progress)
    assert time.monotonic() - began < 30


def test_a_stop_is_heard_while_a_generation_is_written(library, folder, embedder):
    """Before it is current nothing is published and nothing is left; what was embedded is kept."""
    (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
    from index.progress import Pulse

    with pytest.MonkeyPatch.context() as patch:
        real = Pulse.tick

        def tick(pulse):
            if pulse._at[0] == "publishing":
                raise _Stop
            real(pulse)

        patch.setattr(Pulse, "tick", tick)
        with pytest.raises(_Stop):
            build(library, embedder)
    assert current_generation(library) == 1 and [each.name for each in (library / "gen").iterdir()] == ["00000001"]
    report, encoded = rebuilt(library, embedder)
    assert report.added == ("neuf.txt",) and encoded == []
