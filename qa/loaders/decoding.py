"""Bytes to text: byte order mark, UTF-8, the declared charset, then detection; never a guess that fails silently."""

from __future__ import annotations

import codecs
import re

from qa.errors import LoadError
from qa.loaders.single_bytes import told_encoding

SAMPLE_BYTES = 65_536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b") + b"\x7f"
_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
# Labels that the web reads more widely than Python does (https://encoding.spec.whatwg.org/#names-and-labels).
_WEB_LABELS = {
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "ms_kanji", "x-sjis", "csshiftjis", "windows-31j"), "cp932"),
    **dict.fromkeys(
        ("gb2312", "gbk", "x-gbk", "chinese", "gb_2312", "gb_2312-80", "csgb2312", "iso-ir-58", "csiso58gb231280"),
        "gb18030",
    ),
    **dict.fromkeys(
        ("euc-kr", "korean", "ks_c_5601-1987", "ks_c_5601-1989", "ksc5601", "ksc_5601", "windows-949", "cseuckr"),
        "cp949",
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "x-x-big5", "csbig5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "latin5", "l5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "iso8859-11", "tis-620", "dos-874"), "cp874"),
    **dict.fromkeys(("iso-8859-8-i", "csiso88598i", "logical"), "iso8859-8"),
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman", "csmacintosh"), "mac_roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac_cyrillic"),
    **dict.fromkeys(("unicode-1-1-utf-8", "x-unicode20utf8", "utf-16", "utf-16le", "unicode"), "utf-8"),
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
}
_ALPHABETIC = re.compile("[\u0370-\u06ff\u0900-\u0e7f\u10a0-\u10ff \\n\\r.,!?0-9«»“”„’()–—-]")
_CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


def decode(data: bytes, source: str, *, declared: str | None = None, lenient: bool = False) -> str:
    """The text of `data`; raises LoadError where no encoding fits.

    `lenient` lets single broken bytes pass as U+FFFD, as browsers do with web pages.
    """
    encoding = encoding_of(data[:SAMPLE_BYTES], source, declared=declared, lenient=lenient)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if lenient:
            return data.decode(encoding, errors="replace")
        raise undecodable(source, f"byte {error.start + 1:,} is not valid {encoding.upper()}") from None


def encoding_of(sample: bytes, source: str, *, declared: str | None = None, lenient: bool = False) -> str:
    """The encoding of a text that begins with `sample`; raises LoadError for binary data and for broken text."""
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    if wide := _utf16_without_mark(sample):
        return wide
    if looks_binary(sample):
        if wide := _utf16_of_letters(sample):
            return wide
        raise LoadError(
            source,
            "It holds binary data, not text, whatever its name says.",
            "Check what the file really is, and export it as text, HTML, PDF or DOCX.",
        )
    if _valid_utf8_prefix(sample):
        return "utf-8"
    known = known_encoding(declared)
    if known == "utf-8" and not _is_mostly_utf8(sample):
        known = None
    if known and (lenient or _decodes(sample, known)):
        return known
    return _detected(sample, source)


def looks_binary(sample: bytes) -> bool:
    """Whether more than one byte in fifty is a control character no text holds."""
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return controls * 50 > len(sample)


def declared_charset(data: bytes, media_type: str | None = None) -> str | None:
    """The charset that the transport, the XML declaration or a `<meta>` element names."""
    if media_type and (match := _CHARSET_PARAMETER.search(media_type)):
        return match.group(1)
    found = _XML_ENCODING.match(data.lstrip()[:300]) or _META_CHARSET.search(data[:8192])
    return found.group(1).decode("ascii") if found else None


def known_encoding(name: str | None) -> str | None:
    """Python's name of a declared charset as browsers read it: ISO 8859-1 is Windows-1252, Shift_JIS is Windows-31J."""
    label = (name or "").strip().lower()
    name = _WEB_LABELS.get(label, label)
    try:
        found = codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def undecodable(source: str, what: str) -> LoadError:
    """The failure of a text in no encoding."""
    return LoadError(
        source,
        f"Its characters cannot be read: {what}.",
        "Open it in the program it comes from and save it again with the encoding UTF-8.",
    )


def _utf16_without_mark(sample: bytes) -> str | None:
    """UTF-16 of mostly Latin text: nearly every second byte is zero, and only on one side."""
    half = len(sample) // 2
    if half < 8:
        return None
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if high * 10 > half * 7 and low * 20 < half:
        return "utf-16-le"
    if low * 10 > half * 7 and high * 20 < half:
        return "utf-16-be"
    return None


def _utf16_of_letters(sample: bytes) -> str | None:
    """UTF-16 of an alphabet but Latin: nearly every character is a letter of it, or a space."""
    even = sample[: len(sample) // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = even.decode(encoding, errors="replace")
        if len(text) > 20 and 10 * len(_ALPHABETIC.findall(text)) > 9 * len(text):
            return encoding
    return None


def _valid_utf8_prefix(sample: bytes) -> bool:
    """Whether `sample` is UTF-8, but for a character that a full sample may cut at its end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except (UnicodeDecodeError, LookupError, TypeError):
        return False
    return True


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether more characters beyond ASCII are whole than broken."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) >= 2 * broken


def _detected(sample: bytes, source: str) -> str:
    """What charset-normalizer takes it for, unless it is plainly broken UTF-8."""
    if _is_mostly_utf8(sample):
        raise undecodable(source, "it is UTF-8 in most places, but damaged in others")
    if sample.isascii() or (told := told_encoding(sample)) is None:
        return _guessed(sample, source)
    if not told:
        raise undecodable(source, "they fit more than one encoding")
    return told


def _guessed(sample: bytes, source: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None or not _decodes(sample, best.encoding):
        raise undecodable(source, "they fit no known encoding")
    return str(best.encoding)
