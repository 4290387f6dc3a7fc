"""What a word processor hides stays out, what it raises is no part of a number, and a date may be in several pieces."""

import io
import zipfile

import pytest
from exports import read_all

from index.extraction.sandbox import Extractor

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style")
)


@pytest.fixture(scope="module")
def extractor():
    with Extractor() as found:
        yield found


def lines_of(name, data, extractor):
    (article,), wrong = read_all(name, data, extractor)
    assert wrong == []
    return [line for line in article.lines if line]


def odt(body, own, common):
    """An OpenDocument text with styles of its own and common ones."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("styles.xml", f"<office:document-styles {SPACES}>{common}</office:document-styles>")
        file.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{own}</office:automatic-styles><office:body>"
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        )
    return target.getvalue()


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (r"{\v cach\'e9 }Le bac part.\par Il revient.", ["Le bac part.", "Il revient."]),
        (r"Le bac \v secret\v0 part.\par", ["Le bac part."]),
        (r"Le bac{\b\v\fs20  secret \u233?\emdash\tab x} part.\par", ["Le bac part."]),
        (r"\v Tout un alin\'e9a.\par\plain Le bac part.\par", ["Le bac part."]),
        (r"Le bac {\deleted ne }part{\deleted  {\i pas}}.\par", ["Le bac part."]),
        (r"\viewkind4\vertalt Le bac part.\par", ["Le bac part."]),
    ],
)
def test_hidden_text_of_a_rich_text_is_left_out(body, lines, extractor):
    """By a group, switched on and off, until formatting is reset; control words that begin alike hide nothing."""
    assert lines_of("a.rtf", "{\\rtf1\\ansi\\ansicpg1252\\uc1 " + body + "}", extractor) == lines


@pytest.mark.parametrize("position", ["super 58%", "33% 58%"])
@pytest.mark.parametrize("is_inherited", [True, False])
def test_raised_print_of_an_open_document(position, is_inherited, extractor):
    """Units keep their power, a note call is no digit of a number, an ordinal stays; what is lowered stays as it is."""
    props = f"<style:text-properties style:text-position='{position}'/>"
    low = "<style:style style:name='L'><style:text-properties style:text-position='sub 58%'/></style:style>"
    styles = f"<style:style style:name='Exp'>{props}</style:style>" if is_inherited else ""
    own = "<style:style style:name='T' style:parent-style-name='Exp'/>"
    own = own if is_inherited else f"<style:style style:name='T'>{props}</style:style>"
    body = (
        "<text:p>La salle a 86 m<text:span text:style-name='T'>2</text:span>, dit-elle en 1934"
        "<text:span text:style-name='T'>1</text:span>, le 1<text:span text:style-name='T'>er</text:span> mai, et du CO"
        "<text:span text:style-name='L'>2</text:span>.</text:p>"
    )
    right = ["La salle a 86 m², dit-elle en 1934[1], le 1er mai, et du CO2."]
    assert lines_of("a.odt", odt(body, own + low, styles), extractor) == right


@pytest.mark.parametrize(
    ("variables", "date"),
    [
        ("*annee_2018", "2018"),
        ("*année_1998 *mois_03", "1998-03"),
        ("*year_2020 *month_December *day_4", "2020-12-04"),
        ("*jour_31 *mois_fevrier *annee_2021", "2021-02"),
        ("*an_12", ""),
        ("*date_2019-04-02 *annee_2018", "2019-04-02"),
    ],
)
def test_a_date_in_several_variables(variables, date, extractor):
    """A year alone, with a month, with a day; a whole date goes first; what is no date is none."""
    text = f"**** *source_a {variables}\nLe bac part.\n**** *source_b\nIl revient.\n"
    found, _ = read_all("a.txt", text, extractor)
    assert found[0].date == date
