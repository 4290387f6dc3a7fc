"""Where articles may lie: the system, settings, keys and what citeline keeps are refused; ordinary folders are not."""

from pathlib import Path

import pytest
from fakes import BagEmbedder

from index.documents.discovery import scan
from index.documents.places import refused, require_ordinary
from index.errors import CorpusError, PlaceRefused
from index.ingestion.indexing import build, check
from index.storage.library import Library, added_folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "me"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "CITELINE_LIBRARY", "CITELINE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return home


SYSTEM = [
    "/etc", "/etc/ssl", "/etc/../etc", "/srv/../etc/hosts", "/proc", "/proc/self/root/etc", "/sys/kernel", "/dev", "/usr",
    "/usr/lib/python3", "/usr/share", "/usr/local", "/var", "/var/lib/private", "/var/log", "/boot", "/bin", "/sbin", "/lib", "/run",
]  # fmt: skip
ORDINARY = [
    "/var/www", "/var/www/html", "/usr/share/doc", "/usr/local/share/news", "/srv", "/srv/news", "/mnt", "/mnt/disk", "/media/me/stick",
    "/run/media/me/stick", "/run/user/1000/gvfs/smb-share", "/tmp/news", "/opt/news", "/home/me", "/home/me/articles", "/etcetera",
    "/home/me/etc", "/home/me/.local/share/reader/saved", "/data/.archive",
]  # fmt: skip


@pytest.mark.parametrize("name", SYSTEM)
def test_the_systems_own_folders_are_refused(home, name):
    """By name, by "..", and through what the system itself links."""
    assert refused(Path(name), home / "library") == "system"


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_folders_are_not(home, name):
    """Web pages, manuals, other disks and home folders, although the system's folders hold them."""
    assert refused(Path(name), home / "library") == ""


@pytest.mark.parametrize(
    "name",
    ["~/.ssh", "~/.config/app", "~/.gnupg", "~/.local", "~/.local/share/keyrings", "~/articles/../.ssh", "/home/you/.config",
     "/root/.mozilla", "/mnt/backup/you/.ssh", "/media/stick/.aws/credentials"],
)  # fmt: skip
def test_settings_and_keys_are_refused(home, name):
    """Of this person's home folder, of others', and keys in a copy of one."""
    assert refused(Path(name), home / "library") == "settings"


def test_a_link_is_what_it_leads_to(home, tmp_path):
    """And a folder of settings is one where it is linked from, too."""
    (home / ".ssh").mkdir()
    (home / "dotfiles").mkdir()
    (home / ".config").symlink_to(home / "dotfiles")
    (tmp_path / "keys").symlink_to(home / ".ssh")
    (tmp_path / "settings").symlink_to("/etc")
    assert [refused(tmp_path / name, home / "library") for name in ("keys", "settings")] == ["settings", "system"]
    (tmp_path / "deep").symlink_to("/etc/ssl")
    assert refused(tmp_path / "deep" / ".." / "passwd", home / "library") == "system"
    assert refused(home / ".config", home / "library") == "settings"
    assert refused(home / "dotfiles", home / "library") == ""


def test_a_home_among_the_systems_folders_is_a_home(monkeypatch):
    """As services have one; but "/" or /etc as a home opens nothing."""
    monkeypatch.setenv("HOME", "/var/lib/citeline")
    assert refused(Path("/var/lib/citeline/articles"), Path("/x/library")) == ""
    for home in ("/", "/etc"):
        monkeypatch.setenv("HOME", home)
        assert refused(Path("/etc/articles"), Path("/x/library")) == "system"


def test_what_citeline_keeps_is_refused(home, folder, library, monkeypatch):
    """The library, what is in it but the copies of articles, another library, the named ones, the models."""
    other = home / "another"
    build(other, BagEmbedder(), [folder])
    monkeypatch.setenv("CITELINE_CACHE", str(home / "cache"))
    for kept in (
        library,
        library / "gen",
        other,
        other / "gen" / "00000001",
        home / ".local/share/citeline/libraries/x",
    ):
        assert refused(kept, library) in ("library", "settings"), kept
    assert refused(library, library) == refused(other / "added", library) == "library"
    assert refused(added_folder(library), library) == ""
    assert refused(home / "cache" / "models", library) == "cache"


def test_inside_a_folder_libraries_and_models_are_not_entered(home, folder, library, monkeypatch):
    """A folder above a library is read without it, and without any other library or the models."""
    top = library.parent
    monkeypatch.setenv("CITELINE_CACHE", str(top / "cache"))
    (top / "cache" / "models").mkdir(parents=True)
    (top / "cache" / "models" / "README.md").write_text("A model card.")
    other = top / "other"
    build(other, BagEmbedder(), [folder])
    (other / "gen" / "stray.txt").write_text("No article.")
    assert {each.path.parent for each in scan([top], library)[0]} == {folder}


def test_a_link_in_a_folder_leads_to_no_settings(home):
    """Neither a linked folder nor a linked file is read, though it stays inside the folder that is indexed."""
    (home / ".config").mkdir()
    (home / ".config" / "notes.txt").write_text("token = 1")
    (home / "plain.txt").write_text("Du texte.")
    (home / "linked.txt").symlink_to(home / ".config" / "notes.txt")
    (home / "linked").symlink_to(home / ".config")
    found, skipped = scan([home], home / "library")
    assert [each.id for each in found] == ["plain.txt"]
    reasons = {Path(each.path).name: each.reason for each in skipped}
    assert "no article" in reasons["linked.txt"] and "not followed" in reasons["linked"]


def test_a_refusal_says_what_to_type(home, folder, library, embedder):
    """Before anything is read; a folder that is in the library already can be taken off it."""
    for refuse in (check, lambda *args: build(args[0], embedder, args[1])):
        with pytest.raises(PlaceRefused, match=r"/etc belongs to the system.*citeline index FOLDER"):
            refuse(library, [Path("/etc")])
    with pytest.raises(PlaceRefused, match="--forget /etc"):
        require_ordinary(Path("/etc"), library, known=True)
    moved = folder.rename(folder.with_name("moved"))
    folder.symlink_to("/etc")  # after it was added
    with pytest.raises(PlaceRefused, match="--forget"):
        build(library, embedder)
    folder.unlink()
    moved.rename(folder)
    assert build(library, embedder).is_noop


def test_a_library_from_before_can_forget_what_is_refused_now(home, folder, library, embedder, monkeypatch):
    """It was built when nothing was refused: one command takes the folder off, nothing else is lost."""
    with monkeypatch.context() as before:
        before.setattr("index.ingestion.sources.require_ordinary", lambda *args, **kwargs: None)
        settings = home / ".config"
        settings.mkdir()
        (settings / "a.txt").write_text("Une phrase.")
        build(library, embedder, [settings])
    with pytest.raises(CorpusError, match="--forget"):
        build(library, embedder)
    build(library, embedder, forget=[settings])
    assert Library.open(library).manifest.sources == (str(folder),)
