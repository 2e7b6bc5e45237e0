"""The answers to the parts of a question as one."""

from qa.answering.combined import combined_answer
from qa.answering.verification import verify_answer
from qa.datatypes import Answer, Article, Citation, Reason, Turn

TEXT = "Ann Pike resigned on Friday. Bo Lowe will lead the town."
ARTICLE = Article("a", "Pike resigns", TEXT, "s")


def cited(quote, confidence):
    start = TEXT.index(quote)
    return Citation("a", "Pike resigns", "s", None, None, start, start + len(quote), quote, TEXT, 0, confidence)


def answered(question, *sure, possible=()):
    reason = None if sure else Reason.NOT_SURE
    best = next(iter((*sure, *possible)), None)
    return Turn(
        question,
        Answer(
            question, sure[0].quote if sure else "", best.confidence if best else 0.1, sure, (), reason, tuple(possible)
        ),
    )


def test_each_part_has_its_place_and_the_text_is_made_of_the_first_ones():
    whole = combined_answer(
        "When did Pike resign and who follows?",
        [
            answered("When did Pike resign?", cited("Friday", 0.9), cited("on Friday", 0.6)),
            answered("who follows?", cited("Bo Lowe", 0.7)),
        ],
    )
    assert whole.text == "Friday\nBo Lowe"
    assert [(each.asked, each.quote) for each in whole.leading] == [
        ("When did Pike resign?", "Friday"),
        ("who follows?", "Bo Lowe"),
    ]
    assert [each.quote for each in whole.citations] == ["Friday", "Bo Lowe", "on Friday"]
    assert whole.confidence == 0.7
    assert (whole.kind, whole.note, whole.reason) == ("several", "", None)
    assert all(check.holds for check in verify_answer(whole, lambda _: ARTICLE))


def test_a_part_without_an_answer_is_named():
    whole = combined_answer(
        "When did Pike resign and who follows?",
        [
            answered("When did Pike resign?", cited("Friday", 0.9)),
            answered("who follows?", possible=[cited("Bo Lowe", 0.4)]),
        ],
    )
    assert whole.text == "Friday"
    assert whole.found
    assert whole.note == "Not surely said in your articles: “who follows?”."
    assert [(each.asked, each.quote) for each in whole.possible] == [("who follows?", "Bo Lowe")]


def test_nothing_found_for_any_part_is_an_ordinary_not_found():
    whole = combined_answer("Who and why?", [answered("Who?"), answered("Why?")])
    assert (whole.text, whole.found, whole.note, whole.reason) == ("", False, "", Reason.NOT_SURE)


def test_a_text_that_leaves_a_part_out_does_not_hold():
    from dataclasses import replace

    whole = combined_answer("?", [answered("When?", cited("Friday", 0.9)), answered("who?", cited("Bo Lowe", 0.7))])
    first, *_ = verify_answer(replace(whole, text="Friday"), lambda _: ARTICLE)
    assert first.problem == "the answer's text is not the words of its first citations"
