"""Which code page a text that is not UTF-8 was written in: the one in which its letters make words.

Every code page turns every byte into something, so each candidate is judged by what comes out: letters of one alphabet,
in words of one script, with capitals and quotation marks where they belong.
"""

from __future__ import annotations

import re
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Mapping

SAMPLE = 20_000
"""Bytes that are looked at, taken from lines with other than ASCII characters."""
_ENOUGH = 0.5
_DAMAGED = -3.0
"""What bytes that are no character in a code page count."""
_AHEAD = 0.1
"""How much better than Windows-1252 another code page must do."""

NAMES: Mapping[str, str] = {
    "cp1252": "Windows-1252", "iso8859_15": "ISO 8859-15", "mac_roman": "Mac Roman", "cp850": "DOS 850",
    "cp1250": "Windows-1250", "cp1254": "Windows-1254", "cp1257": "Windows-1257", "cp1251": "Windows-1251",
    "koi8_u": "KOI8-U", "cp866": "DOS 866", "cp1253": "Windows-1253", "cp1255": "Windows-1255",
    "cp1256": "Windows-1256", "gb18030": "GB 18030", "big5": "Big5", "cp932": "Shift JIS", "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
}  # fmt: skip
"""The code pages that are tried, the more usual ones first, and what they are called."""
_WESTERN = (
    "àâæçéèêëîïôœùûüÿ", "äöüßé", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöéü", "åæøéòó", "éëïöüèêáóíä",
    "àçèéíïòóúü", "áðéíóúýþæö",
)  # fmt: skip
_ALPHABETS: Mapping[str, tuple[str, ...]] = {
    "cp1252": _WESTERN, "iso8859_15": _WESTERN, "mac_roman": _WESTERN, "cp850": _WESTERN,
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "cp1251": ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
               "абвгдђежзијклљмнњопрстћуфхцчџш"),
    "cp1253": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",),
    "cp1255": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
    "cp1256": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةآأإؤئءچپژگ",),
}  # fmt: skip
_ALPHABETS = dict(_ALPHABETS) | {"koi8_u": _ALPHABETS["cp1251"], "cp866": _ALPHABETS["cp1251"]}
_LATIN = frozenset({"cp1252", "iso8859_15", "mac_roman", "cp850", "cp1250", "cp1254", "cp1257"})
_FREQUENT = frozenset("оеаинтсрвлкмдпуіяοαειτνσρκηυπλιלימהוראתבשנועايلمنروتبةعدفسهـأكقحي")
"""Letters that make up most of a text in Cyrillic, Greek, Hebrew or Arabic."""
_FREQUENT_HAN = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着着下自之年过過发發后後作里裡"
    "用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍"
    "者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應战戰向头頭文体體政美相见見"
    "被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義"
    "各入几口认認条條平系气氣题題活尔更别打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指"
    "克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則听聽白却界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求"
    "据據程北边邊死张張该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運笔车車元百城桥橋价價校医醫府局"
)


def best_page(data: bytes) -> str:
    """Return the code page (a key of NAMES) in which `data` is a text, or "" if there is none."""
    sample = _sample(data)
    scores: dict[str, float] = {}
    for page in NAMES:
        text = getincrementaldecoder(page)("replace").decode(sample)  # its last character may be cut
        scores[page] = _score_wide(text, page) if page in _WIDE else _score(text, page)
    usual = scores.get("cp1252", -1.0)
    best = max(scores, key=lambda page: scores[page], default="")
    if best and scores[best] >= _ENOUGH and scores[best] > usual + _AHEAD:
        return best
    return "cp1252" if usual >= 0 else ""


def _sample(data: bytes) -> bytes:
    """Return lines with other than ASCII characters, up to SAMPLE bytes; what is one long line ends at a space."""
    if len(data) <= SAMPLE:
        return data
    found, size = [], 0
    for line in re.finditer(rb"[^\r\n]*[\x80-\xff][^\r\n]*[\r\n]*", data):
        part = line.group()[:SAMPLE]
        if len(part) == SAMPLE:
            part = part[: part.rfind(b" ") + 1] or part
        found.append(part)
        size += len(part)
        if size >= SAMPLE:
            break
    return b"".join(found)


# --- one byte a character ------------------------------------------------------------------------------------------

_OPENING, _CLOSING = "«“„‘‹¿¡", "»”’›"
_DASHES = "–—…•"
_MONEY = "€£"
_PUNCTUATION = f"’{_OPENING}{_CLOSING}{_DASHES}{_MONEY}"


def _score(text: str, page: str) -> float:
    """Return how much a text looks like one, from about -2 to 1; 0 if nothing in it tells."""
    others = [n for n, char in enumerate(text) if char > "\x7f" and not char.isspace()]
    if not others:
        return 0.0
    if any(unicodedata.category(text[n]) == "Cc" for n in others):
        return -2.0
    letters = {text[n].lower() for n in others if text[n].isalpha() and text[n] not in "ªº"}
    alphabets = _ALPHABETS[page]
    counts = dict.fromkeys(letters, 0)
    for n in others:
        if text[n].lower() in counts:
            counts[text[n].lower()] += 1
    alphabet = max(alphabets, key=lambda each: sum(count for char, count in counts.items() if char in each))
    is_latin = page in _LATIN
    n_letters = sum(map(str.isalpha, text))
    if is_latin and n_letters >= 8 and 3 * sum(counts.values()) > 2 * n_letters:
        return -1.0
    return sum(_fit(text, n, alphabet, is_latin) for n in others) / len(others)


def _fit(text: str, n: int, alphabet: str, is_latin: bool) -> float:
    """Return how well the character at a place fits what stands around it."""
    char = text[n]
    if char == "\ufffd":
        return _DAMAGED
    before, after = text[n - 1 : n], text[n + 1 : n + 2]
    is_in_word = before.isalpha() or after.isalpha()
    if char in "ªº²³°":
        return 0.5 if before.isdigit() or before in ("n", "N", "m", "o") else -2.0 if is_in_word else 0.0
    if char.isalpha():
        return _fit_of_letter(char, before, after, alphabet, is_latin)
    if char in _PUNCTUATION:
        is_right = (
            (char == "’" and before.isalpha() and after.isalpha())
            or (char in _OPENING and not before.isalnum() and (not after.isspace() or after in ("\xa0", " ")))
            or (char in _CLOSING and not after.isalnum())
            or (char in _DASHES and after != "." and not (before.isalpha() and after.isalpha()))
            or (char in _MONEY and (before in ("", " ", "\xa0") or before.isdigit()))
        )
        return 1.0 if is_right else -2.0
    return -2.0 if is_in_word else -0.5 if char in "§©®±×·½¼¾" else -1.0


def _fit_of_letter(char: str, before: str, after: str, alphabet: str, is_latin: bool) -> float:
    """Return how well a letter fits those beside it: capitals begin words, and no word has letters of two scripts."""
    is_amid_capitals = char.islower() and before.isupper() and after.isupper()
    is_amid_ascii = (before + after).isascii() and (before.isalpha() or after.isalpha())
    if (char.isupper() and before.islower()) or is_amid_capitals or (not is_latin and is_amid_ascii):
        return -2.0
    if char.lower() not in alphabet:
        return -1.0
    return 1.0 if is_latin or char.lower() in _FREQUENT else 0.3


# --- several bytes a character -------------------------------------------------------------------------------------

_WIDE: Mapping[str, tuple[int, int]] = {
    "gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x88, 0x97), "euc_jp": (0xB0, 0xCF), "cp949": (0xB0, 0xC8),
}  # fmt: skip
"""First bytes of the characters that are in daily use."""


def _score_wide(text: str, page: str) -> float:
    """Return how much a text looks like Chinese, Japanese or Korean, from -1 to 1."""
    first, last = _WIDE[page]
    others = [char for char in text if char > "\x7f"]
    if not others:
        return 0.0
    total = 0.0
    for char in others:
        if char == "\ufffd":
            total += _DAMAGED
            continue
        data = char.encode(page)
        is_kana = "\u3041" <= char <= "\u30ff"
        if "\u3000" <= char <= "\u301f" or "\uff01" <= char <= "\uff5e" or char in "—…·“”‘’":
            total += 1.0
        elif is_kana:
            total += 1.0 if page in ("cp932", "euc_jp") else -0.5
        elif "\uac00" <= char <= "\ud7a3":
            total += 1.0 if first <= data[0] <= last else -1.0
        elif page == "cp949" or not "\u4e00" <= char <= "\u9fff":
            total -= 1.0
        elif char in _FREQUENT_HAN:
            total += 1.0
        else:
            total += 0.4 if len(data) == 2 and first <= data[0] <= last else -0.3
    return total / len(others)
