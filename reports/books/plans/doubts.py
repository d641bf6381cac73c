"""What a finance office would ask about a plan: money that its source does not hold, exceptions used otherwise. Pure.

Nothing is refused for it: a source may be prolonged before the register learns of it. But who reads a plan is told.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from inventory.rules.money import total
from reports.books.plans.planned import Drawn, Exceeding, Money, Pair


def doubts(drawn: Drawn) -> list[Pair]:
    """All of them, in sentences: Chinese, English."""
    return [text for _, text in _money(drawn)] + [
        text for one in drawn.head.exceeding for text in _exception(drawn, one)
    ]


def of_year(drawn: Drawn, year: int) -> list[Pair]:
    """Those about money of that year."""
    return [text for years, text in _money(drawn) if year in years]


def _money(drawn: Drawn) -> Iterator[tuple[set[int], Pair]]:
    by_source: dict[str, list[Money]] = {}
    for one in drawn.head.money:
        by_source.setdefault(one.source, []).append(one)
    for source, ones in by_source.items():
        for one in ones:
            if not (one.from_year or one.year) <= one.year <= (one.to_year or one.year):
                yield {one.year}, _outside(one)
        for together in [[one] for one in ones] if ones[0].yearly else [ones]:
            asked, holds = total(_asked(drawn, one) for one in together), ones[0].holds_yuan
            if holds is not None and asked > holds:
                years = {one.year for one in together}
                yield years, _beyond(source, sorted(years), asked, holds)


def _asked(drawn: Drawn, one: Money) -> Decimal:
    """What is stated, and where as much as is needed may be used, what is used."""
    if one.amount_yuan is not None:
        return one.amount_yuan
    return total(item.price_yuan for item in drawn.items if (item.year, item.source) == (one.year, one.source))


def _outside(one: Money) -> Pair:
    years = tuple(dict.fromkeys(str(year or "") for year in (one.from_year, one.to_year)))
    return (
        f"{one.year}年列有“{one.source}”，该资金登记的年限为{'—'.join(years)}年。",
        f"'{one.source}' stands in {one.year}; it is registered for {'–'.join(years)}.",
    )


def _beyond(source: str, years: list[int], asked: Decimal, holds: Decimal) -> Pair:
    zh, en = "、".join(map(str, years)), ", ".join(map(str, years))
    return (
        f"“{source}”{zh}年列{asked:,.2f}元，高于该资金登记的{holds:,.2f}元。",
        f"'{source}' is to give {asked:,.2f} yuan in {en}; it is registered with {holds:,.2f}.",
    )


def _exception(drawn: Drawn, one: Exceeding) -> Iterator[Pair]:
    """An exception of which not all is used, or whose price more devices have than it names."""
    mine = [item for item in drawn.items if (item.department, item.asset_class) == (one.department, one.asset_class)]
    counts = Counter(item.over_standard for item in mine if item.year is not None)
    known = drawn.classes.get(one.asset_class)
    zh, en = (known.zh, known.en) if known else (one.asset_class, one.asset_class)
    if counts[True] < one.quantity:
        yield (
            f"例外“{one.department} {zh}”列超标准{one.quantity}台，用到{counts[True]}台。",
            f"The exception '{one.department} {en}' names {one.quantity} above the standard; {counts[True]} are used.",
        )
    if one.price_yuan is not None and one.quantity and counts.total() > one.quantity:
        yield (
            f"例外“{one.department} {zh}”的单价{one.price_yuan:,.2f}元用于该单位此类全部{counts.total()}台。",
            f"The exception's price, {one.price_yuan:,.2f}, holds for all {counts.total()} of this kind: "
            f"'{one.department} {en}'.",
        )
