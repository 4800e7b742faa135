"""How tables are printed: within a terminal's width, and as wide as they are where there is none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

UNLIMITED = 100_000  # columns


def print_table(table: "Table") -> None:
    """Print a table on stdout. What its cells say is text: `[bold]` and `:cat:` are what they are.

    Where nobody has a terminal a program reads it, or a file keeps it, and names are to be whole.
    """
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = UNLIMITED
    console.print(table)
