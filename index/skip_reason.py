"""Why a file is not an article: a code with its parameters, and the sentence they make in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WORDINGS = {
    "kept": "{reason}; its articles are kept as they were",
    "more_lines": "{n:,} more of its lines, the first for this: {reason}",
    "kind": "kind {kind} is not read (only {kinds})",
    "link_outside": "it is a link to a file outside the folder",
    "link_folder": "it is a link to a folder; links are not followed",
    "link_system": "it is a link to a file that is no article: of the system, a setting or citeline's own",
    "too_large": "it is larger than an article may be",
    "not_regular": "it is not a regular file",
    "cannot_open": "it cannot be opened: {error}",
    "cannot_read": "it cannot be read: {error}",
    "failed": "it cannot be read: {name}: {detail}",
    "n_bytes": "it has {n:,} bytes; an article may have {most:,}",
    "changing": "it kept changing while it was read",
    "no_text": "it holds no text",
    "not_text": "it is {thing}, not text{ending}",
    "utf16": "it starts like UTF-16 but is not",
    "utf32": "it starts like UTF-16 but is not (UTF-32 or binary): save it as UTF-8",
    "binary": "it is binary, not text",
    "encoding": "it is neither UTF-8 nor text in another encoding that makes words: save it as UTF-8",
    "not_kind": "it is {thing}, not {other}",
    "old_word": "it is an old Word file or one locked with a password: save it as .docx without one",
    "broke_parser": "what reads such files broke down on it: it is damaged or made to do harm",
    "too_slow": "it was not read within {n} seconds, as no article needs",
    "no_parser": "what reads such files does not start; is the installation whole? ./setup.sh",
    "memory": "it takes more memory to read than an article may",
    "nested_file": "it is nested too deeply to be read",
    "empty_page": "no text is in the page (a page that a script fills is empty: save it from the browser)",
    "password": "it is locked with a password: save a copy without one",
    "protection": "its protection is of a kind that cannot be opened: save a copy without it",
    "damaged_picture": "it is a damaged picture, or none",
    "small_picture": "it is a picture of {n:,} × {most:,} pixels, too small for an article",
    "page_picture": "it is a picture of a saved page, which is read without its pictures",
    "damaged_pdf": "it is a damaged PDF, or none",
    "damaged_pages": "it is a damaged PDF: none of its pages can be opened",
    "no_text_layer": "it has no text layer, only pictures: run OCR first, or let citeline do it: "
    "install tesseract-ocr and tesseract-ocr-fra",
    "unreadable_text": "its text layer cannot be read (fonts without a character map): run OCR first, or let "
    "citeline do it: install tesseract-ocr and tesseract-ocr-fra",
    "no_printed_words": "it has no text layer, only pictures, and OCR found no words in them",
    "damaged_zip": "it is a damaged {file}, or none",
    "missing_member": "it is no {file}: {name} is missing in it",
    "damaged_member": "it is a damaged {file}: {name} cannot be unpacked",
    "damaged_xml": "it is a damaged {file}: {detail}",
    "entities": "it is no {file} that can be trusted: its XML defines entities",
    "unpacked": "it unpacks to more than {n:,} bytes",
    "drm": "it is protected against copying (DRM): it can be read in its own program only",
    "binary_jsonl": "it is binary or UTF-16: save it as UTF-8",
    "one_json": "it is one JSON text; expected one article a line: jq -c '.[]' OLD.json > NEW.jsonl",
    "not_utf8": "it is not UTF-8",
    "nested_line": "it is nested too deeply",
    "not_json": "it is not JSON ({detail})",
    "not_object": 'it is {thing}, not an object such as {{"title": …, "date": …, "text": …}}',
    "no_text_field": 'it has no "text"',
    "field_kind": 'its "{name}" is {thing}, not text',
    "repeated": "it is in the file twice",
    "no_parts": "no article was found in it",
    "too_many_parts": "the file holds more than {n:,} articles; the others are not read",
    "nested_zip": "it is an archive within an archive: unpack it",
    "too_many_members": "the archive holds {n:,} more files than are unpacked: unpack it",
    "attachment": "it is an attachment, which is not read: save {name} as a file",
    "no_mail": "it is no mail message",
    "no_mailbox": 'it is no mailbox: no line begins a message with "From "',
    "no_saved_page": "it is no saved page: it holds no HTML",
    "no_rtf": "it is no RTF file",
    "no_feed": "it is XML, but no RSS or Atom feed",
    "bibliography": "it is a bibliography, which is no article",
    "describes": "it is a bibliography: {n:,} of its {most:,} items describe files of the archive",
    "no_bibliography": "it is no bibliography with items (Zotero RDF, CSL JSON, BibTeX or RIS)",
    "attachment_missing": "the file it names is not beside the bibliography, or not of a kind that is read",
    "attachment_outside": "the file it names is outside the folder of the bibliography",
    "no_attachment": "it names no file, and no file beside the bibliography has its title for a name",
    "no_records": 'it is JSON without articles; expected a list of {{"title": …, "date": …, "text": …}}',
    "no_column": 'its first line names no column such as "text" or "texte", but: {found}',
    "long_row": "its row has {n:,} cells and the first line {most:,}: put its text between quotation marks",
    "bad_table": "it is a damaged table: {detail}",
    "replaced": "it became a link, or another one, while its folder was looked through",
}
"""By code. {n} and {most} are whole numbers, {reason} is a SkipReason, the others text."""


@dataclass(frozen=True, slots=True)
class SkipReason:
    """One of WORDINGS and what is put into it; `str` gives the sentence."""

    code: str
    params: tuple[tuple[str, str | int | SkipReason], ...] = ()

    def __str__(self) -> str:
        return WORDINGS[self.code].format(**dict(self.params))

    def to_dict(self) -> dict[str, Any]:
        """As a manifest keeps it."""
        params = {key: value.to_dict() if isinstance(value, SkipReason) else value for key, value in self.params}
        return {"code": self.code, "params": params}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> SkipReason:
        """What `to_dict` described."""
        params = record["params"].items()
        return cls(record["code"], tuple((k, cls.of(v) if isinstance(v, Mapping) else v) for k, v in params))


class NotAnArticle(ValueError):
    """A file, or a line of one, that is not read as an article; `reason` says why."""

    def __init__(self, code: str, /, **params: str | int) -> None:
        self.reason = SkipReason(code, tuple(params.items()))
        super().__init__(str(self.reason))

    @classmethod
    def of(cls, reason: SkipReason) -> NotAnArticle:
        """An error with a reason that is known already."""
        return cls(reason.code, **dict(reason.params))  # type: ignore[arg-type]
