"""Lines of an article."""

import pytest

from index.types import Article, Span

ARTICLE = Article("a.txt", "A", "", "fr", ("un", "deux", "trois"), "0" * 64, "/a.txt")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Span("a.txt", 3, 5), True),
        (Span("a.txt", 5, 9), True),
        (Span("a.txt", 1, 9), True),
        (Span("a.txt", 4, 4), True),
        (Span("a.txt", 1, 2), False),
        (Span("a.txt", 6, 6), False),
        (Span("b.txt", 3, 5), False),
    ],
)
def test_spans_overlap_when_they_share_a_line(other, expected):
    span = Span("a.txt", 3, 5)
    assert (span.overlaps(other), other.overlaps(span)) == (expected, expected)


def test_an_article_gives_the_text_of_lines_it_has():
    assert ARTICLE.at(Span("a.txt", 2, 3)) == "deux\ntrois"
    assert ARTICLE.at(Span("a.txt", 2, 2)) == "deux"
    assert [ARTICLE.at(Span("a.txt", *lines)) for lines in ((0, 1), (3, 4), (3, 2))] == [None] * 3
