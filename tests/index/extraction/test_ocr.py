"""Scans through tesseract: only pages that are pictures, in order, with what is doubtful; whatever it does, no harm."""

import io
import os
import subprocess
import time

import pypdfium2
import pytest
from PIL import Image
from printed import lines, printed, text
from scans import scanned, stand_in, tsv

from index.disk import is_own
from index.extraction.ocr import Ocr
from index.extraction.printed.recognised import recognised_lines
from index.extraction.sandbox import Extractor
from index.ingestion.indexing import build
from index.ingestion.reading import changed_since
from index.storage.library import Library

needs_tesseract = pytest.mark.skipif(not Ocr().languages, reason="tesseract with fra or eng is not installed")
PRINT = lines(
    40, 500,
    "La commune de Lonzac a voté lundi la hausse de la",
    "digue, qui passera de quatre à six mètres. Le maire,",
    "Étienne Faucheux, a défendu un projet « indispen-",
    "sable » après la crue de 2021.",
)  # fmt: skip
PAGE = printed([text(40, 540, "La digue sera rehaussée", size=20), *PRINT])
TYPED = lines(40, 500, "Cette page a été tapée à la machine et son texte se lit sans aide.", "Rien n’y manque.")
SAID = tsv(
    [["La", "digue", "tient"]],
    [["Le", "maire,", ("Etiemne", 41), "Faucheux,", "défend"], ["un", "projet", "«", "indispen-"], ["sable", "»", "pour", ("4Z", 30), "maisons."]],
    [["Elle", "sera", "prête", "en", "mars."]],
)  # fmt: skip


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a stand-in first in the path; each call of what it returns says what it does."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda said=SAID, **more: stand_in(folder, said, **more)


def read(data, **more):
    with Extractor(ocr=Ocr(**more)) as extractor:
        return extractor.extract("pdf", data)


def shown(said):
    return [line for line in said.lines if line]


# --- pictures as files ---


def picture(format="PNG", n=1, **more):
    page = pypdfium2.PdfDocument(PAGE)[0].render(scale=150 / 72).to_pil().convert(more.pop("mode", "RGB"))
    target = io.BytesIO()
    if n > 1:
        more |= {"save_all": True, "append_images": [page] * (n - 1)}
    page.save(target, format, **more)
    return target.getvalue()


PICTURES = {
    "a.png": picture(mode="RGBA"), "b.jpg": picture("JPEG"), "c.tif": picture("TIFF", compression="tiff_lzw"),
    "d.tiff": picture("TIFF", mode="1", compression="group4"), "e.jpeg": picture("JPEG", mode="CMYK"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_read_as_a_scan(program, name):
    program()
    with Extractor(ocr=Ocr()) as extractor:
        (part,) = extractor.read("pict", PICTURES[name])
    assert part.said.ocr == (1,) and len(part.said.doubtful) == 2 and "La digue tient" in part.said.lines


def test_each_page_of_a_tiff_is_one(program):
    program()
    with Extractor(ocr=Ocr()) as extractor:
        (part,) = extractor.read("pict", picture("TIFF", n=3))
    assert part.said.ocr == (1, 2, 3) and len(part.said.pages) == 3


def test_without_tesseract_a_picture_says_what_is_missing():
    with Extractor() as extractor, pytest.raises(ValueError, match="tesseract-ocr"):
        extractor.read("pict", PICTURES["a.png"])


def icon():
    target = io.BytesIO()
    Image.new("L", (32, 32)).save(target, "PNG")
    return target.getvalue()


def bomb():
    target = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged picture"), (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "damaged picture"),
        (PICTURES["b.jpg"][:3000], "damaged picture"), (picture("GIF"), "damaged picture"), (icon(), "too small"),
        (bomb(), "more memory"),
    ],
    ids=["empty", "nonsense", "cut", "other", "icon", "bomb"],
)  # fmt: skip
def test_a_picture_that_is_none_is_refused(data, reason):
    with Extractor() as extractor:
        with pytest.raises(ValueError, match=reason):
            extractor.read("pict", data)
        assert extractor.read("html", b"<p>Le pont rouvre.</p>")  # the process goes on


def test_a_picture_of_a_saved_page_is_no_article(tmp_path, embedder, program):
    program()
    (tmp_path / "in" / "page_files").mkdir(parents=True)
    (tmp_path / "in" / "page.html").write_text("<p>Le pont de Lonzac rouvre lundi.</p>", encoding="utf-8")
    (tmp_path / "in" / "page_files" / "photo.jpg").write_bytes(PICTURES["b.jpg"])
    (tmp_path / "in" / "coupure.png").write_bytes(PICTURES["a.png"])
    report = build(tmp_path / "library", embedder, [tmp_path / "in"])
    assert sorted(report.added) == ["coupure.png", "page.html"] and report.recognised == ("coupure.png",)
    assert "saved page" in report.skipped[0].reason


# --- with tesseract itself -------------------------------------------------------------------------------------------


@needs_tesseract
@pytest.mark.parametrize("dpi", [100, 150, 250])
def test_a_scan_is_read(dpi):
    """Headline, joined lines and divided words as of a printed page; pages have their numbers."""
    said = read(scanned(PAGE, dpi))
    assert said.title == "La digue sera rehaussée" and said.ocr == (1,)
    assert "a voté lundi la hausse de la digue, qui passera de quatre à six" in said.lines[2]
    assert "« indispensable » après la crue de 2021." in said.lines[2]
    assert "1 of 1 pages read by OCR" in said.note


@needs_tesseract
def test_columns_of_a_scan_are_read_one_after_the_other():
    left = ["Le marché couvert de", "Brémont a rouvert ses", "portes samedi matin, a", "annoncé la mairie."]
    right = ["Les commerçants ont", "retrouvé leurs étals et", "leurs clients après trois", "ans de travaux."]
    said = read(scanned(printed(lines(40, 500, *left, size=10) + lines(230, 500, *right, size=10)), 200))
    assert shown(said) == [" ".join(left), " ".join(right)]


@needs_tesseract
def test_a_page_without_print_is_none():
    """White paper, and a picture of grain."""
    for noise in (0.0, 0.5):
        with pytest.raises(ValueError, match="OCR found no words"):
            read(scanned(printed([]), noise=noise))


# --- with a stand-in -------------------------------------------------------------------------------------------------


def test_words_become_paragraphs_and_doubtful_ones_are_counted(program):
    """Blocks in their order, a divided word joined, and the line of each doubtful word."""
    program()
    said = read(scanned(PAGE))
    assert shown(said) == [
        "La digue tient",
        "Le maire, Etiemne Faucheux, défend un projet « indispensable » pour 4Z maisons.",
        "Elle sera prête en mars.",
    ]
    assert (said.ocr, said.doubtful, said.unread) == ((1,), (3, 3), ())
    assert said.note == "1 of 1 pages read by OCR (1): 2 doubtful words"


def test_only_pages_that_are_pictures_are_recognised(program):
    """Between typed pages, in their place; a stamp on a scan does not make it text; a blank page is none."""
    program()
    mixed = joined(printed(TYPED), scanned(PAGE, stamps=[text(20, 20, "Archives 12/3")]), printed([]), printed(TYPED))
    said = read(mixed)
    assert said.ocr == (2,) and said.pages[1] == 3
    assert said.lines[said.pages[1] - 1] == "La digue tient" and "Archives" not in "".join(said.lines)
    assert sum("tapée à la machine" in line for line in said.lines) == 2
    assert "no text on 1 of 4 pages (3)" in said.note


def joined(*pdfs):
    """One PDF of the pages of several."""
    whole = pypdfium2.PdfDocument.new()
    for data in pdfs:
        whole.import_pages(pypdfium2.PdfDocument(data))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def test_a_typed_file_is_read_as_it_was(program):
    """The program is not even asked."""
    program(then="sys.exit(1)")
    with Extractor() as plain:
        assert read(printed(TYPED)) == plain.extract("pdf", printed(TYPED))


def test_without_tesseract_the_reason_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"no text layer.*install tesseract-ocr and tesseract-ocr-fra"):
        read(scanned(PAGE))


def test_a_program_without_our_languages_is_not_used(program):
    program(languages="osd\ndeu")
    assert Ocr().languages == ""
    program(languages="osd\nfra")
    assert Ocr().languages == "fra"


@pytest.mark.parametrize(
    "then",
    [
        "sys.exit(3)",
        "os.abort()",
        "bytearray(8_000_000_000)",
        "import tempfile; os.write(tempfile.TemporaryFile().fileno(), b'x')",
        "sys.stdout.buffer.write(b'5' * 9_000_000)",
        "sys.stdout.buffer.write(bytes(range(256)) * 100); sys.exit()",
        "print('1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t99999999999\\t9\\t-1\\t'); sys.exit()",
        "print('1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t0\\t0\\t-1\\t\\n5\\t1\\t1\\t1\\t1\\t1\\t1\\t1\\t1\\t1\\tnan\\tx'); sys.exit()",
        "print('1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t9\\t9\\t-1\\t\\n5\\t-1\\t1\\t1\\t1\\t1\\t-5\\t1\\t1\\t1\\t99\\tx'); sys.exit()",
    ],
)  # fmt: skip
def test_whatever_the_program_does_the_file_is_passed_over(program, then):
    """It fails, dies, eats memory, writes files, says too much or nonsense: one reason, and the next file is read."""
    program(then=then)
    with Extractor(ocr=Ocr()) as extractor:
        with pytest.raises(ValueError, match="OCR found no words"):
            extractor.extract("pdf", scanned(PAGE))
        assert extractor.extract("pdf", printed(TYPED)).ocr == ()


def test_a_program_that_takes_too_long_is_ended(program, monkeypatch):
    monkeypatch.setattr("index.extraction.ocr.SECONDS", 1.0)
    program(then="time.sleep(100)")
    began = time.monotonic()
    with pytest.raises(ValueError, match="OCR found no words"):
        read(scanned(PAGE))
    assert time.monotonic() - began < 30


def test_a_picture_of_another_size_than_said_reaches_no_program(program):
    """What the locked process sends is checked before it is a picture."""
    program()
    assert Ocr().page(2, 2, b"\0" * 4).decode() == SAID
    for width, height, grey in ((2, 2, b"\0" * 5), (-2, -2, b"\0" * 4), (0, 0, b""), (10**6, 10**6, b"")):
        assert Ocr().page(width, height, grey) == b""


def test_a_sure_word_makes_the_same_word_sure_but_no_number():
    said = tsv([["Lonzac", ("Lonzac", 50), "12", ("12", 50), ("neuf-", 50)], ["cent", "euros"]])
    _, doubtful = recognised_lines(said.encode(), 1, 420, 595)
    assert doubtful == {"12", "neuf-", "neuf-cent", "neufcent"}


# --- in a library ----------------------------------------------------------------------------------------------------


def calls(monkeypatch):
    """Names of the programs that were run for a page."""
    run = subprocess.Popen
    found = []

    def popen(call, *given, **more):
        found.extend(["page"] if "tsv" in call else [])
        return run(call, *given, **more)

    monkeypatch.setattr("index.extraction.ocr.subprocess.Popen", popen)
    return found


def test_a_library_tells_what_was_read_by_ocr(tmp_path, embedder, program, monkeypatch):
    """Progress by page, the count in the report, the facts with the article; nothing is recognised twice."""
    program()
    run = calls(monkeypatch)
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(scanned(PAGE))
    (folder / "b.txt").write_text("Un texte.", encoding="utf-8")
    told = []
    report = build(tmp_path / "library", embedder, [folder], progress=lambda *each: told.append(each))
    assert report.recognised == ("a.pdf",) and run == ["page"]
    assert [each for each in dict.fromkeys(told) if each[0] == "recognising"] == [
        ("recognising", 0, 1),
        ("recognising", 1, 1),
    ]
    library = Library.open(tmp_path / "library")
    assert (library.by_id["a.pdf"].ocr, library.by_id["a.pdf"].doubtful) == ((1,), (3, 3))
    again = build(tmp_path / "library", embedder)
    assert (again.is_noop, again.recognised, run, changed_since(library)) == (True, (), ["page"], {})
    assert not (tmp_path / "library" / "ocr").exists()


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, embedder, program, monkeypatch):
    """Pages that were recognised are not recognised again."""
    program()
    run = calls(monkeypatch)
    folder = tmp_path / "scans"
    folder.mkdir()
    pages = [printed(lines(40, 500, f"Une autre page, numéro {n}")) for n in range(3)]
    (folder / "a.pdf").write_bytes(joined(*map(scanned, pages)))

    def stop(phase, done, total):
        if (phase, done) == ("recognising", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "library", embedder, [folder], progress=stop)
    assert len(run) == 2
    left = {each.name for each in (tmp_path / "library").iterdir()}
    assert "ocr" in left and all(is_own(name) for name in left)
    build(tmp_path / "library", embedder, [folder])
    assert len(run) == 3 and Library.open(tmp_path / "library").by_id["a.pdf"].ocr == (1, 2, 3)


def test_a_file_is_read_again_once_there_is_a_program(tmp_path, embedder, program):
    """Without OCR its typed page is all there is; with it, the scanned one too; without it again, nothing is lost."""
    program()
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(joined(printed(TYPED), scanned(PAGE)))
    report = build(tmp_path / "library", embedder, [folder], ocr=False)
    article = Library.open(tmp_path / "library").by_id["a.pdf"]
    assert (article.unread, article.ocr, report.recognised) == ((2,), (), ())
    assert any("pictures need OCR" in note for note in report.notes)
    for ocr in (True, False):
        build(tmp_path / "library", embedder, ocr=ocr)
        article = Library.open(tmp_path / "library").by_id["a.pdf"]
        assert (article.unread, article.ocr) == ((), (2,)) and "La digue tient" in article.lines


@needs_tesseract
@pytest.mark.parametrize("name", ["a.png", "d.tiff"])
def test_tesseract_reads_a_picture(name):
    with Extractor(ocr=Ocr()) as extractor:
        said = extractor.extract("pict", PICTURES[name])
    assert said.title == "La digue sera rehaussée" and "Étienne Faucheux" in " ".join(said.lines)
