"""Two processes that share a batch learn what one learns from all of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zeuxis.gan.networks.shape import draw_latents
from zeuxis.gan.training import step as step_module
from zeuxis.gan.training.step import train_step
from zeuxis.training.processes import Processes, joined
from zeuxis.training.randomness import keyed

WORKER = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
import torch
from zeuxis.data import Epochs
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.step import train_step
from zeuxis.training.processes import joined

spec = spec_from_file_location("tiny", sys.argv[1])
tiny = module_from_spec(spec)
spec.loader.exec_module(tiny)

with joined() as processes:
    rank, found = processes.rank, {}
    rivals = tiny.tiny_rivals()
    if rank == 1:
        with torch.no_grad():
            next(rivals.generator.parameters()).zero_()
    processes.share([rivals.generator, rivals.discriminator, rivals.average])
    epochs = Epochs(tiny.tiny_pictures(), 4, 3, True, rank, processes.world)
    feed = Feed(epochs, 1, torch.device("cpu"))

    def average(parameters):
        parameters = list(parameters)
        processes.average_gradients(parameters)
        found[f"slopes {len(found)}"] = torch.cat([p.grad.flatten() for p in parameters])

    with feed:
        for step in range(3):
            train_step(rivals, feed(step), average, rank)
    for name in ("generator", "discriminator", "average"):
        parameters = getattr(rivals, name).parameters()
        found[name] = torch.cat([p.detach().flatten() for p in parameters])
    found["mean"] = processes.mean(torch.tensor([1.0, rank]))
    found["agreed"] = torch.tensor(processes.agree([10.0 + rank, -float(rank)]))
    torch.save(found, f"{sys.argv[2]}/{rank}.pt")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Tensor]]:
    """What each of two processes found."""
    folder = tmp_path_factory.mktemp("processes")
    start = [
        sys.executable,
        "-c",
        WORKER,
        str(Path(__file__).with_name("conftest.py")),
        str(folder),
    ]
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    running = [
        subprocess.Popen(
            start, env=os.environ | shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        )
        for rank in range(2)
    ]
    assert [each.wait(300) for each in running] == [0, 0]
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.fixture
def alone(
    monkeypatch: pytest.MonkeyPatch, new_rivals: Callable[..., Any], new_feed: Callable[..., Any]
) -> dict[str, Tensor]:
    """What one process finds with the whole batch, and the latents of both."""

    def of_both(seed: int, stream: str, step: int) -> list[torch.Generator]:
        return [keyed(seed, f"{stream[:-1]}{rank}", step) for rank in range(2)]

    def drawn(draws: list[torch.Generator], count: int, latent_dim: int) -> Tensor:
        return torch.cat([draw_latents(each, count // 2, latent_dim) for each in draws])

    found: dict[str, Tensor] = {}

    def catch(parameters: Iterable[nn.Parameter]) -> None:
        slopes = [p.grad.flatten() for p in parameters if p.grad is not None]
        found[f"slopes {len(found)}"] = torch.cat(slopes)

    monkeypatch.setattr(step_module, "keyed", of_both)
    monkeypatch.setattr(step_module, "draw_latents", drawn)
    rivals, feed = new_rivals(), new_feed()
    with feed:
        for step in range(3):
            train_step(rivals, feed(step), catch)
    for name in ("generator", "discriminator", "average"):
        parameters = getattr(rivals, name).parameters()
        found[name] = torch.cat([p.detach().flatten() for p in parameters])
    return found


def test_slopes_are_those_of_the_whole_batch(
    both: list[dict[str, Tensor]], alone: dict[str, Tensor]
) -> None:
    names = [name for name in alone if name.startswith("slopes")]
    assert len(names) == 6  # of three steps, with penalties and without
    for name in names[:2]:  # before the first update of Adam, which makes much of rounding
        torch.testing.assert_close(both[0][name], alone[name], rtol=1e-4, atol=1e-7)
    for name in names:
        torch.testing.assert_close(both[0][name], alone[name], rtol=1e-2, atol=1e-4)
        assert torch.equal(both[0][name], both[1][name])


def test_weights_stay_the_same_in_all_processes(both: list[dict[str, Tensor]]) -> None:
    for name in ("generator", "discriminator", "average"):
        assert torch.equal(both[0][name], both[1][name])
    assert both[0]["generator"].abs().min() > 0  # those of the first, not the zeros of the second


def test_means_and_what_is_agreed_on(both: list[dict[str, Tensor]]) -> None:
    for found in both:
        assert found["mean"].tolist() == [1.0, 0.5]
        assert found["agreed"].tolist() == [11.0, 0.0]


def test_alone_nothing_is_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as processes:
        assert processes == Processes(0, 1, 0) and processes.is_first
        layer = nn.Linear(2, 1)
        layer(torch.ones(1, 2)).sum().backward()
        processes.average_gradients(layer.parameters())
        processes.share([layer])
        processes.wait()
        assert layer.weight.grad is not None and layer.weight.grad.tolist() == [[1.0, 1.0]]
        assert processes.agree([3.0]) == [3.0]
