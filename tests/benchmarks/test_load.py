"""Ten people at once over the real HTTP interface: nobody is refused, and every answer arrives."""

import pytest
from chat_fakes import FakeAssistant
from load import Figures, run

from ui.app import launch


def test_percentiles_are_those_of_the_sorted_times():
    figures = Figures([float(each) for each in range(100, 0, -1)])
    assert figures.percentile(0.5) == 51.0
    assert figures.percentile(0.95) == 96.0
    assert "100 answers, 0 errors, 0 wrong: p50 51.00 s, p95 96.00 s, mean 50.50 s, 2 MB" in figures.row(10, 2**21)
    assert "0 answers" in Figures().row(10, None)


@pytest.mark.slow
def test_ten_people_ask_at_once_without_an_error():
    chat = launch(FakeAssistant(), port=0)
    try:
        figures = run(chat.entrance, users=10, seconds=10)
    finally:
        chat.close()
    assert figures.errors == figures.wrong == []
    assert len(figures.seconds) >= 10
