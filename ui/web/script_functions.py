"""What the page's scripts may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def for_script(act: Callable[[Any], Any], name: str = "") -> Callable[[Any], Any]:
    """Return what Gradio lets a script call by that name, else by the function's own.

    Gradio writes on what it is given, and a bound method cannot be written on.
    """

    def function(wanted: Any) -> Any:
        return act(wanted)

    function.__name__ = name or act.__name__
    return function
