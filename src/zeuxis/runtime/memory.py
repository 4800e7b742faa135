"""How much memory is there for what."""

MAX_MEMORY = 2e9  # bytes, where nobody says
PROCESS_BYTES = 150e6  # Python, NumPy and ONNX Runtime themselves
LARGE_BYTES = (
    256e6  # what a session gives back when it is done, rather than keep it for the next picture
)
