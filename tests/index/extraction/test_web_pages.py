"""Pages as newspapers build them: the whole article, its standfirst and captions among it, and nothing that leads away."""

import json
import time
from pathlib import Path

import pytest

from index.documents.articles import parts, read_article, read_bytes
from index.documents.discovery import Found
from index.extraction.html import extract_html
from index.extraction.sandbox import Extractor

TITLE = "À Brémont, la halle rouvre après trois ans de travaux"
SITE = "L’Éclaireur de Brémont"
LEDE = "La halle du XIXᵉ siècle accueille de nouveau 48 commerçants, mais le coût du chantier a doublé en trois ans."
BODY = (
    "La maire de Brémont, Solène Quéré, a coupé le ruban samedi matin devant plusieurs centaines d’habitants venus "
    "retrouver leur marché, fermé depuis l’hiver 2021 pour cause de charpente menaçante.",
    "Le chantier a coûté 6,4 millions d’euros, contre 3,1 millions annoncés au départ. « Nous avons découvert du plomb "
    "partout », explique l’architecte Karim Delorme, qui a dû revoir ses plans deux fois.",
    "Les commerçants, installés pendant trois ans sous des chapiteaux, ont retrouvé leurs étals numérotés. Leur loyer "
    "augmentera de 4 % par an jusqu’en 2029, ce que leur association juge acceptable.",
)
CAPTION = "La halle de Brémont, samedi, peu avant l’ouverture des portes. Photo : Ida Roussel"
TEASER = "À Montaubert, un patinoire fermée pour fuite d’ammoniac"
P = "".join(f"<p>{each}</p>" for each in BODY)
FIGURE = f'<figure><img src="h.jpg" alt=""><figcaption>{CAPTION}</figcaption></figure>'
NAV = (
    '<header class="site-header"><a href="/" class="logo">Accueil</a><nav><ul><li><a href="/p">Politique</a></li>'
    '<li><a href="/s">Sport</a></li></ul></nav></header>'
)
FOOT = f"<footer><p>© {SITE} – Mentions légales – CGU</p></footer>"


def page(body, head="", title=f"{TITLE} - {SITE}"):
    return f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def data(**fields):
    record = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE} | fields
    return f'<script type="application/ld+json">{json.dumps(record)}</script>'


LAYOUTS = {
    "header outside the article": page(
        f'{NAV}<header class="article__header"><ol class="breadcrumb"><li><a href="/">Accueil</a></li><li><a href="/s">'
        f'Société</a></li></ol><h1 class="article__title">{TITLE}</h1><p class="article__desc">{LEDE}</p>'
        f'<span class="meta__author">Par Ida Roussel</span><span class="meta__date">Publié le 14 mars 2024 à 06h15, mis à '
        f'jour le 15 mars 2024 à 9h02</span></header><section class="article__wrapper"><article class="article__content">'
        f'{FIGURE}<p class="article__paragraph">{BODY[0]}</p><section class="catcher"><a class="catcher__content" href="/a">'
        f'<span class="catcher__reading">Lire aussi |</span> <span>{TEASER}</span></a></section>'
        f'<p class="article__paragraph">{BODY[1]}</p><p class="article__paragraph">{BODY[2]}</p></article></section>{FOOT}'
    ),
    "chapo in a div of its own": page(
        f'{NAV}<main><article id="article-detail"><h1>{TITLE}</h1><div class="chapo"><p>{LEDE}</p></div>'
        f'<div class="content-image">{FIGURE}</div><div class="contenu">{P}<div class="su-bloc-lire-aussi"><p>'
        f'<strong>À lire également</strong></p><ul><li><a href="/a">{TEASER}</a></li><li><a href="/b">{TEASER} (suite)</a></li>'
        f'</ul></div></div><time datetime="2024-03-14T06:15:00+01:00" class="date-publish">14/03/2024</time></article></main>{FOOT}'
    ),
    "standfirst under a wide header": page(
        f'{NAV}<div class="article-header"><h1>{TITLE}</h1><div class="article__standfirst">{LEDE}</div></div>'
        f'<div class="layout"><div class="article-body-wrapper"><article class="article-body">{FIGURE}{P}'
        f'<p><b>À lire aussi</b><a href="/a">{TEASER}</a></p></article></div><aside><h3>Les plus lus</h3><ol>'
        f'<li><a href="/a">{TEASER}</a></li></ol></aside></div>{FOOT}',
        '<meta property="article:published_time" content="2024-03-14T06:15:00+01:00">',
    ),
    "standfirst as a heading": page(
        f'{NAV}<article class="fig-body"><h1 class="fig-headline">{TITLE}</h1><h2 class="fig-standfirst lead">{LEDE}</h2>'
        f'<p class="fig-meta">Par Ida Roussel</p>{FIGURE}<p class="fig-paragraph">{BODY[0]}</p><p class="fig-body-link">'
        f'<a href="/a">À lire aussi {TEASER}</a></p><p>{BODY[1]}</p><p>{BODY[2]}</p></article>'
        f'<div class="fig-related"><h2>À lire aussi</h2><a href="/a">{TEASER}</a></div>{FOOT}',
        data(datePublished="2024-03-14T06:15:00+01:00"),
    ),
    "lede in the header of the article": page(
        f'{NAV}<main><article><header><div class="news__heading"><h1>{TITLE}</h1></div><p class="news__heading__top__intro">'
        f'{LEDE}</p><p class="byline">Ida Roussel</p><p>14 mars 2024 à 6h15</p></header><div class="news__body">{FIGURE}{P}'
        f'</div></article><div class="newsletter-box"><p>Recevez chaque matin notre newsletter, c’est gratuit.</p></div>'
        f'</main>{FOOT}'
    ),
    "blocks of a weblog": page(
        f'{NAV}<div id="content"><article class="post-12 post type-post"><h1 class="entry-title">{TITLE}</h1>'
        f'<div class="entry-meta"><time class="entry-date published" datetime="2024-03-14T06:15:00+01:00">14 mars 2024</time>'
        f'<time class="updated" datetime="2024-05-01T06:15:00+02:00">1 mai 2024</time></div><div class="entry-content">'
        f'<p class="has-large-font-size"><strong>{LEDE}</strong></p><figure class="wp-block-image"><img src="h.jpg">'
        f'<figcaption class="wp-element-caption">{CAPTION}</figcaption></figure>{P}<p>► Lire aussi : <a href="/a">{TEASER}'
        f'</a></p></div></article><div id="comments" class="comments-area"><h2>2 réflexions</h2><ol class="comment-list"><li>'
        f'<article class="comment-body"><p>Le loyer est bien trop cher pour un petit maraîcher comme moi, c’est honteux.</p>'
        f'</article></li></ol></div></div>{FOOT}'
    ),
    "encyclopedia": page(
        f'<div id="mw-navigation"><a href="/">Accueil</a></div><div id="content"><h1 id="firstHeading">{TITLE}</h1>'
        f'<div id="mw-content-text"><p>{LEDE}</p><div class="thumb"><div class="thumbinner"><img src="h.jpg">'
        f'<div class="thumbcaption">{CAPTION}</div></div></div>{P}<h2>Voir aussi</h2><ul><li><a href="/a">{TEASER}</a></li>'
        f'</ul></div></div>{FOOT}'
    ),
    "British": page(
        f'{NAV}<main><div data-component="headline"><h1>{TITLE}</h1></div><div data-gu-name="standfirst"><div class="dcr-1">'
        f'<p>{LEDE}</p></div></div><div data-gu-name="media">{FIGURE}</div><div data-gu-name="body">'
        f'<div class="article-body-commercial-selector">{P}</div></div><div class="onward"><h2>More on this story</h2>'
        f'<ul><li><a href="/a">{TEASER}</a></li></ul></div></main>{FOOT}'
    ),
    "agency": page(
        f'{NAV}<div class="article__container"><div class="article__main"><div class="article-header__heading"><h1>{TITLE}</h1>'
        f'</div><div itemprop="description">{LEDE}</div><div class="article-body__content">'
        + "".join(f'<div data-testid="paragraph-{n}" class="text__text">{each}</div>' for n, each in enumerate(BODY))
        + f'{FIGURE}</div></div><div class="read-next"><h3>Read Next</h3><a href="/a">{TEASER}</a></div></div>{FOOT}'
    ),
    "in the linked data only": page(
        f'{NAV}<main><article><h1>{TITLE}</h1>{FIGURE}<div class="body">{P}</div></article></main>{FOOT}',
        data(description=LEDE, datePublished="2024-03-14"),
    ),
    "no article, no main": page(
        f'{NAV}<div class="wrap"><div class="col"><h1>{TITLE}</h1><div class="chapeau">{LEDE}</div><div class="texte">{FIGURE}'
        f'{P}</div><div class="bloc-liens"><p>Sur le même sujet</p><p><a href="/a">{TEASER}</a></p></div></div></div>{FOOT}'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_article_is_whole_in_every_layout(name):
    """Standfirst before the body, captions on lines of their own, every paragraph once; no teaser, comment, byline box."""
    said = extract_html(LAYOUTS[name])
    lines = [line for line in said.lines if line]
    assert said.title == TITLE and lines[0] == TITLE
    assert lines.count(LEDE) == 1 and lines.index(LEDE) < lines.index(BODY[0])
    assert [line for line in lines if line in BODY] == list(BODY)
    assert lines.count(CAPTION) == 1
    text = "\n".join(lines).lower()
    for other in ("montaubert", "lire aussi", "lire également", "newsletter", "plus lus", "maraîcher", "cgu", "politique",
                  "même sujet", "voir aussi", "read next", "more on this"):  # fmt: skip
        assert other not in text


@pytest.mark.parametrize(
    "name", [name for name in LAYOUTS if name not in ("encyclopedia", "British", "agency", "no article, no main")]
)
def test_the_date_of_a_page_is_that_of_its_publication(name):
    """In its data, a meta element, a <time> or a visible line, whatever else is dated."""
    with Extractor() as extractor:
        article, _ = read_article(
            *parts(Found(Path("/nowhere/a.html"), "a.html"), LAYOUTS[name].encode(), extractor), extractor
        )
    assert article.date == "2024-03-14" and article.date_from in ("metadata", "line")


TIME = '<time datetime="{}">{}</time>'


@pytest.mark.parametrize(
    ("html", "date", "date_from"),
    [
        ("<p>Publié le 03 mars 2024 à 10h12</p>", "2024-03-03", "line"),
        ("<div>Publié le</div><div>03/04/2024</div>", "2024-04-03", "line"),
        ("<span>Mis à jour le 5 mars 2024</span>", "", ""),
        (f"<p>Mis à jour le {TIME.format('2024-03-05', '5 mars')} · Publié le {TIME.format('2024-03-03', '3 mars')}</p>",
         "2024-03-03", "metadata"),
        (f"<p>Mis à jour le {TIME.format('2024-03-05', '5 mars')}</p>", "", ""),
        (f"<div><span>Publié le</span>{TIME.format('2024-03-03T23:40:00-05:00', '3 mars')}</div>", "2024-03-03", "metadata"),
        (f"<p>{TIME.format('2024-03-03', 'hier')}</p>", "2024-03-03", "metadata"),
        (f"<aside>{TIME.format('2024-03-09', 'hier')}</aside>", "", ""),
        (f"<p>{TIME.format('2024-03-03', 'x')}</p><aside>{TIME.format('2024-03-09', 'hier')}</aside>", "2024-03-03", "metadata"),
        ('<span itemprop="datePublished" content="2024-03-03">dimanche</span>', "2024-03-03", "metadata"),
        ('<time itemprop="dateModified" datetime="2024-03-09">9 mars</time>', "", ""),
        ('<p class="date">dimanche 3 mars 2024</p>', "", ""),
        ('<meta name="DC.date" content="20240303">', "2024-03-03", "metadata"),
        ('<meta name="DC.date.issued" content="2024-03-03">', "2024-03-03", "metadata"),
        ('<meta property="article:modified_time" content="2024-03-09">', "", ""),
        ('<meta name="date" content="n/a"><meta name="pubdate" content="Sun, 03 Mar 2024 18:00:00 GMT">', "2024-03-03",
         "metadata"),
        ('<script type="application/ld+json">{"@graph":[{"@type":"WebPage","datePublished":"2020-01-01"},{"@type":'
         '"NewsArticle","datePublished":"2024-03-03T01:00:00Z"}]}</script>', "2024-03-03", "metadata"),
    ],
)  # fmt: skip
def test_each_sign_of_a_date_in_a_page(html, date, date_from):
    """What was published is told from what was updated, and the article's from that of a box beside it."""
    said = extract_html(page(f"<main><article><h1>{TITLE}</h1>{html}{P}</article></main>"))
    assert (said.date, said.date_from if said.date else "") == (date, date_from)


def test_figures_of_an_american_page_are_month_first():
    """Only where the page says that it is from there."""
    html = page(f"<h1>{TITLE}</h1><p>Published 03/04/2024</p>{P}")
    assert extract_html(html.replace('lang="fr"', 'lang="en-US"')).date == "2024-03-04"
    assert extract_html(html.replace('lang="fr"', 'lang="en-GB"')).date == "2024-04-03"


def test_the_posts_of_a_live_page_keep_their_headings():
    """Each stands above what was posted under it, in the page's order."""
    posts = [(f"1{n} h 20", f"Le conseil vote le point {n}", f"Le point numéro {n} a été adopté par {n + 7} voix contre {n}, "
              "après un débat que la maire a dû écourter faute de temps, devant un public clairsemé.") for n in range(4)]  # fmt: skip
    html = "".join(
        f'<section class="post post__live-container"><h2 class="post__live-container--title"><span>{hour}</span> {head}</h2>'
        f'<div class="content--live"><p>{text}</p></div></section>' for hour, head, text in posts
    )  # fmt: skip
    said = extract_html(page(f'{NAV}<article><h1>{TITLE}</h1><p class="chapo">{LEDE}</p><section id="post-container">{html}'
                             f"</section></article>{FOOT}"))  # fmt: skip
    lines = [line for line in said.lines if line]
    assert lines == [TITLE, LEDE, *(each for hour, head, text in posts for each in (f"{hour} {head}", text))]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("", f'<h1 class="logo"><a href="/">{SITE}</a></h1><h2>{TITLE}</h2>', f"{TITLE} - {SITE}"),
        ("", f"<h1>{SITE}</h1><h2>{TITLE}</h2>", f"{TITLE} | {SITE}"),
        ("", "", f"Accueil > Culture > {TITLE}"),
        (
            f'<meta property="og:title" content="{TITLE} | {SITE}"><meta property="og:site_name" content="{SITE}">',
            "",
            "",
        ),
        ("", f'<p class="breadcrumb"><a href="/">Accueil</a> &gt; <a href="/c">Culture</a></p><h1>{TITLE}</h1>', ""),
    ],
)
def test_neither_a_site_nor_a_way_to_the_page_is_a_title(head, body, title):
    """A name in an <h1>, at the end of a title, or before it as a trail."""
    if SITE in body:
        head += f'<meta property="og:site_name" content="{SITE}">'
    said = extract_html(page(f"{body}<main>{P}</main>", head, title))
    assert said.title == TITLE
    assert SITE not in said.lines[0]


def test_prose_that_speaks_of_reading_stays():
    """A sentence is no teaser for its first words, nor a section for its name, nor a box that is most of the page."""
    prose = "Lire aussi souvent que possible, c’est ce que demandait l’instituteur à ses vingt-deux élèves de Brémont."
    more = "Voir plus loin que l’horizon : c’est la devise du port, et elle ne date pas d’hier, rappelle la capitaine."
    said = extract_html(page(f'<article class="related-wide"><h1>{TITLE}</h1>{P}<p>{prose}</p><h2>Pour aller plus loin</h2>'
                             f"<p>{more}</p></article>"))  # fmt: skip
    assert prose in said.lines and more in said.lines and "Pour aller plus loin" in said.lines


def test_a_description_that_is_cut_or_shown_anyway_is_not_added():
    """The linked data's description is a standfirst only if it is whole and the page has none."""
    cut = data(description=LEDE[:60] + "…")
    assert LEDE[:40] not in "\n".join(extract_html(page(f"<article><h1>{TITLE}</h1>{P}</article>", cut)).lines)
    other = data(
        description="Une description pour les moteurs de recherche, que personne ne voit sur la page elle-même."
    )
    lines = extract_html(page(f'<article><h1>{TITLE}</h1><p class="chapo">{LEDE}</p>{P}</article>', other)).lines
    assert LEDE in lines and not any("moteurs" in line for line in lines)


@pytest.mark.parametrize(
    "inlined", ['<img src="{}">', "<img src={} alt=x>", "<style>@font-face {{src: url({})}}</style>"]
)
def test_a_page_with_its_pictures_in_it_is_read(tmp_path, inlined):
    """Its 20 million bytes of pictures are taken out first; what stands around them stays, and a small one too."""
    picture = "data:image/jpeg;base64," + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo" * 600_000
    path = tmp_path / "page.html"
    path.write_text(page(f"{NAV}<article><h1>{TITLE}</h1>{inlined.format(picture)}<p>{LEDE}</p>{P}</article>"))
    assert path.stat().st_size > 20_000_000
    article, _ = read_article(*parts(Found(path, "page.html"), read_bytes(path)))
    assert [line for line in article.lines if line] == [TITLE, LEDE, *BODY]


def test_a_page_of_markup_without_end_is_refused():
    """Its pictures do not count, its markup does."""
    with pytest.raises(ValueError, match="an article may have"):
        read_article(*parts(Found(Path("/nowhere/a.html"), "a.html"), b"<p>x</p>" * 7_000_000))


# --- boxes of facts ---------------------------------------------------------------------------------------------------

FACT = "La charpente de la halle pèse 210 tonnes et repose depuis 1867 sur quarante piliers de fonte."
MORE_FACTS = "Chaque pilier a été démonté, sablé puis repeint dans un atelier de Montaubert."
HEADED = f"<h3>Repères</h3><p>{FACT}</p><p>{MORE_FACTS}</p>"


def with_box(box, is_last=False):
    ps = [f"<p>{each}</p>" for each in BODY]
    ps.insert(3 if is_last else 1, box)
    return page(f"{NAV}<main><article><h1>{TITLE}</h1>{''.join(ps)}</article></main>{FOOT}")


@pytest.mark.parametrize(
    "box",
    [
        f"<aside>{HEADED}</aside>",
        f'<aside class="article__aside"><p>{FACT}</p><p>{MORE_FACTS}</p></aside>',
        f'<aside class="key-points"><h2>Ce qu’il faut savoir</h2><ul><li>{FACT}</li><li>{MORE_FACTS}</li></ul></aside>',
        f'<div class="encadre sidebar-box">{HEADED}</div>',
        f'<section class="fact-box"><div><h4>Key facts</h4><p>{FACT}</p></div><p>{MORE_FACTS}</p></section>',
        f'<aside>{HEADED}<p>Lire aussi : <a href="/a">{TEASER}</a></p></aside>',
        f'<aside>{HEADED}<p>Le détail des comptes est public, dit la mairie. <a href="/a">Les comptes</a></p></aside>',
        f"<div><aside><section>{HEADED}</section></aside></div>",
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_box_of_facts_is_part_of_its_article(box, is_last):
    """Its paragraphs are lines of their own in its place; below the text, its name or heading must say what it is."""
    lines = [line for line in extract_html(with_box(box, is_last)).lines if line]
    assert [line for line in lines if line in BODY] == list(BODY)
    if is_last and "article__aside" in box:
        assert not any(FACT in line for line in lines)
        return
    at = next(n for n, line in enumerate(lines) if line.removeprefix("- ") == FACT)
    assert lines[at + 1].removeprefix("- ") == MORE_FACTS
    assert (lines.index(BODY[2]) < at) if is_last else (lines.index(BODY[0]) < at < lines.index(BODY[1]))
    assert TEASER not in "".join(lines)


@pytest.mark.parametrize(
    "box",
    [
        f'<aside><h3>Sur le même thème</h3><ul><li><a href="/a">{FACT}</a></li></ul></aside>',
        f'<aside><a href="/a"><h4>{TEASER}</h4><p>{FACT}</p></a></aside>',
        f'<aside><h4><a href="/a">{TEASER}</a></h4><p>{FACT}</p></aside>',
        f"<aside><p>Inscrivez-vous à notre lettre du soir. {FACT}</p></aside>",
        f"<aside><p>{FACT}</p><form><input name=q></form></aside>",
        f'<aside class="author-bio"><p>{FACT}</p></aside>',
        f'<div class="ads"><aside>{HEADED}</aside></div>',
        f"<aside hidden>{HEADED}</aside>",
        f'<aside style="display: none">{HEADED}</aside>',
        f"<nav><aside>{HEADED}</aside></nav>",
        "<aside><h3>Publicité</h3><p>La maison du store</p></aside>",
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_box_that_leads_elsewhere_is_not(box, is_last):
    """Links, teasers, invitations, forms, advertisements, the author, what is not shown."""
    said = "\n".join(extract_html(with_box(box, is_last)).lines)
    assert FACT not in said and "Repères" not in said and "store" not in said and TEASER not in said


def test_a_quotation_in_a_box_is_not_said_twice():
    """A pull quote repeats a sentence of the text."""
    quote = "Nous avons découvert du plomb partout"
    said = "\n".join(extract_html(with_box(f"<aside class='pull'><p>« {quote} »</p></aside>")).lines)
    assert said.count(quote) == 1


def test_boxes_without_end_take_no_time():
    """Thousands of boxes, one in the other."""
    began = time.monotonic()
    extract_html(with_box("<aside>" * 200 + HEADED + "</aside>" * 200) * 3)
    extract_html(with_box("".join(f"<aside><p>{n} {FACT}</p></aside>" for n in range(3000))))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("head", ["<h2><a href='/x'>{}</a></h2>", "<h2>{}</h2>", "<h1>{}</h1>"])
@pytest.mark.parametrize("more", ["<p>{}</p>", "<p>{}</p><p>La mairie paiera.</p>"])
def test_a_short_article_keeps_its_paragraphs(head, more):
    """The search for the text gives that of a short <article> as one line, headline and date in front."""
    title, text = (
        "Un mur tombe rue Basse",
        "Le mur du couvent est tombé mardi sur deux voitures vides, rue Basse, à midi.",
    )
    body = f"<article>{head.format(title)}<time datetime='2022-03-22'>22 mars</time>{more.format(text)}</article>"
    lines = extract_html(f"<html lang='fr'><head><title>{title}</title></head><body>{body}</body></html>").lines
    assert lines[0] == title and text in lines
    assert not any(title in line for line in lines[1:])


def test_short_paragraphs_without_end_take_no_time():
    began = time.perf_counter()
    extract_html("<html><body><article>" + "<p>a</p>" * 15_000 + "</article></body></html>")
    assert time.perf_counter() - began < 20
