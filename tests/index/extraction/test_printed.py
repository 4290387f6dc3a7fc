"""Printed pages: columns in any order of writing, tables row by row, raised and turned print, initials, forms."""

import time

import pytest
from printed import field, lines, printed, table, text

from index.extraction.pdf import extract_pdf


def read(*pieces, **kinds):
    """The lines of a page of these pieces, lists of them or single ones, without the empty ones."""
    drawn = [one for each in pieces for one in (each if isinstance(each, list) else [each])]
    return [line for line in extract_pdf(printed(drawn, **kinds)).lines if line]


LEFT = ("Le maire de Lannoy a confirmé que", "la passerelle fermera tout l'été,", "pour refaire son tablier en bois.")
RIGHT = ("Les commerçants du quai refusent", "une fermeture si longue et veulent", "des travaux de nuit, en automne.")
THIRD = ("La région paiera la moitié de ces", "travaux, soit 2 millions d'euros,", "a dit son président, Paul Roy.")


def by_row(*columns, places, top=480, **kinds):
    """The lines of columns written level by level."""
    return [
        text(x, top - 14 * n, column[n])
        for n in range(max(map(len, columns)))
        for x, column in zip(places, columns, strict=True)
        if n < len(column)
    ]


# --- columns -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "places", "size"),
    [
        ((LEFT, RIGHT), (30, 230), (420, 595)),
        ((LEFT, RIGHT, THIRD), (30, 230, 430), (640, 595)),
        (
            ((*LEFT[:2], "pour refaire son tablier en bois,", "qui date de 1931 et prend l'eau."), RIGHT),
            (30, 230),
            (420, 595),
        ),
    ],
)
def test_columns_written_row_by_row_are_read_one_after_the_other(columns, places, size):
    """Two or three, also where one is longer, below a headline over all of them."""
    found = read(text(30, 540, "La passerelle de Lannoy ferme cet été", 20), by_row(*columns, places=places), size=size)
    assert found == ["La passerelle de Lannoy ferme cet été", *(" ".join(each) for each in columns)]


def test_a_wide_headline_does_not_part_the_sentences_of_a_column():
    """A line that ends before a capital or a figure is full in its column, however wide the headline is."""
    left = (
        "La fabrique a été vendue pour",
        "61 millions d'euros, après une",
        "lutte de dix mois. La déléguée",
        "Faustine Orhan veut que cette",
        "promesse soit écrite et signée.",
    )
    found = read(
        text(30, 540, "La fabrique de papier de Lannoy change encore de mains", 11),
        lines(30, 480, *left),
        lines(230, 480, *RIGHT),
    )
    assert found[1:] == [" ".join(left), " ".join(RIGHT)]


def test_lines_beside_a_picture_are_full():
    """The paragraph goes on below the picture, over the whole width."""
    narrow = (
        "Le refuge de Lannoy a recueilli",
        "214 chiens cette année, selon la",
        "directrice, Ombeline Castan, qui",
        "cite Pau, Dax et Auch, puis dit",
    )
    wide = (
        "Toulouse, qui aident le refuge depuis son ouverture, il y a dix ans, et",
        "paient les repas. Le vétérinaire du canton, Romuald Isnard, les vaccine.",
    )
    found = read(lines(30, 500, *narrow), lines(30, 444, *wide))
    assert found == [" ".join((*narrow, *wide))]


def test_names_each_on_a_line_stay_apart():
    """Short lines among wider ones are no column of a text."""
    names = ("Claire Vidal", "Paul Roy", "Luc Blin", "Odile Sarre")
    text_of = (
        "Le conseil de Lannoy s'est réuni jeudi soir dans la salle des fêtes, avec",
        "tous les élus de la majorité et ces quatre invités.",
    )
    assert read(lines(30, 540, *text_of), lines(30, 512, *names)) == [" ".join(text_of), *names]


def test_a_short_line_still_ends_a_paragraph():
    """Where there was room for the next word, the paragraph ended on purpose."""
    one = ("Le conseil de Lannoy a voté jeudi soir le budget de la", "commune, en hausse de deux pour cent.")
    other = (
        "Les impôts ne bougeront pas, a promis la maire devant",
        "une salle pleine, avant de lever la séance à minuit.",
    )
    assert read(lines(30, 500, *one, *other)) == [" ".join(one), " ".join(other)]


def test_an_address_does_not_join_the_list_before_it():
    """A line that begins with a number and a capital is no part of a bullet that ended."""
    found = read(
        lines(
            30,
            500,
            "• Un abri à la gare ;",
            "• Une prime pour l'achat d'un vélo électrique.",
            "12 Rue Haute",
            "14 Quai Bas",
        )
    )
    assert found[1:3] == ["• Une prime pour l'achat d'un vélo électrique.", "12 Rue Haute"]


# --- tables --------------------------------------------------------------------------------------------------------

PLACES = (40, 160, 280)


def test_the_rows_of_a_table_are_lines_with_the_labels_of_their_cells():
    """Between two paragraphs; a label stands before each cell, so that a cell can be asked for."""
    rows = [
        ("Commune", "Habitants", "Surface"),
        ("Lannoy", "4 210", "12 km2"),
        ("Orbec", "880", "7 km2"),
        ("Sassy", "1 030", "9 km2"),
    ]
    found = read(
        lines(40, 540, "Voici les trois communes."),
        table(500, PLACES, *rows),
        lines(40, 400, "Le canton en compte vingt."),
    )
    assert found == [
        "Voici les trois communes.",
        "Commune | Habitants | Surface",
        "Lannoy | Habitants : 4 210 | Surface : 12 km2",
        "Orbec | Habitants : 880 | Surface : 7 km2",
        "Sassy | Habitants : 1 030 | Surface : 9 km2",
        "Le canton en compte vingt.",
    ]


def test_years_are_labels_and_empty_cells_are_left_out():
    """A row of years above figures says what they are of; a cell that is empty is not written."""
    rows = [("Parti", "2014", "2020"), ("Liste A", "31 %", "28 %"), ("Liste B", "", "12 %"), ("Liste C", "9 %", "4 %")]
    found = read(table(500, PLACES, *rows))
    assert found[1:] == [
        "Liste A | 2014 : 31 % | 2020 : 28 %",
        "Liste B | 2020 : 12 %",
        "Liste C | 2014 : 9 % | 2020 : 4 %",
    ]


def test_a_table_of_words_has_rows_without_labels():
    """Nothing tells its first row from the others."""
    rows = [("Lannoy", "Claire Vidal", "maire"), ("Orbec", "Paul Roy", "adjoint"), ("Sassy", "Luc Blin", "maire")]
    assert read(table(500, PLACES, *rows)) == [" | ".join(row) for row in rows]


def test_figures_that_end_at_one_place_are_a_column():
    """Numbers are set to the right: they begin at different places."""
    rows = [("Poste", "Euros"), ("Câbles", "1 400 000"), ("Peinture", "90 000"), ("Clous", "7 000")]
    ends = [text(40, 500 - 18 * n, name, 10) for n, (name, _) in enumerate(rows)]
    widths = {"Euros": 27, "1 400 000": 44.5, "90 000": 30.6, "7 000": 25}
    found = read(
        [
            one
            for n, (_, value) in enumerate(rows)
            for one in (ends[n], text(200 - widths[value], 500 - 18 * n, value, 10))
        ]
    )
    assert found == [
        "Poste | Euros",
        "Câbles | Euros : 1 400 000",
        "Peinture | Euros : 90 000",
        "Clous | Euros : 7 000",
    ]


def test_notes_set_with_a_tab_are_no_table():
    """A number, a wide space, a text: an item of a list."""
    found = read(
        [
            one
            for n in range(4)
            for one in (text(40, 500 - 14 * n, f"{n + 1}."), text(75, 500 - 14 * n, "Une note assez courte."))
        ]
    )
    assert found[0] == "1. Une note assez courte." and not any("|" in line for line in found)


# --- raised and turned print, initials -----------------------------------------------------------------------------


def test_raised_digits_call_a_note():
    """They are kept apart from a year and a word; powers and ordinals stay."""
    found = read(
        text(30, 500, ["Le phare fut allumé en 1861", ("1", 7, 4), " par 240", ("2", 7, 4), " marins."]),
        text(
            30,
            486,
            [
                "Il a 86 m",
                ("2", 7, 4),
                ", soit 10",
                ("6", 7, 4),
                " fois plus, le 1",
                ("er", 7, 4),
                " mai du XIX",
                ("e", 7, 4),
                ".",
            ],
        ),
        text(30, 300, [("1", 6, 3), " Et non en 1859."], 9),
    )
    assert found == [
        "Le phare fut allumé en 1861[1] par 240[2] marins. Il a 86 m², soit 10⁶ fois plus, le 1er mai du XIXe.",
        "[1] Et non en 1859.",
    ]


@pytest.mark.parametrize(("turn", "rotate"), [(90, 90), (270, 270), (180, 180), (90, 0)])
def test_a_turned_page_is_read_as_it_is_seen(turn, rotate):
    """Words are whole and lines follow each other, however the page lies."""
    said = ("La carte de Lannoy montre trois captages", "d'eau, dont celui de la source haute.")
    places = {90: [(100, 60), (114, 60)], 270: [(114, 500), (100, 500)], 180: [(390, 100), (390, 86)]}[turn]
    places = [(390, 86), (390, 100)] if turn == 180 else places
    assert read([text(x, y, each, turn=turn) for (x, y), each in zip(places, said, strict=True)], rotate=rotate) == [
        " ".join(said)
    ]


def test_print_along_the_margin_is_a_line_of_its_own():
    """The name of a photographer is neither in the text nor in pieces."""
    found = read(lines(60, 500, *LEFT), text(30, 300, "Photo Agence Lumio / Tous droits réservés", 8, turn=90))
    assert found == [" ".join(LEFT), "Photo Agence Lumio / Tous droits réservés"]


@pytest.mark.parametrize(
    ("initial", "rest", "whole"),
    [
        ("L", "e conseil de Lannoy vote", "Le conseil"),
        ("À", "la mairie, on se tait,", "À la mairie"),
        ("P", "aul Roy a démissionné,", "Paul Roy"),
    ],
)
def test_a_large_initial_joins_its_word(initial, rest, whole):
    """It is as high as three lines, which stand beside it."""
    found = read(
        text(30, 472, initial, 40),
        lines(62, 500, rest, "puis lève la séance. Le public", "sort sans un mot, sous la pluie"),
        lines(30, 458, "qui tombe depuis l'aube, et rentre."),
    )
    assert (
        len(found) == 1
        and found[0].startswith(whole)
        and found[0].endswith("pluie qui tombe depuis l'aube, et rentre.")
    )


# --- hostile pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rows", "initials", "caps", "bullets", "cells"])
def test_a_page_without_end_takes_no_time(kind):
    """Time grows with the page, not with its square."""
    pieces = {
        "rows": [text(30 + 150 * (n % 2), 590 - n * 0.09, "Un mot ici") for n in range(6000)],
        "initials": [text(30, 590 - n * 0.09, "A", 40) for n in range(3000)] + lines(62, 500, "e mot"),
        "caps": [
            one for n in range(1500) for one in (text(30, 590 - n * 0.3, "A", 40), text(62, 610 - n * 0.3, "e mot"))
        ],
        "bullets": [
            one for n in range(3000) for one in (text(30, 590 - n * 6, "1.", 5), text(60, 590 - n * 6, "x", 5))
        ],
        "cells": [text(10 + 13 * n, 500, "x", 5) for n in range(6000)],
    }[kind]
    began = time.monotonic()
    extract_pdf(printed(pieces))
    assert time.monotonic() - began < 20


# --- forms ---------------------------------------------------------------------------------------------------------


def test_what_was_filled_in_stands_with_its_label():
    """In front of the field, above it, or nowhere on the page; a box that was ticked, and none that was not."""
    page = [
        text(40, 500, "Nom de l'association :"),
        text(40, 440, "Somme voulue, en euros"),
        text(60, 400, "première demande"),
        text(60, 380, "seconde demande"),
        text(40, 300, "Le dossier est à rendre en mars."),
    ]
    fields = [
        field((200, 495, 380, 512), "Les Amis du moulin"),
        field((40, 415, 200, 432), "7 450", name="somme"),
        field((40, 398, 52, 410), "Oui", "Btn", "un"),
        field((40, 378, 52, 390), "Off", "Btn", "deux"),
        field((40, 100, 200, 115), "14 mai", name="Date de signature"),
        field((200, 60, 380, 75), "", name="Vide"),
        field((200, 20, 380, 40), "motdepasse", name="Code", flags=1 << 13),
    ]
    found = [line for line in extract_pdf(printed(page, fields=fields)).lines if line]
    assert found == [
        "Nom de l'association : Les Amis du moulin",
        "Somme voulue, en euros : 7 450",
        "[x] première demande",
        "seconde demande",
        "Le dossier est à rendre en mars.",
        "Date de signature : 14 mai",
    ]


def test_a_form_with_many_fields_or_a_long_value_is_read():
    """Neither takes minutes, nor memory."""
    fields = [field((40, 10 + n / 10, 90, 20 + n / 10), f"v{n}", name=f"f{n}") for n in range(800)]
    began = time.monotonic()
    said = extract_pdf(printed([text(200, 300, "Fin")], fields=[*fields, field((40, 100, 90, 120), "x" * 300_000)]))
    assert time.monotonic() - began < 20 and "v799" in said.lines[-1] + said.lines[-3]
