"""Who goes on: every act runs in a thread of its own, and one of them runs at a time. Threads change hands here only.

At each AWS call the act that runs asks `pause`, and another one may go first. All choices come from one seeded
generator, so that a seed's story is always the same.
"""

from __future__ import annotations

import random
import threading
import traceback
from collections.abc import Callable
from typing import Any, Final

_STUCK_SECONDS: Final = 60.0
_SLOW_CALLS: Final = 0.05
_SLOW_WRITES: Final = 0.3
_SLOWEST_TURNS: Final = 60


class Killed(BaseException):
    """The process that serves an act has died. Nothing catches it but the act's own driver."""


class Stuck(RuntimeError):
    """An act holds on to something that another one waits for; the message shows where."""


class Act:
    """Something that somebody does: a function in a thread, which goes on only when it is told to."""

    def __init__(self, number: int, name: str, work: Callable[[], None], scheduler: Scheduler) -> None:
        self.number = number
        self.name = name
        self.fault: BaseException | None = None
        self.over = False
        self.wakes_at = 0
        self.context: dict[str, Any] = {}
        self._scheduler = scheduler
        self._go = threading.Semaphore(0)
        self._work = work
        self._thread = threading.Thread(target=self._run, name=f"act-{number}", daemon=True)
        self._thread.start()

    def go_on(self) -> None:
        """Let the thread run until it pauses or ends; called by the scheduler."""
        self._go.release()

    def wait(self) -> None:
        """Wait until the thread may go on; called in the thread."""
        self._go.acquire()

    def frames(self) -> str:
        """Return where the thread is."""
        import sys

        frame = sys._current_frames().get(self._thread.ident or 0)  # noqa: SLF001 - the documented way to look
        return "".join(traceback.format_stack(frame)[-8:]) if frame else "nowhere"

    def _run(self) -> None:
        self.wait()
        try:
            self._work()
        except BaseException as fault:  # noqa: BLE001 - it is told to the scheduler, which raises it
            self.fault = fault
        self.over = True
        self._scheduler.hand_back()


class Scheduler:
    """The acts under way. `stays`: how probable it is that an act goes on at a pause."""

    def __init__(self, choices: random.Random) -> None:
        self._choices = choices
        self.stays = 0.6
        self._back = threading.Semaphore(0)
        self._count = 0
        self._turns = 0
        self.under_way: list[Act] = []
        self.running: Act | None = None
        self.on_turn: Callable[[Act], None] = lambda _: None

    def start(self, name: str, work: Callable[[], None], *, asleep: int = 0) -> Act:
        """Begin an act; it first runs when it is chosen, and not in the next turns that it is `asleep` for."""
        self._count += 1
        act = Act(self._count, name, work, self)
        act.wakes_at = self._turns + asleep
        self.under_way.append(act)
        return act

    def turn(self) -> None:
        """Let one of the acts under way go on until it pauses or ends; raise what it raised.

        Some calls take so long that others come and go meanwhile: their acts are not chosen until they wake.
        """
        self._turns += 1
        awake = [one for one in self.under_way if one.wakes_at <= self._turns]
        self.resume(self._choices.choice(awake) if awake else min(self.under_way, key=lambda one: one.wakes_at))

    def resume(self, act: Act) -> None:
        """Let this act go on until it pauses or ends; raise what it raised."""
        self.running = act
        self.on_turn(act)
        act.go_on()
        if not self._back.acquire(timeout=_STUCK_SECONDS):
            raise Stuck(f"{act.name} does not come back:\n{act.frames()}")
        self.running = None
        if act.over:
            self.under_way.remove(act)
            if act.fault is not None:
                raise act.fault

    def finish(self) -> None:
        """Let everything under way come to its end."""
        while self.under_way:
            self.turn()

    def pause(self, *, before_write: bool = False) -> None:
        """Give others a turn; called by the act that runs, and without effect outside of acts.

        Before a write, what was read may grow old: others come in between more often, and for longer.
        """
        act = self.running
        if act is None or self._choices.random() < (self.stays / 2 if before_write and self.stays < 1 else self.stays):
            return
        if self._choices.random() < (_SLOW_WRITES if before_write and self.stays < 1 else _SLOW_CALLS):
            act.wakes_at = self._turns + self._choices.randint(2, _SLOWEST_TURNS)
        self.hand_back()
        act.wait()

    def hand_back(self) -> None:
        """Give the turn back to the scheduler's thread."""
        self._back.release()
