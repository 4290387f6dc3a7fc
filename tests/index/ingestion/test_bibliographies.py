"""A folder as Zotero exports it: each file is described by the bibliography beside it, which is no article itself."""

import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from archives import zipped
from printed import lines, printed
from zotero import Item, csl, rdf

from index.extraction.formats.references import read_bib, read_ris
from index.ingestion.indexing import build
from index.ingestion.reading import changed_since
from index.skip_reason import NotAnArticle
from index.storage.library import Library

WEIR = Item(
    "Le barrage de Lonzac sera rehaussé", url="https://phare.example/barrage", page="4", file="files/12/Castaing.pdf"
)
FERRY = Item(
    "Le bac de Saint-Yrieul cesse de traverser", "La Gazette d’Yrieul", "2023-11-02", "Paul", "Oriol", file="files/15/bac.html"
)  # fmt: skip
PDF = printed(
    lines(40, 500, "Scan 0012", "Le conseil a voté la hausse de la digue de deux mètres.", "Elle coûtera 4 millions.")
)
PAGE = "<html><head><title>page.html</title></head><body><p>Le bac ne traverse plus la rivière depuis lundi matin, dit la mairie.</p></body></html>"


def write(folder, files):
    for name, said in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(said if isinstance(said, bytes) else said.encode())
    return folder


def built(tmp_path, embedder, files):
    report = build(tmp_path / "library", embedder, [write(tmp_path / "zotero", files)])
    return Library.open(tmp_path / "library"), report


def passed_over(report):
    return {each.path.rpartition("/")[2].partition("#")[0]: each.reason for each in report.skipped}


@pytest.mark.parametrize("is_nested", [True, False])
def test_each_file_has_the_facts_of_its_item(tmp_path, embedder, is_nested):
    """Headline, newspaper, date, author, address and page; the text is the file's own."""
    files = {
        "Presse.rdf": rdf(WEIR, FERRY, is_nested=is_nested),
        WEIR.file: PDF,
        FERRY.file: PAGE,
        "seul.txt": "Un texte seul.",
    }
    library, report = built(tmp_path, embedder, files)
    weir, ferry = library.by_id[WEIR.file], library.by_id[FERRY.file]
    assert (weir.title, weir.source, weir.date, weir.date_from) == (WEIR.title, WEIR.paper, WEIR.date, "metadata")
    assert (weir.author, weir.url, weir.page) == ("Irène Castaing", WEIR.url, "4")
    assert (ferry.title, ferry.source, ferry.date, ferry.author) == (FERRY.title, FERRY.paper, FERRY.date, "Paul Oriol")
    assert "Elle coûtera 4 millions." in weir.text and WEIR.title not in weir.text
    assert set(library.by_id) == {WEIR.file, FERRY.file, "seul.txt"} and library.by_id["seul.txt"].described == ""
    (many,) = report.many
    assert (many.n_found, many.n_read, many.passed_over, report.skipped) == (2, 2, (), ())


@pytest.mark.parametrize(
    "name",
    [
        "storage/ABCD1234/Castaing - 2024 - Le barrage de Lonzac sera rehaussé.txt",
        "storage/KEY00001/Snapshot.txt",
        "Castaing_2024_Le barrage de Lonzac sera.txt",
        "storage/ABCD1234/Le barrage de Lonzac sera rehausse – Le Phare de Lonzac.txt",
    ],
)
def test_a_bibliography_without_names_of_files_finds_them_by_title(tmp_path, embedder, name):
    """As Zotero calls them, cut short or not; a folder may have the item's key for a name."""
    said = "Le conseil a voté la hausse de la digue."
    library, report = built(tmp_path, embedder, {"Presse.json": csl(Item(WEIR.title), Item(FERRY.title)), name: said})
    article = library.by_id[name]
    assert (article.title, article.source, article.date, article.author) == (
        WEIR.title,
        WEIR.paper,
        WEIR.date,
        "Irène Castaing",
    )
    assert (report.many[0].n_found, report.many[0].n_read) == (2, 1)
    assert "no file beside the bibliography has its title" in passed_over(report)["Presse.json"]


def test_two_items_of_one_title_are_told_by_year_and_author(tmp_path, embedder):
    """What neither tells apart is not guessed."""
    one, two = (
        Item("Bulletin municipal", date="2021-01-04"),
        Item("Bulletin municipal", date="2022-01-04", family="Vignal"),
    )
    files = {
        "a.json": csl(one, two),
        "Vignal - 2022 - Bulletin municipal.txt": "Le marché change de place.",
        "Bulletin municipal.txt": "La poste ferme.",
    }
    library, _ = built(tmp_path, embedder, files)
    assert library.by_id["Vignal - 2022 - Bulletin municipal.txt"].date == "2022-01-04"
    assert library.by_id["Bulletin municipal.txt"].described == ""


def test_changed_metadata_make_a_file_be_read_anew(tmp_path, embedder):
    """And only that one; without the bibliography it is what its text says. Unchanged, nothing is published."""
    files = {"Presse.rdf": rdf(WEIR, FERRY), WEIR.file: PDF, FERRY.file: PAGE}
    first, report = built(tmp_path, embedder, files)
    again = build(tmp_path / "library", embedder)
    assert (again.is_noop, again.generation, again.many, changed_since(first)) == (True, report.generation, (), {})
    corrected = Item(WEIR.title, "Le Phare", "2024-03-13", file=WEIR.file)
    write(tmp_path / "zotero", {"Presse.rdf": rdf(corrected, FERRY)})
    assert changed_since(first) == {WEIR.file: "changed"}
    report = build(tmp_path / "library", embedder)
    assert (report.changed, report.unchanged, report.n_embedded) == ((WEIR.file,), 1, 0)
    weir = Library.open(tmp_path / "library").by_id[WEIR.file]
    assert (weir.source, weir.date, weir.url) == ("Le Phare", "2024-03-13", "")
    (tmp_path / "zotero" / "Presse.rdf").unlink()
    build(tmp_path / "library", embedder)
    weir = Library.open(tmp_path / "library").by_id[WEIR.file]
    assert (weir.described, weir.source) == ("", "") and weir.title != WEIR.title


def test_a_bibliography_that_is_damaged_for_now_takes_nothing_away(tmp_path, embedder):
    """One that is being written: files stay described as they were, and its error is said."""
    built(tmp_path, embedder, {"Presse.rdf": rdf(WEIR), WEIR.file: PDF})
    library, report = built(tmp_path, embedder, {"Presse.rdf": rdf(WEIR)[:300]})
    assert library.by_id[WEIR.file].source == WEIR.paper and report.is_noop
    assert "damaged bibliography" in passed_over(report)["Presse.rdf"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("../secret.txt", "outside the folder"),
        ("files/../../secret.txt", "outside the folder"),
        ("/etc/passwd", "outside the folder"),
        ("C:\\Users\\moi\\Zotero\\a.pdf", "outside the folder"),
        ("file:///etc/passwd", "outside the folder"),
        ("%2e%2e/secret.txt", "not beside the bibliography"),
        ("files/9/parti.pdf", "not beside the bibliography"),
        ("files/9/image.svg", "not beside the bibliography"),
        ("", "names no file"),
    ],
)
def test_an_item_without_a_file_here_is_passed_over(tmp_path, embedder, file, reason):
    """A name that leads elsewhere opens nothing and describes nothing."""
    write(tmp_path, {"secret.txt": "Un secret."})
    files = {
        "Presse.rdf": rdf(Item("Un titre qui ne dit rien", file=file)),
        "files/9/image.svg": "<svg/>",
        "a.txt": "Un texte.",
    }
    library, report = built(tmp_path, embedder, files)
    assert [(each.id, each.described) for each in library.articles] == [("a.txt", "")]
    assert reason in next(each.reason for each in report.skipped if "#" in each.path)
    assert sum(n for _, n in report.many[0].passed_over) == report.many[0].n_found == 1


BOMB = "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (rdf(Item("&i;"), head=BOMB + "]>"), "entities"),
        (rdf(Item("x"), head="<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"), "entities"),
        ("<a>" * 100_000, "damaged bibliography|nested"),
        ("<rdf:RDF", "damaged bibliography"),
        ("", "damaged bibliography"),
        ("<rss><channel/></rss>", "no bibliography"),
        (b"%PDF-1.4", "damaged bibliography"),
        (b"\0" * 1000, "damaged bibliography"),
        (b" " * 50_000_001, "bytes"),
    ],
)  # fmt: skip
def test_a_hostile_bibliography_costs_only_itself(tmp_path, embedder, said, reason):
    library, report = built(tmp_path, embedder, {"a.rdf": said, "a.txt": "Un texte."})
    assert [each.id for each in library.articles] == ["a.txt"]
    assert any(each in passed_over(report)["a.rdf"] for each in reason.split("|"))


def test_odd_facts_are_cut_or_left_out(tmp_path, embedder):
    """Markup in a title, no date, an address that is none, fields of other kinds, thousands of authors."""
    record = json.loads(csl(Item("Le <i>Barrage</i> &amp; la digue de Lonzac", file="a.txt")))[0]
    record |= {
        "URL": "javascript:alert(1)",
        "issued": {"date-parts": [[None]]},
        "page": ["1"],
        "author": [{"family": 1}, 2, None] * 5000,
    }
    library, _ = built(tmp_path, embedder, {"b.json": json.dumps([record]), "a.txt": "Un texte."})
    article = library.by_id["a.txt"]
    assert (article.title, article.url, article.date, article.page) == (
        "Le Barrage &amp; la digue de Lonzac",
        "",
        "",
        "",
    )
    assert len(article.author) <= 200


def test_other_json_is_read_as_it_was(tmp_path, embedder):
    """Articles that have a type, or a list that has some of CSL's names."""
    article = {"type": "article", "title": "Le pont", "text": "Le pont rouvre.", "issued": "2024-03-01"}
    library, report = built(tmp_path, embedder, {"a.json": json.dumps([article]), "b.json": '{"issued": 1}'})
    assert [each.title for each in library.articles] == ["Le pont"]
    assert "JSON without articles" in passed_over(report)["b.json"]


def test_thousands_of_items_alike_take_no_time(tmp_path, embedder):
    """A file that could be any of them is described by none."""
    items = [Item("Compte rendu du conseil", date="2020-01-01") for _ in range(5000)]
    files = {f"{n}/Compte rendu du conseil {n}.txt": f"Le texte numéro {n}." for n in range(200)}
    began = time.monotonic()
    library, _ = built(tmp_path, embedder, {"a.json": csl(*items), **files})
    assert {each.described for each in library.articles} == {""} and time.monotonic() - began < 40


BIB = r"""@comment{jabref-meta: databaseType:biblatex;}
@string{lephare = "Le Phare"}
@article{castaing_barrage_2024,
	title = {Le barrage de {Lonzac} sera rehauss\'{e}},
	author = {Castaing, {\'E}lise and de la Tour, Marc},
	journal = {Le Phare},
	year = 2024, month = mar, day = {5},
	url = {https://phare.example/barrage\_2},
	pages = {4--5},
	file = {Texte int\'egral:files/12/Castaing.pdf:application/pdf;Snapshot:C\:\\Users\\moi\\ailleurs.html:text/html},
}
@misc{sans_fichier, title = "Un \og titre \fg{} sans fichier" # { du tout}, date = {2020-01-02}}
@article{casse, title = {Une accolade {de trop}
@newspaper{oriol, title={Le bac de Saint-Yrieul cesse de traverser}, author={Oriol, Paul}, date={2023-11-02},
  newspaper={La Gazette d’Yrieul}}
"""
RIS = """TY  - NEWS
TI  - Le barrage de Lonzac sera rehaussé
AU  - Castaing, Élise
AU  - de la Tour, Marc
T2  - Le Phare
DA  - 2024/03/05/
UR  - https://phare.example/barrage_2
SP  - 4
EP  - 5
L1  - files/12/Castaing.pdf
ER  -

TY  - NEWS
T1  - Le bac de Saint-Yrieul cesse
 de traverser
A1  - Oriol, Paul
JO  - La Gazette d’Yrieul
Y1  - 2023/11/02
ER  -
"""


@pytest.mark.parametrize(("name", "text"), [("bib.bib", BIB), ("bib.ris", RIS)])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_bibtex_and_ris_describe_the_files_beside_them(tmp_path, embedder, name, text, encoding):
    files = {
        name: text.encode(encoding),
        "files/12/Castaing.pdf": PDF,
        "Oriol - 2023 - Le bac de Saint-Yrieul cesse de traverser.html": PAGE,
    }
    library, report = built(tmp_path, embedder, files)
    page, pdf = sorted(library.articles, key=lambda each: each.id)
    assert (pdf.title, pdf.author) == ("Le barrage de Lonzac sera rehaussé", "Élise Castaing, Marc de la Tour")
    assert (pdf.source, pdf.date, pdf.date_from) == ("Le Phare", "2024-03-05", "metadata")
    assert pdf.url == "https://phare.example/barrage_2" and pdf.page in ("4-5", "4–5")
    assert (page.title, page.author) == ("Le bac de Saint-Yrieul cesse de traverser", "Paul Oriol")
    assert (page.source, page.date) == ("La Gazette d’Yrieul", "2023-11-02")
    (many,) = report.many
    assert (many.n_read, many.n_found) == (2, 4 if name.endswith(".bib") else 2)


def test_a_file_that_was_elsewhere_is_found_by_its_name(tmp_path, embedder):
    """As Mendeley and Zotero write where a file was on the machine that made the bibliography."""
    text = "@article{a, title={Le barrage}, file={:/home/moi/Zotero/storage/AB12/Castaing.pdf:PDF}}"
    library, _ = built(tmp_path, embedder, {"a.bib": text, "pdf/Castaing.pdf": PDF, "pdf/Autre.html": PAGE})
    assert {each.title for each in library.articles if each.id.endswith("pdf")} == {"Le barrage"}


@pytest.mark.parametrize("data", [b"", b"@", b"TY  - ", b"% rien\n", b"{{{{" * 9, b"\xff\xfe", b"Un texte."])
@pytest.mark.parametrize("kind", [".bib", ".ris"])
def test_what_is_no_bibliography_is_said_to_be_none(tmp_path, embedder, kind, data):
    library, report = built(tmp_path, embedder, {f"a{kind}": data, "b.txt": "Le pont rouvre."})
    assert len(library.articles) == 1
    (told, *_) = [*report.skipped, *report.many]
    assert f"a{kind}" in told.path


@pytest.mark.parametrize(
    "data",
    [
        b"@a{k,t={" * 50_000, b"\n@a{k,t={" * 50_000, b"@a{" * 100_000, b"@a{k," + b"t=" * 100_000, b"@ " * 100_000,
        b"@a{k,t=" + b"{" * 200_000, b"TY  - A\n" + b"TI  - x\n" * 100_000, b"TY  - A\nTI  - x" + b"\n y" * 100_000,
    ],
)  # fmt: skip
def test_a_hostile_bibliography_takes_no_time(data):
    began = time.process_time()
    for read in (read_bib, read_ris):
        with suppress(NotAnArticle):
            list(read(data))
    assert time.process_time() - began < 20


def test_a_bibliography_in_an_archive_describes_the_files_there(tmp_path, embedder):
    files = {
        "Lectures/Lectures.rdf": rdf(WEIR, FERRY, replace(FERRY, title="Un titre sans fichier", file="")),
        "Lectures/files/12/Castaing.pdf": PDF,
        "Lectures/files/15/bac.html": PAGE,
    }
    library, report = built(tmp_path, embedder, {"lectures.zip": zipped(files)})
    by_title = {each.title: each for each in library.articles}
    assert by_title.keys() == {WEIR.title, FERRY.title}
    assert by_title[FERRY.title].source == "La Gazette d’Yrieul"
    told = {each.reason for each in report.skipped}
    assert "it is a bibliography: 2 of its 3 items describe files of the archive" in told and len(told) == 2
    assert build(tmp_path / "library", embedder).is_noop
    renamed = rdf(replace(WEIR, title="La digue de Lonzac"), FERRY)
    (tmp_path / "zotero" / "lectures.zip").write_bytes(zipped(files | {"Lectures/Lectures.rdf": renamed}))
    assert len(build(tmp_path / "library", embedder).changed) == 1
    assert "La digue de Lonzac" in {each.title for each in Library.open(tmp_path / "library").articles}
