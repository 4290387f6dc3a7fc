"""PDFs drawn by hand, so that a test says where each piece of print stands."""

TURNS = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}


def shown(text):
    """A string as PDF writes it."""
    for char in "\\()":
        text = text.replace(char, "\\" + char)
    return f"({text}) Tj"


def text(x, y, said, size=11, turn=0):
    """Print at a place; `said` is a string, or a list of strings and (string, size, rise) for raised print."""
    drawn = [f"BT {TURNS[turn]} {x} {y} Tm"]
    for each in [said] if isinstance(said, str) else said:
        word, small, rise = each if isinstance(each, tuple) else (each, size, 0)
        drawn.append(f"/F {small} Tf {rise} Ts {shown(word)}")
    return "\n".join([*drawn, "ET"])


def lines(x, top, *several, size=11, step=14):
    """Several lines, one below the other."""
    return [text(x, top - n * step, each, size) for n, each in enumerate(several)]


def table(top, places, *rows, size=10, step=18):
    """Rows whose cells begin at `places`; "" is an empty cell."""
    return [
        text(x, top - n * step, cell, size)
        for n, row in enumerate(rows)
        for x, cell in zip(places, row, strict=True)
        if cell
    ]


def field(rect, value, kind="Tx", name="champ", flags=0):
    """A field of a form and what was filled in; `kind` is Tx, Ch or Btn."""
    left, bottom, right, top = rect
    said = f"/V/{value}/AS/{value}/AP<</N<</Oui 3 0 R/Off 3 0 R>>>>" if kind == "Btn" else f"/V {shown(value)[:-3]}"
    return (
        f"<</Type/Annot/Subtype/Widget/FT/{kind}/T {shown(name)[:-3]}/Ff {flags}/F 4{said}"
        f"/Rect[{left} {bottom} {right} {top}]>>"
    )


def printed(*pages, size=(420, 595), rotate=0, fields=()):
    """A PDF whose pages are lists of drawn pieces, in Helvetica; `fields` are on the first page."""
    objects = [
        "",
        "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids, annotations = [], []
    for each in fields:
        objects.append(each)
        annotations.append(len(objects))
    refs = " ".join(f"{n} 0 R" for n in annotations)
    for drawn in pages:
        stream = "\n".join(drawn).encode("cp1252").decode("latin-1")
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Rotate {rotate}/Contents {len(objects)} 0 R"
            f"/Resources<</Font<</F 3 0 R>>>>{f'/Annots[{refs}]' if refs and len(kids) == 1 else ''}>>"
        )
    form = f"/AcroForm<</Fields[{refs}]/DR<</Font<</F 3 0 R>>>>>>" if refs else ""
    objects[0] = f"<</Type/Catalog/Pages 2 0 R{form}>>"
    objects[1] = f"<</Type/Pages/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]/Count {len(kids)}>>"
    body = "".join(f"{n} 0 obj{each}\nendobj\n" for n, each in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode("latin-1")
