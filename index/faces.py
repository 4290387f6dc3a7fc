"""The face of a package: the names that other packages import from it, each loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def face(package: str, **names: str) -> Callable[[str], object]:
    """Return a package's `__getattr__`: `names` says for each of its modules what others may import, between spaces.

    Nothing is kept, so a name that is replaced in its module is replaced for all.
    """
    homes = {name: f"{package}.{module}" for module, here in names.items() for name in here.split()}

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return get
