"""`citeline date`: a date that a person corrected is the article's, whatever happens to its file."""

import pytest
from command import one_line, run
from fakes import BagEmbedder

from index.backup import back_up, restore_backup
from index.errors import CorpusError
from index.ingestion import build, correct_date
from index.storage import Library

TEXT = "Le pont rouvre\n\nVernay, le 2 avril 2023 – Le pont de Vernay rouvre lundi, dit la mairie.\n"


@pytest.fixture
def shelf(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pont.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in" / "autre.txt").write_text("Un autre texte\n\nRien ici.\n", encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "in"])
    return tmp_path / "lib"


def dated(path):
    return {each.id: (each.date, each.date_from) for each in Library.open(path).articles}


def test_a_correction_outlives_indexing_a_change_a_new_name_and_a_rebuild(shelf, tmp_path):
    read = dated(shelf)["pont.txt"]
    assert read[0] == "2023-04-02"
    correct_date(shelf, "pont.txt", "2024-03-03")
    assert dated(shelf)["pont.txt"] == ("2024-03-03", "corrected")
    generation = Library.open(shelf).generation
    assert build(shelf, BagEmbedder()).is_noop and dated(shelf)["pont.txt"][0] == "2024-03-03"
    assert Library.open(shelf).generation == generation
    file = tmp_path / "in" / "pont.txt"
    file.write_text(TEXT.replace("lundi", "mardi"), encoding="utf-8")
    build(shelf, BagEmbedder())
    assert dated(shelf)["pont.txt"] == ("2024-03-03", "corrected")
    file.rename(tmp_path / "in" / "neuf.txt")
    build(shelf, BagEmbedder())
    assert dated(shelf)["neuf.txt"] == ("2024-03-03", "corrected")
    build(shelf, BagEmbedder(), rebuild=True)
    assert dated(shelf)["neuf.txt"] == ("2024-03-03", "corrected")
    correct_date(shelf, "neuf.txt", "")
    assert dated(shelf)["neuf.txt"] == read


def test_nothing_is_embedded_and_other_articles_stay(shelf):
    before = dated(shelf)["autre.txt"]
    correct_date(shelf, "pont.txt", "1850")
    embedder = BagEmbedder()
    build(shelf, embedder)
    assert not embedder.encoded and dated(shelf)["autre.txt"] == before


def test_a_correction_goes_with_a_backup(shelf, tmp_path):
    correct_date(shelf, "pont.txt", "2024-03")
    back_up(shelf, tmp_path / "backup")
    restore_backup(tmp_path / "backup", tmp_path / "lib2", tmp_path / "in2")
    assert dated(tmp_path / "lib2")["pont.txt"] == ("2024-03", "corrected")


@pytest.mark.parametrize("wrong", ["2024-13", "2023-02-29", "hier", "03/03/2024", "2024-3-3", "٢٠٢٤", "2024-03-03\n"])
def test_what_is_no_date_changes_nothing(shelf, wrong):
    generation = Library.open(shelf).generation
    with pytest.raises(CorpusError, match="2024-03-03"):
        correct_date(shelf, "pont.txt", wrong)
    assert Library.open(shelf).generation == generation


def test_the_command_says_what_it_did_and_how_to_go_back(shelf):
    said = run("date", "pont", "2024-03-03", "--library", shelf).stdout
    assert "corrected by hand" in said and "2023-04-02" in said and "--reset" in said
    assert "corrected by hand" in run("status", "--file", "pont", "--library", shelf).stdout
    assert "2023-04-02" in run("date", "pont.txt", "--reset", "--library", shelf).stdout
    assert "fits 2 articles" in one_line(run("date", "txt", "2024", "--library", shelf))
    assert "2024-03-03" in one_line(run("date", "pont", "demain", "--library", shelf))
    assert "nothing in the library" in one_line(run("date", "rien du tout", "2024", "--library", shelf))
