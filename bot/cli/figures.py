"""Tables of measures, as ``eval`` prints them."""

from collections.abc import Mapping

from rich.table import Column, Table

from bot.cli.output import OUT
from bot.evaluation.estimates import Estimate

Named = Mapping[str, Estimate]

_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "answer or abstain": {
        "answer_precision": "answered, precision",
        "answer_recall": "answered, recall",
        "answer_f1": "answered, F1",
        "abstain_precision": "abstained, precision",
        "abstain_recall": "abstained, recall",
        "abstain_f1": "abstained, F1",
        "answer_or_abstain_f1": "both, F1",
    },
    "expected answer": {
        "exact_match": "the same",
        "contained": "holds it",
        "token_recall": "tokens of it",
        "token_f1": "token F1",
    },
    "citations": {
        "citation_precision": "to evidence",
        "citation_precision_near": "to it or a neighbour",
        "citation_recall": "evidence cited",
        "citation_recall_near": "it or neighbour cited",
    },
    "sentences": {
        "sentences_with_citation": "with a citation",
        "support_rate": "supported by it",
    },
}
_STAGES = {
    "search": "sources",
    "first_token": "first token",
    "sixty_tokens": "60-token answer",
    "total": "total",
}


def print_answers(everything: Named, categories: Mapping[str, Named], reasons: Mapping[str, int]) -> None:
    """Measures by section with their interval, means by category, reasons, and times."""
    table = Table(Column("answers", no_wrap=True), "all", Column("95 %", no_wrap=True), "n", *categories)
    for title, rows in _SECTIONS.items():
        known = {name: label for name, label in rows.items() if name in everything}
        if not known:
            continue
        table.add_section()
        table.add_row(f"[dim]{title}[/]")
        for name, label in known.items():
            found = everything[name]
            means = (f"{named[name].mean:.2f}" if name in named else "" for named in categories.values())
            table.add_row(
                f"  {label}", f"{found.mean:.2f}", f"{found.low:.2f}–{found.high:.2f}", str(found.count), *means
            )
    OUT.print(table)
    times = Table("seconds", "p50", "p95", "95 % of p95", "n")
    for stage, label in _STAGES.items():
        if f"{stage}_ms_p50" in everything:
            half, most = everything[f"{stage}_ms_p50"], everything[f"{stage}_ms_p95"]
            interval = f"{most.low / 1000:.2f}–{most.high / 1000:.2f}"
            times.add_row(label, f"{half.mean / 1000:.2f}", f"{most.mean / 1000:.2f}", interval, str(most.count))
    OUT.print(times)
    _print_reasons(reasons)


def print_summaries(found: Named, reasons: Mapping[str, int]) -> None:
    """The product beside the model's plain summary and the first sentences, what it gains on them, links and times."""
    table = Table("summaries", "ours", "one shot", "first 3 sentences")
    for label, name in (
        ("ROUGE-L", "rouge_l_{}"),
        ("ours better by", "rouge_l_gain_over_{}"),
        ("supported", "support_rate_{}"),
    ):
        cells = (found.get(name.format(system)) for system in ("ours", "one_shot", "lead_3"))
        table.add_row(label, *(f"{cell.mean:.3f} ({cell.low:.3f} … {cell.high:.3f})" if cell else "" for cell in cells))
    for label, name in (("by the messages named", "support_rate_named"), ("with a message to go to", "link_validity")):
        if name in found:
            cell = found[name]
            table.add_row(label, f"{cell.mean:.3f} ({cell.low:.3f} … {cell.high:.3f})")
    if "took_ms_p50" in found:
        table.add_row("seconds p50, p95", ", ".join(f"{found[f'took_ms_p{at}'].mean / 1000:.1f}" for at in (50, 95)))
    OUT.print(table)
    _print_reasons(reasons)


def print_groups(title: str, groups: Mapping[str, Named]) -> None:
    """Every measure of every group, all questions first."""
    table = Table("", "measure", "mean", "95 %", "n", title=title)
    for group, named in sorted(groups.items(), key=lambda entry: entry[0] != "all"):
        for name, value in named.items():
            interval = f"{value.low:.3f} … {value.high:.3f}"
            table.add_row(group, name, f"{value.mean:.3f}", interval, str(value.count))
    OUT.print(table)


def _print_reasons(reasons: Mapping[str, int]) -> None:
    OUT.print(", ".join(f"{reason} {count}" for reason, count in reasons.items()), markup=False)
