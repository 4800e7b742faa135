"""Every knob of the server, in one place."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from zeuxis.settings import setting

PORT = 8765
LOCAL = ("127.0.0.1", "localhost", "::1")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class StudioSettings:
    """How the studio serves. What is not to be reached from elsewhere stays on 127.0.0.1."""

    host: str = setting(
        "127.0.0.1", "Address to listen on; on any but 127.0.0.1 every request needs a token."
    )
    port: int = setting(PORT, "Port to listen on; 0 takes a free one.", low=0, high=65535)
    workers: int = setting(max(1, CORES // 2), "Processes for what takes seconds.", low=1, high=256)
    long_workers: int = setting(
        2, "Processes for painting and training, at most; begun when needed.", low=1, high=64
    )
    queue_length: int = setting(100, "Jobs that may wait.", low=1, high=100_000, unit="jobs")
    jobs_per_client: int = setting(
        16, "Jobs of one client that may wait or run.", low=1, high=100_000, unit="jobs"
    )
    job_minutes: float = setting(
        30.0, "Longest that a job but training may run.", low=0.01, unit="minutes"
    )
    train_hours: float = setting(24.0, "Longest that training may run.", low=0.01, unit="hours")
    job_memory_gb: float = setting(8.0, "Memory that a job may take.", low=0.2, unit="GB")
    max_upload_mb: float = setting(64.0, "Largest request.", low=0.01, unit="MB")
    max_megapixels: float = setting(
        50.0, "Largest picture to take or to make.", low=0.01, unit="megapixels"
    )
    keep_hours: float = setting(24.0, "How long results stay.", low=0.001, unit="hours")
    keep_gb: float = setting(
        10.0, "Space that results may take; the oldest go first.", low=0.001, unit="GB"
    )
    state: Path | None = setting(
        None, "Folder for jobs, results and runs; by default the user's data folder."
    )

    log_requests: bool = setting(False, "Log every request as well as every job.")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOCAL

    def longest(self, is_training: bool) -> float:
        """Seconds that a job may run."""
        return 3600 * self.train_hours if is_training else 60 * self.job_minutes

    @property
    def folder(self) -> Path:
        """Where jobs, results and runs are kept, absolute."""
        if self.state is not None:
            return self.state.expanduser().resolve()
        return Path(platformdirs.user_data_dir("zeuxis", appauthor=False), "studio").resolve()
