"""`citeline status --file`: each letter of a file is in the article or in the list of what was left out."""

import json

import pytest
from command import one_line, run
from fakes import BagEmbedder
from printed import lines, printed, text

from index.documents.articles import parts, read_article
from index.documents.discovery import Found
from index.ingestion.indexing import build
from index.storage import Library
from ui.holdings.coverage import file_dict, file_text, files_named

_SENTENCES = " ".join(f"La commission numéro {n} a rendu son rapport sur le pont de Vernay." for n in range(9))
LOST = "Perdu ici : un paragraphe que rien ne relie au reste."
PAGE = f"""<html lang="fr"><head><title>Le pont rouvre</title></head><body>
<nav><a href="/">Accueil</a> <a href="/p">Politique</a></nav>
<article><h1>Le pont de Vernay rouvre</h1><p>{_SENTENCES}</p><p>Lire aussi : <a href="/x">Le bac est en panne</a></p>
<p>{_SENTENCES.replace("pont", "viaduc")}</p></article>
<div class="ads">Publicité : achetez un vélo neuf</div>
<div id="commentaires"><p>Jean : je le savais depuis longtemps.</p></div>
<footer>Mentions légales</footer><div><p>{LOST}</p></div></body></html>"""
DIV_PAGE = f"""<html><body><div role="navigation"><ul><li><a href="/">Accueil</a></li></ul></div>
<div class="story"><h1>Le pont de Vernay rouvre</h1><div><p>{_SENTENCES}</p></div></div>
<section class="newsletter-box">Recevez la lettre du matin</section>
<aside class="widget">La météo de demain : soleil</aside></body></html>"""


def coverage(path, data):
    path.write_bytes(data)
    (part,) = parts(Found(path, path.name), data)
    return read_article(part)[0].coverage


def whole(found):
    return found.found == found.kept + sum(each.n_chars for each in found.left_out)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "in").mkdir()
    (folder / "in" / "page.html").write_text(PAGE, encoding="utf-8")
    (folder / "in" / "note.txt").write_text("Un titre\n\nDeux mots, 3 € — et c’est tout.\n", encoding="utf-8")
    (folder / "in" / "deux.csv").write_text(
        'title;text\nUn;"Le premier texte."\nDeux;"Le deuxième texte."\nTrois;""\n', encoding="utf-8"
    )
    (folder / "in" / "rien.txt").write_text("   \n", encoding="utf-8")
    build(folder / "lib", BagEmbedder(), [folder / "in"])
    return folder / "lib"


def test_what_a_page_leaves_out_is_named_with_its_first_words(tmp_path):
    found = coverage(tmp_path / "a.html", PAGE.encode())
    by_reason = {each.reason: each for each in found.left_out}
    assert whole(found)
    assert any("Accueil" in first for first in by_reason["menu"].begins)
    assert any("bac est en panne" in first for first in by_reason["teaser"].begins)
    assert any("Jean" in first for first in by_reason["comments"].begins)
    assert any("vélo" in first for first in by_reason["advertising"].begins)
    assert any("Mentions" in first for first in by_reason["footer"].begins)
    assert by_reason["other"].begins == (LOST,)


def test_another_layout_is_measured_too(tmp_path):
    found = coverage(tmp_path / "b.html", DIV_PAGE.encode())
    assert whole(found)
    assert {"menu", "invitation", "beside"} <= {each.reason for each in found.left_out}


def test_nothing_of_the_articles_own_text_is_said_to_be_missing(tmp_path):
    page = f"<html><body><article><h1>Un titre de page</h1><p>{_SENTENCES} <b>Fin</b> de <i>texte</i>.</p></article>"
    found = coverage(tmp_path / "c.html", page.encode())
    assert found.found == found.kept > 400 and not found.left_out


def test_plain_text_is_counted_to_the_letter(tmp_path):
    found = coverage(tmp_path / "a.txt", "Un titre\n\nDeux mots, 3 €.\n".encode())
    assert (found.found, found.kept) == (16, 16)


def test_running_heads_and_page_numbers_of_a_pdf_are_left_out_by_name(tmp_path):
    pages = []
    for n in range(1, 5):
        printed_lines = lines(40, 500, *(f"Ligne {n}{k} du texte." for k in range(6)))
        pages.append([text(40, 570, "Le Courrier de Vernay"), *printed_lines, text(200, 20, f"{n}")])
    found = coverage(tmp_path / "a.pdf", printed(*pages))
    by_reason = {each.reason: each for each in found.left_out}
    assert whole(found)
    assert (by_reason["running_head"].n_blocks, by_reason["running_head"].n_chars) == (4, 4 * 18)
    assert (by_reason["page_number"].n_blocks, by_reason["page_number"].n_chars) == (4, 4)


def test_a_file_of_several_articles_is_accounted_for_part_by_part(shelf):
    (held,) = files_named(Library.open(shelf), "deux.csv")
    said = file_dict(held)
    assert (said["found"], said["read"], len(said["articles"]), len(said["skipped"])) == (3, 2, 2, 1)
    # "Le premier texte." and its title; the third row, with its title alone, is passed over.
    assert said["articles"][0]["coverage"]["n_in_file"] == said["articles"][0]["coverage"]["n_kept"] == 16
    assert (said["coverage"]["n_in_file"], said["coverage"]["n_kept"]) == (16 + 19 + 5, 16 + 19)
    assert [(each["reason"], each["n"]) for each in said["coverage"]["left_out"]] == [("passed_over", 5)]
    assert "40 letters and digits in the text, 35 kept (87 %)" in file_text(held)


def test_a_file_that_was_passed_over_says_why(shelf):
    (held,) = files_named(Library.open(shelf), "rien.txt")
    assert "passed over" in file_text(held) and "no text" in file_text(held)


def test_several_matches_are_listed_and_none_is_one_line(shelf):
    assert len(files_named(Library.open(shelf), ".txt")) == 2
    found = run("status", "--file", "page", "--library", shelf, "--json")
    (said,) = json.loads(found.stdout)
    assert said["articles"][0]["coverage"]["n_in_file"] > said["articles"][0]["coverage"]["n_kept"]
    assert "citeline status" in one_line(run("status", "--file", "nulle part", "--library", shelf))
    assert "citeline status" in one_line(run("status", "--file", "", "--library", shelf))


def test_a_library_from_before_it_was_measured_says_how_to_measure_it(shelf, tmp_path, monkeypatch):
    from dataclasses import replace

    from index.ingestion import workers

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Un titre\n\nDu texte.\n", encoding="utf-8")
    real = workers.read_article

    def before(*args):
        article, note = real(*args)
        return replace(article, coverage=None), note

    monkeypatch.setattr(workers, "read_article", before)
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "in"])
    assert "citeline index" in file_text(files_named(Library.open(tmp_path / "lib"), "a.txt")[0])
    monkeypatch.undo()
    embedder = BagEmbedder()
    build(tmp_path / "lib", embedder)
    assert "(all)" in file_text(files_named(Library.open(tmp_path / "lib"), "a.txt")[0])
    assert not embedder.encoded  # only read again
