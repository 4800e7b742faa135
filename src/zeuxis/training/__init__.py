"""What every long run shares: checkpoints, stopping on Ctrl-C."""

from zeuxis.training.checkpoint import checkpoint_of, load_checkpoint, save_checkpoint
from zeuxis.training.signals import Interrupt

__all__ = ["Interrupt", "checkpoint_of", "load_checkpoint", "save_checkpoint"]
