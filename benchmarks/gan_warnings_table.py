"""The page of what `gan_warnings.py` has found."""

from typing import Any

WARNINGS = {
    "the discriminator has won": "won",
    "samples grow alike": "alike",
    "samples get worse": "worse",
    "the discriminator learns the pictures by heart": "by heart",
}
EXPECTED: dict[str, set[str]] = {
    "collapse": {"won", "alike", "worse"},
    "overfit": {"by heart"},
    "healthy": set(),
}
RUN_HEADS = (
    "run",
    "steps",
    "said, at step",
    "score at best, at the end",
    "variety",
    "distinctness",
    "separation",
    "memorization",
    "by 500 others",
    "CPU-minutes",
)
COST_HEADS = (
    "data",
    "size",
    "pictures scored",
    "steps",
    "looks",
    "examinations",
    "sheets",
    "generators",
    "checkpoints",
    "examinations, of all",
    "looks, of all",
)


def page(results: dict[str, Any]) -> str:
    """The results as tables."""
    runs, costs = results.get("runs", {}), results.get("costs", {})
    lines = ["# Warnings of runs", "", *(f"- {how}" for how in sorted(_hows(results)))]
    lines += ["", "Runs in which a warning was said. In italics: where it should not be.", ""]
    lines += [f"| | runs | {' | '.join(WARNINGS.values())} | none of them |"]
    lines += ["|---" * (len(WARNINGS) + 3) + "|"]
    for kind, expected in EXPECTED.items():
        said = [{name for _, name in run["said"]} for run in runs.values() if run["kind"] == kind]
        counts = {name: sum(name in each for each in said) for name in WARNINGS.values()}
        cells = [str(n) if name in expected or not n else f"*{n}*" for name, n in counts.items()]
        silent = sum(not each & set(counts) for each in said)
        lines.append(f"| {kind} | {len(said)} | {' | '.join(cells)} | {silent} |")
    lines += ["", f"| {' | '.join(RUN_HEADS)} |", "|---" * len(RUN_HEADS) + "|"]
    lines += [_row(name, run) for name, run in runs.items()]
    if costs:
        lines += ["", "## What looks take", ""]
        lines += [
            "With the defaults and a look each minute of the processor. Seconds a look, the mean."
        ]
        lines += [
            "The first generator that is written takes some 5 s more, once: its graphs are made.",
            "",
        ]
        lines += [f"| {' | '.join(COST_HEADS)} |", "|---" * len(COST_HEADS) + "|"]
        lines += [_cost_row(name, about) for name, about in costs.items()]
    return "\n".join(lines) + "\n"


def _hows(results: dict[str, Any]) -> set[str]:
    every = [each for part in results.values() for each in part.values()]
    return {f"{each['machine']}, {each['date'][:10]}, `{each['command']}`" for each in every}


def _row(name: str, run: dict[str, Any]) -> str:
    looks = run["looks"]
    scores, last = [look["score"] for look in looks], looks[-1]
    cells = [name, str(last["step"]), ", ".join(f"{what} {step}" for step, what in run["said"])]
    cells.append(f"{min(scores):.0f}, {scores[-1]:.0f}")
    cells += [f"{last[key]:.2f}" for key in ("variety", "distinctness", "separation")]
    others = f"{run['by_others']:.2f}" if "by_others" in run else ""
    cells += [f"{last['memorization']:.2f}", others, f"{run['cpu_minutes']:.1f}"]
    return f"| {' | '.join(cells)} |"


def _cost_row(name: str, about: dict[str, Any]) -> str:
    seconds, looks = about["seconds"], about["looks"]
    cells = [name, about["size"], about["score_pictures"], about["steps"], looks]
    cells += [f"{seconds[part] / looks:.2f}" for part in COST_HEADS[5:-2]]
    cells += [f"{seconds[part] / seconds['training']:.1%}" for part in ("examinations", "looks")]
    return f"| {' | '.join(map(str, cells))} |"
