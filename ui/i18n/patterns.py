"""Lines that are worded in English where they are raised or kept, in French for the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_PARAMETER = re.compile(r"\{(\w+)\}")


class Wordings:
    """English wordings and their French ones, with the same {parameters}; the French is found by the line itself."""

    def __init__(
        self, lines: str | Mapping[str, str], values: Mapping[str, str], french: Callable[[str, str], str]
    ) -> None:
        """`lines` has each wording and its French, in a text on the line under it. `values` are regular expressions of
        parameters that cannot be just anything, `french` puts the value of a parameter, by its name, into French.
        """
        self.french_of = _paired(lines) if isinstance(lines, str) else lines
        self._values, self._french = values, french
        # Most words of its own first: "it is a damaged {file}: {detail}" fits more than one.
        by_words = sorted(self.french_of.items(), key=lambda each: -len(_PARAMETER.sub("", each[0])))
        self._known = [(self._pattern(wording), french) for wording, french in by_words]

    def french(self, line: str) -> str | None:
        """A line in French, None for one that is not known."""
        for pattern, french in self._known:
            if found := pattern.fullmatch(line):
                return self._filled(french, found)
        return None

    def _pattern(self, wording: str) -> re.Pattern[str]:
        """What matches a line that was made of `wording`, its parameters in groups of their names."""
        pieces = _PARAMETER.split(wording)
        pieces[::2] = map(re.escape, pieces[::2])
        pieces[1::2] = [f"(?P<{name}>{self._values.get(name, '.*')})" for name in pieces[1::2]]
        return re.compile("".join(pieces), re.DOTALL)

    def _filled(self, french: str, found: re.Match[str]) -> str:
        """A French wording with the values of its parameters."""
        return _PARAMETER.sub(lambda parameter: self._french(parameter[1], found[parameter[1]]), french)


def _paired(lines: str) -> dict[str, str]:
    paired = [line.strip() for line in lines.strip().split("\n")]
    return dict(zip(paired[::2], paired[1::2], strict=True))
