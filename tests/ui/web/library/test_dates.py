"""The date of an article on the shelf: what says it, a better one by hand, and the file's own again."""

from __future__ import annotations

import pytest
from command import run
from fakes import BagEmbedder, plain_answerer

from index.ingestion import build
from index.storage import Library, writing
from ui.formats.html import escape_key
from ui.i18n.catalog import shelf_words
from ui.services.host import LibraryHost
from ui.web.library.controller import Asked, ShelfView

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def shelf(tmp_path):
    """The shelf of a page, and the library behind it."""
    (tmp_path / "in").mkdir()
    for name, text in {
        "pont.txt": "Le pont rouvre\n\nPublié le 2 avril 2023\n\nIl rouvre lundi.\n",
        "2021-05-03_note.txt": "Une note\n\nRien de daté ici.\n",
        "sans.txt": f"{HOSTILE}\n\nRien de daté ici non plus.\n",
    }.items():
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [tmp_path / "in"])
    host = LibraryHost(lambda: plain_answerer(tmp_path / "lib"))
    host.main.load()
    return ShelfView(host.main, host), tmp_path / "lib"


def act(view, do, name="pont.txt", date="", lang="fr"):
    return view.act(Asked.of({"lang": lang, "do": do, "what": escape_key(name), "date": date}))


def listed(view, lang="fr"):
    return view.rows(Asked.of({"lang": lang, "down": True}))["list"]


def test_the_shelf_says_what_dates_an_article(shelf):
    view, _ = shelf
    for lang, why in (("fr", "date du nom du fichier"), ("en", "date from the file’s name")):
        page = listed(view, lang)
        assert why in page and shelf_words(lang)["date_none"] in page
        assert page.count("data-dated=") == 2 * 3


@pytest.mark.parametrize("day", ["2024-03-03", "2024-03", "1850", " 2024 "])
def test_a_date_is_corrected_as_the_command_does_and_taken_back(shelf, day):
    """Nothing is embedded again, and the next listing has it without a restart."""
    view, path = shelf
    before = Library.open(path).generation
    done = act(view, "date", date=day)
    assert "corrigée à la main" in done["said"] and done["generation"] == before + 1
    assert "corrected by hand" in run("date", "pont", "--library", path).stdout
    page = listed(view)
    assert f'data-iso="{day.strip()}"' in page and "date corrigée à la main" in page
    assert "Lue dans le fichier\u00a0: 02/04/2023" in page
    back = act(view, "undate", lang="en")
    assert "2 April 2023" in back["said"] and "by hand" not in back["said"]
    assert Library.open(path).by_id["pont.txt"].date == "2023-04-02" and "Lue dans le fichier" not in listed(view)


@pytest.mark.parametrize("day", ["", "hier", "03/03/2024", "2023-02-29", "٢٠٢٤", HOSTILE, "2024-03-03" * 900])
def test_what_is_no_date_is_one_line_and_changes_nothing(shelf, day):
    view, path = shelf
    for lang in ("fr", "en"):
        said = act(view, "date", date=day, lang=lang)["error"]
        assert "2024-03-03" in said and "<" not in said and "\n" not in said and len(said) < 400
    assert Library.open(path).generation == 1


def test_an_article_that_is_none_and_a_library_at_work_are_said(shelf):
    view, path = shelf
    assert act(view, "date", "parti.txt", "2024") == act(view, "undate", "parti.txt")
    assert act(view, "date", "parti.txt", "2024")["error"] == shelf_words("fr")["not_there"]
    for what in ({}, None, 3, ["x"], "zz"):
        assert view.act(Asked.of({"do": "date", "what": what, "date": "2024"}))["error"]
        assert view.act(Asked.of({"do": "date", "what": escape_key("pont.txt"), "date": what}))["error"]
    with writing(path):
        assert act(view, "date", date="2024")["error"] == shelf_words("fr")["date_busy"]
    assert Library.open(path).generation == 1


def test_a_headline_is_no_markup_wherever_its_date_is_shown(shelf):
    view, _ = shelf
    said = act(view, "date", "sans.txt", "2024")["said"]
    assert "<img" not in said + listed(view) and "&lt;img" in said
