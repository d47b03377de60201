"""Tasks done side by side, in processes of their own: a core each, and no module state shared."""

import signal
import sys
import traceback
from collections import deque
from collections.abc import Generator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessFault, UsageError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from harness.commands.shards import Task

__all__ = ["side_by_side"]

_SPAWN = get_context("spawn")  # a forked gateway thread would be gone, and its locks would not
_FAREWELL = 5.0  # seconds


class _Worker:
    """A process that does one task after the other, and this end of the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._process: SpawnProcess = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.place = -1

    def give(self, place: int, task: "Task") -> None:
        self.place = place
        self.pipe.send(task)

    def receive(self) -> Any:
        """What it tells next, or `None` when the task is done; raises what ended the worker."""
        try:
            message = self.pipe.recv()
        except EOFError:
            self._process.join(_FAREWELL)
            code = self._process.exitcode
            raise HarnessFault(f"a process that examined a connector ended with exit code {code}") from None
        if isinstance(message, BaseException):
            raise message
        return message

    def end(self) -> None:
        self._process.terminate()
        self._process.join(_FAREWELL)
        self.pipe.close()


def side_by_side(tasks: Sequence["Task"], workers: int) -> Generator[tuple[int, Any]]:
    """Everything that is told with the place of its task, as it comes. The tasks are begun in the order given.

    Raises the `UsageError` of any task, and `HarnessFault` when a process dies.
    """
    waiting = deque(enumerate(tasks))
    crew = [_Worker() for _ in range(min(workers, len(tasks)))]
    try:
        for worker in crew:
            worker.give(*waiting.popleft())
        busy = {worker.pipe: worker for worker in crew}
        while busy:
            ready = wait(list(busy))
            for worker in [worker for pipe, worker in busy.items() if pipe in ready]:
                told = worker.receive()
                if told is not None:
                    yield worker.place, told
                elif waiting:
                    worker.give(*waiting.popleft())
                else:
                    del busy[worker.pipe]
    finally:
        for worker in crew:
            worker.end()


def _work(pipe: Connection) -> None:
    """The other end. An interrupt is the parent's to answer; what connectors print must not mix with a report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr
    from harness.commands.shards import Examiner
    from harness.targets.driving import Rig

    with Rig() as rig:
        examiner = Examiner(rig)
        while True:
            task: Task = pipe.recv()
            try:
                examiner.perform(task, pipe.send)
            except UsageError as wrong:
                pipe.send(wrong)
            except Exception as error:  # noqa: BLE001 - the parent reports whatever it was
                fault = HarnessFault(f"{type(error).__name__}: {error}")
                fault.add_note(traceback.format_exc())
                pipe.send(fault)
            pipe.send(None)
