"""citeline backup and restore-backup: what they say, and that `restore` is still another command."""

from command import one_line, run

from index.storage import Library


def test_there_and_back(library, folder, tmp_path):
    (folder / "port.txt").unlink()
    done = run("backup", tmp_path / "b.tar", "--library", library)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("backed up 2 articles, 1 file, 0 conversations: ")
    assert second.startswith(f"  {folder / 'port.txt'}: gone since it was indexed")
    new = tmp_path / "new"
    done = run("restore-backup", tmp_path / "b.tar", "--library", new)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new-articles/articles/pont.txt").read_bytes() == (folder / "pont.txt").read_bytes()
    assert [each.id for each in Library.open(new).articles] == ["pont.txt", "port.txt"]
    assert "is not empty" in one_line(run("restore-backup", tmp_path / "b.tar", "--library", new))


def test_what_cannot_be_done_is_one_line(library, folder, tmp_path):
    assert "left alone" in one_line(run("backup", folder / "pont.txt", "--library", library))
    assert "there is no library" in one_line(run("backup", tmp_path / "b.tar", "--library", tmp_path / "none"))
    assert "not a backup" in one_line(run("restore-backup", folder / "pont.txt", "--library", tmp_path / "n"))
    assert not list(tmp_path.glob("*.tar")) and not (tmp_path / "n").exists()
