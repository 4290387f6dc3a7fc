"""What the benches have in common as commands: how their options are declared, and what they print kept."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import Any, ClassVar


class Parser(argparse.ArgumentParser):
    """The options of one bench, with its docstring as their description."""

    given: ClassVar[argparse.Namespace | None] = None
    """What was parsed last."""

    def __init__(self, description: str | None, has_table: bool = True) -> None:
        """Add --save and --note where the bench prints a table."""
        super().__init__(
            prog=sys.argv[0], description=description, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if has_table:
            self.add_argument(
                "--save", nargs="?", const="", metavar="RESULT", help="keep the table as bench/results/RESULT.json too"
            )
            self.add_argument("--note", default="", help="with --save: what to know about this run")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and remember what was given."""
        Parser.given = super().parse_args(args, namespace)
        return Parser.given


class _Kept:
    """A stream that keeps what is written to it and passes it on."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.pieces = stream, list[str]()

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return int(self.stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def kept_output() -> Iterator[list[str]]:
    """Pass stdout on, and fill the list with its lines when the block ends."""
    kept, lines = _Kept(sys.stdout), list[str]()
    with contextlib.redirect_stdout(kept):  # type: ignore[type-var]
        yield lines
    lines += "".join(kept.pieces).splitlines()
