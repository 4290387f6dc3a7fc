"""A .zip to its files: names and bytes, within limits of number, size and ratio; an archive within it is not opened."""

from __future__ import annotations

import base64
import io
import stat
import zipfile
from collections.abc import Iterator

from index.skip_reason import NotAnArticle, SkipReason

MAX_MEMBERS = 5000
MAX_UNPACKED = 200_000_000
"""Maximum number of bytes unpacked from one archive."""
MAX_RATIO = 200
"""A member that unpacks to more than so many times its size, and more than MIN_BYTES, is a bomb."""
MIN_BYTES = 1_000_000


def read_zip(data: bytes) -> Iterator[dict[str, object]]:
    """Yield {name, data in base64, reason} for each file in an archive. Raises ValueError if it is none."""
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise NotAnArticle("damaged_zip", file="zip file") from None
    left = MAX_UNPACKED
    members = [each for each in file.infolist() if not each.is_dir() and not _is_hidden(each.filename)]
    for n, member in enumerate(members):
        if n >= MAX_MEMBERS or left <= 0:
            reason = SkipReason("too_many_members", (("n", len(members) - n),))
            yield {"name": "more", "data": "", "reason": reason.to_dict()}
            return
        try:
            content = _content(file, member, left)
        except NotAnArticle as error:
            yield {"name": member.filename[:500], "data": "", "reason": error.reason.to_dict()}
            continue
        left -= len(content)
        yield {"name": member.filename[:500], "data": base64.b64encode(content).decode("ascii"), "reason": None}


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in name.split("/"))


def _content(file: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """Return the bytes of a member. Raises ValueError if it is a link, locked, damaged or unpacks to too much."""
    if stat.S_ISLNK(member.external_attr >> 16):
        raise NotAnArticle("link_outside")
    most = min(left, max(MIN_BYTES, MAX_RATIO * member.compress_size))
    try:
        with file.open(member) as opened:
            content = opened.read(most + 1)
    except RuntimeError:
        raise NotAnArticle("password") from None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise NotAnArticle("damaged_member", file="zip file", name=member.filename[:80]) from None
    if len(content) > most:
        raise NotAnArticle("unpacked", n=most)
    return content
