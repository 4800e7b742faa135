"""Jobs on disk: a database with a write-ahead log, and a folder of files for each."""

import json
import logging
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from zeuxis.errors import ZeuxisError, reason
from zeuxis.studio.jobs import Job, job_of

LISTED = 200  # jobs of one owner
LEAST_FREE = 200e6  # bytes on the disk, below which no job is taken

log = logging.getLogger("zeuxis.studio")

# Each is done whole or not at all: a server that is killed meanwhile finds the table as it was.
_TABLE = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT, state TEXT, created REAL, expires REAL, body TEXT, bytes INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_owner ON jobs (owner, created);
CREATE INDEX IF NOT EXISTS by_expiry ON jobs (expires);
CREATE INDEX IF NOT EXISTS by_state ON jobs (state);
CREATE INDEX IF NOT EXISTS by_age ON jobs (created, bytes);
PRAGMA user_version = 2;
COMMIT;
"""
_TABLE_OF_1_TO_2 = """
BEGIN IMMEDIATE;
ALTER TABLE jobs ADD COLUMN bytes INTEGER;
UPDATE jobs SET bytes = (SELECT TOTAL(json_extract(value, '$.bytes')) FROM json_each(body, '$.results'));
PRAGMA user_version = 2;
COMMIT;
"""
_PUT = """
INSERT OR REPLACE INTO jobs (id, owner, state, created, expires, body, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class Store:
    """What survives a restart of the server. One server at a time may use a folder.

    Args:
        folder: made if there is none.

    Raises:
        ZeuxisError: if the folder cannot be used, or another server uses it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs = folder / "jobs"
        self.runs = folder / "runs"
        try:
            for each in (folder, self.jobs, self.runs):
                each.mkdir(parents=True, exist_ok=True, mode=0o700)
            _hide(folder / "jobs.sqlite")
        except OSError as error:
            raise ZeuxisError(
                f"cannot keep jobs in {folder}: {reason(error)}; give another folder with --state"
            ) from error
        self._database = self._opened(folder / "jobs.sqlite")

    def put(self, job: Job) -> bool:
        """Keep a job as it stands; whether that went well, for disks become full."""
        taken = sum(result["bytes"] for result in job.results)
        row = (
            job.id,
            job.owner,
            job.state,
            job.created,
            job.expires,
            json.dumps(job.kept()),
            taken,
        )
        try:
            self._database.execute(_PUT, row)
        except sqlite3.Error as error:
            log.error("the job %s cannot be kept: %s", job.id, error)
            return False
        return True

    @property
    def has_space(self) -> bool:
        """Whether the disk has room for more."""
        return shutil.disk_usage(self.folder).free > LEAST_FREE

    def get(self, id: str) -> Job | None:
        """The job of an id, as it was last kept."""
        return next(self._select("WHERE id = ?", id), None)

    def of_owner(self, owner: str) -> list[Job]:
        """Somebody's last jobs, the newest first."""
        return list(self._select("WHERE owner = ? ORDER BY created DESC LIMIT ?", owner, LISTED))

    def unfinished(self) -> list[Job]:
        """Jobs that are not final, the oldest first."""
        return list(self._select("WHERE state IN ('queued', 'running') ORDER BY created"))

    def expired(self) -> list[Job]:
        """Jobs whose time is over, at most a hundred."""
        return list(self._select("WHERE expires < ? ORDER BY expires LIMIT 100", time.time()))

    def surplus(self, most: float) -> list[Job]:
        """Final jobs, the oldest, at most a hundred, that make all results take more than so many bytes."""
        (taken,) = self._database.execute("SELECT TOTAL(bytes) FROM jobs").fetchone()
        over, found = taken - most, []
        for job in self._select("WHERE expires IS NOT NULL ORDER BY created LIMIT 100"):
            if over <= 0:
                break
            over -= sum(result["bytes"] for result in job.results)
            found.append(job)
        return found

    def counts(self) -> dict[str, int]:
        """How many jobs there are by state."""
        return dict(self._database.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state"))

    def folder_of(self, id: str) -> Path:
        """Where the files of a job are."""
        return self.jobs / id

    def forget_files(self, id: str, names: Iterable[str]) -> None:
        """Delete some files of a job; what cannot be deleted now goes with the job."""
        for name in names:
            with suppress(OSError):
                (self.folder_of(id) / name).unlink()

    def delete(self, id: str) -> bool:
        """Forget a job, but for its files, which may take a while; whether that went well."""
        try:
            self._database.execute("DELETE FROM jobs WHERE id = ?", (id,))
        except sqlite3.Error as error:
            log.error("the job %s cannot be forgotten: %s", id, error)
            return False
        return True

    def sweep(self) -> None:
        """Remove folders that belong to no job: of requests that a crash cut short."""
        known = {id for (id,) in self._database.execute("SELECT id FROM jobs")}
        for folder in self.jobs.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Let another server use the folder."""
        self._database.close()

    def _select(self, which: str, *values: object) -> Iterator[Job]:
        for (body,) in self._database.execute(f"SELECT body FROM jobs {which}", values):
            yield job_of(json.loads(body))

    def _opened(self, path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)
        try:
            # Held for as long as the server lives: a second one is told so and harms nothing.
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone() == (1,):
                database.executescript(_TABLE_OF_1_TO_2)
            database.executescript(_TABLE)
        except sqlite3.OperationalError as error:
            database.close()
            if "locked" in str(error):
                raise ZeuxisError(
                    f"another studio uses {self.folder}: stop it, or give another folder with --state"
                ) from error
            raise ZeuxisError(
                f"cannot keep jobs in {path} ({error}): give another folder with --state"
            ) from error
        except sqlite3.DatabaseError as error:
            database.close()
            raise ZeuxisError(
                f"{path} is damaged ({error}): move it away, or give another folder with --state"
            ) from error
        return database


def _hide(path: Path) -> None:
    """Have a database that only its owner reads, whoever may look into the folder: ids of jobs are keys.

    What SQLite makes beside it has the mode that it has.
    """
    path.touch(mode=0o600)
    for each in (path, *path.parent.glob(f"{path.name}-*")):
        each.chmod(0o600)
