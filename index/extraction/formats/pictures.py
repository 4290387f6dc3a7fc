"""Pictures of printed pages (.png, .jpg, .tiff) to a PDF of them, so that they are read as scans are."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from index.extraction.pdf import MAX_SCANS
from index.skip_reason import NotAnArticle

MAX_PIXELS = 100_000_000
"""Maximum size of one picture."""
MIN_SIDE = 100
"""A picture with fewer pixels on a side is an icon."""
_FORMATS = ("PNG", "JPEG", "TIFF")
_A4_INCHES = 11.7
_SCREEN_DPI = 96


def as_pdf(data: bytes) -> Iterator[dict[str, object]]:
    """Yield {pdf: in base64}: each picture of a file on a page of its own. Raises ValueError if it is none."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # it refuses twice as many
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            pages = list(_pages(picture))
    except NotAnArticle:
        raise
    except Image.DecompressionBombError:
        raise NotAnArticle("memory") from None
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, OverflowError):
        raise NotAnArticle("damaged_picture") from None
    first, *others = pages
    target = io.BytesIO()
    sides = max(max(each.size) for each in pages)
    first.save(
        target, "PDF", save_all=True, append_images=others, title="", quality=92,
        resolution=max(_SCREEN_DPI, sides / _A4_INCHES),
    )  # fmt: skip
    yield {"pdf": base64.b64encode(target.getvalue()).decode("ascii")}


def _pages(picture: Any) -> Iterator[Any]:
    """Yield the pictures of a file in grey on white, turned as the camera says."""
    from PIL import Image, ImageOps, ImageSequence

    for each in islice(ImageSequence.Iterator(picture), MAX_SCANS):
        turned = ImageOps.exif_transpose(each)
        if min(turned.size) < MIN_SIDE:
            raise NotAnArticle("small_picture", n=turned.width, most=turned.height)
        if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
            turned = turned.convert("RGBA")
            turned = Image.alpha_composite(Image.new("RGBA", turned.size, "white"), turned)
        if turned.mode.startswith("I"):  # of 16 bits
            turned = turned.convert("I").point(lambda value: value / 256)
        yield turned.convert("L")
