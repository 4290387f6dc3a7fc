"""An article that is open says whether its file is still what was indexed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.documents.articles import parts, read_article, read_bytes
from index.documents.discovery import Found
from index.documents.freshness import file_state


def read(path, name):
    return [read_article(each)[0] for each in parts(Found(path, name), read_bytes(path))]


@pytest.mark.parametrize("name", ["pont.txt", "élève n°1.txt"])
def test_a_file_is_as_it_was_changed_or_gone(tmp_path, name):
    """One byte is a change; a file of the same bytes is none."""
    path = tmp_path / name
    path.write_text("Le pont rouvre\n\nIl rouvre le 3 mai.\n", encoding="utf-8")
    (article,) = read(path, name)
    assert file_state(article) == ""
    path.write_text("Le pont rouvre\n\nIl rouvre le 4 mai.\n", encoding="utf-8")
    assert file_state(article) == "changed"
    path.write_bytes(b"")
    assert file_state(article) == "changed"
    path.unlink()
    assert file_state(article) == "removed"


def test_of_a_file_of_many_articles_only_the_changed_one_has_changed(tmp_path):
    """A .jsonl holds an article a line."""
    path = tmp_path / "all.jsonl"
    records = [{"title": f"Titre {n}", "text": f"Le pont numéro {n} rouvre lundi."} for n in (1, 2)]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    first, second = read(path, "all.jsonl")
    records[1]["text"] += " Ou mardi."
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert (file_state(first), file_state(second)) == ("", "changed")
    path.write_text("\n".join(map(json.dumps, records[:1])), encoding="utf-8")
    assert file_state(second) == "changed"


def test_a_folder_in_the_files_place_is_a_change(tmp_path):
    """Whatever stands there, nothing breaks."""
    path = tmp_path / "pont.txt"
    path.write_text("Le pont rouvre lundi.", encoding="utf-8")
    (article,) = read(path, "pont.txt")
    path.unlink()
    Path(path).mkdir()
    assert file_state(article) == "changed"
