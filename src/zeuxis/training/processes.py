"""Several processes that train one model, each on its part of the batch, as torchrun starts them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

PATIENCE = timedelta(hours=1)  # for the others: the first makes sheets and writes files meanwhile


@dataclass(frozen=True)
class Processes:
    """This process among those that train together.

    Attributes:
        rank: of this process, from 0; the first is the one that writes and speaks.
        world: how many there are.
        local_rank: among those of this machine: the number of its GPU.
    """

    rank: int = 0
    world: int = 1
    local_rank: int = 0

    @property
    def is_first(self) -> bool:
        """Whether this one writes files and speaks."""
        return self.rank == 0

    def device(self, device: torch.device) -> torch.device:
        """The device of that kind that is this process's own."""
        return torch.device("cuda", self.local_rank) if device.type == "cuda" else device

    @torch.no_grad()
    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace the slopes of one network by their mean over all processes, in one exchange.

        It is to be called by all of them, once the backward pass is over, for the same parameters.
        """
        slopes = [p.grad for p in parameters if p.grad is not None]
        if self.world == 1 or not slopes:
            return
        flat = torch.cat([slope.reshape(-1) for slope in slopes])
        dist.all_reduce(flat)
        flat /= self.world
        for slope, mean in zip(slopes, torch.split(flat, [s.numel() for s in slopes]), strict=True):
            slope.copy_(mean.view(slope.shape))

    @torch.no_grad()
    def share(self, modules: Iterable[nn.Module]) -> None:
        """Give all processes the weights that the first one has."""
        if self.world == 1:
            return
        for module in modules:
            for tensor in (*module.parameters(), *module.buffers()):
                flat = tensor.contiguous()
                dist.broadcast(flat, 0)
                tensor.copy_(flat)

    @torch.no_grad()
    def mean(self, value: Tensor) -> Tensor:
        """The mean of a tensor over all processes."""
        if self.world == 1:
            return value
        total = value.clone()
        dist.all_reduce(total)
        return total / self.world

    def agree(self, values: Sequence[float]) -> list[float]:
        """The greatest of each of a few numbers over all processes, so that all decide alike."""
        if self.world == 1:
            return list(values)
        greatest = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(greatest, dist.ReduceOp.MAX)
        return [float(each) for each in greatest.tolist()]

    def wait(self) -> None:
        """Go on when all processes have come this far."""
        self.agree([0.0])


@contextmanager
def joined() -> Iterator[Processes]:
    """Together with the other processes of `torchrun`, for as long as the block lasts; alone without it."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Processes()
        return
    mine = Processes(int(os.environ["RANK"]), world, int(os.environ.get("LOCAL_RANK", "0")))
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(mine.local_rank)
    # gloo carries what all are to agree on, nccl the slopes: neither has to wait for a GPU to be idle.
    dist.init_process_group("cpu:gloo,cuda:nccl" if on_gpu else "gloo", timeout=PATIENCE)
    try:
        yield mine
    finally:
        dist.destroy_process_group()
