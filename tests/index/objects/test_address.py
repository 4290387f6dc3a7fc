"""Addresses in object storage, and the folders that stand for them."""

import pytest

from index.errors import CorpusError
from index.objects import address_at, settle_source, shown_path, source_of


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CITELINE_OBJECTS", str(tmp_path / "objects"))
    return tmp_path / "objects"


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://archive", "archive", ""),
        ("s3://archive/", "archive", ""),
        ("s3://archive/2024/", "archive", "2024"),
        ("s3:/archive/2024", "archive", "2024"),
        ("s3://a.b-c/Été 2024/à la une", "a.b-c", "Été 2024/à la une"),
        ("s3://archive/a?b#c%2e", "archive", "a?b#c%2e"),
    ],
)
def test_an_address_is_a_bucket_and_what_is_under_it_as_in_a_folder(text, bucket, prefix):
    found = source_of(text)
    assert (found.bucket, found.prefix) == (bucket, prefix)
    assert source_of(str(found)) == found and found.start in ("", f"{prefix}/")


@pytest.mark.parametrize(
    "text",
    [
        "s3:", "s3://", "s3://A_B/x", "s3://ab", "s3:///x", "S3://archive", "s3://key:secret@archive/x",
        "s3://archive/../x", "s3://archive/a//b", "s3://archive/a\nb", "s3://archive/./x", "s3://-archive",
        "s3://archive/" + "x" * 300,
    ],
)  # fmt: skip
def test_half_an_address_is_refused_in_a_line_that_repeats_no_password(text):
    with pytest.raises(CorpusError, match=r"expected s3://BUCKET or s3://BUCKET/PREFIX") as raised:
        source_of(text)
    assert "secret" not in str(raised.value) and str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["articles", "/srv/s3", "./s3://x", "gs3:x", "~/s3"])
def test_anything_else_is_a_folder(text):
    assert source_of(text) is None and str(settle_source(text)) == text.removeprefix("./").replace("//", "/")


def test_the_folder_of_an_address_is_its_own_and_stays(root):
    """Two sources never share one; a path in it is shown as its address, any other path as it is."""
    folder = settle_source("s3://archive/2024/une")
    assert folder == settle_source("s3:/archive/2024/une/") and folder.name == "une" and folder.is_dir()
    assert settle_source("s3://archive/2023/une") != folder != settle_source("s3://archive/2024")
    assert str(address_at(folder)) == "s3://archive/2024/une"
    assert shown_path(f"{folder}/mai/a.txt#3") == "s3://archive/2024/une/mai/a.txt#3"
    assert shown_path(str(folder)) == "s3://archive/2024/une"
    for path in (f"{root}x/a.txt", "/srv/a.txt", str(root), f"{root}/none/une/a.txt", "s3://archive/b.mp4"):
        assert shown_path(path) == path
    assert address_at(folder / "mai") is None and address_at(root) is None and address_at(root.parent) is None


def test_a_folder_that_only_says_so_is_none(tmp_path):
    """Whoever writes an ADDRESS into another folder gets nothing fetched into it."""
    (tmp_path / "ADDRESS").write_text("s3://archive/articles\n")
    (tmp_path / "articles").mkdir()
    assert address_at(tmp_path / "articles") is None


def test_to_forget_one_makes_nothing(root):
    with pytest.raises(CorpusError, match="s3://archive/2024 was never read on this machine"):
        settle_source("s3://archive/2024", make=False)
    assert not root.exists()
    assert settle_source("s3://archive/2024") == settle_source("s3://archive/2024/", make=False)


def test_a_place_where_nothing_can_be_kept_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CITELINE_OBJECTS", str(tmp_path / "file"))
    with pytest.raises(CorpusError, match=r"no copies of s3://archive can be kept .*CITELINE_OBJECTS=FOLDER"):
        settle_source("s3://archive")
