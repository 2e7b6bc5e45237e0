"""Jobs on the library: one after the other, stopped when the server ends."""

import threading

from qa.datatypes import Progress, Report
from qa.errors import LibraryBusy
from qa.work.jobs import Job, JobQueue


def test_a_server_that_ends_stops_every_job_between_two_articles():
    begun, go = threading.Event(), threading.Event()

    def work(told):
        begun.set()
        assert go.wait(30)
        told(Progress("read", 1, None))
        raise AssertionError("it was not stopped")

    jobs = JobQueue(lambda: 0, lambda: None)
    running, waiting = jobs.begin(Job("add", "a", work)), jobs.begin(Job("add", "b", work))
    assert begun.wait(30)
    assert jobs.open() == 2
    assert not jobs.end(0.01)
    go.set()
    assert jobs.end(30)
    assert (running.state, waiting.state, jobs.open()) == ("stopped", "stopped", 0)


def test_a_job_keeps_why_it_has_failed():
    error = LibraryBusy("another program is writing to /home/someone/library")

    def work(told):
        raise error

    jobs = JobQueue(lambda: 0, lambda: None)
    failed, done = jobs.begin(Job("add", "a", work)), jobs.begin(Job("add", "b", lambda told: Report(unchanged=1)))
    assert jobs.wait(30)
    assert (failed.state, failed.cause, done.state, done.cause) == ("failed", error, "done", None)
