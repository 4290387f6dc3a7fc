"""Mail, archives, tables, feeds, records and office formats: each of their articles is read with its facts, what is
none says why, and what is made to do harm does none."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from exports import STORIES, europresse, factiva_display, nexis_lines, read_all

from index.extraction.formats import archive, mail
from index.extraction.sandbox import Extractor

LEDE = "La bibliothèque de Corvenne rouvre samedi après deux ans de travaux."
MORE = "Le chantier a coûté 740 000 euros à la commune."


@pytest.fixture(scope="module")
def extractor():
    with Extractor() as found:
        yield found


def only(name, data, extractor):
    (article,), wrong = read_all(name, data, extractor)
    assert wrong == []
    return article


def said(article):
    return [line for line in article.lines if line]


def zipped(files, **more):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data, **more)
    return target.getvalue()


# --- rtf and odt ----------------------------------------------------------------------------------------------------


def rtf(lines):
    def escaped(text):
        return "".join(c if c.isascii() and c not in "\\{}" else f"\\u{ord(c)}?" for c in text)

    body = "\\par\n".join(escaped(line) for line in lines)
    return "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}{\\*\\generator Riched20;}\\f0 " + body + "\\par}"


def test_a_rich_text_is_read(extractor):
    """Accents by code page and by number, a link without its address, no picture, a surrogate pair."""
    text = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Times;}}{\info{\title Secret}}\f0 La biblioth\'e8que\par "
        r"{\pict\pngblip 89504e470d0a}Elle rouvre {\field{\*\fldinst{HYPERLINK "
        r'"http://a.example/x"}}{\fldrslt samedi}}, dit la maire. '
        r"\u-10179?\u-8703?\par }"
    )
    article = only("note.rtf", text, extractor)
    assert said(article) == ["La bibliothèque", "Elle rouvre samedi, dit la maire. \U0001f601"]
    assert article.title == "La bibliothèque"


@pytest.mark.parametrize("make", [nexis_lines, lambda: [*factiva_lines(STORIES)]])
def test_an_export_as_rich_text_gives_its_articles(make, extractor):
    """Nexis and Factiva, the same as elsewhere."""
    found, wrong = read_all("export.rtf", rtf(make()), extractor)
    assert wrong == [] and [each.title for each in found] == [story.title for story in STORIES]
    assert [(each.source, each.date) for each in found] == [(story.paper, story.iso) for story in STORIES]
    for article, story in zip(found, STORIES, strict=True):
        assert said(article)[-len(story.text) :] == story.text


def factiva_lines(stories):
    for n, story in enumerate(stories):
        yield from filter(None, [story.section, story.title, story.author])
        yield from ["88 mots", story.day.split(" ", 1)[1], story.paper, "VOIXSA", "Français", "Copyright 2024"]
        yield from story.text
        yield f"Document VOIXSA0020240404ek44000{n}a"


ODT = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


def odt(body, **more):
    content = f"<office:document-content {ODT}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content} | more)


def test_an_open_document_is_read(extractor):
    """Headings, spaces and breaks, a table a row a line, notes at the end; nothing deleted, no comment."""
    meta = f"<office:document-meta {ODT}><office:meta><dc:creator>Ana Lopez</dc:creator></office:meta></office:document-meta>"
    body = (
        "<text:tracked-changes><text:p>Effacé.</text:p></text:tracked-changes>"
        "<text:h text:outline-level='1'>La bibliothèque<text:s text:c='2'/>rouvre</text:h>"
        f"<text:p>{LEDE}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Une note.</text:p>"
        "</text:note-body></text:note><office:annotation><text:p>À vérifier.</text:p></office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Coût</text:p></table:table-cell><table:table-cell>"
        "<text:p>740 000</text:p></table:table-cell></table:table-row></table:table>"
        "<text:list><text:list-item><text:p>Un<text:line-break/>deux</text:p></text:list-item></text:list>"
    )
    article = only("a.odt", odt(body, **{"meta.xml": meta}), extractor)
    assert said(article) == ["La bibliothèque rouvre", f"{LEDE}[1]", "Coût | 740 000", "Un deux", "[1] Une note."]
    assert (article.title, article.author) == ("La bibliothèque rouvre", "Ana Lopez")
    flat = only("b.odt", odt(f"<text:p>{LEDE}</text:p><text:section><text:p>{MORE}</text:p></text:section>"), extractor)
    assert said(flat) == [LEDE, MORE]


@pytest.mark.parametrize(
    "call",
    [
        r"{\super 1}{\footnote {\super 1} Une note.}",
        r"{\cs16\super \chftn {\footnote \pard {\cs16\super \chftn } Une note.}}",
        r"{\footnote\pard\plain{\super\chftn} Une {\i note}.}",
    ],
)
def test_notes_of_rich_text_are_called_and_stand_at_the_end(call, extractor):
    article = only(
        "a.rtf", f"{{\\rtf1\\ansi{{\\header En marge}} Le pont rouvre{call} lundi.\\par Il a plu.}}".encode(), extractor
    )
    assert said(article) == ["Le pont rouvre[1] lundi.", "Il a plu.", "[1] Une note."]
    assert [each.reason for each in article.coverage.left_out] == ["running_head"]


@pytest.mark.parametrize("group", [rb"{\footnote ", rb"{\header ", rb"{\super {\footnote "])
def test_groups_that_never_end_are_read_within_the_time_limit(group, extractor):
    article = only("a.rtf", rb"{\rtf1 Le pont rouvre. " + group * 50_000, extractor)
    assert said(article) == ["Le pont rouvre."]


# --- mail -----------------------------------------------------------------------------------------------------------

PLAIN = (
    "From: =?utf-8?q?Mairie_de_Corvenne?= <presse@corvenne.example>\r\nTo: redaction@example.org\r\n"
    "Subject: =?iso-8859-1?Q?R=E9ouverture_de_la_biblioth=E8que?=\r\nDate: Tue, 05 Mar 2024 23:30:00 +0100\r\n"
    'Message-ID: <m1@corvenne.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="iso-8859-1"\r\n'
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
)


def multipart(plain, html, attachment="communiqué.pdf"):
    rich = base64.b64encode(html.encode()).decode()
    return (
        "From: Lettre de Corvenne <l@corvenne.example>\nSubject: La lettre\nDate: Wed, 6 Mar 2024 08:00:00 +0000\n"
        'Message-ID: <m2@corvenne.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n'
        'Content-Type: multipart/alternative; boundary="y"\n\n--y\nContent-Type: text/plain; charset=utf-8\n'
        f"Content-Transfer-Encoding: 8bit\n\n{plain}\n--y\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: base64\n\n{rich}\n--y--\n--x\nContent-Type: application/pdf\n"
        f'Content-Disposition: attachment; filename="{attachment}"\n\n%PDF\n--x--\n'
    )


def test_a_message_is_an_article(extractor):
    """Subject, sender, day where it was sent, text with its lines joined again."""
    body = "La bibliothèque de Corvenne rouvre samedi après deux ans de travaux qui\r\nont coûté 740 000 euros.\r\n\r\nLa maire"
    article = only("a.eml", PLAIN.encode() + body.encode("latin-1"), extractor)
    assert (article.id, article.title, article.date) == ("a.eml", "Réouverture de la bibliothèque", "2024-03-05")
    assert article.source == "Mairie de Corvenne"
    assert said(article)[-2:] == [
        "La bibliothèque de Corvenne rouvre samedi après deux ans de travaux qui ont coûté 740 000 euros.",
        "La maire",
    ]


def test_the_better_of_text_and_html_is_read_and_attachments_are_named(extractor):
    """A plain text that only points to the HTML is not the message."""
    html = f"<html><body><h1>La lettre</h1><p>{LEDE}</p><p>{MORE}</p></body></html>"
    found, wrong = read_all("a.eml", multipart("Voir en ligne.", html), extractor)
    assert [each.id for each in found] == ["a.eml"] and said(found[0])[-2:] == [LEDE, MORE]
    ((id, reason),) = wrong
    assert id.startswith("a.eml#") and "communiqu" in reason and "attachment" in reason
    found, _ = read_all("a.eml", multipart(f"{LEDE}\n\n{MORE}", html), extractor)
    assert said(found[0])[-2:] == [LEDE, MORE]


def test_a_mailbox_gives_its_messages(extractor):
    """Each under its own number, lines that begin with "From" read as written."""
    box = (
        "From a@b Tue Mar  5 10:00:00 2024\n"
        + PLAIN.replace("\r\n", "\n")
        + "Un premier message.\n>From Paris.\n\nFrom here on it goes on.\n\n"
        "From c@d Wed Mar  6 10:00:00 2024\n" + multipart("Voir.", f"<p>{LEDE}</p>")
    )
    found, wrong = read_all("b.mbox", box.encode("latin-1", "replace"), extractor)
    assert [each.id for each in found] == ["b.mbox#m1-corvenne-example", "b.mbox#m2-corvenne-example"]
    assert found[0].lines[-1].startswith("From Paris") or "From Paris." in found[0].text
    assert "From here on it goes on." in found[0].text
    assert found[1].date == "2024-03-06" and len(wrong) == 1


def test_a_saved_page_is_read_like_a_page(extractor):
    """.mhtml: the page's article and address; an export saved so gives its articles."""

    def saved(page):
        return (
            "From: <Saved by Blink>\nSnapshot-Content-Location: https://corvenne.example/a\nSubject: x\nMIME-Version: 1.0\n"
            'Content-Type: multipart/related; type="text/html"; boundary="z"\n\n--z\nContent-Type: text/html\n'
            "Content-Transfer-Encoding: base64\nContent-Location: https://corvenne.example/a\n\n"
            f"{base64.b64encode(page.encode()).decode()}\n--z\nContent-Type: image/png\n"
            "Content-Transfer-Encoding: base64\nContent-Location: https://corvenne.example/i.png\n\niVBORw0=\n--z--\n"
        )

    page = f"<html lang='fr'><head><title>La bibliothèque rouvre</title></head><body><article><h1>La bibliothèque rouvre</h1><p>{LEDE}</p><p>{MORE}</p></article></body></html>"
    article = only("a.mhtml", saved(page), extractor)
    assert article.url == "https://corvenne.example/a" and LEDE in article.lines and article.title.startswith("La bib")
    found, _ = read_all("b.mht", saved(europresse()), extractor)
    assert [each.title for each in found] == [story.title for story in STORIES]


# --- tables, feeds, records -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f'titre,date,journal,texte,url\n"La bibliothèque, enfin",2024-03-05,La Voix,"{LEDE}\n{MORE}",https://a.example/1\n'
        '"Vide",2024-03-06,La Voix,,\n',
        "\ufeffTitre;Date;Journal;Contenu;URL\r\n"
        f'"La bibliothèque, enfin";05/03/2024;La Voix;"<p>{LEDE}</p><p>{MORE}</p>";https://a.example/1\r\nVide;;La Voix;;\r\n',
        f"id\ttitle\tDATE\tsource\tbody\tlink\n9\tLa bibliothèque, enfin\t20240305\tLa Voix\t{LEDE} {MORE}\thttps://a.example/1\n"
        "10\tVide\t\tLa Voix\t\t\n",
    ],
)
def test_a_table_gives_an_article_a_row(text, extractor):
    """Whatever separates the columns; rows without text are passed over one by one."""
    found, wrong = read_all("a.csv", text, extractor)
    (article,) = found
    assert (article.title, article.date, article.source) == ("La bibliothèque, enfin", "2024-03-05", "La Voix")
    assert article.url == "https://a.example/1" and len(wrong) == 1
    assert LEDE in article.text and MORE in article.text and "<p>" not in article.text


def test_a_row_with_more_cells_than_columns_is_not_cut(extractor):
    """A comma of the text that separates nothing; a row that does not fit is passed over and says so."""
    (article,), wrong = read_all("a.csv", "texte\nLe port, lui, gèle.\n", extractor)
    assert article.text == "Le port, lui, gèle." and wrong == []
    found, wrong = read_all("a.csv", f"titre,texte\nA,Le port, lui, gèle.\nB,{LEDE}\n", extractor)
    assert [each.title for each in found] == ["B"] and "4 cells and the first line 2" in wrong[0][1]


def test_a_rich_text_of_a_macintosh_has_its_accents(extractor):
    """Its bytes are read in its own character set."""
    assert only("a.rtf", r"{\rtf1\mac\ansicpg10000 Le caf\'8e ferme.}", extractor).text == "Le café ferme."


def test_a_table_without_text_says_what_it_has(extractor):
    """One line for the file."""
    with pytest.raises(ValueError, match=r"names no column .* but: nom, prénom, âge"):
        read_all("a.csv", "nom,prénom,âge\nA,B,3\n", extractor)


RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>La Voix de Corvenne</title><link>https://v.example</link>
<item><title>La biblioth&amp;egrave;que</title><link>https://v.example/1</link><guid>v-1</guid><dc:creator>A. Lopez</dc:creator>
<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><description>Court.</description>
<content:encoded><![CDATA[<p>{LEDE}</p><p>{MORE}</p>]]></content:encoded></item>
<item><title>Sans texte</title><guid>v-2</guid></item>
<item><title>Un résumé</title><guid>v-3</guid><description>Le port gèle &lt;b&gt;encore&lt;/b&gt;.</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>La Voix de Corvenne</title><entry><title>La bibliothèque</title>
<link rel="self" href="https://v.example/self"/><link href="https://v.example/1"/><id>tag:v,2024:1</id>
<published>2024-03-05T10:00:00Z</published><author><name>A. Lopez</name></author><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>{LEDE}</p><p>{MORE}</p></div></content></entry>
<entry><title>Sans texte</title><id>2</id></entry>
<entry><title>Un résumé</title><id>3</id><summary>Le port gèle encore.</summary></entry></feed>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "La Voix de Corvenne",
        "items": [
            {
                "id": "v-1", "title": "La bibliothèque", "url": "https://v.example/1", "authors": [{"name": "A. Lopez"}],
                "date_published": "2024-03-05T10:00:00Z", "content_html": f"<p>{LEDE}</p><p>{MORE}</p>",
            },
            {"id": "v-2", "title": "Sans texte"},
            {"id": "v-3", "title": "Un résumé", "content_text": "Le port gèle encore."},
        ],
    }
)  # fmt: skip
WORDPRESS = json.dumps(
    [
        {
            "id": 71, "date": "2024-03-05T10:00:00", "link": "https://v.example/1", "source": "La Voix de Corvenne",
            "title": {"rendered": "La biblioth&egrave;que"}, "author": "A. Lopez",
            "content": {"rendered": f"<p>{LEDE}</p>\n[caption id='a']{MORE}[/caption]", "protected": False},
        },
        {"id": 72, "title": {"rendered": "Sans texte"}},
        {"id": 73, "title": {"rendered": "Un résumé"}, "source": "La Voix de Corvenne",
         "content": {"rendered": "Le port g&egrave;le encore."}},
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rss", RSS),
        ("a.xml", RSS),
        ("a.atom", ATOM),
        ("a.json", JSON_FEED),
        ("wp.json", WORDPRESS),
        ("wp.jsonl", WORDPRESS),
    ],
)
def test_a_feed_gives_its_articles(name, text, extractor):
    """Title, address, author, day and newspaper of each; HTML taken out; what has no text says so."""
    found, wrong = read_all(name, text, extractor)
    first, second = found
    assert (first.title, first.date, first.url) == ("La bibliothèque", "2024-03-05", "https://v.example/1")
    assert (first.source, first.author) == ("La Voix de Corvenne", "A. Lopez")
    assert said(first)[-2:] == [LEDE, MORE] and "Le port gèle encore." in second.lines
    assert len(wrong) == 1 and len({each.id for each in found}) == 2


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", '{"name": "citeline", "version": "1"}', "JSON without articles"),
        ("a.json", "[1, 2]", "JSON without articles"),
        ("a.json", "{", "not JSON"),
        ("a.json", b'["\xe9"]', "not UTF-8"),
        ("a.json", '{"name": "x", "version": "1", "description": "Les réglages."}', "JSON without articles"),
        ("a.xml", "<html><body/></html>", "no RSS or Atom feed"),
        ("a.xml", "pas du XML", "damaged feed"),
        ("a.rss", "<rss><channel><title>x</title></channel></rss>", "no article was found"),
        ("a.eml", "Rien de tel.", "no mail message|holds no text"),
        ("a.mbox", "Rien de tel.", "no mailbox"),
        ("a.mhtml", PLAIN + "Du texte.", "holds no HTML"),
        ("a.rtf", "Du texte.", "not an RTF file"),
        ("a.odt", zipped({"a": "b"}), "content.xml is missing"),
        ("a.odt", b"\x89PNG", "it is a picture, not an OpenDocument text"),
        ("a.zip", b"PK\x03\x04 broken", "damaged zip file"),
    ],
)
def test_what_is_no_such_file_says_so(name, data, reason, extractor):
    """One line each."""
    with pytest.raises(ValueError, match=reason):
        read_all(name, data, extractor)


def test_records_say_their_text_in_many_names(extractor):
    """Of .jsonl: HTML out of the text, French and WordPress names, dates as numbers; a plain text stays as it was."""
    records = [
        {"titre": "A", "texte": LEDE, "auteur": "B. C.", "rubrique": "Culture", "date": 1709600000},
        {"title": {"rendered": "A &amp; B"}, "content": {"rendered": f"<p>{LEDE}</p>"}, "date": "2024-03-05"},
        {"title": "A", "content_html": f"<div>{LEDE}<br>{MORE}</div>"},
        {"title": "A", "text": "5 < 6 et a > b, R&D comprise."},
        {"title": "A", "text": "Première.\n\nDeuxième &eacute;t&eacute;."},
    ]
    found, wrong = read_all("a.jsonl", "\n".join(map(json.dumps, records)), extractor)
    assert wrong == [] and found[0].date == "2024-03-05" and (found[0].author, found[0].section) == ("B. C.", "Culture")
    assert found[1].title == "A & B" and said(found[1]) == ["A & B", LEDE]
    assert said(found[2]) == ["A", LEDE, MORE] and said(found[3]) == ["A", "5 < 6 et a > b, R&D comprise."]
    assert said(found[4]) == ["A", "Première.", "Deuxième été."]


def test_a_corpus_of_stars_gives_its_texts(extractor):
    """IRaMuTeQ's and Alceste's: variables are facts, a line of theme is none of the text."""
    corpus = (
        "**** *source_La_Voix *date_20240305 *id_12 *auteur_A_Lopez\n-*titre\n"
        f"{LEDE}\n{MORE}\n\n**** *journal_Le_Réveil *date_2024-03-06\nLe port gèle encore.\n**** *source_vide\n"
    )
    found, wrong = read_all("corpus.txt", corpus, extractor)
    assert [(each.source, each.date) for each in found] == [("La Voix", "2024-03-05"), ("Le Réveil", "2024-03-06")]
    assert found[0].id == "corpus.txt#12" and found[0].author == "A Lopez" and len(wrong) == 1
    assert said(found[0])[-2:] == [LEDE, MORE]
    plain = only("a.txt", f"{LEDE}\n****\n{MORE}\n", extractor)
    assert plain.lines == (LEDE, "****", MORE)


# --- archives -------------------------------------------------------------------------------------------------------


def test_an_archive_gives_the_articles_of_its_files(extractor):
    """Texts, pages, exports and records in folders; the name of a file in it counts, what is no article says why."""
    data = zipped(
        {
            "dossier/2024-03-05_note.txt": LEDE,
            "dossier/revue.html": europresse(),
            "dossier/factiva.html": factiva_display(),
            "r.jsonl": json.dumps({"title": "A", "text": MORE}),
            "photo.gif": b"\x89PNG",
            "autre.zip": zipped({"a.txt": LEDE}),
            "__MACOSX/._note.txt": b"\0",
            ".cache": "x",
        }
    )
    found, wrong = read_all("tout.zip", data, extractor)
    ids = [each.id for each in found]
    assert ids[0] == "tout.zip#dossier-2024-03-05_note-txt" and found[0].date == "2024-03-05"
    assert f"tout.zip#dossier-revue-html#{STORIES[0].number}" in ids and "tout.zip#r-jsonl#1" in ids
    assert len(found) == 8 and len(set(ids)) == 8
    assert sorted(reason[:24] for _, reason in wrong) == ["it is an archive within ", "kind .gif is not read (o"]
    assert {each.path for each in found} == {"/nowhere/tout.zip"}


def test_names_in_an_archive_lead_nowhere(extractor, tmp_path):
    """Paths out of it, devices, links, a name twice: keys of letters, nothing is written or opened."""
    link = zipfile.ZipInfo("lien.txt")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file, pytest.warns(UserWarning, match="Duplicate name"):
        for name in ("../../etc/passwd.txt", "/etc/shadow.txt", "C:\\a.txt", "a\u202e.txt", "../../etc/passwd.txt"):
            file.writestr(name, f"{LEDE} {name}")
        file.writestr(link, "/etc/passwd")
    before = sorted(Path(tmp_path).rglob("*"))
    found, wrong = read_all("x.zip", target.getvalue(), extractor)
    assert len(found) == 5 and len(wrong) == 1 and "link" in wrong[0][1]
    for article in found:
        key = article.id.removeprefix("x.zip#")
        assert not set(key) & set("./\\:\u202e\n") and len(key) <= 70
    assert sorted(Path(tmp_path).rglob("*")) == before


def test_an_archive_is_unpacked_within_limits(extractor, monkeypatch):
    """A bomb, a locked file, a damaged one, too many: each costs itself."""
    good = {"a.txt": LEDE}
    found, wrong = read_all("x.zip", zipped({"bomb.txt": b"a" * 300_000_000} | good), extractor)
    assert len(found) == 1 and "unpacks to more than" in wrong[0][1]
    locked = bytearray(zipped({"b.txt": LEDE} | good))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    found, wrong = read_all("x.zip", bytes(locked), extractor)
    assert len(found) == 1 and "password" in wrong[0][1]
    damaged = bytearray(zipped({"b.txt": LEDE * 50} | good))
    damaged[45:60] = bytes(15)
    found, wrong = read_all("x.zip", bytes(damaged), extractor)
    assert len(found) == 1 and "cannot be unpacked" in wrong[0][1]
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    said = list(archive.read_zip(zipped({f"{n}.txt": LEDE for n in range(10)})))
    assert len(said) == 4 and said[3]["reason"]["code"] == "too_many_members"
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100)
    assert [each["reason"] is None for each in archive.read_zip(zipped({f"{n}.txt": LEDE for n in range(4)}))][:2] == [
        True,
        False,
    ]


# --- made to do harm ------------------------------------------------------------------------------------------------


def nested_mail(depth):
    text = b"Subject: fond\n\nLe fond du message.\n"
    for n in range(depth):
        text = (
            f"Subject: {n}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"
            "Content-Type: message/rfc822\n\n"
        ).encode() + text + f"\n--b{n}--\n".encode()  # fmt: skip
    return text


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.eml", nested_mail(200)),
        ("a.eml", b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nb\n" * 6_000),
        ("a.eml", b"A" * 2_000_000 + b": x\n\ntexte"),
        ("a.eml", b"Subject: " + b"=?utf-8?q?" * 50_000 + b"\n\ntexte"),
        ("a.mbox", b"From x 10:00 2024\n\n" * 60_000),
        ("a.rtf", b"{\\rtf1 " + b"{" * 300_000 + b"x" + b"}" * 300_000 + b"}"),
        ("a.rtf", b"{\\rtf1 " + b"{\\pict" * 100_000),
        ("a.rtf", b"{\\rtf1 " + b"{\\field{\\*\\fldinst " * 50_000),
        ("a.rtf", b"{\\rtf1 \\ansicpg99999 \\u99999999? \\'zz texte}"),
        ("a.odt", odt("<text:p>" * 5000 + "x" + "</text:p>" * 5000)),
        ("a.odt", zipped({"content.xml": BOMB.replace("rss", "office")})),
        ("a.xml", BOMB),
        ("a.xml", "<rss>" + "<item>" * 100_000),
        ("a.csv", ",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999),
        ("a.csv", "texte\n" + '"' + "a" * 3_000_000),
        ("a.csv", "texte" + "," * 10_000 + "\n" + "x," * 10_000),
        ("a.json", "[" * 200_000),
        ("a.json", '{"items": [' + '{"text": 1},' * 20_000 + '{"text": "a"}]}'),
        ("a.html", f"<div class='article deArticle' data-x='{'a' * 20_000_000}'><div>3 mots</div></div>" + LEDE),
        ("a.html", "<article>" * 20_000 + "<span class='DocPublicationName'>x</span>"),
        ("a.html", "<span class='DocPublicationName'>x</span>" * 8_000),
        ("a.html", "<article><h2>x</h2><p>" + LEDE + "</p></article>" * 3 + "<article>" * 3000),
        ("a.txt", "**** *a_b\n" * 20_000),
        ("a.docx", zipped({"word/document.xml": "x"})),
        ("a.mhtml", multipart("x", "<p>" * 100_000)),
    ],
)
def test_harm_is_bounded(name, data, extractor):
    """Each of these is read or passed over in some seconds, with one line, and the next file is read."""
    try:
        _, wrong = read_all(name, data, extractor)
        lines = [reason for _, reason in wrong]
    except ValueError as error:
        lines = [str(error)]
    assert all("\n" not in line and len(line) < 250 for line in lines)
    assert not any("broke down" in line or "not read within" in line for line in lines)
    assert only("b.rtf", rtf([LEDE]), extractor).lines == (LEDE,)


def test_a_mail_within_mails_is_read_to_a_depth():
    """Three within one another are one article; beyond the limit the file is passed over."""
    (part, *_) = mail.read_mail(nested_mail(3))
    assert "Le fond du message." in part.said.lines
    with pytest.raises(ValueError, match="nested too deeply"):
        list(mail.read_mail(nested_mail(mail.MAX_DEPTH)))
