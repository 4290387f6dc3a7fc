"""Why a file was passed over, in French: `index` says it in English, and a library keeps it so."""

from __future__ import annotations

import re
from functools import lru_cache

from ui.i18n.patterns import Wordings

# English, then French. {n} and {most} are numbers; {thing}, {other}, {ending} and {file} stand in THINGS, {kind} and
# {error} may; {reason} is a reason itself; {name}, {kinds} and {detail} stay as they are.
_LINES = """
{reason}; its articles are kept as they were
    {reason}\u00a0; ses articles sont gardés tels quels
{n} more of its lines, the first for this: {reason}
    {n} autres de ses lignes, la première pour ceci\u00a0: {reason}
kind {kind} is not read (only {kinds})
    ce genre de fichier ({kind}) n’est pas lu\u00a0; le sont\u00a0: {kinds}
it is a link to a file outside the folder
    c’est un lien vers un fichier hors du dossier
it is a link to a folder; links are not followed
    c’est un lien vers un dossier\u00a0; les liens ne sont pas suivis
it is a link to a file that is no article: of the system, a setting or citeline's own
    c’est un lien vers un fichier qui n’est pas un article\u00a0: du système, un réglage ou à citeline
it is larger than an article may be
    il est plus grand qu’un article ne peut l’être
it is not a regular file
    ce n’est pas un fichier ordinaire
it cannot be opened: {error}
    il ne peut pas être ouvert\u00a0: {error}
it cannot be read: {error}
    il ne peut pas être lu\u00a0: {error}
it cannot be read: {name}: {detail}
    il ne peut pas être lu\u00a0: {name}\u00a0: {detail}
it has {n} bytes; an article may have {most}
    il a {n} octets\u00a0; un article peut en avoir {most}
it kept changing while it was read
    il n’a cessé de changer pendant sa lecture
it holds no text
    il ne contient aucun texte
it is {thing}, not text{ending}
    c’est {thing}, pas du texte{ending}
it starts like UTF-16 but is not
    il commence comme de l’UTF-16 mais n’en est pas
it starts like UTF-16 but is not (UTF-32 or binary): save it as UTF-8
    il commence comme de l’UTF-16 mais n’en est pas (UTF-32 ou binaire)\u00a0: enregistrez-le en UTF-8
it is binary (or UTF-16 without a byte order mark): save it as UTF-8
    il est binaire (ou en UTF-16 sans marque d’ordre des octets)\u00a0: enregistrez-le en UTF-8
it is neither UTF-8 nor Windows-1252 text: save it as UTF-8
    ce n’est du texte ni en UTF-8 ni en Windows-1252\u00a0: enregistrez-le en UTF-8
it is {thing}, not {other}
    c’est {thing}, pas {other}
it is an old Word file or one locked with a password: save it as .docx without one
    c’est un ancien fichier Word, ou il est protégé par un mot de passe\u00a0: enregistrez-le en .docx sans mot de passe
what reads such files broke down on it: it is damaged or made to do harm
    ce qui lit de tels fichiers s’est arrêté sur lui\u00a0: il est abîmé ou fait pour nuire
it was not read within {n} seconds, as no article needs
    il n’était pas lu au bout de {n} secondes, et aucun article n’en demande tant
what reads such files does not start; is the installation whole? ./setup.sh
    ce qui lit de tels fichiers ne démarre pas\u00a0; l’installation est-elle complète\u00a0? ./setup.sh
it takes more memory to read than an article may
    sa lecture demande plus de mémoire qu’un article n’en peut avoir
it is nested too deeply to be read
    ses éléments sont trop imbriqués pour être lus
no text is in the page (a page that a script fills is empty: save it from the browser)
    la page ne contient aucun texte (une page remplie par un script est vide\u00a0: enregistrez-la depuis le navigateur)
it is locked with a password: save a copy without one
    il est protégé par un mot de passe\u00a0: enregistrez-en une copie sans
its protection is of a kind that cannot be opened: save a copy without it
    sa protection est d’un genre qui ne s’ouvre pas\u00a0: enregistrez-en une copie sans
it is a damaged PDF, or none
    c’est un PDF abîmé, ou ce n’en est pas un
it is a damaged PDF: none of its pages can be opened
    c’est un PDF abîmé\u00a0: aucune de ses pages ne s’ouvre
it has no text layer, only pictures: run OCR first
    il n’a que des images, pas de texte\u00a0: passez-le d’abord à l’OCR
its text layer cannot be read (fonts without a character map): run OCR first
    son texte ne peut pas être lu (polices sans table de caractères)\u00a0: passez-le d’abord à l’OCR
it is a damaged {file}, or none
    c’est un {file} abîmé, ou ce n’en est pas un
it is no {file}: {name} is missing in it
    ce n’est pas un {file}\u00a0: {name} y manque
it is a damaged {file}: {name} cannot be unpacked
    c’est un {file} abîmé\u00a0: {name} ne peut pas être décompressé
it is a damaged {file}: {detail}
    c’est un {file} abîmé\u00a0: {detail}
it is no {file} that can be trusted: its XML defines entities
    ce n’est pas un {file} de confiance\u00a0: son XML définit des entités
it unpacks to more than {n} bytes
    décompressé, il dépasse {n} octets
it is protected against copying (DRM): it can be read in its own program only
    il est protégé contre la copie (DRM)\u00a0: seul son propre logiciel peut le lire
it is binary or UTF-16: save it as UTF-8
    il est binaire ou en UTF-16\u00a0: enregistrez-le en UTF-8
it is one JSON text; expected one article a line: jq -c '.[]' OLD.json > NEW.jsonl
    c’est un seul texte JSON\u00a0; il faut un article par ligne\u00a0: jq -c '.[]' ANCIEN.json > NOUVEAU.jsonl
it is not UTF-8
    ce n’est pas de l’UTF-8
it is nested too deeply
    ses éléments sont trop imbriqués
it is not JSON ({detail})
    ce n’est pas du JSON ({detail})
it is {thing}, not an object such as {"title": …, "date": …, "text": …}
    c’est {thing}, pas un objet comme {"title": …, "date": …, "text": …}
it has no "text"
    il n’a pas de champ «\u00a0text\u00a0»
its "{name}" is {thing}, not text
    son champ «\u00a0{name}\u00a0» est {thing}, pas du texte
"""
THINGS: dict[str, str] = {
    "a PDF": "un PDF",
    "a picture": "une image",
    "a zip file": "un fichier zip",
    "a compressed file": "un fichier compressé",
    "a program": "un programme",
    "an old or locked Office file": "un fichier Office ancien ou verrouillé",
    "an RTF file": "un fichier RTF",
    "a Word document": "un document Word",
    "an EPUB": "un EPUB",
    "Word document": "document Word",
    "EPUB": "EPUB",
    "damaged or something else": "un fichier abîmé ou d’un autre genre",
    "; if it is to be read, it must end in .pdf": "\u00a0; pour être lu, il doit finir par .pdf",
    "without an ending": "sans extension",
    "text": "du texte",
    "true or false": "vrai ou faux",
    "a number": "un nombre",
    "a list": "une liste",
    "an object": "un objet",
    "null": "null",
    "Permission denied": "accès refusé",
    "Operation not permitted": "opération interdite",
    "No such file or directory": "il n’est plus là",
    "Input/output error": "erreur d’entrée-sortie",
    "Stale file handle": "le disque réseau ne répond plus pour lui",
    "Too many levels of symbolic links": "ses liens tournent en rond",
    "File name too long": "nom trop long",
    "Too many open files": "trop de fichiers ouverts",
    "OS file watch limit reached.": "trop de dossiers surveillés",
    "Transport endpoint is not connected": "le disque n’est plus relié",
}

_VALUES = dict.fromkeys(("n", "most"), r"[\d,]+")
_VALUES |= dict.fromkeys(("thing", "other", "ending", "file"), "|".join(map(re.escape, ["", *THINGS])))


@lru_cache(maxsize=1000)  # of ten thousand files, most are passed over for one reason
def reason_words(reason: str, lang: str) -> str:
    """A reason of `index` in "fr" or "en"; one that is not known, as another version may have written it, as it is."""
    if lang == "en":
        return reason
    return _WORDINGS.french(reason) or reason


def error_words(error: str, lang: str) -> str:
    """The system's own words for an error in "fr" or "en"; those that are not known as they are."""
    return error if lang == "en" else _french("error", error)


def _french(name: str, value: str) -> str:
    """The value of a parameter in French."""
    if name == "reason":
        return reason_words(value, "fr")
    if name in ("n", "most"):
        return value.replace(",", "\u202f")
    return value if name in ("name", "kinds", "detail") else THINGS.get(value, value)


_WORDINGS = Wordings(_LINES, _VALUES, _french)
REASONS = _WORDINGS.french_of
