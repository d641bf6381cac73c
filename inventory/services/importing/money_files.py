"""The files of money and planning: sources, prices, standards, policies and due dates set by hand."""

from inventory.models import (
    AllocationRule,
    AllocationStandard,
    DueOverride,
    FundingSource,
    PriceList,
    RefreshPolicy,
)
from inventory.models.money import FundingKind, Mark, Rooms, RuleKind
from inventory.services.importing import cells, hooks
from inventory.services.importing.cells import Column, Part, Reference
from inventory.services.importing.spec import NAME, File, named

STANDARDS = (
    File(
        "standards",
        AllocationStandard,
        ("code",),
        (
            Column("code", required=True),
            Column("series"),
            NAME,
            Column("valid_from", cells.date),
            Column("valid_to", cells.date),
            Column("default", cells.boolean),
        ),
        lambda standard: (standard.code,),
    ),
)
"""Before the departments, which may name one of their own."""
MONEY = (
    File(
        "funding_sources",
        FundingSource,
        ("name",),
        (
            NAME,
            Column("kind", cells.choice(FundingKind)),
            Column("amount_yuan", cells.decimal),
            Column("from_year", cells.integer),
            Column("to_year", cells.integer),
        ),
        named,
    ),
    File(
        "prices",
        PriceList,
        ("asset_class", "valid_from"),
        (
            Reference("asset_class", "asset_classes", required=True),
            Column("price_yuan", cells.decimal, required=True),
            Column("valid_from", cells.date, required=True),
        ),
        lambda price: (price.asset_class.code, price.valid_from.isoformat()),
        related=("asset_class",),
    ),
    File(
        "standard_rules",
        AllocationRule,
        ("standard", "code", "mark"),
        (
            Reference("standard", "standards", required=True),
            Column("code", required=True),
            NAME,
            Column("mark", cells.choice(Mark), empty=""),
            Column("kind", cells.choice(RuleKind), required=True),
            Column("share_percent", cells.decimal),
            Column("least", cells.integer),
            Column("at_most", cells.integer),
            Column("steps", cells.steps),
            Reference("as_many_as", "asset_classes"),
            Column("within", empty=""),
            Column("instead_of", empty=""),
            Column("limited_by", cells.choice(Rooms), empty=""),
            Part("asset_classes"),
            Column("price_cap_yuan", cells.decimal),
            Column("service_life_years", cells.integer),
            Column("life_pages", cells.integer),
            Column("needs_approval", cells.boolean),
        ),
        lambda rule: (rule.standard.code, rule.code, rule.mark),
        related=("standard",),
        hook=hooks.RuleClasses,
    ),
    File(
        "refresh_policies",
        RefreshPolicy,
        ("asset_class",),
        (
            Reference("asset_class", "asset_classes", required=True),
            Column("by_life", cells.boolean),
            Column("by_pages", cells.boolean),
            Column("by_support", cells.boolean),
            Column("by_accounting", cells.boolean),
            Column("by_warranty", cells.boolean),
        ),
        lambda policy: (policy.asset_class.code,),
        related=("asset_class",),
    ),
)
DECISIONS = (
    File(
        "due_overrides",
        DueOverride,
        ("device",),
        (
            Reference("device", "devices", required=True),
            Column("due_on", cells.date, required=True),
            Column("reason", required=True),
            Column("author", required=True),
            Column("decided_on", cells.date, required=True),
        ),
        lambda override: (override.device.asset_tag,),
        related=("device",),
    ),
)
