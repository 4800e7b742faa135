"""Where things are kept on this machine."""

import os
from pathlib import Path

import platformdirs


def cache_folder(*inside: str) -> Path:
    """What can be had again, by another download or another look: `ZEUXIS_CACHE`, or the user's cache folder.

    Args:
        inside: folders inside it.
    """
    chosen = os.environ.get("ZEUXIS_CACHE")
    base = Path(chosen or platformdirs.user_cache_dir("zeuxis", appauthor=False)).expanduser()
    return base.joinpath(*inside)
