import tomllib

import pytest

from bench.quality import reading
from index.extraction import Extractor

PIECES = """# Le gué de la Louve est à sec
Le gué date de 1612[[1]] et mesure 8 m^2^.
| Année | Crue |
| 1910 | forte |"""


@pytest.fixture(scope="module")
def extractor():
    with Extractor() as extractor:
        yield extractor


def test_there_are_enough_checks_of_each_kind_and_no_case_has_a_key_that_is_not_looked_at():
    known = {"name", "text", "make", "encoding", "n", "member", "article", "pages", "size", "rotate", "fields"}
    checked = {*reading.FIELDS, "date_not", "has", "inside", "lacks", "left_out"}
    for path in reading.CASES.glob("*.toml"):
        cases = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in cases.get("case", ()):
            assert not set(case) - known - checked, case["name"]
            assert all(not set(each) - checked for each in case.get("article", ())), case["name"]
            assert set(case) & {*checked, "n", "article"}, case["name"]


@pytest.mark.parametrize("make", ["docx", "odt", "epub"])
def test_a_made_file_holds_headline_note_table_and_raised_print(make, extractor):
    (article,), wrong = reading.read({"name": f"gue.{make}", "make": make, "text": PIECES}, extractor)
    assert not wrong
    assert article.title == "Le gué de la Louve est à sec"
    assert any(line.startswith("Le gué date de 1612") and "16121" not in line for line in article.lines)
    assert "Note 1 de la source." in article.text
    assert "1910" in article.text


def test_a_wrong_expectation_fails_and_a_missing_article_fails_all(extractor):
    case = {
        "name": "gue.txt",
        "text": "Le gué\n3 mai 2021\nIl est sec.\n",
        "date": "2021-05-04",
        "has": ["Il est sec."],
    }
    articles, wrong = reading.read(case, extractor)
    results = [is_right for _, is_right, _ in reading._expected(case, articles, wrong)]
    assert results == [False, True, True]
    empty = case | {"text": "", "lacks": ["Il"]}
    articles, wrong = reading.read(empty, extractor)
    assert [is_right for _, is_right, _ in reading._expected(empty, articles, wrong)] == [False, False, False]
