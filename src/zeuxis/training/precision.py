"""Which numbers to compute with."""

import torch

from zeuxis.errors import ZeuxisError


def device_for(asked: str) -> torch.device:
    """The device that a setting `auto`, `cpu` or `cuda` means here.

    Raises:
        ZeuxisError: for `cuda` where there is none.
    """
    if asked == "cuda" and not torch.cuda.is_available():
        raise ZeuxisError("there is no GPU that torch can use: leave --device out to use the CPU")
    return torch.device("cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu")


def precision_for(asked: str, device: torch.device) -> torch.dtype:
    """The type that a setting `auto`, `float32` or `bfloat16` means on a device.

    `auto` is bfloat16 on GPUs that have it and on processors with matrix units for it (AMX), where it is
    several times faster; float32 elsewhere, where it would be slower.
    """
    if asked != "auto":
        return torch.bfloat16 if asked == "bfloat16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if torch.cpu.get_capabilities().get("amx_bf16") else torch.float32
