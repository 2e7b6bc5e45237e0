"""The words that tell that somebody speaks: "said", "according to"; and those around them that deny it."""

from __future__ import annotations

# Verbs that take a clause, "that ...": their forms, the base first.
_SAYING = """
say says said saying; add adds added adding; note notes noted noting; explain explains explained explaining;
argue argues argued arguing; claim claims claimed claiming; insist insists insisted insisting;
announce announces announced announcing; report reports reported reporting; state states stated stating;
warn warns warned warning; suggest suggests suggested suggesting; acknowledge acknowledges acknowledged acknowledging;
admit admits admitted admitting; declare declares declared declaring; conclude concludes concluded concluding;
recall recalls recalled recalling; reply replies replied replying; respond responds responded responding;
predict predicts predicted predicting; write writes wrote writing written; tweet tweets tweeted tweeting;
post posts posted posting; observe observes observed observing; remark remarks remarked remarking;
comment comments commented commenting; contend contends contended contending; assert asserts asserted asserting;
allege alleges alleged alleging; maintain maintains maintained maintaining; complain complains complained complaining;
concede concedes conceded conceding; confirm confirms confirmed confirming; deny denies denied denying;
reveal reveals revealed revealing; stress stresses stressed stressing; emphasize emphasizes emphasized emphasizing;
emphasise emphasises emphasised emphasising; reiterate reiterates reiterated reiterating; vow vows vowed vowing;
promise promises promised promising; pledge pledges pledged pledging; joke jokes joked joking; quip quips quipped;
agree agrees agreed agreeing; believe believes believed; think thinks thought; hope hopes hoped; fear fears feared;
estimate estimates estimated estimating; testify testifies testified testifying; boast boasts boasted boasting;
lament laments lamented lamenting; caution cautions cautioned cautioning; counter counters countered countering;
speculate speculates speculated; mention mentions mentioned mentioning; repeat repeats repeated repeating;
tell tells told telling; ask asks asked asking; inform informs informed; remind reminds reminded reminding;
assure assures assured assuring; advise advises advised advising
"""
# Verbs that speak only beside a quotation in marks.
_BESIDE_QUOTES = """
continue continues continued continuing; go goes went; begin begins began; call calls called calling; cry cries cried;
shout shouts shouted shouting; yell yells yelled yelling; exclaim exclaims exclaimed; scream screams screamed;
whisper whispers whispered; chant chants chanted chanting; read reads reading; describe describes described describing;
urge urges urged urging; demand demands demanded demanding; answer answers answered answering; cite cites cited citing;
offer offers offered; wonder wonders wondered wondering; gush gushes gushed; sigh sighs sighed; laugh laughs laughed;
chide chides chided; retort retorts retorted; interject interjects interjected; conclude; shrug shrugs shrugged;
declare; insist; protest protests protested protesting; rail rails railed; quote quotes quoted quoting; muse mused;
opine opines opined; plead pleads pleaded; beam beams beamed; deadpan deadpanned; thunder thundered; snap snapped;
recount recounts recounted; praise praises praised praising; criticize criticizes criticized criticizing;
criticise criticises criticised criticising; denounce denounces denounced denouncing; dismiss dismisses dismissed;
blast blasts blasted blasting; slam slams slammed slamming; label labels labeled labelled labeling; sum sums summed;
express expresses expressed expressing; elaborate elaborates elaborated; reflect reflects reflected; start started;
clarify clarifies clarified; tease teased; request requested; proclaim proclaims proclaimed; decry decries decried;
joke; text texted; email emailed; implore implored; mock mocks mocked mocking; crow crowed; fume fumed; sing sang;
shot fired
"""
# Verbs of studies and papers, with "that" or a clause behind them.
_SHOWING = """
find finds found finding; show shows showed shown showing; indicate indicates indicated indicating
"""
# Of these, the ones that a part of a sentence in marks tells nothing behind: "he continued the ''tour''".
BESIDE_WHOLE_QUOTATIONS = frozenset(
    "continue continues continued continuing go goes went begin begins began start started read reads reading offer "
    "offers offered laugh laughs laughed sigh sighs sighed shrug shrugs shrugged shot fired text texted email emailed "
    "sing sang request requested beam beams beamed".split()
)
TO_SOMEBODY = frozenset(
    "tell tells told telling ask asks asked asking inform informs informed remind reminds reminded "
    "reminding assure assures assured assuring advise advises advised advising".split()
)


def _forms(verbs: str) -> frozenset[str]:
    return frozenset(form for verb in verbs.replace("\n", " ").split(";") for form in verb.split())


SAYING = _forms(_SAYING)
SHOWING = _forms(_SHOWING)
BESIDE_QUOTES = _forms(_BESIDE_QUOTES) | SAYING
CUES = SAYING | SHOWING | BESIDE_QUOTES
INVERTED_INDIRECT = frozenset("said says wrote added noted explained argued reported reports".split())
INVERTED = CUES - frozenset("go goes went call calls called thought hope hopes fear fears read".split())
NAMING = frozenset("call calls called describe describes described label labels labeled labelled".split())
# Verb forms that may also be nouns: "the claims", "a report".
ALSO_NOUNS = frozenset(
    "claim claims report reports state states note notes comment comments post posts request requests demand demands "
    "estimate estimates offer offers call calls hope hopes fear fears tweet tweets promise promises pledge pledges vow "
    "vows joke jokes answer answers remark remarks read complaint stress counter counters start quote quotes cry cries "
    "praise protest protests blast slam label labels finding findings reading writing urge urges chant chants text "
    "show shows saying warning announcement say add thought caution reply replies think".split()
)
AUXILIARIES = frozenset("has have had 's ’s 've ’ve is are was were be been did does do".split())
PASSIVE = frozenset("is are was were be been being 're ’re".split())
MODALS = frozenset("would could should might may must will can shall 'll ’ll cannot wo ca".split())
NEGATIONS = frozenset("not n't n’t never nobody neither nor without hardly no none nothing".split())
UNWILLING = frozenset("declined declines refused refuses refusing declining failed fails unable wanted wants".split())
