"""How targets are dealt out to processes. The processes themselves: tests/collectors/wire/test_processes.py."""

from collectors.polling.processes import shares


def test_the_largest_devices_are_dealt_out_there_and_back_again():
    assert shares([90, 80, 70, 60, 50, 40, 30], 2) == [[90, 60, 50], [80, 70, 40, 30]]


def test_of_many_sizes_no_hand_gets_more_than_the_largest_beyond_another():
    sizes = sorted((1000 // (n + 1) + n % 7 for n in range(1200)), reverse=True)
    for count in (2, 3, 4, 7):
        totals = list(map(sum, shares(sizes, count)))
        assert max(totals) - min(totals) <= sizes[0]


def test_nothing_is_lost_or_dealt_out_twice():
    assert sorted(item for hand in shares(range(101), 4) for item in hand) == list(range(101))
