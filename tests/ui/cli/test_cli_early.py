"""What is wrong with a command is said in one line before any model is loaded; and what a newcomer types by mistake."""

import io
import sys

import pytest
from fakes import BagEmbedder

from index.ingestion.estimate import count
from index.storage.library import current_generation
from rag.errors import MisfitError
from ui.cli.commands import app, main


@pytest.fixture
def citeline(monkeypatch, capsys, tmp_path):
    """Run the command in this process, where loading a model is an error; returns its exit code and what it said."""

    def loaded(*_args, **_kwargs):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder.__init__", loaded)
    monkeypatch.setattr("rag.pipeline.answerer.load_llm", loaded)
    monkeypatch.setattr("index.models.embedder.identity", lambda spec: (spec, spec))
    monkeypatch.setattr("rag.pipeline.answerer.identity", lambda spec: (spec, spec))
    monkeypatch.setattr("index.models.registry.require_here", lambda spec, kind=None: None)
    monkeypatch.setattr("rag.pipeline.answerer.require_llm", lambda spec: None)
    monkeypatch.setattr("rag.generation.loading.require_here", lambda spec, kind=None: None)
    monkeypatch.setenv("CITELINE_LIBRARY", str(tmp_path / "default"))
    monkeypatch.setenv("CITELINE_NO_SERVER", "1")

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["citeline", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def one_line(result):
    code, _out, err = result
    lines = [line for line in err.splitlines() if not line.endswith("…")]
    assert code == 1 and len(lines) == 1 and lines[0].startswith("citeline: "), result
    return lines[0]


def test_the_version_and_help(citeline):
    """`--version`, and `-h` as good as `--help` on every command; the list begins with what comes first."""
    assert citeline("--version")[:2] == (0, "citeline 0.1.0\n")
    assert citeline("-h") == citeline("--help") == citeline()
    listed = citeline("-h")[1].split("Commands:")[1].split()
    assert listed.index("index") < listed.index("ask") < listed.index("serve") < listed.index("eval")
    names = [each.name or each.callback.__name__ for each in app.registered_commands]
    for name in (*[("watch" if name == "watch_folders" else name) for name in names], "models"):
        code, out, _ = citeline(name, "-h")
        assert code == 0 and "Usage: " in out and name in out


MISTAKES = [
    (("aks", "Qui ?"), "Did you mean 'ask'"),
    (("help",), "citeline -h"),
    (("index", "--embeder", "x"), "--embedder"),
    (("serve", "--port", "abc"), "citeline serve -h"),
    (("serve", "--port", "0"), "citeline serve -h"),
    (("models",), "citeline models -h"),
    (("models", "fech"), "Did you mean 'fetch'"),
    (("status", "extra"), "citeline status -h"),
    (("explain",), "question"),
    (("eval", "--n", "0"), "citeline eval -h"),
    (("index",), "citeline index FOLDER"),
    (("index", "{tmp}/nowhere"), "no such folder"),
    (("index", "{tmp}/empty"), "no articles"),
    (("index", "{tmp}/" + "x" * 300), "no such folder"),
    (("index", "{tmp}/file.bin"), "no articles"),
    (("index", "/etc"), "belongs to the system"),
    (("index", "{lib}", "--library", "{lib}"), "keeps a library"),
    (("index", "{folder}", "--library", "{tmp}/file.bin"), "no library can be created"),
    (("index", "{folder}", "--library", "{tmp}/link"), "no library can be created"),
    (("index", "{folder}", "--library", "{tmp}/link/under"), "no library can be created"),
    (("index", "--library", "{lib}", "--forget", "{tmp}"), "is not among"),
    (("index", "--library", "{lib}"), "was built with bag"),
    (("watch", "/etc", "--library", "{lib}"), "belongs to the system"),
    (("watch",), "citeline index FOLDER"),
    (("watch", "{tmp}/nowhere"), "no such folder"),
    (("remove", "nope.txt", "--library", "{lib}"), "no article nope.txt"),
    (("restore", "nope.txt", "--library", "{lib}"), "is not excluded from"),
    (("remove", "pont.txt", "--library", "{lib}"), "was built with bag"),
    (("ask", " "), "question is empty"),
    (("ask", "x" * 1001), "1,001 characters"),
    (("ask", "Qui ?"), "there is no library"),
    (("ask", "Qui ?", "--library", "{lib}"), "was built with bag"),
    (("ask", "--questions", "{tmp}/nowhere", "--out", "{tmp}/o"), "no such file"),
    (("ask", "--questions", "{tmp}/blank", "--out", "{tmp}/o"), "contains no questions"),
    (("ask", "--questions", "{tmp}/file.bin", "--out", "{tmp}/o"), "file.bin:1 is not"),
    (("ask", "--questions", "{tmp}/in.jsonl", "--out", "{tmp}/in.jsonl"), "would overwrite"),
    (("ask", "--questions", "{tmp}/in.jsonl", "--out", "{tmp}"), "cannot be written"),
    (("ask", "--questions", "{tmp}/in.jsonl", "--out", "{tmp}/no/o"), "no such folder"),
    (("explain", "Qui ?"), "there is no library"),
    (("explain", "???"), "question is empty"),
    (("explain", "Qui ?", "--expect", "pont.txt", "--library", "{lib}"), "FILE:LINE"),
    (("chat",), "there is no library"),
    (("chat", "--save", "{tmp}/no/talk.md"), "--save takes"),
    (("eval",), "there is no library"),
    (("eval", "{tmp}/nowhere"), "no such folder"),
    (("eval", "{tmp}/empty"), "no articles"),
    (("eval", "/etc"), "belongs to the system"),
    (("eval", "--fail-under", "most"), "--fail-under"),
    (("eval", "{folder}", "--questions", "{tmp}/nowhere"), "no such file"),
    (("eval", "{folder}", "--questions", "{tmp}/file.bin"), "file.bin:1 is not JSON"),
    (("eval", "{folder}", "--questions", "{tmp}/blank"), "contains no questions"),
    (("eval", "--out", "{tmp}"), "cannot be written"),
    (("verify", "{tmp}/nowhere"), "nowhere"),
    (("mcp",), "there is no library"),
    (("mcp", "--library", "{lib}"), "was built with bag"),
    (("serve", "--library", "{lib}", "--port", "18917"), "was built with bag"),
    (("index", "~nobody-has-this-name"), "no such home folder"),
    (("index", "{folder}", "--library", "~nobody-has-this-name/x"), "no such home folder"),
    (("index", "--library", "{lib}", "--forget", "~nobody-has-this-name"), "no such home folder"),
    (("serve", "--library", "~nobody-has-this-name"), "no such home folder"),
    (("serve", "--library", "{folder}"), "citeline index"),
    (("serve", "--library", "{tmp}/file.bin"), "is a file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "says"), MISTAKES, ids=lambda each: " ".join(each)[:50] if isinstance(each, tuple) else ""
)
def test_a_mistake_is_one_line_before_any_model(citeline, command, says, tmp_path, folder, library):
    """What was found, what was expected, what to type; exit code 1; nothing is written."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank").write_text("\n\n")
    (tmp_path / "file.bin").write_bytes(b"\x00\x01{")
    (tmp_path / "link").symlink_to(tmp_path / "away")
    (tmp_path / "in.jsonl").write_text('{"id": 1, "question": "Qui ?"}\n')
    before = sorted(tmp_path.rglob("*"))
    assert says in one_line(citeline(*(each.format(tmp=tmp_path, lib=library, folder=folder) for each in command)))
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "in.jsonl").read_text() == '{"id": 1, "question": "Qui ?"}\n'


@pytest.mark.parametrize(
    "command", [("index", "{folder}"), ("ask", "Qui ?"), ("chat",), ("explain", "Qui ?"), ("remove", "pont.txt")]
)
def test_what_is_right_goes_on_to_the_models(citeline, command, folder, library, monkeypatch):
    """The other way round, so that the test above can fail: without a mistake the model would have been loaded."""
    monkeypatch.setattr("index.storage.library._require_embedder", lambda *args: None)
    with pytest.raises(AssertionError, match="a model was loaded"):
        citeline(*(each.format(folder=folder) for each in command), "--library", library)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "options", "is_terminal", "reads"),
    [
        ("n\n", (), True, False),
        ("", (), True, False),
        ("y\n", (), True, True),
        ("n\n", ("--yes",), True, True),
        ("n\n", (), False, True),
    ],
)
def test_a_large_folder_is_counted_and_asked_about(
    citeline, tmp_path, monkeypatch, capsys, answer, options, is_terminal, reads
):
    """Number, kinds, size, time and what is passed over; asked at a terminal only, and not with --yes."""
    large = tmp_path / "large"
    large.mkdir()
    for n in range(30):
        (large / f"{n}.txt").write_text("Une phrase de plus. " * 1000)
    (large / "page.html").write_text("<p>Une phrase.")
    (large / "table.xlsx").write_text("x")
    monkeypatch.setattr(sys, "stdin", Terminal(answer) if is_terminal else io.StringIO(answer))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    if reads:
        with pytest.raises(AssertionError, match="a model was loaded"):
            citeline("index", large, *options)
        said = capsys.readouterr().err
    else:
        code, _, said = citeline("index", large, *options)
        assert code == 1 and ("nothing was read" in said or "nothing was done" in said)
    assert "31 files (30 .txt, 1 .html)" in said and "0.6 MB" in said and "about 3 minutes" in said
    assert "1 skipped: kind .xlsx is not read" in said
    assert ("Read them now?" in said) == (is_terminal and not options)


def test_a_small_folder_is_not_asked_about(citeline, folder, monkeypatch, capsys):
    """Less than a minute is not worth a question, and files that are known cost nothing."""
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with pytest.raises(AssertionError, match="a model was loaded"):
        citeline("index", folder)
    assert "2 files (2 .txt), 1 kB, less than a minute" in capsys.readouterr().err


def test_serve_begins_without_a_library(citeline, tmp_path, monkeypatch, library):
    """The server starts; the empty library is made where the models are loaded."""
    started = {}
    monkeypatch.setattr("ui.cli.commands.run_server", lambda load, **options: started.update(options, load=load))
    for where in (tmp_path / "default", tmp_path / "new"):
        code, out, _ = citeline("serve", "--library", where)
        assert code == 0 and f"no library at {where} yet" in out and started["examples"] == []
    bag = BagEmbedder()
    bag.encoder = bag.tokenizer = bag.lock = None
    monkeypatch.setattr("rag.pipeline.answerer.SentenceTransformerEmbedder", lambda spec: bag)
    monkeypatch.setattr("rag.pipeline.answerer.AdapterReader", _NoAdapter)
    monkeypatch.setattr("rag.pipeline.answerer.load_llm", lambda spec, deadline_s: None)
    assert list(started["load"]().articles()) == []
    assert current_generation(where) == 1


class _NoAdapter:
    def __init__(self, *_args, **_kwargs):
        raise MisfitError("made for another embedder")


def test_a_folder_in_a_folder_is_counted_once(folder, tmp_path):
    """As it is read once."""
    (folder / "table.xlsx").write_text("x")
    (folder / "in").mkdir()
    (folder / "in" / "b.txt").write_text("Une phrase.")
    once = count([folder], tmp_path / "library")
    assert once.n_files > 1 and once.passed_over
    assert count([folder / "in", folder, folder, folder / "in" / "b.txt"], tmp_path / "library") == once
