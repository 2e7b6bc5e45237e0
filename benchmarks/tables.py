"""The figures of `quality.py` as Markdown tables, in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qa.evaluation.evaluate import EndToEndReport, ReadingReport


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A Markdown table; shares and scores as percentages with one decimal, nothing to average as a dash."""
    print(f"{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(_cell, row))} |")
    print()


def _cell(value: object) -> str:
    return "-" if value is None else f"{100 * value:.1f}" if isinstance(value, float) else str(value)


def print_reading(reports: Mapping[str, ReadingReport]) -> None:
    """The reader alone."""
    print_table(
        "Reading the gold context",
        ["dataset", "questions", "answerable", "EM", "F1", "F1 all, best threshold", "log-odds there", "AURC"],
        [(name, *_read(report)) for name, report in reports.items()],
    )


def _read(report: ReadingReport) -> tuple[object, ...]:
    best = (report.best_f1_all, _plain(report.best_threshold))
    return (report.examples, report.answerable, report.em_candidate, report.f1_candidate, *best, report.aurc)


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def print_retrieval(reports: Mapping[str, EndToEndReport]) -> None:
    """Where the first right passage stands."""
    read = next(iter(reports.values())).read_passages
    print_table(
        "Retrieval, answerable questions",
        ["dataset", "questions", "hit@1", "hit@5", "hit@10", f"hit@{read} (read)", "MRR", "gold articles missing"],
        [
            (n, r.answerable, r.hit_at_1, r.hit_at_5, r.hit_at_10, r.hit_at_read, r.mrr, r.missing_articles)
            for n, r in reports.items()
        ],
    )


def print_answers(reports: Mapping[str, EndToEndReport]) -> None:
    """The answers at the default threshold, and what confidence is worth."""
    print_table(
        f"End to end, answers given from confidence {next(iter(reports.values())).threshold} on",
        ["dataset", "EM", "F1", "EM of first 3", "F1 of first 3", "given", "no-answer accuracy", "EM all", "F1 all"],
        [(n, r.em, r.f1, r.em_3, r.f1_3, r.given, r.withheld, r.em_all, r.f1_all) for n, r in reports.items()],
    )
    print_table(
        "A right answer's words within the first candidate, or one of the first three; none withheld",
        ["dataset", "first", "first 3"],
        [(name, report.contained, report.contained_3) for name, report in reports.items()],
    )
    print_table(
        "Confidence",
        ["dataset", "F1 all, best threshold", "confidence there", "AURC", "ECE (right)", "ECE (EM)"],
        [(n, r.best_f1_all, _plain(r.best_threshold), r.aurc, r.ece_right, r.ece_em) for n, r in reports.items()],
    )
    print_table(
        "Risk and coverage: confidence from which answers are given -> 1 - F1 of those",
        ["dataset", *(f"{share}%" for share in range(10, 101, 10))],
        [(name, *_risks(report)) for name, report in reports.items()],
    )


def _risks(report: EndToEndReport) -> list[str]:
    """The first point that reaches each tenth of coverage."""
    risks = []
    for share in range(1, 11):
        point = next((each for each in report.coverage if each.coverage >= share / 10 - 1e-9), None)
        risks.append("-" if point is None else f"{point.threshold:.2f} -> {100 * point.risk:.1f}")
    return risks


def print_both(answered: Mapping[str, EndToEndReport], gold: Mapping[str, ReadingReport]) -> None:
    """End to end beside reading the gold context less the misses of retrieval; no answer is withheld in either."""
    rows = []
    for name in answered.keys() & gold.keys():
        end, reading, found = answered[name].f1_candidate, gold[name].f1_candidate, answered[name].hit_at_read
        if end is not None and reading is not None and found is not None:
            rows.append((name, end, reading, 1.0 - found, reading * found))
    if rows:
        print_table(
            "End to end beside reading, best candidate of each answerable question",
            ["dataset", "F1 end to end", "F1 reading gold", "retrieval misses", "F1 gold x (1 - misses)"],
            sorted(rows),
        )


def print_baseline(answered: Mapping[str, EndToEndReport], naive: Mapping[str, ReadingReport]) -> None:
    """The product beside the naive baseline: best candidate of the answerable, and all at the best threshold."""
    rows = [
        (
            name,
            end.f1_candidate,
            naive[name].f1_candidate,
            end.best_f1_all,
            naive[name].best_f1_all,
            end.aurc,
            naive[name].aurc,
        )
        for name, end in answered.items()
    ]
    print_table(
        "The product beside the naive baseline with the same reader",
        ["dataset", "F1", "F1 naive", "F1 all, best threshold", "the same, naive", "AURC", "AURC naive"],
        rows,
    )


def print_absent(name: str, report: EndToEndReport) -> None:
    """How many questions without an article are turned away."""
    print_table(
        "Questions about articles that are not there",
        ["dataset", "questions", "not found"],
        [(name, report.examples, report.withheld)],
    )
