"""How the packages hang together: which may import which, through their faces only, and no module in a circle."""

import ast
from pathlib import Path

import pytest

import index

ROOT = Path(index.__file__).parents[1]
ORDER = {
    "index": [
        {"types", "errors", "progress", "arrays", "disk", "incoming", "faces", "lru", "skip_reason", "tables"},
        {"text"},
        {"extraction", "models", "duplicates", "milvus"},
        {"storage"},
        {"documents", "retrieval"},
        {"objects"},
        {"ingestion"},
        {"backup", "cluster"},
    ],
    "rag": [
        {"errors"},
        {"language"},
        {"types"},
        {"config", "evidence", "serialization"},
        {"query"},
        {"filters", "generation", "reader"},
        {"conversation", "verification", "copies"},
        {"run"},
        {"overview"},
        {"pipeline"},
        {"evaluation", "explain", "fact_checking"},
    ],
    "ui": [
        {"assets", "formats", "i18n"},
        {"services", "conversations", "access", "holdings"},
        {"api", "web"},
        {"server"},
        {"already"},
        {"cli"},
    ],
}
"""Each set may import what is in the sets before it. Those of one set do not import each other, but for the first ones
of a layer, which are modules."""
MODULES = sorted(path for top in ORDER for path in (ROOT / top).rglob("*.py"))
PACKAGES = sorted(path.parent for path in MODULES if path.name == "__init__.py" and path.parent.parent != ROOT)
by_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
by_package = pytest.mark.parametrize("folder", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))


def name_of(path):
    """index/text/calendar.py -> index.text.calendar"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """(module, name) of all that a file imports of ours, at its top, in a function or for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ORDER:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.split(".")[0] in ORDER)


def second(module):
    """index.text.calendar -> index.text; a module or package directly below its layer."""
    return tuple(module.split(".")[:2])


def is_module(name):
    return (ROOT / (name.replace(".", "/") + ".py")).exists()


def test_every_package_has_its_place():
    """What is new must be put into the order."""
    there = {
        (top, path.stem) for top in ORDER for path in (ROOT / top).iterdir() if path.suffix == ".py" or path.is_dir()
    }
    there = {(top, name) for top, name in there if not name.startswith("__")}
    assert there == {(top, name) for top, order in ORDER.items() for level in order for name in level}


@by_module
def test_packages_import_what_stands_before_them(path):
    """Never sideways, never up."""
    top, *here = second(name_of(path))
    if not here:
        return
    level = {name: n for n, names in enumerate(ORDER[top]) for name in names}
    for module, name in imports(path):
        parts = second(module) if len(module.split(".")) > 1 else (module, name)
        if parts[0] != top or parts[1] == here[0] or parts[1] not in level:
            continue
        is_fine = level[parts[1]] < level[here[0]] or level[parts[1]] == level[here[0]] == 0
        assert is_fine, f"{name_of(path)} imports {module}"


@by_module
def test_others_are_asked_at_their_face(path):
    """From outside a package its names are imported from the package, not from a module in it."""
    here = name_of(path)
    for module, _ in imports(path):
        if second(module) != second(here) and is_module(module):
            assert len(module.split(".")) == 2, f"{here} looks behind the face of {module.rpartition('.')[0]}"


def test_no_module_is_in_a_circle():
    """Neither for types nor in a function."""
    graph = {}
    for path in MODULES:
        if path.name == "__init__.py":
            continue
        found = set()
        for module, name in imports(path):
            names = [f"{module}.{name}"] if is_module(f"{module}.{name}") else []
            names += [module] if is_module(module) else []
            if not names and (home := homes(module).get(name)):
                names = [f"{module}.{home}"]
            found |= set(names)
        graph[name_of(path)] = found
    circles = set()
    for start in graph:
        seen, left = set(), list(graph[start])
        while left:
            module = left.pop()
            if module not in seen:
                seen.add(module)
                left += graph.get(module, ())
        if start in seen:
            circles.add(start)
    assert circles == set()


def homes(package):
    """name -> module, of a package's face."""
    path = ROOT / package.replace(".", "/") / "__init__.py"
    if not path.exists():
        return {}
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{package}."):
            found |= {alias.name: node.module.removeprefix(f"{package}.") for alias in node.names}
    return found


@by_package
def test_a_face_says_the_same_three_times(folder):
    """For type checkers, when it runs, and as __all__; no name of it is a module's, which would hide it."""
    package = name_of(folder / "__init__.py")
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    given, listed = {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "face":
            given = {name: each.arg for each in node.keywords for name in ast.literal_eval(each.value).split()}
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            listed = ast.literal_eval(node.value)
    assert given == homes(package) and sorted(given) == sorted(listed)
    assert not set(given) & {path.stem for path in folder.iterdir()}
    module = __import__(package, fromlist=["face"])
    assert all(getattr(module, name) is not None for name in given)


@by_package
def test_a_package_can_be_kept_in_mind(folder):
    """Up to nine modules."""
    assert 2 <= len([path for path in folder.glob("*.py") if not path.name.startswith("__")]) <= 9
