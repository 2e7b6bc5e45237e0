"""The line in which questions wait: fair to every visitor, and in order for each."""

from qa.work.questions import FairQueue


def begins(line, ticket):
    """Whether it is this one's turn now."""
    with line._moved:
        return line._begins(ticket)


def test_of_one_visitor_the_questions_are_read_in_order_whoever_looks_first():
    line, me = FairQueue(2, 10), object()
    first, second, third = (line.join(me) for _ in range(3))
    assert begins(line, first)
    line.leave(first)
    assert not begins(line, third)
    assert begins(line, second)
    assert not begins(line, third)
    line.leave(second)
    assert begins(line, third)


def test_the_second_question_of_a_visitor_waits_for_the_first_of_everybody_else():
    line, me, you, they = FairQueue(2, 10), object(), object(), object()
    mine, mine_too, yours, theirs = (line.join(each) for each in (me, me, you, they))
    assert begins(line, mine)
    assert not begins(line, theirs)
    assert begins(line, yours)
    line.leave(yours)
    assert not begins(line, mine_too)
    assert begins(line, theirs)
