"""Text as HTML: the one door through which a character that is not ours gets into the page."""

from __future__ import annotations

import re
import unicodedata
from html import escape as html_escape

# Characters that a reader cannot see, or that reorder or hide what is around them: controls, bidi marks and overrides
# (CVE-2021-42574), zero-width and blank letters, line separators, variation selectors and tags (which can carry a
# hidden text), lone surrogates. Tab, newline, soft hyphen and U+FE0E/U+FE0F (text or emoji shape) stay as they are.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def escape(text: str) -> str:
    """`text` as HTML text or a quoted attribute value: no markup survives, the invisible is shown (␀, <U+202E>)."""
    return html_escape(visible(text), quote=True)


def visible(text: str) -> str:
    """`text` with what cannot be seen, or reorders or hides what is around it, shown (␀, <U+202E>)."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    char, text, at = match.group(), match.string, match.start()
    if char == "\u200d" and 0 < at < len(text) - 1 and _is_emoji(text[at - 1]) and _is_emoji(text[at + 1]):
        return char  # joins two emoji into one picture
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _is_emoji(char: str) -> bool:
    return char == "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char) == "So"


def escape_key(article_id: str) -> str:
    """An article id that survives the trip through the page unchanged, whatever it is made of: hex of its UTF-8."""
    return article_id.encode("utf-8", "surrogatepass").hex()


def unescape_key(key: str) -> str:
    """What `escape_key` was given. Raises ValueError if it was not."""
    return bytes.fromhex(key).decode("utf-8", "surrogatepass")
