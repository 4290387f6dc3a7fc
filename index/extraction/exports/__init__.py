"""Files of several articles, such as exports of press databases, to one part an article, in the locked process."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.extraction.exports.part import Keys, Part, safe_key
    from index.extraction.exports.record import beside_text, fields_of, is_markup, kind_of, text_of
else:
    __getattr__ = face(__name__, part="Keys Part safe_key", record="beside_text fields_of is_markup kind_of text_of")

__all__ = ["Keys", "Part", "beside_text", "fields_of", "is_markup", "kind_of", "safe_key", "text_of"]
