"""How the processor time of a piece of work grows with its input: for tests that nothing is quadratic.

Processor time, not the clock, and the least of several runs: another program on the machine takes neither.
"""

import time


def cpu_seconds(work, *given, times=3):
    """The least processor time, in seconds, that a few calls took."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work(*given)
        taken.append(time.process_time() - begun)
    return min(taken)


def grows_with_its_length(work, text):
    """Whether four times the text cost less than ten times the processor time; squared, it would be sixteen."""
    quarter = cpu_seconds(work, text[: len(text) // 4])
    return cpu_seconds(work, text) < 10 * quarter + 0.5
