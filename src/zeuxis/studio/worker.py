"""What runs in a worker process: `python -m zeuxis.studio.worker [warm]`.

Orders come as lines of JSON on standard input, messages go as lines of JSON to standard output; pictures are
files. An order is a job or `{"stop": id}`. When the server is gone, so is the worker.
"""

import _thread
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from zeuxis.errors import ZeuxisError
from zeuxis.studio.task import Stopped, Task
from zeuxis.studio.verbs import verbs

WARM = "warm"  # an argument

Message = dict[str, Any]
Send = Callable[[Message], None]


class Worker:
    """Does jobs in the main thread, where Ctrl-C is noticed; another thread listens.

    Args:
        orders: lines of JSON.
        send: takes messages to the server.
    """

    def __init__(self, orders: BinaryIO, send: Send) -> None:
        self._orders, self._send = orders, send
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()

    def work(self, is_warm: bool) -> None:
        """Do jobs until the process ends.

        Args:
            is_warm: whether to load what most need before the first.
        """
        signal.signal(signal.SIGINT, lambda *_: None)  # the server says when to stop
        threading.Thread(target=self._listen, daemon=True).start()
        self._send({"ready": True})
        if is_warm:
            self._warm_up()
        while True:
            self._send(self._done(self._tasks.get()))

    @staticmethod
    def _warm_up() -> None:
        for name in verbs.names():
            warm = verbs.get(name).warm
            if warm is not None:
                with contextlib.suppress(ZeuxisError):  # those whom it concerns will hear of it
                    warm()

    def _listen(self) -> None:
        task = None  # the newest, which can be stopped before it is begun
        for line in self._orders:
            order = json.loads(line)
            if "stop" not in order:
                task = Task(order, self._send)
                self._tasks.put(task)
            elif task is not None and task.id == order["stop"]:
                task.stopping = True
                _thread.interrupt_main(signal.SIGINT)
        os._exit(0)

    def _done(self, task: Task) -> Message:
        """Do a job; what became of it."""
        try:
            verbs.get(task.request["verb"]).run(task)
        except Stopped:
            return {"end": "cancelled"}
        except ZeuxisError as error:
            return {
                "end": "failed",
                "error": task.plain(str(error)),
                "fault": "user",
            }
        except MemoryError:
            sentence = "there is not enough memory for this: ask for a smaller size"
            return {"end": "failed", "error": sentence, "fault": "user"}
        except Exception as error:  # noqa: BLE001 - a bug that one job meets is no reason to stop
            traceback.print_exc()
            sentence = (
                f"something went wrong in the studio ({type(error).__name__}): it is in its log"
            )
            return {"end": "failed", "error": sentence, "fault": "ours"}
        return {"end": "done", "results": task.results, "stopped_early": task.stopped_early}


def main() -> None:
    """Work for the server at the other end of standard input and output."""
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print belongs into the log

    def send(message: Message) -> None:
        messages.write(json.dumps(message).encode() + b"\n")

    with contextlib.suppress(BrokenPipeError):  # the server is gone
        Worker(sys.stdin.buffer, send).work(is_warm=WARM in sys.argv)


if __name__ == "__main__":
    main()
