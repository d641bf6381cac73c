"""The states of a device and the moves between them. Pure: values are the ones stored."""

PLANNED, IN_STOCK, IN_USE = "planned", "in_stock", "in_use"
UNDER_REPAIR, MISSING, TO_BE_SCRAPPED, SCRAPPED = "under_repair", "missing", "to_be_scrapped", "scrapped"

MOVES: dict[str, frozenset[str]] = {
    PLANNED: frozenset({IN_STOCK, IN_USE}),
    IN_STOCK: frozenset({IN_USE, UNDER_REPAIR, MISSING, TO_BE_SCRAPPED}),
    IN_USE: frozenset({IN_STOCK, UNDER_REPAIR, MISSING, TO_BE_SCRAPPED}),
    UNDER_REPAIR: frozenset({IN_STOCK, IN_USE, TO_BE_SCRAPPED, MISSING}),
    MISSING: frozenset({IN_STOCK, IN_USE, TO_BE_SCRAPPED}),
    TO_BE_SCRAPPED: frozenset({IN_STOCK, IN_USE, SCRAPPED, MISSING}),
    SCRAPPED: frozenset(),
}

HELD = frozenset({IN_STOCK, IN_USE, UNDER_REPAIR, MISSING, TO_BE_SCRAPPED})
"""States in which a device counts as held: it is on the books, wherever it is."""


def may_move(old: str, new: str) -> bool:
    """Whether a device may go from one state to another in one step. Staying is always allowed."""
    return old == new or new in MOVES[old]
