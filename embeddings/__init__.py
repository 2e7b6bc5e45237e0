"""Texts to vectors, and vectors to nearest neighbours. Knows texts, arrays and integer ids, never articles."""

import os

# The threads of torch and FAISS wait for one another by spinning for milliseconds. Where other programs want the cores
# too, they spin for one that is not running, and an answer takes many times as long. On an idle machine a few
# microseconds are enough (`benchmarks/busy.py`). OpenMP reads this when it is loaded, which is later; what is set in
# the shell is left alone.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
