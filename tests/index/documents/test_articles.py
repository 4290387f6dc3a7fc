"""Files in, Articles out: which bytes are text, where its lines end, what its title and date are, what is passed
over."""

import gzip
import os
import threading
import unicodedata
from pathlib import Path

import pytest
from bad_files import BAD
from fakes import BagEmbedder

from index.documents import articles
from index.documents.articles import find_date, parts, read_article, read_bytes
from index.documents.discovery import Found, scan
from index.documents.encoding import decode, split_lines
from index.errors import CorpusError
from index.ingestion.indexing import build
from index.storage.library import Library

BODY = (
    "Le pont de Vernay, fermé depuis l’effondrement d’un parapet, rouvrira lundi matin, a annoncé jeudi la maire de la "
    "commune devant le conseil municipal, à l’issue de six mois de travaux."
)


def read(text, name="article.txt"):
    """The article of a text (or of bytes) in a file of that name."""
    data = text if isinstance(text, bytes) else text.encode()
    return read_article(*parts(Found(Path("/nowhere") / name, name), data))[0]


def found_under(*sources, leave_out=Path("/nowhere/library")):
    return scan(list(sources), leave_out)


def test_one_bad_byte_does_not_spoil_the_accents():
    """A damaged UTF-8 file stays UTF-8, with a mark where the byte was and a note; Windows-1252 is still told apart."""
    text, note = decode("Été à Orléans\nl’école fermée".encode() + b"\xe2\x80")
    assert text == "Été à Orléans\nl’école fermée\ufffd"
    assert "not UTF-8" in note
    text, note = decode("Été à Orléans, l’école fermée".encode("cp1252"))
    assert text == "Été à Orléans, l’école fermée"
    assert "Windows-1252" in note


# --- lines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\nc", ("a", "b", "c")),
        ("a\r\nb\r\nc\r\n", ("a", "b", "c")),
        ("a\rb\rc", ("a", "b", "c")),
        ("a\r\nb\rc\nd", ("a", "b", "c", "d")),
        ("a\n\rb", ("a", "", "b")),
        ("a\n\n", ("a", "")),
        ("\na", ("", "a")),
        ("a", ("a",)),
        ("", ("",)),
        ("\n", ("",)),
    ],
)
def test_three_line_ends_count_and_the_last_one_starts_nothing(text, lines):
    """\\r\\n, \\r and \\n end a line, alone or mixed; a final line end adds no further line, as `wc -l` counts."""
    assert split_lines(text) == lines


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_other_separators_stay_inside_a_line(char):
    """What str.splitlines would cut at, and an editor does not, is a character like any other."""
    assert split_lines(f"un{char}deux\ntrois") == (f"un{char}deux", "trois")
    assert read(f"un{char}deux\ntrois").lines == (f"un{char}deux", "trois")


# --- encodings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        ("été".encode(), "été", ""),
        ("été".encode("utf-8-sig"), "été", ""),
        ("\ufeffé\ufeff".encode(), "é\ufeff", ""),
        ("été 🌉".encode("utf-16"), "été 🌉", "UTF-16"),
        (b"\xfe\xff" + "été".encode("utf-16-be"), "été", "UTF-16"),
        ("été sans marque".encode("utf-16-le"), "été sans marque", "UTF-16-LE without"),
        ("été sans marque".encode("utf-16-be"), "été sans marque", "UTF-16-BE without"),
        ("été en trente-deux bits".encode("utf-32"), "été en trente-deux bits", "UTF-32"),
        ("été en trente-deux bits".encode("utf-32-le"), "été en trente-deux bits", "UTF-32-LE without"),
        ("l’été à 5 €".encode("cp1252"), "l’été à 5 €", "Windows-1252"),
        ("déjà vu".encode("latin-1"), "déjà vu", "Windows-1252"),
        (b"", "", ""),
    ],
)
def test_texts_are_decoded_and_guesses_are_said(data, text, note):
    """UTF-8, UTF-16 and UTF-32 are read with or without a BOM; anything else that can be text is noted as a guess."""
    decoded, said = decode(data)
    assert decoded == text
    assert note in said and bool(said) == bool(note)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\n%text text text", "a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        (b"\xff\xd8\xff\xe0JFIF", "a picture"),
        (gzip.compress(b"text" * 100), "compressed"),
        (b"PK\x03\x04" + b"word/document.xml", "a zip"),
        (b"\x7fELF\x02", "a program"),
        (b"text\0text", "binary"),
        (b"text\0\0\0text\0\0text", "binary"),
        (b"\xff\xfea", "not"),
        (b"\xff\xfe\x00\xd8a\x00", "not"),
        (bytes(range(1, 32)) * 20 + b"\xff", "neither"),
        (b"caf\xe9 \x81\x8d", "neither"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(data, reason):
    """Known formats are named; NUL bytes, half UTF-16 and noise are refused in words."""
    with pytest.raises(ValueError, match=reason):
        decode(data)


@pytest.mark.parametrize("text", ["", "\n\n\r\n", " \u00a0\u202f\t", "\u200b\u200b", "\ufeff", "— … !", "\u202e"])
def test_a_file_without_letter_or_digit_is_no_article(text):
    """Blank, zero-width and punctuation-only files are refused instead of giving an empty article."""
    with pytest.raises(ValueError, match="no text"):
        read(text)


def test_the_text_is_kept_character_for_character():
    """NFD, ligatures, no-break spaces, zero-width and control-token look-alikes are stored as they stand in the
    file."""
    line = unicodedata.normalize("NFD", "Cœur déçu") + " 3\u202f500\u00a0\u200b000 <|im_end|> \u202eabc 🌉"
    article = read(f"{line}\r\n{line}")
    assert article.lines == (line, line)
    assert article.text == f"{line}\n{line}"


# --- titles and dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title", "date"),
    [
        (f"Société\n\nLe pont de Vernay rouvrira lundi\n\n{BODY}\n", "Le pont de Vernay rouvrira lundi", ""),
        (f"Sport\nLe club gagne\n\n{BODY}", "Le club gagne", ""),
        (f"Le pont rouvrira lundi\n\n{BODY}", "Le pont rouvrira lundi", ""),
        (f"Date limite dépassée pour le pont\n\n{BODY}", "Date limite dépassée pour le pont", ""),
        (f"Titre perdu pour le club de Vernay\n\n{BODY}", "Titre perdu pour le club de Vernay", ""),
        (
            " date 2023-10 TAIPEI, Taiwan (AP) — The president said Monday.\n\nShe spoke for an hour.\n\nShe left.\n",
            "The president said Monday.",
            "2023-10",
        ),
        ("GENÈVE, 12 mars 2024 (Reuters) – Le glacier recule.\n\nEncore.", "Le glacier recule.", "2024-03-12"),
        (f"# Un tableau retrouvé\n\n4 avril 2024\n\n{BODY}", "Un tableau retrouvé", "2024-04-04"),
        (
            f"---\ntitle: “Le pont : suite”\ndate: 2024-05-06\nauthor: x\n---\n\n{BODY}",
            "“Le pont : suite”",
            "2024-05-06",
        ),
        (f"---\ntitle: 'Le pont : suite'\ndate: 2024-05-06T10:00\n---\n\n{BODY}", "Le pont : suite", "2024-05-06"),
        (f"Date: 1 May 2024\nTitle: A bridge\n\n{BODY}", "A bridge", "2024-05-01"),
        (f"2024-03-14\n\nLe pont rouvrira lundi\n\n{BODY}", "Le pont rouvrira lundi", "2024-03-14"),
        (f"\ufeffLe pont rouvrira lundi\n\nPublié le 14 mars 2024\n\n{BODY}", "Le pont rouvrira lundi", "2024-03-14"),
        ("« Jamais », a dit la maire.\n\nElle a ri.", "« Jamais », a dit la maire.", ""),
    ],
)
def test_title_and_date_are_read_where_a_person_would(text, title, date):
    """Section word, headline, Markdown, front matter, dateline: the title is the headline, the date the article's."""
    assert (read(text).title, read(text).date) == (title, date)


def test_a_date_inside_a_sentence_is_not_the_articles():
    """A date deep in a headline's sentence or in the body is one the article talks about; the file's name decides."""
    long_headline = "Retour sur la longue série d’effondrements de ponts commencée avec la catastrophe du 12 mars 1999"
    assert read(f"{long_headline}\n\n{BODY}").date == ""
    assert read(f"{long_headline}\n\n{BODY}", "2024-06_ponts.txt").date == "2024-06"
    assert read(f"Le pont rouvre\n\n{BODY} Il avait ouvert le 3 mai 1971.").date == ""


@pytest.mark.parametrize("opening", ["# ", "Title: "])
def test_a_line_without_end_is_no_title(opening):
    """A title stands before every chunk: that of a file which is one long line would be embedded with each of them."""
    article = read(opening + "un mot de plus " * 10_000)
    assert len(article.title) == 300
    assert article.title.startswith("un mot de plus un mot") and article.title.endswith("…")


@pytest.mark.parametrize("dateline", ["", "VERNAY (AGL) — ", " date 2023-10 VERNAY, France (AGL) — "])
def test_a_file_without_headline_is_named_by_its_opening_words(dateline):
    """A title is the start of the first paragraph, without its dateline; never empty, never the whole paragraph."""
    title = read(f"{dateline}{BODY}\n\nCourt.\n\nFin.").title
    assert title.startswith("Le pont de Vernay") and title.endswith(" …") and len(title) <= 92


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("le 1er mai 2024", "2024-05-01"),
        ("2 de marzo de 2024", "2024-03-02"),
        ("14. März 2024", "2024-03-14"),
        ("October 3, 2024", "2024-10-03"),
        ("3rd October 2024", "2024-10-03"),
        ("31/12/2023", "2023-12-31"),
        ("déc. 2023", "2023-12"),
        ("2024-02-30x", "2024-02"),
        ("août 2024", "2024-08"),
        ("12024-05-061", ""),
        ("2024-13-01", ""),
        ("mars", ""),
        ("", ""),
    ],
)
def test_written_dates_become_iso(text, date):
    """Dates of six languages, as precise as they are written; a bare month or a number that is no date gives none."""
    assert find_date(text) == date


# --- the tree ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path):
    """A folder with one good article, and a secret beside it."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "good.txt").write_text("Un bon article\n\nLe pont rouvre.", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("mot de passe : sésame", encoding="utf-8")
    return tree


def reasons(skipped):
    return {Path(each.path).name: each.reason for each in skipped}


def test_links_do_not_lead_out_of_the_folder(tree, tmp_path):
    """A link to a file or folder outside, to itself, to its parent or to nothing is passed over with a reason."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more.txt").write_text("dehors")
    (tree / "out.txt").symlink_to(tmp_path / "secret.txt")
    (tree / "passwd.txt").symlink_to("/etc/passwd")
    (tree / "loop.txt").symlink_to("loop.txt")
    (tree / "gone.txt").symlink_to("nothing.txt")
    (tree / "up").symlink_to("..")
    (tree / "folder").symlink_to(tmp_path / "outside")
    found, skipped = found_under(tree)
    assert [each.id for each in found] == ["good.txt"]
    assert set(reasons(skipped)) == {"out.txt", "passwd.txt", "loop.txt", "gone.txt", "up", "folder"}
    assert "outside the folder" in reasons(skipped)["passwd.txt"] and "links" in reasons(skipped)["up"]


def test_a_link_inside_the_folder_is_the_file_once(tree):
    """A link to an article of the same folder does not index it twice."""
    (tree / "zz.txt").symlink_to("good.txt")
    assert [each.id for each in found_under(tree)[0]] == ["good.txt"]


def test_what_is_no_regular_file_is_never_opened(tree):
    """A FIFO (which would block for ever), a device link and a folder called x.txt do not stop the scan."""
    os.mkfifo(tree / "pipe.txt")
    (tree / "x.txt").mkdir()
    (tree / "x.txt" / "inside.txt").write_text("Le musée")
    (tree / "zero.txt").symlink_to("/dev/zero")
    found, skipped = found_under(tree)
    assert [each.id for each in found] == ["good.txt", "x.txt/inside.txt"]
    assert reasons(skipped)["pipe.txt"] == "it is not a regular file"
    assert "zero.txt" in reasons(skipped)
    with pytest.raises(ValueError, match="not a regular file"):
        read_bytes(tree / "pipe.txt")


NAMES = [
    "new\nline.txt",
    "tab\tand\rreturn.txt",
    "<img src=x onerror=alert(1)>.txt",
    "[x](javascript:alert(1)).txt",
    "`id`$(id);.txt",
    "-rf.txt",
    " space .txt",
    "x..%2f..%2fetc%2fpasswd.txt",
    "\u202etxt.exe.txt",
    "CON.txt",
    "A.TXT",
    "a.txt",
    "é" * 125 + ".txt",
    "\u00e9.txt",
    "e\u0301.txt",
    "deux.points: 3.md",
    os.fsdecode(b"bad\xff.txt"),
    "bad\\udcff.txt",
]


def test_every_name_a_file_can_have_is_indexed(tree, tmp_path):
    """Control characters, markup, twins in case or normal form, 255 bytes, no UTF-8: each file is one article, found
    again in the library under an id that can be encoded, and a file that cannot be read is listed the same way."""
    for n, name in enumerate(NAMES):
        (tree / name).write_text(f"Titre {n}\n\nmarqueur{n}")
    (tree / os.fsdecode(b"broken\xff.txt")).write_bytes(b"\0\0")
    (tree / os.fsdecode(b"other\xff.pdf")).write_bytes(b"")
    report = build(tmp_path / "library", BagEmbedder(), [tree])
    library = Library.open(tmp_path / "library")
    markers = {line for article in library.articles for line in article.lines if line.startswith("marqueur")}
    assert markers == {f"marqueur{n}" for n in range(len(NAMES))}
    assert len(library.by_id) == len(NAMES) + 1
    for text in (*library.by_id, *(each.path for each in report.skipped), *report.added):
        text.encode("utf-8")
    assert len(report.skipped) == 2
    assert build(tmp_path / "library", BagEmbedder()).is_noop


def test_hidden_files_and_folders_are_left_alone(tree):
    """Names that begin with a point are not articles, and are not worth a line either."""
    (tree / ".hidden.txt").write_text("secret")
    (tree / ".git").mkdir()
    (tree / ".git" / "notes.txt").write_text("secret")
    found, skipped = found_under(tree)
    assert [each.id for each in found] == ["good.txt"] and skipped == []


def test_the_library_inside_the_folder_is_not_an_article(tree):
    """A library kept among the articles is not read as one, whatever is in it."""
    library = tree / "library"
    library.mkdir()
    (library / "note.txt").write_text("not an article")
    assert [each.id for each in found_under(tree, leave_out=library)[0]] == ["good.txt"]


def test_other_kinds_are_listed(tree):
    """A file of another kind is passed over with the kinds that are read."""
    (tree / "sheet.xlsx").write_bytes(b"PK")
    (tree / "README").write_text("x")
    skipped = reasons(found_under(tree)[1])
    assert ".xlsx" in skipped["sheet.xlsx"] and ".md" in skipped["sheet.xlsx"] and ".pdf" in skipped["sheet.xlsx"]
    assert "without an ending" in skipped["README"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_and_folders_are_listed(tree):
    """Mode 000 is a reason, not an end."""
    (tree / "locked").mkdir(mode=0o000)
    (tree / "closed.txt").write_text("x")
    (tree / "closed.txt").chmod(0o000)
    try:
        found, skipped = found_under(tree)
        assert "good.txt" in [each.id for each in found] and "locked" in reasons(skipped)
        with pytest.raises(ValueError, match="cannot be read"):
            read_bytes(tree / "closed.txt")
    finally:
        (tree / "locked").chmod(0o700)


def test_deep_folders_are_walked(tree):
    """A hundred folders inside each other are a long id, nothing more."""
    deep = tree.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text("Au fond")
    assert "d/" * 100 + "deep.txt" in [each.id for each in found_under(tree)[0]]


def test_a_single_file_may_be_a_source(tree):
    """A file named alone is read; one of another kind is refused with the reason."""
    assert [each.id for each in found_under(tree / "good.txt")[0]] == ["good.txt"]
    (tree / "x.xlsx").write_bytes(b"")
    found, skipped = found_under(tree / "x.xlsx")
    assert found == [] and len(skipped) == 1


def test_two_folders_with_the_same_names_keep_both(tree, tmp_path):
    """A name met twice is told apart by its folder, thrice by a mark; nothing is lost."""
    for name in ("one/b", "two/b"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "good.txt").write_text(name)
    found, _ = found_under(tree, tmp_path / "one" / "b", tmp_path / "two" / "b")
    assert [each.id for each in found] == ["b/good.txt", "b/good.txt+", "good.txt"]
    assert len({each.path for each in found}) == 3


def test_a_missing_source_is_an_error_that_says_what_to_type(tree, tmp_path):
    """An unmounted disk is not an empty folder."""
    with pytest.raises(CorpusError, match=r"no such folder.*citeline index --forget .*gone"):
        found_under(tree, tmp_path / "gone")


def test_the_whole_disk_is_refused():
    """`citeline index /` is a slip of the finger."""
    with pytest.raises(CorpusError, match="whole disk"):
        found_under(Path("/"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(tree, monkeypatch):
    """A sparse file of a terabyte costs nothing."""
    with (tree / "huge.txt").open("wb") as file:
        file.truncate(10**12)
    monkeypatch.setattr(articles, "_read_up_to", lambda file, n_bytes: pytest.fail("it was read"))
    with pytest.raises(ValueError, match=r"1,000,000,000,000 bytes; an article may have 10,000,000"):
        read_bytes(tree / "huge.txt")


def test_a_file_that_changes_while_it_is_read_is_read_again(tree, monkeypatch):
    """A half-written file is never indexed: the second, quiet reading counts, and a file never quiet is refused."""
    real, path = articles._read_up_to, tree / "good.txt"
    changes = [b"", b" encore", None]

    def restless(file, n_bytes):
        data = real(file, n_bytes)
        if (more := changes.pop()) is not None:
            path.write_bytes(data + b" encore")
        return data if more is None else data[: len(data) // 2]

    monkeypatch.setattr(articles, "_read_up_to", restless)
    changes[:] = [None, b"x"]
    assert read_bytes(path) == path.read_bytes()
    changes[:] = [b"x", b"x"]
    with pytest.raises(ValueError, match="kept changing"):
        read_bytes(path)


def test_a_file_that_becomes_a_pipe_does_not_hang(tree, monkeypatch):
    """What takes a file's name between a look at it and its opening is looked at again before it is read."""
    regular = (tree / "good.txt").stat()
    os.mkfifo(tree / "pipe.txt")
    monkeypatch.setattr(Path, "stat", lambda path, **others: regular)
    done = []

    def read():
        with pytest.raises(ValueError, match="not a regular file"):
            read_bytes(tree / "pipe.txt")
        done.append(True)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(20)
    assert done


def test_bad_files_do_not_stop_the_good_ones(tree, tmp_path):
    """Each bad file is listed with its reason, the good ones are indexed, and a second run changes nothing."""
    for name, data in BAD.items():
        (tree / name).write_bytes(data)
    report = build(tmp_path / "library", BagEmbedder(), [tree])
    assert report.added == ("good.txt",)
    assert set(reasons(report.skipped)) == set(BAD)
    assert all(each.reason for each in report.skipped)
    assert build(tmp_path / "library", BagEmbedder()).is_noop


def test_a_guessed_encoding_is_told(tree, tmp_path):
    """The report has a line for a file that was not UTF-8."""
    (tree / "old.txt").write_bytes("Déjà vu à Vernay".encode("latin-1"))
    report = build(tmp_path / "library", BagEmbedder(), [tree])
    assert report.notes == ("old.txt: not UTF-8, read as Windows-1252",)
    assert "Déjà vu à Vernay" in Library.open(tmp_path / "library").by_id["old.txt"].text


@pytest.mark.parametrize("swapped", ["a file", "its folder"])
def test_what_becomes_a_link_after_it_was_looked_at_is_not_followed(swapped, tmp_path, monkeypatch):
    """What the walk saw is what is read: a link put in its place meanwhile leads to nothing that is not an article."""
    inside, away = tmp_path / "articles" / "in", tmp_path / "away"
    for folder, text in ((inside, "Un article sur le pont."), (away, "Un secret de famille.")):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(text)
    library = tmp_path / "library"
    build(library, BagEmbedder(), [tmp_path / "articles"])

    def scan_then_swap(*args):
        found = scan(*args)
        what, target = (inside / "a.txt", away / "a.txt") if swapped == "a file" else (inside, away)
        what.rename(tmp_path / "was")
        what.symlink_to(target)
        return found

    with monkeypatch.context() as patched:
        patched.setattr("index.ingestion.indexing.scan", scan_then_swap)
        report = build(library, BagEmbedder())
    assert "it became a link" in report.skipped[0].reason and not report.removed
    assert [each.text for each in Library.open(library).articles] == ["Un article sur le pont."]
