"""An address is told from a folder, and has a folder of its own on this machine."""

import pytest

from index.errors import LibraryDamaged, LibraryError
from index.milvus import Address, address_of, settle, store_at
from index.storage import default_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("milvus://127.0.0.1:19530/articles", Address("127.0.0.1", "articles")),
        ("milvus://db.example/Presse_2024", Address("db.example", "Presse_2024")),
        ("milvus:/db.example:1/a", Address("db.example", "a", 1)),
        ("milvus+tls://DB.example:443/a?index=hnsw", Address("db.example", "a", 443, True, "HNSW")),
        ("milvus://[::1]:19530/a", Address("[::1]", "a")),
    ],
)
def test_an_address_says_where(text, expected):
    found = address_of(text)
    assert found == expected and address_of(str(found)) == expected
    assert found.uri == f"{'https' if found.is_tls else 'http'}://{found.host}:{found.port}"


@pytest.mark.parametrize("text", ["/srv/library", "library", "~/milvus", "milvus", "./milvus:x", "C:\\milvus", ""])
def test_a_folder_is_no_address(text):
    assert address_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "milvus://", "milvus://host", "milvus://host/", "milvus:///a", "milvus://host:99999/a", "milvus://host:x/a",
        "milvus://host/é", "milvus://host/a/b", "milvus://host/../a", "milvus://u:p@host/a", "milvus://host/1a",
        "milvus://host/a?index=IVF", "milvus://host/a?index=", "milvus://host/a\n", "milvus+udp://host/a",
        "milvus://ho st/a", "milvus://host/" + "a" * 65, "MILVUS://host/a b",
    ],
)  # fmt: skip
def test_half_an_address_is_refused_in_one_line(text, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(LibraryError, match="expected milvus://HOST:PORT/NAME"):
        settle(text)
    assert not list(tmp_path.iterdir())


def test_each_library_has_a_folder_that_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    texts = [
        "milvus://h:1/a", "milvus://h:1/b", "milvus://h:2/a", "milvus+tls://h:1/a", "milvus://h2:1/a", "milvus://[::1]:1/a",
    ]  # fmt: skip
    folders = [settle(text) for text in texts]
    assert len(set(folders)) == len(texts) and all(each.parent == tmp_path / "citeline/milvus" for each in folders)
    for text, folder in zip(texts, folders, strict=True):
        assert str(store_at(folder).address) == text and folder.stat().st_mode & 0o77 == 0
        assert store_at(folder) is store_at(settle(text))
    monkeypatch.setenv("CITELINE_LIBRARY", texts[0])
    assert default_path() == folders[0]


def test_how_vectors_are_indexed_stays_as_it_was_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = settle("milvus://h:1/a?index=HNSW")
    assert settle("milvus://h:1/a") == folder and store_at(folder).address.index == "HNSW"
    settle("milvus://h:1/a?index=FLAT")
    assert store_at(folder).address.index == "FLAT"


@pytest.mark.parametrize("content", [b"", b"/etc", b"milvus://", b"\xff\xfe", b"milvus://h:1/a\nmilvus://h:1/b"])
def test_a_folder_that_says_something_else_is_damaged(tmp_path, content):
    (tmp_path / "STORE").write_bytes(content)
    with pytest.raises(LibraryDamaged, match="STORE holds no address"):
        store_at(tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    (tmp_path / "citeline").write_text("a file")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(LibraryError, match="cannot be made"):
        settle("milvus://h:1/a")
