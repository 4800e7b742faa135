"""Which device and which numbers a setting means."""

from __future__ import annotations

import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.training.precision import device_for, precision_for

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize("there", [False, True])
def test_devices(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert device_for("cpu") == CPU
    assert device_for("auto") == (GPU if there else CPU)
    if there:
        assert device_for("cuda") == GPU
    else:
        with pytest.raises(ZeuxisError, match=r"no GPU that torch can use: leave --device out"):
            device_for("cuda")


@pytest.mark.parametrize("asked", ["float32", "bfloat16"])
@pytest.mark.parametrize("device", [CPU, GPU], ids=str)
def test_what_is_asked_for_is_taken(asked: str, device: torch.device) -> None:
    assert precision_for(asked, device) == getattr(torch, asked)


@pytest.mark.parametrize("can", [False, True])
def test_auto_is_what_is_fast(can: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = torch.bfloat16 if can else torch.float32
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": can})
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: not can)
    assert precision_for("auto", CPU) == fast
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: can)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": not can})
    assert precision_for("auto", GPU) == fast


def test_processors_that_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert precision_for("auto", CPU) == torch.float32
