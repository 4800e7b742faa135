"""Pictures as files: read, write, resize, and the colour arithmetic that needs no network.

Only this room knows files, colour profiles, alpha and integers. Everything else sees float32,
RGB, in [0, 1].
"""

from zeuxis.images.color import keep_colors, match_covariance, match_histogram
from zeuxis.images.framed import Framed
from zeuxis.images.picture import Picture
from zeuxis.images.reading import picture_files, read
from zeuxis.images.resizing import resize
from zeuxis.images.sizes import Size
from zeuxis.images.writing import write

__all__ = [
    "Framed",
    "Picture",
    "Size",
    "keep_colors",
    "match_covariance",
    "match_histogram",
    "picture_files",
    "read",
    "resize",
    "write",
]
