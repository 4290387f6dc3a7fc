"""Files that are no articles."""

from __future__ import annotations

BAD = {
    "empty.txt": b"",
    "blank.txt": b"\n \n\xc2\xa0\n",
    "nul.txt": b"a\0b",
    "picture.txt": b"\x89PNG\r\n\x1a\n",
    "noise.md": bytes(range(128, 256)) * 4,
    "huge.txt": b"x" * 10_000_001,
    "utf16.txt": b"\xff\xfe\x00\xd8",
}
