"""Randomness that depends only on a seed, what it is for and the step: a run may be resumed anywhere."""

import hashlib

import torch


def keyed(seed: int, stream: str, step: int) -> torch.Generator:
    """A generator of random numbers on the CPU, the same whenever it is asked for.

    Args:
        seed: of the run.
        stream: what the numbers are for, e.g. `"latents"`.
        step: of the run.
    """
    key = hashlib.sha256(f"{seed} {stream} {step}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(key[:8], "little") >> 1)
