"""The day on which an article appeared: how it is written, where it stands, and which days are not it."""

from pathlib import Path

import pytest

from index.documents.articles import parts, read_article
from index.documents.discovery import Found
from index.extraction.header import find_date, published_date

HEAD = "Le tri des déchets change à Orvanne"
BODY = (
    "La communauté de communes d’Orvanne ramassera désormais les biodéchets une fois par semaine, a décidé jeudi soir "
    "le conseil, qui en avait débattu le 4 juin 2019 puis le 12 février 2021 sans parvenir à voter."
)


def read(text, name="article.txt"):
    article, _ = read_article(*parts(Found(Path("/nowhere") / name, name), text.encode()))
    return article.date, article.date_from


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3 mars 2024", "2024-03-03"),
        ("03 mars 2024", "2024-03-03"),
        ("dimanche 3 mars 2024 à 18h30", "2024-03-03"),
        ("1er mai 2024", "2024-05-01"),
        ("1ᵉʳ août 2024", "2024-08-01"),
        ("1 ER AOÛT 2024", "2024-08"),
        ("3 MARS 2024", "2024-03-03"),
        ("14 aou\u0302t 2024", "2024-08-14"),
        ("3\u00a0mars\u202f2024", "2024-03-03"),
        ("3-mars-2024", "2024-03-03"),
        ("8 déc. 2023", "2023-12-08"),
        ("8 juill. 2023", "2023-07-08"),
        ("mars 2024", "2024-03"),
        ("2 mars 1850", "1850-03-02"),
        ("14 juillet 1789", "1789-07-14"),
        ("1850", "1850"),
        ("03-04-2024", "2024-04-03"),
        ("03/04/2024", "2024-04-03"),
        ("3.4.2024", "2024-04-03"),
        ("03. 04. 2024", "2024-04-03"),
        ("3/4/24", "2024-04-03"),
        ("25/12/99", "1999-12-25"),
        ("04/2024", "2024-04"),
        ("12/25/2024", "2024-12-25"),
        ("2024/03/04", "2024-03-04"),
        ("2024.03.04", "2024-03-04"),
        ("2024_03_04", "2024-03-04"),
        ("20240304", "2024-03-04"),
        ("20240304T183000Z", "2024-03-04"),
        ("20240304_", "2024-03-04"),
        ("2024-03-04T23:30:00-05:00", "2024-03-04"),
        ("2024-03-04T00:15:00+0200", "2024-03-04"),
        ("Mon, 04 Mar 2024 18:00:00 +0100", "2024-03-04"),
        ("3 March 2024", "2024-03-03"),
        ("3rd of March, 2024", "2024-03-03"),
        ("March 3, 2024", "2024-03-03"),
        ("Sept. 3, 2024", "2024-09-03"),
        ("3. März 2024", "2024-03-03"),
        ("3.März 2024", "2024-03-03"),
        ("5. Jänner 2024", "2024-01-05"),
        ("3 de marzo de 2024", "2024-03-03"),
        ("3 de dic. de 2024", "2024-12-03"),
        ("3 marzo 2024", "2024-03-03"),
        ("1º maggio 2024", "2024-05-01"),
        ("10 set 2024", "2024-09-10"),
        ("3 de março de 2024", "2024-03-03"),
        ("1º de fevereiro de 2024", "2024-02-01"),
        ("Le mar 2012 habitants", ""),
        ("Le 1er mai 2000 personnes ont défilé", ""),
        ("En mai 1800 manifestants à Orvanne", ""),
        ("le 3 mars 2024 dans la nuit", "2024-03-03"),
        ("le 3 mars 2024 mis à jour", "2024-03-03"),
        ("la loi 2014/58 du 1234/5678", ""),
        ("tél. 0612345678", ""),
        ("2024-13-01", ""),
        ("40/12/2024", ""),
        ("00/00/2024", ""),
        ("3 mars 20245", ""),
        ("mars", ""),
    ],
)
def test_a_date_is_told_however_it_is_written(text, date):
    """Six languages, words and figures, with any sign between them; what only looks like one is none."""
    assert find_date(text) == date


def test_figures_are_read_as_in_the_united_states_only_when_told():
    """Day first, unless asked otherwise or there is no such month."""
    assert find_date("03/04/2024", month_first=True) == "2024-03-04"
    assert find_date("25/04/2024", month_first=True) == "2024-04-25"
    assert find_date("2024/03/04", month_first=True) == "2024-03-04"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Publié le 03 mars 2024", "2024-03-03"),
        ("Publié le 3 mars 2024 à 18h30, mis à jour le 5 mars 2024 à 9h", "2024-03-03"),
        ("Mis à jour le 5 mars 2024 — Publié le 3 mars 2024", "2024-03-03"),
        ("Par Anne Le Gall | Publié le vendredi 8 mars 2024 à 7 h 02 | Lecture 3 min", "2024-03-08"),
        ("Publié par Anne Le Gall le 8 mars 2024", "2024-03-08"),
        ("Publié le 8 mars 2024 par Anne Le Gall", "2024-03-08"),
        ("MIS EN LIGNE LE 2 MAI 2024", "2024-05-02"),
        ("Date de publication : 02/05/2024", "2024-05-02"),
        ("Posted on March 3, 2024 at 5:30 p.m. ET by Ann Lee", "2024-03-03"),
        ("Published: 3 March 2024 10:02 GMT", "2024-03-03"),
        ("Veröffentlicht am 3. März 2024 um 10:12 Uhr", "2024-03-03"),
        ("Publicado el 3 de marzo de 2024 a las 10:00", "2024-03-03"),
        ("Pubblicato il 3 marzo 2024 alle 10:00", "2024-03-03"),
        ("Publicado em 3 de março de 2024 às 10h", "2024-03-03"),
        ("Mis à jour le 5 mars 2024", ""),
        ("Consulté le 5 mars 2024", ""),
        ("Last updated March 5, 2024", ""),
        ("Publié le 3 mars 2020 par l’Insee, le rapport conclut à une baisse nette des naissances.", ""),
        ("Le rapport publié le 3 mars 2020 conclut à une baisse", ""),
        ("Le livre est paru. Il y pensait le 3 mars 2020", ""),
    ],
)
def test_a_word_of_publication_tells_which_date_it_is(line, date):
    """The one behind "publié le", whatever else the line says; not that of an update, and not one in a sentence."""
    assert published_date(line) == date


@pytest.mark.parametrize(
    ("text", "name", "date", "date_from"),
    [
        (f"---\ntitle: x\nauthor: y\ntags: z\nlayout: w\nslug: v\nkind: u\ndate: 03/04/2024\n---\n{BODY}", "",
         "2024-04-03", "metadata"),
        (f"Date : 3 avril 2024\n{HEAD}\n\n{BODY}", "2023-01-01.txt", "2024-04-03", "metadata"),
        (f"{HEAD}\n\nORVANNE, 3 avril 2024 (AGL) — {BODY}", "2023-01-01.txt", "2024-04-03", "dateline"),
        (f"{HEAD}\n\nORVANNE (AGL), mercredi 3 avril 2024 - {BODY}", "", "2024-04-03", "dateline"),
        (f"{HEAD}\n\nSaint-Denis-sur-Orvanne, le 3 avril 2024. – {BODY}", "", "2024-04-03", "dateline"),
        (f"ORVANNE 3 avril 2024 (AGL) — {BODY}", "", "2024-04-03", "dateline"),
        (f"{HEAD}\n\nMADRID, 3 abr. 2024 (AGL) - {BODY}", "", "2024-04-03", "dateline"),
        (f"{HEAD}\n\nPublié le 8 septembre 2021\n\nORVANNE — {BODY}", "", "2021-09-08", "line"),
        (f"{HEAD}\n\nPar Anne Le Gall\n\nPublié le 03 mars 2024 à 8h\n\n{BODY}", "", "2024-03-03", "line"),
        (f"Accueil\nPolitique\nSociété\n\n{HEAD}\n\nUn choix qui divise.\n\nAnne Le Gall\n\n5 min\n\n"
         f"Publié le 3 mars 2024\n\n{BODY}", "", "2024-03-03", "line"),
        (f"{HEAD}\n\nMis à jour le\n5 mars 2024\n\n{BODY}", "", "", ""),
        (f"{HEAD}\n\nMis à jour le 5 mars 2024\n\n{BODY}", "2024-03-02_tri.txt", "2024-03-02", "filename"),
        (f"{HEAD}\n\nPublié le\n3 mars 2024\n\nMis à jour le\n5 mars 2024\n\n{BODY}", "", "2024-03-03", "line"),
        (f"La Gazette d’Orvanne\n\n2 mars 1850\n\n{BODY}", "", "1850-03-02", "line"),
        (f"2024-03-14\n\n{HEAD}\n\n{BODY}", "", "2024-03-14", "line"),
        (f"{HEAD}\n\nLe Courrier d’Orvanne | 3 mars 2024 | Société\n\n{BODY}", "", "2024-03-03", "line"),
        (f"{HEAD}\n\nLe Courrier d’Orvanne, 3 mars 2024\n\n{BODY}", "", "2024-03-03", "line"),
        (f"Le Courrier d’Orvanne, vendredi 8 mars 2024\n\n{HEAD}\n\n{BODY}", "", "2024-03-08", "line"),
        (f"{HEAD}\n\nL’Éclaireur avec AGL | 03.03.2024 à 10h12 • Mis à jour le 04.03.2024 à 11h\n\n{BODY}", "",
         "2024-03-03", "line"),
        (f"{HEAD}\n\nÉdition du 3 mars 2024\n\n{BODY}", "", "2024-03-03", "line"),
        (f"{HEAD}\n\nPublié le 03/04/24 à 18 h\n\n{BODY}", "", "2024-04-03", "line"),
        (f"Brémont, vendredi 13 novembre 2015\n\nSix ans après, le procès\n\n{BODY}", "2021-09-08.txt", "2021-09-08",
         "filename"),
        (f"Strage di 13 novembre 2015\n\n{BODY}", "", "", ""),
        (f"{HEAD}\n\nLe Courrier d’Orvanne, ven. 8 mars 2024\n\n{BODY}", "", "2024-03-08", "line"),
        (f"# {HEAD}\n\n*3 mars 2024*\n\n{BODY}", "", "2024-03-03", "line"),
        (f"{HEAD}\n\nSoir, 18:30 - {BODY}", "20240303_tri.txt", "2024-03-03", "filename"),
        (f"{HEAD}\n\n{BODY}", "2024_03_03 tri.txt", "2024-03-03", "filename"),
        (f"{HEAD}\n\n{BODY}", "tri 3 mars 2024.txt", "2024-03-03", "filename"),
        (f"{HEAD}\n\n{BODY}", "tri-orvanne-2024.txt", "", ""),
        (f"Attaque du 13 novembre 2015 : le procès s’ouvre\n\n{BODY}", "", "", ""),
        (f"Attaque du 13 novembre 2015 : le procès s’ouvre\n\n{BODY}", "2021-09-08 procès.txt", "2021-09-08",
         "filename"),
        (f"13 novembre 2015, la nuit de tous les drames\n\nORVANNE, 8 septembre 2021 — {BODY}", "", "2021-09-08",
         "dateline"),
        (f"Orvanne, 13 novembre 2015\n\nSix ans après, le procès s’ouvre\n\n{BODY}", "", "", ""),
        (f"{HEAD}\n\nIl y a cinq ans, le 3 mars 2019, tout a commencé.\n\n{BODY}", "", "", ""),
        (f"{HEAD}\n\n{BODY}\n\nPublié sans date\n\nLe 3 mars 2019, {BODY}", "", "", ""),
        (f"Waste sorting changes in Orvanne\n\nPublished 03/04/2024 10:02 a.m. EST\n\n{BODY}", "", "2024-03-04", "line"),
        (f"Waste sorting changes in Orvanne\n\nPublished 03/04/2024 10:02\n\n{BODY}", "", "2024-04-03", "line"),
    ],
)  # fmt: skip
def test_an_article_has_the_date_that_its_best_evidence_says(text, name, date, date_from):
    """A field, a dateline, a line near the top, the file's name, in this order; never what headline or text tell of."""
    assert read(text, name or "article.txt") == (date, date_from)


def test_a_line_without_end_is_looked_at_no_further_than_its_beginning():
    """Neither a long line nor one of figures or dates costs time."""
    assert (
        read(f"{HEAD}\n\n" + "12/12-12." * 200_000 + "\n" + "3 mars " * 200_000 + "\n" + "PARIS, " * 200_000)[0] == ""
    )


@pytest.mark.parametrize(
    "line", ["Publié le 3 mars 2024", "Dimanche 3 mars 2024", "*Mis en ligne le 3 mars 2024 à 8h*"]
)
def test_a_line_that_says_when_is_no_title(line):
    """Whether it stands above a short headline or below."""
    for text in (f"Le quai ferme\n\n{line}\n\n{BODY}", f"{line}\n\nLe quai ferme\n\n{BODY}"):
        article, _ = read_article(*parts(Found(Path("/nowhere/a.txt"), "a.txt"), text.encode()))
        assert (article.title, article.date) == ("Le quai ferme", "2024-03-03")


@pytest.mark.parametrize(
    ("text", "date"),
    [("31 février 2019", "2019-02"), ("29/02/2023", ""), ("29 février 2024", "2024-02-29"), ("31.04.2022", "")],
)
def test_a_day_that_no_month_has_is_none(text, date):
    assert find_date(text) == date
