"""The figures that `upscaling.py` has measured, kept, and their page, with those of papers beside them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Multiply-adds for luma alone: of SRCNN 9-5-5 (Dong et al. 2016, TPAMI) for a pixel that it makes, and of
# FSRCNN (56, 12, 4) (Dong et al. 2016, ECCV) for a pixel that comes in.
SRCNN = 9 * 9 * 64 + 5 * 5 * 64 * 32 + 5 * 5 * 32
FSRCNN = 5 * 5 * 56 + 56 * 12 + 4 * (3 * 3 * 12 * 12) + 12 * 56 + 9 * 9 * 56
# PSNR in decibels and SSIM that papers print; None where they print none that we know.
LITERATURE: dict[str, dict[str, dict[str, tuple[float, float | None]]]] = {
    "x4": {
        "bicubic (literature)": {
            "Set5": (28.42, 0.8104),
            "Set14": (26.00, 0.7027),
            "BSD100": (25.96, 0.6675),
        },
        "SRCNN (its paper)": {"Set5": (30.48, None)},
        "FSRCNN (its paper)": {"Set5": (30.71, None)},
        "Johnson et al. 2016": {"Set5": (27.09, 0.768)},
        "SRGAN (Ledig et al. 2017)": {"Set5": (29.40, 0.847)},
    }
}
INTRODUCTION = (
    "PSNR and SSIM are of Y, with a border as wide as the scale left out, of pictures made small by MATLAB's",
    "bicubic. Rows of papers have their figures, not ours.",
)
SEEN = (
    "LPIPS (lpips-vgg16-caffe), and mean squared distances of VGG-16's features: less is nearer.",
)
FAR = {"lpips": "LPIPS", "relu2_2": "relu2_2", "relu3_3": "relu3_3", "relu5_3": "relu5_3"}

Rows = Mapping[str, Mapping[str, Any]]


def keep(figures: Path, found: Mapping[str, Any]) -> None:
    """Put what was found in the place of what was there before, leave the rest, write the page anew."""
    kept = json.loads(figures.read_text()) if figures.exists() else {}
    kept = _merged(kept, found)
    figures.parent.mkdir(exist_ok=True)
    figures.write_text(json.dumps(kept, indent=1) + "\n")
    figures.with_suffix(".md").write_text(page(kept))


def page(kept: Mapping[str, Any]) -> str:
    """All tables."""
    lines = ["# Pictures made larger: how well, and at what cost", "", *INTRODUCTION, ""]
    for scale, sets in sorted(kept.get("quality", {}).items()):
        lines += [f"## {scale}: as papers count", "", *_fidelity(scale, sets)]
        lines += [f"## {scale}: as networks see", "", *SEEN, "", *_distances(sets)]
        lines += _sources([row for rows in sets.values() for row in rows.values()])
    if "speed" in kept:
        lines += ["## From 512x512 to 2048x2048", "", *_speed(kept["speed"])]
        lines += _sources(kept["speed"].values())
    return "\n".join(lines).rstrip() + "\n"


def _merged(old: Any, new: Any) -> Any:
    """Mappings one in the other; a measured row, which tells its command, replaces the old one."""
    if not isinstance(old, dict) or "command" in new:
        return new
    return {**old, **{name: _merged(old.get(name), each) for name, each in new.items()}}


def _fidelity(scale: str, sets: Mapping[str, Rows]) -> list[str]:
    lines = [f"| | {' | '.join(sets)} |", "|---" * (len(sets) + 1) + "|"]
    figures_of = {method: dict(figures) for method, figures in LITERATURE.get(scale, {}).items()}
    for name, rows in sets.items():
        for method, row in rows.items():
            figures_of.setdefault(method, {})[name] = row["psnr"], row["ssim"]
    for method, figures in figures_of.items():
        cells = [_pair(*figures[name]) if name in figures else "" for name in sets]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return [*lines, ""]


def _distances(sets: Mapping[str, Rows]) -> list[str]:
    heads = [f"{name}: {', '.join(FAR.values())}" for name in sets]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(sets) + 1) + "|"]
    for method in _methods(sets):
        rows = [rows.get(method) for rows in sets.values()]
        cells = [", ".join(f"{row[n]:.4g}" for n in FAR) if row else "" for row in rows]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return [*lines, ""]


def _speed(rows: Rows) -> list[str]:
    heads = "network", "seconds", "times as fast as SRResNet", "multiply-adds for a pixel made"
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    slow = rows["SRResNet"]["seconds"]
    for name, row in rows.items():
        seconds, cost = row["seconds"], row["multiply_adds"]
        clock = f"{seconds:.2f} | {slow / seconds:.1f}" if seconds else " | "
        lines.append(f"| {name} | {clock} | {f'{cost:,.0f}' if cost else ''} |")
    return [*lines, ""]


def _methods(sets: Mapping[str, Rows]) -> list[str]:
    return list(dict.fromkeys(method for rows in sets.values() for method in rows))


def _pair(decibels: float, similarity: float | None) -> str:
    return f"{decibels:.2f}" if similarity is None else f"{decibels:.2f}, {similarity:.4f}"


def _sources(rows: Any) -> list[str]:
    told = dict.fromkeys(f"{row['when']}, {row['machine']}. `{row['command']}`" for row in rows)
    return [*told, ""]
