"""Bytes in, letters out: every code page that old files come in is told, and what was damaged on the way is mended."""

import random

import pytest
from code_pages import ARABIC, CHINESE, CZECH, FRENCH, RUSSIAN, samples

from index.documents.code_pages import NAMES, SAMPLE, best_page
from index.documents.encoding import decode, decode_page, decode_text

BODY = " ".join(FRENCH)


@pytest.mark.parametrize(
    ("page", "text", "data"), list(samples()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_short_text_is_read_in_its_code_page(page, text, data):
    """One sentence is enough; the note says what it was taken for."""
    found, note = decode(data)
    assert found == text
    assert note.startswith("not UTF-8, read as ")


@pytest.mark.parametrize("page", ["cp1252", "mac_roman", "cp850", "cp1250", "cp1251", "gb18030"])
def test_a_long_text_is_read_in_its_code_page(page):
    """What is looked at is a part of it, and a character at the end of that part may be cut."""
    texts = {"cp1250": CZECH, "cp1251": RUSSIAN, "gb18030": CHINESE}.get(page, FRENCH[:3])
    for gap in (" ", "\n", ""):
        text = gap.join(texts * 400)
        assert len(text.encode(page)) > SAMPLE
        assert decode(text.encode(page))[0] == text


def test_noise_is_no_text():
    """Random bytes are refused, not shown as letters; so are bytes between which no word stands."""
    chance = random.Random(7)
    for _ in range(50):
        data = bytes(chance.randrange(0x80, 0x100) for _ in range(400))
        with pytest.raises(ValueError, match="save it as UTF-8"):
            decode(data)


def test_a_text_of_two_encodings_is_read_line_by_line():
    """Lines pasted from another file are read as what they are; a line with both keeps its UTF-8."""
    data = "Été à Noël\n".encode() + "Déjà vu, l’élève".encode("cp1252") + "\nÀ demain\n".encode()
    text, note = decode(data)
    assert text == "Été à Noël\nDéjà vu, l’élève\nÀ demain\n" and "in 1 of its lines, read as Windows-1252" in note
    both = "Été à Noël ".encode() + b"d\xe9j\xe0\n" + "À demain".encode()
    assert decode(both)[0] == "Été à Noël d\ufffdj\ufffd\nÀ demain"


def test_few_damaged_characters_cost_nothing_else():
    """A text of another code page with a wrong byte is read with a mark there, and the note counts it."""
    text, note = decode("。".join(CHINESE * 30).encode("gb18030") + b"\n\xff\n")
    assert text.startswith(CHINESE[0]) and text.count("\ufffd") == 1 and "1 damaged" in note


@pytest.mark.parametrize("text", [BODY, *RUSSIAN, *CZECH])
@pytest.mark.parametrize("times", [1, 2])
def test_what_was_encoded_twice_is_mended(text, times):
    """Also when the same was done once more, and where one half of a letter became a plain space."""
    broken = text
    for _ in range(times):
        data = broken.encode()
        broken = "".join(_char(byte) for byte in data)
    found, note = decode(broken.encode())
    assert found == text and "encoded twice" in note
    if times == 1 and "à " in text:
        assert decode(broken.replace("\u00c3\u00a0", "\u00c3").encode())[0] == text


def test_only_the_lines_that_are_broken_are_mended():
    """What was pasted from elsewhere, beside lines that are right."""
    text, note = decode("L’été à Noël\nLâ€™Ã©tÃ© Ã\u00a0 NoÃ«l\nDÉCIDÉ\u00a0!".encode())
    assert text == "L’été à Noël\nL’été à Noël\nDÉCIDÉ\u00a0!" and "mended" in note


def _char(byte):
    """A byte as Windows-1252 shows it, and as Latin-1 where that has none."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize(
    "text", [BODY, "Ã propos d’une réforme à l’été, dite « Ã© » par erreur", "SÃO PAULO À NOITE", "Â, Ã et Ð"]
)
def test_letters_that_only_look_broken_stay(text):
    """A right text keeps an example of a wrong one, and capitals with a tilde."""
    assert decode(text.encode()) == (text, "")


def test_entities_are_letters_in_a_text_that_is_escaped_throughout():
    """Only there: neither in a text that writes of them, nor with elements, nor one alone."""
    text, note = decode_text(b"Le maire d&#233;missionne &agrave; Br&eacute;mont&nbsp;: il part le 4&nbsp;mai.")
    assert text == "Le maire démissionne à Brémont\xa0: il part le 4\xa0mai." and "5 HTML entities" in note
    for same in (
        "En HTML, é s’écrit &eacute; et à s’écrit &agrave;, où que ce soit.",
        "<p>&eacute;t&eacute;</p>",
        "AT&amp;T",
    ):
        assert decode_text(same.encode()) == (same, "")
    assert decode_text(b"a&#10;b &eacute; &#0; &bogus;")[0] == "a&#10;b é &#0; &bogus;"


def html(text, charset):
    return f'<html><head><meta charset="{charset}"><title>{text}</title></head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize(
    ("declared", "used", "text", "note"),
    [
        ("iso-8859-1", "utf-8", BODY, "UTF-8, though it says iso-8859-1"),
        ("windows-1251", "utf-8", BODY, "UTF-8, though"),
        ("utf-8", "cp1252", BODY, "Windows-1252"),
        ("utf-8", "cp1251", " ".join(RUSSIAN), "Windows-1251"),
        ("iso-8859-1", "cp1252", BODY, ""),
        ("iso-8859-1", "cp1251", " ".join(RUSSIAN), "Windows-1251"),
        ("iso-8859-1", "mac_roman", BODY, "Mac Roman"),
        ("windows-1256", "cp1256", " ".join(ARABIC), ""),
        ("gb2312", "gb18030", "".join(CHINESE), ""),
        ("shift_jis", "utf-8", "川にかかる橋は十月に開通する。", "UTF-8, though"),
        ("utf-8", "utf-8", BODY, ""),
    ],
)
def test_a_page_is_read_as_it_is_whatever_it_says(declared, used, text, note):
    """The declaration counts where the bytes do not say otherwise."""
    page = html(text, declared)
    found, said = decode_page(page.encode(used))
    assert found == page
    assert note in said and bool(note) == bool(said)


def test_an_xml_declaration_counts_too():
    """As old XHTML has it."""
    page = '<?xml version="1.0" encoding="ISO-8859-7"?>\n<html><body><p>Η γέφυρα ανοίγει ξανά</p></body></html>'
    assert decode_page(page.encode("iso-8859-7")) == (page, "")


def test_a_code_page_has_a_name():
    """The note can say every one that is found."""
    assert {best_page(data) for _, _, data in samples()} <= NAMES.keys()
