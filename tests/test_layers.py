"""Who imports whom: the layers point down, each heavy library has one door, and nothing heavy loads before it is
used."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from heavy import HEAVY
from setuptools import find_packages

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("index", "rag", "ui") for path in (ROOT / package).rglob("*.py"))
DOORS = {
    "faiss": {"index/storage/vectors.py"},
    "pymilvus": {"index/milvus/client.py"},
    "sentence_transformers": {"index/models/embedder.py"},
    "langchain_text_splitters": {"index/text/chunking.py"},
    "Stemmer": {"index/text/stemming.py"},
    "py3langid": {"index/text/detection.py"},
    "lxml": {"index/extraction/exports/page.py", "index/extraction/html.py", "index/extraction/formats/office.py"},
    "trafilatura": {"index/extraction/html.py", "index/extraction/worker.py"},
    "striprtf": {"index/extraction/formats/rich_text.py"},
    "PIL": {"index/extraction/formats/pictures.py", "index/extraction/worker.py"},
    "pypdfium2": {"index/extraction/pdf.py"},
    "llama_cpp": {"rag/generation/llama_context.py"},
    "mcp": {"ui/api/mcp.py"},
    "ray": {"index/cluster/pool.py"},
    "minio": {"index/objects/client.py"},
    "gradio": {"ui/web/page.py", "ui/server.py"},
}
by_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def imported(path):
    """Every module that a file imports, at its top or inside a function, as a dotted name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module


@by_module
def test_imports_point_down(path):
    """ui may import rag and index, rag may import index, index neither; no module imports a test."""
    above = {"index": {"rag", "ui"}, "rag": {"ui"}, "ui": set()}[path.relative_to(ROOT).parts[0]]
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & (above | {"tests", "fakes", "pytest", "bench"})


@by_module
def test_each_heavy_library_has_one_door(path):
    """A library that is heavy or may be replaced is imported in the one module that stands for it."""
    here = path.relative_to(ROOT).as_posix()
    for name in imported(path):
        root = next((each for each in DOORS if name.split(".")[0].startswith(each)), None)
        root = "langchain_text_splitters" if name.startswith("langchain") else root
        assert root is None or here in DOORS[root], f"{here} imports {name}"


def test_the_doors_are_used():
    """A door that no module goes through any more is struck off the list above."""
    used = {(name.split(".")[0], path.relative_to(ROOT).as_posix()) for path in MODULES for name in imported(path)}
    assert {(name, door) for name, doors in DOORS.items() for door in doors} <= used


def test_every_file_is_installed():
    """Each folder of modules is a package, each other file is among the data of one: a wheel lacks nothing."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packages = find_packages(str(ROOT), include=settings["packages"]["find"]["include"])
    assert {path.parent for path in MODULES} == {ROOT / package.replace(".", "/") for package in packages}
    data = {
        path for name, globs in settings["package-data"].items() for each in globs for path in (ROOT / name).glob(each)
    }
    files = {path for name in ("index", "rag", "ui") for path in (ROOT / name).rglob("*") if path.is_file()}
    assert files - data == {path for path in files if path.suffix in (".py", ".pyc")}


def calls(path):
    """(dotted name, its keywords) of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {each.arg: ast.unparse(each.value) for each in node.keywords}


@by_module
def test_no_text_becomes_code(path):
    """Nothing is unpickled, evaluated, given to a shell or loaded as YAML; numpy is told not to unpickle."""
    assert not {name.split(".")[0] for name in imported(path)} & {
        "pickle",
        "cPickle",
        "dill",
        "shelve",
        "marshal",
        "yaml",
    }
    for name, keywords in calls(path):
        assert name not in {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "importlib.import_module"}
        assert name != "import_module" or path.name == "faces.py"
        assert keywords.get("shell", "False") == "False"
        assert keywords.get("trust_remote_code", "False") == "False"
        assert name != "torch.load" or keywords.get("weights_only") == "True"
        if name in {"np.load", "numpy.load"}:
            assert keywords.get("allow_pickle") == "False"


def test_lines_are_cut_by_one_function():
    """str.splitlines cuts where an editor does not: only bytes of our own JSON and an error's first line are cut by
    it."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "splitlines":
                found.add(f"{path.relative_to(ROOT)}: {ast.unparse(node)}")
    assert found == {
        "index/models/embedder.py: str(error).splitlines",
        "index/storage/format2.py: files['articles.jsonl'].splitlines",
        "index/storage/segment.py: whole(f'articles-{number}.jsonl').splitlines",
    }


@pytest.mark.parametrize(
    "statement", ["import rag", "import ui.cli.commands", "import index.storage.library, index.ingestion.indexing"]
)
def test_nothing_heavy_is_loaded_by_importing(statement):
    """`citeline --help` and `from rag import answer` start at once; the libraries load on first use."""
    code = f"{statement}; import sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = HEAVY - {"numpy"} if "index.ingestion.indexing" in statement else HEAVY
    assert not heavy & {name.split(".")[0] for name in json.loads(done.stdout)}


def test_the_function_answer_is_not_hidden_by_a_module():
    """`from rag import answer` gives the function before and after the machinery behind it was imported."""
    import rag
    import rag.pipeline.answerer

    assert callable(rag.answer)
    assert not Path(rag.__file__).with_name("answer.py").exists()
