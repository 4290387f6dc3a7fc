"""Where the page's scripts and style sheets are."""

from pathlib import Path

STATIC = Path(__file__).parent / "web" / "static"
