"""Pages of funding sources, prices and allocation standards."""

from django.utils.translation import gettext_lazy as _

from inventory.models import AllocationRule, AllocationStandard, Department, Device, FundingSource, PriceList
from inventory.pages.kit import kit
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

kit.register(
    ModelPage(
        FundingSource,
        columns=("name", "kind", "amount_yuan", "from_year", "to_year"),
        phone=("name", "amount_yuan"),
        filters=("kind", "amount_yuan"),
        form=(Section(_("Funding source"), ("name", "kind", "amount_yuan", "from_year", "to_year")),),
        icon="coin",
        empty=_("No funding sources yet. Add the lines that pay for equipment."),
        bulk=(BulkForm("edit", _("Edit"), ("kind", "from_year", "to_year")),),
        panels=(RelatedTable(Device, "funding_source", ("asset_tag", "name", "purchased_on", "price_yuan")),),
    )
)

kit.register(
    ModelPage(
        PriceList,
        columns=("valid_from", "asset_class", "price_yuan"),
        default_columns=("asset_class", "price_yuan", "valid_from"),
        filters=("asset_class", "valid_from", "price_yuan"),
        form=(Section(_("Price"), ("asset_class", "price_yuan", "valid_from")),),
        search=("asset_class__name", "asset_class__code"),
        label=("asset_class__name", "price_yuan"),
        icon="tag",
        empty=_("No prices yet. Budgets need a price for each class of equipment."),
    )
)

kit.register(
    ModelPage(
        AllocationStandard,
        columns=("name", "code", "series", "valid_from", "valid_to", "default"),
        default_columns=("name", "code", "valid_from", "valid_to", "default"),
        phone=("name", "valid_from", "default"),
        filters=("default", "valid_from"),
        form=(Section(_("Allocation standard"), ("code", "series", "name", "valid_from", "valid_to", "default")),),
        search=("name", "code", "series"),
        icon="scale",
        empty=_("No standards yet. Load the shipped ones from fixtures/standards, or add one and enter its rules."),
        panels=(
            RelatedTable(AllocationRule, "standard", ("name", "mark", "kind", "price_cap_yuan"), limit=40),
            RelatedTable(Department, "standard", ("name", "town", "staff"), _("Departments with this standard")),
        ),
    )
)

kit.register(
    ModelPage(
        AllocationRule,
        columns=(
            "name",
            "standard",
            "code",
            "mark",
            "kind",
            "share_percent",
            "least",
            "at_most",
            "as_many_as",
            "limited_by",
            "price_cap_yuan",
            "service_life_years",
            "needs_approval",
        ),
        default_columns=("name", "standard", "mark", "kind", "share_percent", "price_cap_yuan", "service_life_years"),
        phone=("name", "share_percent", "price_cap_yuan"),
        filters=("standard", "kind", "mark", "needs_approval"),
        form=(
            Section(_("Allocation rule"), ("standard", "code", "name", "mark", "asset_classes")),
            Section(
                _("How many"),
                (
                    "kind",
                    "share_percent",
                    "least",
                    "at_most",
                    "steps",
                    "as_many_as",
                    "limited_by",
                    "within",
                    "instead_of",
                ),
            ),
            Section(_("Limits"), ("price_cap_yuan", "service_life_years", "life_pages", "needs_approval")),
        ),
        search=("name", "code"),
        icon="list-details",
    )
)
