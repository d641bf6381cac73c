"""How many devices are read at a time, and which comes first."""

import asyncio
from collections.abc import Sequence

from collectors.polling.gate import FEW, Gate, IdleSelector


async def _entered(gate: Gate, numbers: Sequence[int]) -> tuple[list[int], list[asyncio.Task[None]], asyncio.Event]:
    """Who was let in so far, in that order; the tasks that stay until the event."""
    entered: list[int] = []
    leave = asyncio.Event()

    async def one(number: int) -> None:
        async with gate.place(number):
            entered.append(number)
            await leave.wait()

    tasks = [asyncio.create_task(one(number)) for number in numbers]
    await _settle()
    return entered, tasks, leave


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_of_those_who_wait_the_first_in_line_is_let_in_whenever_it_came():
    async def scene() -> list[int]:
        entered, tasks, leave = await _entered(Gate(2), [5, 9, 8, 7, 1])
        assert entered == [5, 9]
        leave.set()
        await asyncio.gather(*tasks)
        return entered

    assert asyncio.run(scene()) == [5, 9, 1, 7, 8]


def test_more_are_let_in_only_while_the_loop_has_time_to_spare():
    async def scene() -> list[int]:
        gate = Gate(500)
        entered, tasks, leave = await _entered(gate, range(400))
        counts = [len(entered)]
        for idle in (0.0, 0.05, 0.5, 1.0, 1.0, 1.0):
            gate.widen(idle)
            await _settle()
            counts.append(len(entered))
        leave.set()
        await asyncio.gather(*tasks)
        return counts

    assert asyncio.run(scene()) == [FEW, FEW, FEW, 2 * FEW + 1, 4 * FEW + 3, 400, 400]


def test_there_are_never_more_places_than_allowed():
    async def scene() -> int:
        gate = Gate(FEW + 3)
        entered, tasks, leave = await _entered(gate, range(3 * FEW))
        for _ in range(5):
            gate.widen(1.0)
        await _settle()
        count = len(entered)
        leave.set()
        await asyncio.gather(*tasks)
        return count

    assert asyncio.run(scene()) == FEW + 3


def test_who_gives_up_waiting_or_is_stopped_inside_takes_no_place_along():
    async def scene() -> list[int]:
        gate = Gate(1)
        entered, tasks, leave = await _entered(gate, [1, 2, 3, 4])
        tasks[1].cancel()
        tasks[0].cancel()
        await _settle()
        assert entered == [1, 3]
        tasks[2].cancel()
        leave.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        late, more, leave = await _entered(gate, [7])
        leave.set()
        await asyncio.gather(*more)
        return entered + late

    assert asyncio.run(scene()) == [1, 3, 4, 7]


def test_one_that_is_stopped_when_its_turn_has_come_passes_it_on():
    async def scene() -> list[int]:
        gate = Gate(1)
        entered, tasks, leave = await _entered(gate, [1, 2, 3])
        leave.set()
        await asyncio.sleep(0)  # 1 leaves; 2 has the place and has not run yet
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return entered

    assert asyncio.run(scene()) == [1, 3]


def test_the_loop_knows_how_long_it_only_waited():
    selector = IdleSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(asyncio.sleep(0.05))
        waited = selector.idle_s
        assert 0.04 < waited < 5

        async def busy() -> None:
            for _ in range(1000):
                await asyncio.sleep(0)

        runner.run(busy())
    assert selector.idle_s - waited < 0.04
