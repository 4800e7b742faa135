"""The page of what `recognition.py` has measured."""

from typing import Any

SIZES, DRAWS = (100, 1000, None), 3  # labels, None for all; how often few are drawn
GENERATED = 10_000  # pictures made
NAMES = {"fashion": "Fashion-MNIST", "cifar": "CIFAR-10"}
WAYS = {
    "pixels": "pixels, linear",
    "untrained": "features of a discriminator after one step, linear",
    "features": "features of the trained discriminator, linear",
    "network": "small network, supervised",
}
AUGMENTED = {
    "real": "real pictures alone",
    "both": "half of each batch generated",
    "generated": "generated ones alone",
}


def page(results: dict[str, Any]) -> str:
    """The results as tables."""
    lines = ["# Recognition by what a discriminator has learned", ""]
    for name, about in results.items():
        run = ""
        if "features" in about["accuracy"]:
            run = (
                f"; step {about['step']:,} of an unconditional dcgan that was trained "
                f"{about['minutes']:g} minutes of the processor on the pictures without their labels"
            )
        what = f"{about['machine']}, {about['date']}, `{about['command']}`"
        lines.append(f"- {NAMES[name]}: {what}{run}")
    lines += ["", "Right answers on the 10,000 pictures of the test part, in per cent; mean and"]
    lines += [f"deviation of {DRAWS} draws of the labelled pictures where they are few.", ""]
    for name, about in results.items():
        lines += [f"## {NAMES[name]}", ""]
        all_of_them = f"all {about['pictures']:,} labels"
        lines += _table(about["accuracy"], WAYS, ("100 labels", "1,000 labels", all_of_them))
    if "augmentation" in results.get("fashion", {}):
        lines += ["## Generated pictures among real ones: Fashion-MNIST, small network", ""]
        lines += [f"{GENERATED:,} pictures of the shipped generator `fashion`, which was trained"]
        lines += [
            "on **all 60,000 pictures and labels** of the training part: this is not what one"
        ]
        lines += ["would gain from a generator that had seen the few real pictures only.", ""]
        heads = "100 real pictures", "1,000 real pictures"
        lines += _table(results["fashion"]["augmentation"], AUGMENTED, heads)
    return "\n".join(lines).rstrip() + "\n"


def _table(
    found: dict[str, dict[str, dict[str, float]]], ways: dict[str, str], heads: tuple[str, ...]
) -> list[str]:
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    sizes = [str(size or "all") for size in SIZES[: len(heads)]]
    for way, title in ways.items():
        cells = [_cell(found.get(way, {}).get(size)) for size in sizes]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(found: dict[str, float] | None) -> str:
    if found is None:
        return ""
    spread = f" ± {found['deviation']:.1f}" if found["deviation"] else ""
    return f"{found['mean']:.1f}{spread}"
