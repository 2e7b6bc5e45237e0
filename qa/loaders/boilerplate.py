"""What comes along when an article is copied from its page: captions, related stories, labels. Sentences stay."""

from __future__ import annotations

import re
from dataclasses import replace

from qa.loaders.article import web_address
from qa.loaders.markdown import Line

CAPTION_CHARS = 300
LABEL_CHARS = 200

_AGENCY = (
    r"(?:A\.?P\.?|Associated Press|AFP|Reuters|Getty|EPA(?:-EFE)?|EFE|TASS|RIA Novosti|Shutterstock|Alamy|Bloomberg|"
    r"Xinhua|dpa|ANP|PA|Anadolu(?: Agency)?|AA|UPI|NurPhoto|ZUMA(?: Press)?|Sipa(?: USA)?|Magnum|iStock|Unsplash|"
    r"Pexels|Pixabay|Wikimedia(?: Commons)?|Kyodo|Yonhap|Flickr|Rex|Corbis|ANSA|Ritzau|TT|NTB)"
)
_KIND = r"(?:Images?|Photos?|Pictures?|News|Newscom|Media|Wire|Agency|Archives?|Contributor|Commons|Features)"
_CREDIT = rf"{_AGENCY}(?:[ /]{_KIND}|/{_AGENCY})*(?:,? \d{{4}})?"
_CAPTIONS = (
    re.compile(r"(?:photo(?:graph)?s?|image|picture|file photo|photo credit|image credit|image source|caption|"
               r"image caption|foto|fotos|bild)(?:\s*(?:credit|by|courtesy of))?\s*:\s*\S.*", re.IGNORECASE),
    re.compile(r"credits?\s*:\s*[^.!?]{2,80}", re.IGNORECASE),
    re.compile(r".*[(\[]\s*(?:photo|image|picture|file photo|pool photo|handout|credit|foto)s?\b[^()\[\]]{0,120}[)\]]",
               re.IGNORECASE),
    re.compile(rf".*[(\[][^()\[\]]{{0,80}}/\s?{_CREDIT}[)\]]"),
    re.compile(r".*[(\[][^()\[\]/]{0,40}\b(?:Photo|Image|Picture)s?\s?/\s?[^()\[\]]{2,60}[)\]]"),
    re.compile(rf"(?:.*\S\s*[/|©]\s*|.*\b(?:via|courtesy of) )?{_CREDIT}"),
    re.compile(r".*\b(?:photo|image|picture)s? (?:via|by|courtesy of)\s[^.!?]{2,80}", re.IGNORECASE),
    re.compile(r".*\S\s*/\s*(?:pool|handout|file)(?:\s(?:photo|image))?(?:\s(?:via|by)\s.{2,60})?", re.IGNORECASE),
    re.compile(r"(?:©|\(c\)\s*(?=\d{4})|copyright ©?\s*\d{4}).{0,120}", re.IGNORECASE),
)  # fmt: skip
_RELATED = re.compile(
    r"(?:(?i:related(?: (?:article|story|stories|post|content|coverage|reading|news|topic|video)s?)?|"
    r"(?:read|see|watch|learn)(?: more| also| next| further| too)|also (?:read|see|watch)|"
    r"(?:more|other|top)(?: stories| news| coverage| on this(?: story| topic)?)|more|further reading|"
    r"recommended(?: reading| for you)?|"
    r"you (?:may|might)(?: also)? (?:like|be interested in)|don['’]t miss|up next)|READ|WATCH|LISTEN|SEE)"
    r"\s*(?P<colon>[:：>»]|$)\s*(?P<rest>.*)",
)
_FURNITURE = frozenset(
    "advertisement;advertisements;advertising;ad;sponsored;sponsored content;story continues below advertisement;"
    "article continues below advertisement;article continues after advertisement;continue reading;"
    "continue reading below;continue reading the main story;skip advertisement;share this article;share this story;"
    "share this page;share;share this;copy link;link copied;print;email;facebook;twitter;whatsapp;telegram;linkedin;"
    "read more;read more...;sign up;subscribe;subscribe now;listen to this article;save this story;comments;"
    "leave a comment;skip to content;skip to main content;back to top;follow us;loading...;read full story;"
    "anzeige;werbung;publicité;publicidad;реклама".split(";")
)
_ORIGIN = re.compile(
    r"(?:the post|this article|this story) .{1,300} (?:appeared first|was first published|first appeared) on .{1,100}",
    re.IGNORECASE,
)
_ADDRESS_LABEL = re.compile(
    r"(?:original(?:ly)?(?: (?:url|link|article|source|published at|published on|post|address))?|source(?: url| link)?|"
    r"url|link|permalink|web address|article url|(?:first )?published (?:at|on)|via|retrieved from|from)\s*:?\s*"
    r"(?P<address><?https?://\S+>?)?",
    re.IGNORECASE,
)
OFFER_OF_THE_REST = (  # says that there is more
    r"the rest of this (?:article|story) is (?:locked|hidden|only)|"
    r"(?:jetzt )?abonnieren,? (?:sie )?(?:jetzt,? )?um weiterzulesen|"
    r"abonnieren sie jetzt,? um weiterzulesen|weiterlesen mit\b|dieser (?:artikel|text) ist (?:nur )?für abonnent|"
    r"il vous reste \d{1,3} ?% de cet article|(?:la suite|cet article) est réservée? aux abonnés|"
    r"suscríbe(?:te|se) para (?:seguir|continuar) leyendo|(?:contenido|artículo) (?:exclusivo )?para suscriptores|"
    r"abbonati per (?:continuare|leggere)|(?:word abonnee|log in) om verder te lezen"
)
_OFFER = re.compile(
    rf"{OFFER_OF_THE_REST}|"
    r"(?:keep|continue|carry on) reading (?:for|with|by)\b|"
    r"(?:subscribe|sign up|register|log ?in|sign ?in)(?: now| today| here)? to (?:continue|keep|read|unlock)\b|"
    r"(?:already|not) (?:a |an )?(?:subscriber|subscribed|member|registered)\s?\?"
    r"(?=\W*(?:$|(?:please )?(?:log|sign|subscribe|join|register|try|start|click|get|become|activate|support)\b))|"
    r"(?:this|the rest of this|to read this|to continue reading this) (?:article|story|content) "
    r"(?:is (?:only |exclusively )?(?:for|available to)|please|,? ?subscribe)|"
    r"to (?:(?:continue|keep) reading|read the full (?:article|story)),? (?:please )?(?:subscribe|sign|log|register)|"
    r"unlock (?:this|the full) (?:article|story)|want to read more\?|"
    r"you(?:'|’)?(?: ha)?ve (?:reached|used|read) (?:your|all|the)\b.{0,40}\b(?:limit|free articles?)|"
    r"subscribe (?:now|today)? ?(?:for|from) (?:only |just )?[£$€]\d",
    re.IGNORECASE,
)
# What an outlet says of itself and its letters below or between the words of its articles.
_HOUSE = re.compile(
    r"(?:sign up|subscribe)\b(?!.{0,200}\b(?:said|says|told|asked|wrote)\b)[^.!?]{0,100}"
    r"\b(?:newsletters?|briefings?|inbox|e-?mail alerts?)\b[^.!?]{0,60}[.!]?|"
    r"(?:get|receive)\b[^.!?]{0,100}\b(?:our newsletters?|(?:to|in) your inbox)\b[^.!?]{0,60}[.!]?|"
    r"our standards: .{3,80}|a version of this article appear(?:s|ed) in print .{0,120}|"
    r"[^.!?,]{3,60} can be (?:reached|contacted) (?:at|by|on|via) [^\s@]{1,64}@\S{3,100}|"
    r"this article (?:was )?(?:originally|first) (?:appeared|published|ran) (?:on|in|at|by) .{3,120}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")


def cleaned(lines: list[Line], title: str) -> tuple[list[Line], str | None]:
    """The lines that belong to the article, and the address that a label or a last line gives."""
    kept: list[Line] = []
    address: str | None = None
    labelled = gap = False
    for index, line in enumerate(lines):
        gap = gap or line.gap
        if (found := _address_of(line, labelled=labelled, last=index == len(lines) - 1)) is not None:
            address = address or web_address(found)
            labelled = not found
            continue
        labelled = False
        if is_furniture(line) or (not kept and line.text == title):
            gap = True
            continue
        kept.append(replace(line, gap=gap))
        gap = False
    return kept, address


def _address_of(line: Line, *, labelled: bool, last: bool) -> str | None:
    """The address that a line gives, "" for its bare label or an address of something else, `None` for text."""
    if line.is_address:
        return line.text.strip("<>") if labelled or last else ""
    label = _ADDRESS_LABEL.fullmatch(line.text)
    if not label or (not label.group("address") and not line.text.rstrip().endswith(":")):
        return None
    return (label.group("address") or "").strip("<>")


def is_furniture(line: Line) -> bool:
    """Whether a line is a caption, a pointer to another story, or a label of the page."""
    text = line.text
    if line.linked and _ORIGIN.fullmatch(text):
        return True
    if text.strip("[]()-–—*• ").lower() in _FURNITURE or line.is_address:
        return True
    return is_related(line) or is_caption(text) or (len(text) <= LABEL_CHARS and bool(_HOUSE.fullmatch(text)))


def is_related(line: Line) -> bool:
    """A line that only leads elsewhere: a link alone, or a related-story label; full sentences are neither."""
    sentence = bool(_SENTENCE_END.search(line.text))
    if line.link is not None and not sentence and not line.heading:
        return True
    match = _RELATED.fullmatch(line.text)
    if not match or len(line.text) > LABEL_CHARS:
        return False
    return not match.group("rest") or (bool(match.group("colon")) and (line.linked or not sentence))


def is_offer(text: str) -> bool:
    """Whether a line only offers a subscription, or asks subscribers to log in."""
    return len(text) <= LABEL_CHARS and bool(_OFFER.match(text))


def is_caption(text: str) -> bool:
    """A photo credit, with or without the caption before it. A line that ends as a sentence is none."""
    if len(text) > CAPTION_CHARS or text.endswith((".", "!", "?")):
        return False
    return any(pattern.fullmatch(text) for pattern in _CAPTIONS)
