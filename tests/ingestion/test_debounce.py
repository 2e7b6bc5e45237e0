"""Which files are taken in, and when: times are given, so nothing here waits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qa.ingestion.debounce import PATIENCE_SECONDS, SETTLE_SECONDS, ChangeTracker

ONE, TWO, THREE = (1, 1, 1), (2, 2, 1), (3, 3, 1)  # stamps
SOON = SETTLE_SECONDS / 3


def test_a_file_is_taken_in_once_it_has_stayed_as_it_is() -> None:
    files = ChangeTracker([])
    files.compare({"/a": ONE}, 0)
    assert (files.ready(0), files.ready(SETTLE_SECONDS - 0.01)) == ([], [])
    assert files.ready(SETTLE_SECONDS) == ["/a"]
    files.mark_ingested(["/a"])
    assert (len(files), files.ready(100)) == (0, [])
    files.compare({"/a": ONE}, 101)
    assert len(files) == 0


def test_a_file_that_grows_is_waited_for_but_not_for_ever() -> None:
    files = ChangeTracker([])
    files.compare({"/a": ONE}, 0)
    now = 0.0
    for size in range(2, 1000):
        now += SOON
        files.recheck(lambda _, size=size: (size, size, 1), now)
        if files.ready(now):
            break
    assert PATIENCE_SECONDS <= now < PATIENCE_SECONDS + SOON


def test_what_is_gone_waits_for_what_may_be_its_new_name() -> None:
    files = ChangeTracker(["/a"])
    files.compare({"/b": ONE}, 0)
    files.recheck({"/b": TWO}.get, SETTLE_SECONDS)  # still being copied
    assert files.ready(SETTLE_SECONDS) == []
    assert files.ready(2 * SETTLE_SECONDS) == ["/a", "/b"]


def test_what_is_gone_does_not_wait_for_ever_and_nothing_waits_for_it() -> None:
    files = ChangeTracker(["/gone"])
    files.compare({"/b": ONE, "/c": ONE}, 0)
    files.recheck({"/b": ONE, "/c": TWO}.get, SETTLE_SECONDS)
    assert files.ready(SETTLE_SECONDS) == ["/b"]
    files.mark_ingested(["/b"])
    files.recheck({"/c": THREE}.get, PATIENCE_SECONDS)
    assert files.ready(PATIENCE_SECONDS) == ["/c", "/gone"]


def test_what_is_again_as_it_was_is_left_alone_unless_it_was_named() -> None:
    files = ChangeTracker([])
    files.compare({"/a": ONE, "/b": ONE}, 0)
    files.mark_ingested(["/a", "/b"])
    files.compare({"/a": TWO, "/b": ONE}, 1, named={"/b"})
    assert len(files) == 2
    files.compare({"/a": ONE, "/b": ONE}, 1.1)
    assert files.ready(10) == ["/b"]


def test_what_comes_and_goes_before_it_was_taken_in_is_nothing() -> None:
    files = ChangeTracker([])
    files.compare({"/a": ONE}, 0)
    files.compare({}, 0.1)
    assert (len(files), files.ready(10)) == (0, [])


def test_what_is_named_again_has_not_settled() -> None:
    """It is written in place, and its time and size stay the same."""
    files = ChangeTracker([])
    files.compare({"/a": ONE}, 0)
    files.compare({"/a": ONE}, 2 * SOON, named={"/a"})
    assert files.ready(SETTLE_SECONDS) == []
    assert files.ready(SETTLE_SECONDS + 2 * SOON) == ["/a"]


def test_of_what_cannot_be_seen_nothing_is_known() -> None:
    files = ChangeTracker(["/in/locked/a", "/in/locked", "/in/locked too/b"])
    files.compare({}, 0, unseen={"/in/locked"})
    assert files.ready(10) == ["/in/locked too/b"]


def test_known_files_are_all_looked_at_once() -> None:
    files = ChangeTracker(["/gone", "/there"])
    files.compare({"/there": ONE}, 0)
    assert files.ready(1) == ["/gone", "/there"]


step = st.tuples(
    st.sampled_from(["write", "delete", "name", "compare", "look"]),
    st.sampled_from(["/a", "/b", "/c"]),
    st.floats(0, 2, allow_nan=False),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(step, max_size=40))
def test_in_the_end_everything_is_as_it_is_there(steps: list[tuple[str, str, float]]) -> None:
    """Whatever happens, and however seldom is looked: after a quiet while the mirror is the folder."""
    files, there, mirrored = ChangeTracker([]), dict[str, tuple[int, int, int]](), dict[str, tuple[int, int, int]]()
    now = 0.0

    def take_in() -> None:
        ready = files.ready(now)
        for path in ready:
            mirrored.pop(path, None)
            if path in there:
                mirrored[path] = there[path]
        files.mark_ingested(ready)

    for number, (what, path, later) in enumerate(steps):
        now += later
        if what == "write":
            there[path] = (number, number, 1)
        elif what == "delete":
            there.pop(path, None)
        elif what == "look":
            files.recheck(there.get, now)
            take_in()
        else:
            files.compare(there, now, named={path} & there.keys() if what == "name" else ())
            take_in()
    for _ in range(2):
        files.compare(there, now)
        now += SETTLE_SECONDS + 1e-6  # sums of floats may come out a hair less
        take_in()
    assert mirrored == there
    assert len(files) == 0
