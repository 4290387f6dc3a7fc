"""The shelf in a browser: search, sort, open, add by drag and drop, remove, stop; by keyboard, in both languages."""

from __future__ import annotations

import re

import pytest
from browser import ask, no_sideways_scroll, pages_of
from dispatches import DISPATCH
from fakes import BagEmbedder

from index.ingestion.indexing import build

try:
    from playwright.sync_api import expect
except ImportError:
    pytest.skip("playwright is not installed: pip install playwright", allow_module_level=True)

MUSEUM = "Le musée de Vernay ouvre mardi\n\n5 mai 2024\n\nLe musée de Vernay ouvrira mardi à neuf heures.\n"
TITLES = {
    "pont.txt": ("Le pont de Vernay rouvre", "12 mars 2024"),
    "port.txt": ("Port strike ends after nine days", "3 June 2023"),
}
SLOWLY = """() => {
  const sent = window.fetch;
  window.fetch = async (address, ...rest) => {
    if (String(address).includes("/shelf/upload")) await new Promise((done) => setTimeout(done, 1500));
    return sent(address, ...rest);
  };
}"""
DROP = """async files => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  const target = document.querySelector(".cl-stacks");
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def shelf(tmp_path, browser):
    """Open a page on a library of two articles; embedding takes `seconds` a group. At the end: no error was logged."""
    with pages_of(tmp_path, browser) as open_page:

        def open_shelf(seconds=0.0, **options):
            folder = tmp_path / "articles"
            folder.mkdir(exist_ok=True)
            for name, (title, date) in TITLES.items():
                (folder / name).write_text(f"{title}\n\n{date}\n\nLe texte parle d’un chantier.", encoding="utf-8")
            build(tmp_path / "library", BagEmbedder(), [folder])
            return open_page(seconds, **options)

        yield open_shelf


def titles(page):
    return page.locator(".cl-stack-table tbody .cl-title")


def test_search_sort_and_open(shelf):
    """Newest first; a heading sorts, again the other way; a word finds; a title opens its article in the reader."""
    page = shelf()
    expect(titles(page)).to_have_text(["Le pont de Vernay rouvre", "Port strike ends after nine days"])
    page.click("[data-sort=title]")
    page.click("[data-sort=title]")
    expect(titles(page)).to_have_text(["Port strike ends after nine days", "Le pont de Vernay rouvre"])
    expect(page.locator("th.cl-col-title[aria-sort]").first).to_have_attribute("aria-sort", "descending")
    expect(page.locator("[data-sort=title]")).to_be_focused()
    page.fill(".cl-stack-search", "vérnay")
    expect(titles(page)).to_have_text(["Le pont de Vernay rouvre"])
    page.fill(".cl-stack-search", "chantiers")
    expect(page.locator(".cl-stack-table")).to_contain_text("dans le texte")
    page.fill(".cl-stack-search", "xyzzy")
    expect(page.locator(".cl-stack-empty")).to_have_text("Aucun article ne correspond.")
    page.fill(".cl-stack-search", "port")
    expect(titles(page)).to_have_count(1)
    titles(page).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cl-article h2")).to_have_text("Port strike ends after nine days")
    expect(page.locator(".cl-stacks")).to_be_hidden()
    page.click(".cl-bar [data-view=shelf]")
    expect(page.locator(".cl-stack-search")).to_have_value("port")
    expect(page.locator(".cl-stacks h2")).to_be_focused()


def test_a_file_that_is_dropped_can_be_asked_about_and_removed(shelf, tmp_path):
    """It is copied, indexed, counted in the bar above, answered from; removed it is gone, the copy too."""
    page = shelf()
    expect(titles(page)).to_have_count(2)
    page.evaluate(DROP, [["musée <b>.txt", MUSEUM], ["film.mp4", "x"], ["vide.txt", ""]])
    expect(page.locator(".cl-stack-report")).to_contain_text("C’est fait")
    expect(page.locator(".cl-stack-refused li")).to_have_count(2)
    expect(titles(page)).to_have_count(3)
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("3 articles")
    assert [each.name for each in (tmp_path / "library" / "added").iterdir()] == ["musée -b.txt"]
    turn = ask(page, "Quand le musée de Vernay ouvrira-t-il ?", "quoted")
    expect(turn).to_contain_text("mardi à neuf heures")
    page.click(".cl-bar [data-view=shelf]")
    page.click("[aria-label='Retirer Le musée de Vernay ouvre mardi']")
    expect(page.locator(".cl-stack-ask")).to_contain_text("elle sera effacée")
    page.keyboard.press("Escape")
    expect(titles(page)).to_have_count(3)
    page.click("[aria-label='Retirer Le musée de Vernay ouvre mardi']")
    page.click(".cl-stack-yes")
    expect(titles(page)).to_have_count(2)
    expect(page.locator(".cl-stack-report")).to_contain_text("musée -b.txt")
    assert list((tmp_path / "library" / "added").iterdir()) == []
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("2 articles")


def test_a_copy_that_takes_its_time_keeps_its_own_progress(shelf):
    """The folders are read again meanwhile, and more files are dropped: each has its turn, and the page has no
    error."""
    page = shelf()
    expect(titles(page)).to_have_count(2)

    page.evaluate(SLOWLY)
    page.evaluate(DROP, [[f"{n}.txt", MUSEUM.replace("neuf", n)] for n in ("une", "deux", "trois")])
    page.evaluate(DROP, [["quatre.txt", MUSEUM.replace("neuf", "quatre")]])
    page.click("[data-do=reindex]")
    expect(titles(page)).to_have_count(6)


def test_what_is_refused_says_why(shelf):
    """Each file with its reason, in the page's language; nothing else happens."""
    page = shelf(locale="en-GB")
    expect(titles(page)).to_have_count(2)
    page.evaluate(DROP, [["film<img>.mp4", "x"], ["vide.txt", ""]])
    expect(page.locator(".cl-stack-refused li")).to_have_count(2)
    expect(page.locator(".cl-stack-refused")).to_contain_text("film<img>.mp4")
    expect(page.locator(".cl-stack-refused")).to_contain_text("this type of file is not read")
    expect(page.locator(".cl-stack-refused")).to_contain_text("the file is empty")


def test_the_bar_moves_and_stop_keeps_what_was_done(shelf, tmp_path):
    """The bar goes up; Stop ends it and says what is kept; a question meanwhile has its answer; then it goes on."""
    page = shelf(1.5)
    for n in range(40):
        (tmp_path / "articles" / f"n{n}.txt").write_text(f"Titre {n}\n\nLe numéro {n} du journal parle du port.")
    page.click("[data-do=reindex]")
    bar = page.locator(".cl-stack-progress")
    expect(page.locator(".cl-stack-phase")).to_contain_text("Indexation des passages")
    page.wait_for_function("() => document.querySelector('.cl-stack-progress')?.value > 8")
    ask(page, "De quoi parle le pont de Vernay ?", re.compile("quoted|grounded|abstained"))
    page.click(".cl-bar [data-view=shelf]")
    expect(bar).to_be_visible()
    page.click("[data-do=stop]")
    expect(page.locator(".cl-stack-report")).to_contain_text("Ce qui était déjà calculé est gardé")
    expect(bar).to_be_hidden()
    page.click("[data-do=reindex]")
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("42 articles", timeout=90_000)
    expect(page.locator(".cl-stack-report summary").first).to_have_text("Ajoutés (40)")


def test_a_folder_by_its_path_and_an_article_taken_off_and_put_back(shelf, tmp_path):
    """The path is typed; forgetting the folder and taking off an article leave every file where it is."""
    page = shelf(locale="en-GB")
    other = tmp_path / "other"
    other.mkdir()
    (other / "musee.txt").write_text(MUSEUM, encoding="utf-8")
    page.click(".cl-stack-add")
    page.fill(".cl-stack-path", "no/such/folder")
    page.press(".cl-stack-path", "Enter")
    expect(page.locator(".cl-stack-report")).to_contain_text("Enter the full path")
    page.fill(".cl-stack-path", str(other))
    page.press(".cl-stack-path", "Enter")
    expect(titles(page)).to_have_count(3)
    page.click("[aria-label='Remove Port strike ends after nine days']")
    expect(page.locator(".cl-stack-ask")).to_contain_text("Its file stays where it is")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(2)
    page.click("summary:has-text('Excluded (1)')")
    page.click("[data-do=restore]")
    expect(titles(page)).to_have_count(3)
    page.click("summary:has-text('Folders (2)')")
    page.click(f"li:has-text('{other}') [data-do=forget]")
    page.click(".cl-stack-yes")
    expect(titles(page)).to_have_count(2)
    assert (other / "musee.txt").exists() and (tmp_path / "articles" / "port.txt").exists()


def test_what_another_process_indexes_is_said(shelf, tmp_path):
    """As `citeline watch` does: the page tells calmly that the library has changed, and counts again."""
    page = shelf()
    expect(titles(page)).to_have_count(2)
    (tmp_path / "articles" / "musee.txt").write_text(MUSEUM, encoding="utf-8")
    page.click(".cl-bar [data-view=history]")
    page.click(".cl-bar [data-view=shelf]")
    expect(page.locator("tr[data-state=new]")).to_contain_text("musee.txt")
    build(tmp_path / "library", BagEmbedder())
    expect(page.locator(".cl-stack-report")).to_contain_text("La bibliothèque a changé : 3 articles", timeout=30_000)
    expect(page.locator(".cl-bar .cl-library")).to_contain_text("3 articles")


def test_on_a_phone_nothing_scrolls_sideways(shelf):
    """The list opens below, can be sorted and closed."""
    page = shelf(width=390, height=780, has_touch=True)
    page.tap(".cl-bar [data-view=shelf]")
    expect(titles(page)).to_have_count(2)
    assert no_sideways_scroll(page)
    fits = "() => { const s = document.querySelector('.cl-stacks'); return s.scrollWidth <= s.clientWidth; }"
    assert page.evaluate(fits)
    expect(page.locator(".cl-stack-small").first).to_contain_text("5 lignes · à jour")
    page.tap("[data-sort=lines]")
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    page.tap(".cl-stack-close")
    expect(page.locator(".cl-stacks")).to_be_hidden()


def test_the_language_switches_with_the_page(shelf):
    """The shelf's words, not its articles'."""
    page = shelf()
    expect(page.locator(".cl-stacks h2")).to_have_text("Bibliothèque")
    page.click(".cl-bar >> text=English")
    expect(page.locator(".cl-stacks h2")).to_have_text("Library")
    expect(page.locator(".cl-stack-table")).to_contain_text("up to date")


def test_a_date_is_corrected_by_keyboard_and_taken_back(shelf):
    """What is no date is said beside the field; the focus comes back to the date, and the article's head has it."""
    page = shelf()
    date = page.locator(".cl-col-date [data-dated]").first
    expect(date).to_have_text("12/03/2024")
    date.focus()
    page.keyboard.press("Enter")
    field = page.locator(".cl-stack-day")
    expect(field).to_be_focused()
    expect(field).to_have_value("2024-03-12")
    expect(page.locator("[data-dating=reset]")).to_be_hidden()
    field.fill("demain <b>")
    page.keyboard.press("Enter")
    expect(page.locator(".cl-stack-dating [role=alert]")).to_contain_text("demain <b>")
    field.fill("2024-04")
    page.keyboard.press("Enter")
    expect(page.locator(".cl-stack-dating")).to_be_hidden()
    expect(date).to_have_text("04/2024")
    expect(date).to_be_focused()
    expect(page.locator(".cl-col-date .cl-meta").first).to_have_text("date corrigée à la main")
    expect(page.locator(".cl-stack-report")).to_contain_text("avril 2024")
    page.keyboard.press("Enter")
    expect(page.locator("#cl-dating-read")).to_contain_text("12/03/2024")
    page.keyboard.press("Escape")
    expect(page.locator(".cl-stack-dating")).to_be_hidden()
    page.click(".cl-col-date [data-dated] >> nth=0")
    page.click("[data-dating=reset]")
    expect(date).to_have_text("12/03/2024")


def test_what_a_copy_changed_is_shown_beside_the_conversation(shelf, tmp_path):
    """From an open article to the difference and on to the other text; in both languages."""
    (tmp_path / "articles").mkdir()
    paper = [*DISPATCH[:5], *DISPATCH[6:]]
    for name, lines in (("agence.txt", DISPATCH), ("echo.txt", paper)):
        (tmp_path / "articles" / name).write_text("\n\n".join(lines), encoding="utf-8")
    page = shelf()
    page.click(".cl-title >> nth=2")
    page.locator(".cl-differ").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cl-compared h2")).to_be_focused()
    gone = page.locator(".cl-differences li:not([data-kind=same])")
    expect(gone).to_have_count(1)
    expect(gone).to_contain_text("seulement dans")
    page.click(".cl-bar >> text=English")
    expect(gone).to_contain_text("only in")
    page.click(".cl-whole >> nth=1")
    expect(page.locator(".cl-article .cl-block")).to_be_visible()
    expect(page.locator(".cl-compared")).to_have_count(0)
