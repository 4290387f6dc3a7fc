"""Exports of press databases in several layouts, made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from printed import lines, printed

from index.documents import Found, parts, read_article


@dataclass
class Story:
    """What an export says of one article."""

    title: str
    paper: str
    day: str
    iso: str
    text: list[str]
    author: str = ""
    section: str = ""
    page: str = ""
    number: str = ""
    url: str = ""
    extra: list[str] = field(default_factory=list)


STORIES = [
    Story(
        "Le moulin de Sarlac rouvre après douze ans",
        "La Voix de Sarlac",
        "jeudi 4 avril 2024",
        "2024-04-04",
        [
            "Le moulin de Sarlac moud de nouveau du blé depuis mercredi, après douze ans de silence.",
            "La meunière, Odile Brancas, a payé la roue 41 000 euros.",
        ],
        "Jean-Paul Mestre",
        "Économie locale",
        "7",
        "news·20240404·VSA·0031",
    ),
    Story(
        "Grève des bacs sur la Veyle",
        "Le Réveil de la Veyle",
        "vendredi 5 avril 2024",
        "2024-04-05",
        ["Les passeurs de la Veyle ont cessé le travail vendredi.", "Ils réclament une prime de 180 euros."],
        "AGP",
        "",
        "",
        "news·20240405·RVE·7",
        "https://reveil-veyle.example/bacs",
    ),
    Story(
        "Une comète vue de Pontarcy",
        "La Voix de Sarlac",
        "lundi 8 avril 2024",
        "2024-04-08",
        ["Quarante personnes ont vu la comète depuis le clocher de Pontarcy.", "Elle reviendra en 2097."],
        "",
        "Sciences",
        "2",
        "news·20240408·VSA·0002",
    ),
]


def europresse(stories=STORIES):
    """Each document an <article> with header, section and footer."""
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Documents</title></head><body>"
        "<div class='pdf-header'>Bibliothèque de Sarlac</div>"
        + "".join(
            "<article><header><div class='rdp__DocPublicationName'><span class='DocPublicationName'>"
            f"{s.paper}, no. 1{n}205</span></div><div class='rdp__public-cert'><span class='DocHeader'>"
            f"{s.section + ', ' if s.section else ''}{s.day} {80 + n} mots{', p. ' + s.page if s.page else ''}</span></div>"
            f"<div class='titreArticle'><p class='titreArticleVisu rdp__articletitle'>{s.title}</p></div>"
            + (f"<div class='docAuthors'>{s.author}</div>" if s.author else "")
            + "</header><section><div class='DocText clearfix'><div class='docOcurrContainer'>"
            + "".join(f"<p>{each}</p>" for each in s.text)
            + "</div></div></section>"
            + (f"<p>Cet article est paru dans <a href='{s.url}'>{s.paper}</a></p>" if s.url else "")
            + f"<footer class='docCert'>Certificat émis le 2 mai 2024 à Bibliothèque de Sarlac. {s.number}</footer></article>"
            for n, s in enumerate(stories)
        )
        + "</body></html>"
    )


def europresse_flat(stories=STORIES):
    """An older layout: no <article>, the parts of all documents side by side in one cell."""
    return (
        "<html><body><table><tr><td>"
        + "".join(
            f"<span class='DocPublicationName'>{s.paper}&nbsp;(site web)</span><br>"
            f"<span class='DocHeader'>{s.section + ', ' if s.section else ''}{s.day} - 06:10 UTC +02:00"
            f"{', p.&nbsp;' + s.page if s.page else ''}</span>"
            f"<p class='titreArticleVisu'>{s.title}</p><p class='sm-margin-bottomNews'>{s.author}</p>"
            f"<div class='docOcurrContainer'>{'<br><br>'.join(s.text)}</div>"
            f"<div class='publiC-lblNodoc'>{s.number}</div><hr>"
            for s in stories
        )
        + "</td></tr></table></body></html>"
    )


def accession(story, n):
    return f"{'VOIXSA' if 'Sarlac' in story.paper else 'REVVEY'}0020240404ek44000{n}a"


def factiva_display(stories=STORIES):
    """Facts one below the other, without codes."""
    return (
        "<html><head><title>Factiva</title></head><body>"
        + "".join(
            f"<div class='article frArticle'><p>{f'<div>{s.section}</div>' if s.section else ''}</p>"
            f"<div id='hd'><span class='frHeadline'>{s.title}</span></div>"
            + (f"<div class='author'>{s.author}</div>" if s.author else "")
            + f"<div>{70 + n} mots</div><div>{s.day.split(' ', 1)[1]}</div><div>08:15</div><div>{s.paper}</div>"
            f"<div>VOIXSA</div>{f'<div>{s.page}</div>' if s.page else ''}<div>Français</div><div>Copyright 2024 {s.paper}</div>"
            + "".join(f"<p class='articleParagraph frarticleParagraph'>{each}</p>" for each in s.text)
            + f"<p>Document {accession(s, n)}</p></div><br>"
            for n, s in enumerate(stories)
        )
        + "</body></html>"
    )


def coded(story, n):
    return [
        ("SE", story.section), ("HD", story.title), ("BY", story.author), ("WC", "123 mots"),
        ("PD", story.day.split(" ", 1)[1]), ("SN", story.paper), ("SC", "VOIXSA"), ("PG", story.page),
        ("LA", "Français"), ("CY", "Copyright 2024"), ("LP", story.text[0]), ("TD", "\n".join(story.text[1:])),
        ("NS", "gsci : Sciences"), ("AN", f"Document {accession(story, n)}"),
    ]  # fmt: skip


def factiva_codes(stories=STORIES):
    """A table of codes for each article."""
    return (
        "<html><body>"
        + "".join(
            "<div class='article deArticle'><table>"
            + "".join(
                f"<tr><td valign='top'><b>{code}</b>&nbsp;</td><td><p>{said}</p></td></tr>"
                for code, said in coded(s, n)
                if said
            )
            + "</table></div>"
            for n, s in enumerate(stories)
        )
        + "</body></html>"
    )


def nexis_lines(stories=STORIES, cover=False, french=False):
    """The paragraphs of a Nexis export, with its cover or without."""
    length, section, byline, body, loaded, end = (
        ("Longueur", "Rubrique", "Auteur", "Corps", "Date de chargement", "Fin du document")
        if french
        else ("Length", "Section", "Byline", "Body", "Load-Date", "End of Document")
    )
    lines = []
    if cover:
        lines = ["User Name: BU Sarlac", "Date and Time: Thursday, May 2, 2024 10:01:00 AM CEST", "Documents (3)"]
        lines += [f"{n}. {s.title}" for n, s in enumerate(stories, start=1)]
    for s in stories:
        lines += [s.title, s.paper, " ".join(s.day.split()[1:] + s.day.split()[:1]), f"Copyright 2024 {s.paper}"]
        lines += [f"{section}: {s.section}; Pg. {s.page}"] if s.section else []
        lines += [f"{length}: 88 words"] + ([f"{byline}: {s.author}"] if s.author else [])
        lines += [body, *s.text, f"{loaded}: May 1, 2024", end]
    return lines


def europresse_pdf_lines(stories=STORIES, joined=False, boxed=True):
    """The paragraphs of each page of the export as a PDF; with the box about the source, with date and head joined."""
    pages = []
    for n, s in enumerate(stories):
        page = f" • p. {s.page}" if s.page else ""
        head = f"{s.paper}{page} • {140 + n} mots"
        day = s.day[0].upper() + s.day[1:]
        lines = ["Nom de la source", s.paper, "Type de source", "Presse • Journaux"] if boxed else []
        lines += [f"{day} {head}"] if joined else [day, head]
        lines += [s.title, *filter(None, [s.author]), *s.text, f"© 2024 {s.paper}. Tous droits réservés."]
        pages.append([*lines, f"Certificat émis le 2 mai 2024 à Bibliothèque de Sarlac. {s.number}"])
    return pages


def pdf(pages, size=(595, 842)):
    """A PDF whose pages are lists of lines, each a paragraph of its own, in Helvetica."""
    return printed(*(lines(40, 780, *page, size=9, step=40) for page in pages), size=size)


def read_all(name, data, extractor):
    """The articles of a file, and (id, reason) of those passed over."""
    data = data.encode() if isinstance(data, str) else data
    found, wrong = [], []
    for part in parts(Found(Path("/nowhere") / name, name), data, extractor):
        try:
            found.append(read_article(part, extractor)[0])
        except ValueError as error:
            wrong.append((part.found.id, str(error)))
    return found, wrong
