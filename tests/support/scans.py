"""Printed pages as a scanner leaves them: PDFs of pictures only; and a stand-in for tesseract."""

from __future__ import annotations

import random
import sys
import zlib

import pypdfium2


def grey_pages(pdf, dpi=150):
    """Width, height and grey values of each page of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        drawn = page.render(scale=dpi / 72, grayscale=True)
        rows = bytes(drawn.buffer)
        yield drawn.width, drawn.height, b"".join(rows[n * drawn.stride :][: drawn.width] for n in range(drawn.height))


def scanned(pdf, dpi=150, noise=0.0, stamps=(), size=(420, 595)):
    """The pages of a PDF as pictures, `noise` of their dots black or white; `stamps` are drawn over them."""
    chance = random.Random(7)
    objects = ["", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    objects = [each.encode("cp1252") for each in objects]
    kids = []
    for width, height, grey in grey_pages(pdf, dpi):
        dots = bytearray(grey)
        for at in chance.sample(range(len(dots)), round(noise * len(dots))):
            dots[at] = chance.choice((0, 255))
        data = zlib.compress(bytes(dots))
        objects.append(
            f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8"
            f"/Filter/FlateDecode/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"
        )  # fmt: skip
        drawn = "\n".join([f"q {size[0]} 0 0 {size[1]} 0 0 cm /I Do Q", *stamps]).encode("cp1252")
        objects.append(f"<</Length {len(drawn)}>>stream\n".encode() + drawn + b"\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents {len(objects)} 0 R"
            f"/Resources<</Font<</F 3 0 R>>/XObject<</I {len(objects) - 1} 0 R>>>>>>".encode()
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count {len(kids)}>>".encode()
    body = b"".join(b"%d 0 obj" % n + each + b"\nendobj\n" for n, each in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n"


def tsv(*blocks, size=(875, 1240), top=100):
    """What tesseract says of a page: blocks of lines of words; a word is a text, or (text, confidence)."""
    rows = ["level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"]
    rows.append(f"1\t1\t0\t0\t0\t0\t0\t0\t{size[0]}\t{size[1]}\t-1\t")
    for b, lines in enumerate(blocks, start=1):
        for n, words in enumerate(lines, start=1):
            left = 80
            for w, each in enumerate(words, start=1):
                text, sure = each if isinstance(each, tuple) else (each, 95)
                rows.append(f"5\t1\t{b}\t1\t{n}\t{w}\t{left}\t{top}\t{12 * len(text)}\t24\t{sure}\t{text}")
                left += 12 * len(text) + 10
            top += 30
        top += 40
    return "\n".join(rows) + "\n"


def stand_in(folder, said, then="", languages="eng\nfra\nosd"):
    """A program called tesseract that says the same of every page, and notes each call with the picture's first bytes."""
    folder.mkdir(exist_ok=True)
    program = folder / "tesseract"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        f"if '--list-langs' in sys.argv:\n    print('List of available languages (3):\\n' + {languages!r})\n    sys.exit()\n"
        f"given = sys.stdin.buffer.read()\n{then}\n"
        f"sys.stdout.buffer.write({said!r}.encode())\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program
