"""Why a file was passed over, in French: `index` says it in English, and a library keeps code and parameters too."""

from __future__ import annotations

from index.skip_reason import SkipReason
from index.types import ManyRead, Skipped
from ui.i18n.catalog import shelf_words

REASONS = {
    "kept": "{reason}\u00a0; ses articles sont gardés tels quels",
    "more_lines": "{n} autres de ses lignes, la première pour ceci\u00a0: {reason}",
    "kind": "ce genre de fichier ({kind}) n’est pas lu\u00a0; le sont\u00a0: {kinds}",
    "link_outside": "c’est un lien vers un fichier hors du dossier",
    "link_folder": "c’est un lien vers un dossier\u00a0; les liens ne sont pas suivis",
    "link_system": "c’est un lien vers un fichier qui n’est pas un article\u00a0: du système, un réglage ou à citeline",
    "too_large": "il est plus grand qu’un article ne peut l’être",
    "not_regular": "ce n’est pas un fichier ordinaire",
    "cannot_open": "il ne peut pas être ouvert\u00a0: {error}",
    "cannot_read": "il ne peut pas être lu\u00a0: {error}",
    "failed": "il ne peut pas être lu\u00a0: {name}\u00a0: {detail}",
    "n_bytes": "il a {n} octets\u00a0; un article peut en avoir {most}",
    "changing": "il n’a cessé de changer pendant sa lecture",
    "no_text": "il ne contient aucun texte",
    "not_text": "c’est {thing}, pas du texte{ending}",
    "utf16": "il commence comme de l’UTF-16 mais n’en est pas",
    "utf32": "il commence comme de l’UTF-16 mais n’en est pas (UTF-32 ou binaire)\u00a0: enregistrez-le en UTF-8",
    "binary": "c’est un fichier binaire, pas du texte",
    "encoding": "ce n’est du texte ni en UTF-8 ni dans un autre codage qui en fasse des mots\u00a0: enregistrez-le en "
    "UTF-8",
    "not_kind": "c’est {thing}, pas {other}",
    "old_word": "c’est un ancien fichier Word, ou il est protégé par un mot de passe\u00a0: enregistrez-le en "
    ".docx sans mot de passe",
    "broke_parser": "ce qui lit de tels fichiers s’est arrêté sur lui\u00a0: il est abîmé ou fait pour nuire",
    "too_slow": "il n’était pas lu au bout de {n} secondes, et aucun article n’en demande tant",
    "no_parser": "ce qui lit de tels fichiers ne démarre pas\u00a0; l’installation est-elle complète\u00a0? ./setup.sh",
    "memory": "sa lecture demande plus de mémoire qu’un article n’en peut avoir",
    "nested_file": "ses éléments sont trop imbriqués pour être lus",
    "empty_page": "la page ne contient aucun texte (une page remplie par un script est vide\u00a0: enregistrez-la "
    "depuis le navigateur)",
    "password": "il est protégé par un mot de passe\u00a0: enregistrez-en une copie sans",
    "protection": "sa protection est d’un genre qui ne s’ouvre pas\u00a0: enregistrez-en une copie sans",
    "damaged_picture": "c’est une image abîmée, ou ce n’en est pas une",
    "small_picture": "c’est une image de {n} × {most} pixels, trop petite pour un article",
    "page_picture": "c’est une image d’une page enregistrée, qui est lue sans ses images",
    "damaged_pdf": "c’est un PDF abîmé, ou ce n’en est pas un",
    "damaged_pages": "c’est un PDF abîmé\u00a0: aucune de ses pages ne s’ouvre",
    "no_text_layer": "il n’a que des images, pas de texte\u00a0: passez-le d’abord à l’OCR, ou laissez "
    "citeline le faire\u00a0: installez tesseract-ocr et tesseract-ocr-fra",
    "unreadable_text": "son texte ne peut pas être lu (polices sans table de caractères)\u00a0: passez-le d’abord à "
    "l’OCR, ou laissez citeline le faire\u00a0: installez tesseract-ocr et tesseract-ocr-fra",
    "no_printed_words": "il n’a que des images, pas de texte, et l’OCR n’y a trouvé aucun mot",
    "damaged_zip": "c’est un {file} abîmé, ou ce n’en est pas un",
    "missing_member": "ce n’est pas un {file}\u00a0: {name} y manque",
    "damaged_member": "c’est un {file} abîmé\u00a0: {name} ne peut pas être décompressé",
    "damaged_xml": "c’est un {file} abîmé\u00a0: {detail}",
    "entities": "ce n’est pas un {file} de confiance\u00a0: son XML définit des entités",
    "unpacked": "décompressé, il dépasse {n} octets",
    "drm": "il est protégé contre la copie (DRM)\u00a0: seul son propre logiciel peut le lire",
    "binary_jsonl": "il est binaire ou en UTF-16\u00a0: enregistrez-le en UTF-8",
    "one_json": "c’est un seul texte JSON\u00a0; il faut un article par ligne\u00a0: jq -c '.[]' ANCIEN.json > "
    "NOUVEAU.jsonl",
    "not_utf8": "ce n’est pas de l’UTF-8",
    "nested_line": "ses éléments sont trop imbriqués",
    "not_json": "ce n’est pas du JSON ({detail})",
    "not_object": 'c’est {thing}, pas un objet comme {{"title": …, "date": …, "text": …}}',
    "no_text_field": "il n’a pas de champ «\u00a0text\u00a0»",
    "nested_zip": "c’est une archive dans une archive\u00a0: décompressez-la",
    "too_many_members": "l’archive contient {n} fichiers de plus qu’il n’en est décompressé\u00a0: décompressez-la",
    "attachment": "c’est une pièce jointe, qui n’est pas lue\u00a0: enregistrez {name} comme fichier",
    "no_mail": "ce n’est pas un courriel",
    "no_mailbox": "ce n’est pas une boîte aux lettres\u00a0: aucune ligne n’y ouvre un message par «\u00a0From\u00a0»",
    "no_saved_page": "ce n’est pas une page enregistrée\u00a0: elle ne contient pas de HTML",
    "no_rtf": "ce n’est pas un fichier RTF",
    "no_feed": "c’est du XML, mais pas un flux RSS ou Atom",
    "no_records": 'c’est du JSON sans articles\u00a0; il faut une liste de {{"title": …, "date": …, "text": …}}',
    "no_column": "sa première ligne ne nomme aucune colonne comme «\u00a0texte\u00a0» ou «\u00a0text\u00a0», "
    "mais\u00a0: {found}",
    "long_row": "sa ligne a {n} cellules et la première {most}\u00a0: mettez son texte entre guillemets droits",
    "bad_table": "c’est un tableau abîmé\u00a0: {detail}",
    "repeated": "il est deux fois dans le fichier",
    "bibliography": "c’est une bibliographie, pas un article",
    "describes": "c’est une bibliographie\u00a0: {n} de ses {most} notices décrivent des fichiers de l’archive",
    "no_bibliography": "ce n’est pas une bibliographie avec des notices (RDF de Zotero, CSL JSON, BibTeX ou RIS)",
    "attachment_missing": "le fichier qu’elle nomme n’est pas à côté de la bibliographie, ou d’un genre non lu",
    "attachment_outside": "le fichier qu’elle nomme est hors du dossier de la bibliographie",
    "no_attachment": "elle ne nomme aucun fichier, et aucun fichier à côté de la bibliographie n’a son titre pour nom",
    "no_parts": "aucun article n’y a été trouvé",
    "too_many_parts": "le fichier contient plus de {n} articles\u00a0; les autres ne sont pas lus",
    "field_kind": "son champ «\u00a0{name}\u00a0» est {thing}, pas du texte",
}
"""By code of a SkipReason; {parameters} are those of its English wording, numbers and what THINGS has in French."""
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
    "an OpenDocument text": "un texte OpenDocument",
    "OpenDocument text": "texte OpenDocument",
    "zip file": "fichier zip",
    "feed": "flux",
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
"""What `index` and the system call things in parameters: in French."""


def reason_words(skipped: Skipped | SkipReason, lang: str) -> str:
    """Why a file was passed over, in "fr" or "en"; in English what an earlier version kept as a sentence alone."""
    if isinstance(skipped, Skipped):
        return reason_words(skipped.why, lang) if skipped.why else skipped.reason
    if lang == "en" or skipped.code not in REASONS:
        return str(skipped)
    return REASONS[skipped.code].format(**{name: _french(name, value) for name, value in skipped.params})


def many_words(many: ManyRead, lang: str) -> str:
    """How many articles a file holds, how many were read, how many were passed over and why."""
    say = shelf_words(lang)
    n_over = sum(n for _, n in many.passed_over)
    reasons = ", ".join(f"{reason_words(why, lang)} ({n})" if n < n_over else reason_words(why, lang)
                        for why, n in many.passed_over)  # fmt: skip
    said = [say["many_line"].format(found=many.n_found, read=many.n_read)]
    said += [say["many_over"].format(n=n_over, reasons=reasons)] if n_over else []
    n_removed = many.n_found - many.n_read - n_over
    return ", ".join([*said[:1], *([say["many_removed"].format(n=n_removed)] if n_removed else []), *said[1:]])


def error_words(error: str, lang: str) -> str:
    """The system's own words for an error in "fr" or "en"; those that are not known as they are."""
    return error if lang == "en" else THINGS.get(error, error)


def _french(name: str, value: str | int | SkipReason) -> str:
    """The value of a parameter in French."""
    if isinstance(value, SkipReason):
        return reason_words(value, "fr")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    return value if name in ("name", "kinds", "detail") else THINGS.get(value, value)
