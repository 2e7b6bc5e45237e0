"""English verbs in the past, for questions made from sentences: a closed list, so that what is made reads well."""

from __future__ import annotations

_IRREGULAR = (
    "beat beat beaten, become became become, begin began begun, break broke broken, bring brought brought, "
    "build built built, buy bought bought, choose chose chosen, draw drew drawn, drive drove driven, "
    "fight fought fought, find found found, fly flew flown, give gave given, grow grew grown, hit hit hit, "
    "hold held held, keep kept kept, lay laid laid, lead led led, leave left left, lose lost lost, make made made, "
    "meet met met, pay paid paid, rise rose risen, run ran run, see saw seen, sell sold sold, send sent sent, "
    "set set set, shoot shot shot, spend spent spent, steal stole stolen, strike struck struck, take took taken, "
    "teach taught taught, win won won, write wrote written"
)
_DOUBLED = "admit ban commit drop occur permit plan refer rob stop submit transfer"
_REGULAR = (
    "accept accuse achieve acquire adopt announce appear appoint approve arrest arrive attack attend block cancel "
    "challenge collaborate collapse collect compete complete compose conclude condemn conduct congratulate contribute "
    "crash create criticise criticize cross damage declare deploy decide defeat defend deliver demand deny design "
    "destroy develop die direct disclose discover dismiss dispatch dissolve dock donate earn elect employ end endorse "
    "enter establish evacuate examine exhibit expand explode express file finish form found fund gather graduate guide "
    "help honor honour host identify impose increase injure inspect install introduce invade invent invest investigate "
    "invite issue join kill land launch legalise legalize live lower marry measure move murder nominate observe obtain "
    "offer open operate order organise organize overturn own participate pass perform play pledge portray praise "
    "present produce prohibit promise propose protest publish purchase raise reach reaffirm receive record recover "
    "reduce refuse reject release remove replace request rescue resign resume retain retire return reveal review rule "
    "score serve sign sponsor start study succeed sue suffer support surrender survive suspend test thank threaten "
    "train travel unveil urge use visit vote warn welcome work"
)
# What can be said with nothing after it, and what can be done to something that a question may ask for.
INTRANSITIVE = frozenset("arrive begin collapse crash die end graduate land occur resign retire surrender".split())
TRANSITIVE = frozenset(
    "achieve announce approve break build buy cancel create declare demand discover donate examine find found "
    "introduce invent issue launch legalise legalize lose offer play portray present produce promise propose publish "
    "receive record reject release request reveal sell sign steal study unveil use win write".split()
)
PLACED = frozenset(
    "arrest arrive build crash die discover find grow hold kill land launch live meet perform run sign".split()
)


def _past(base: str) -> str:
    if base in _DOUBLED.split():
        return f"{base}{base[-1]}ed"
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}ed"


_FORMS = [
    *(forms.split() for forms in _IRREGULAR.split(", ")),
    *([base, _past(base), _past(base)] for base in f"{_DOUBLED} {_REGULAR}".split()),
]
BASE = {past: base for base, past, _ in _FORMS}  # of each past form: "took" is of "take"
PAST = {participle: past for _, past, participle in _FORMS}  # of each participle: "taken" goes with "took"
