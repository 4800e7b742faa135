"""`zeuxis evaluate`: how good made pictures are."""

import click

from zeuxis.cli.main import LazyGroup

LAZY = {name: f"zeuxis.cli.evaluate_{name}:{name}" for name in ("folder", "gan", "style")}


@click.group(cls=LazyGroup, lazy=LAZY)
def evaluate() -> None:
    """How good made pictures are, in numbers."""
