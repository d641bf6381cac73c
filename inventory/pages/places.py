"""Pages of towns, departments, sites, locations and persons."""

from django.utils.translation import gettext_lazy as _

from inventory import searching
from inventory.models import Department, Device, Location, Person, Segment, Site, Town
from inventory.pages.kit import kit
from inventory.ui.columns import Column
from inventory.ui.filters import Filter
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

KINDS = {"leading_body": "red", "bureau": "blue", "town_government": "green", "station": "cyan"}
DEVICES = ("asset_tag", "name", "device_type", "holder", "status")

kit.register(
    ModelPage(
        Town,
        columns=("name", "name_en", "position"),
        form=(Section(_("Town"), ("name", "name_en", "position")),),
        search=("name", "name_en"),
        sort_key="position",
        icon="map-pin",
        empty=_("No towns yet. Add the towns of the county, the county seat among them."),
        panels=(
            RelatedTable(Department, "town", ("name", "kind", "staff")),
            RelatedTable(Site, "town", ("name", "address")),
        ),
    )
)

kit.register(
    ModelPage(
        Department,
        columns=(
            Column(name="name", order=("name_key",)),
            "budget_code",
            Column(name="kind", colors=KINDS),
            "town",
            "parent",
            "posts",
            "staff",
            "handles_secrets",
            "field_work",
            "own_network",
            "meeting_rooms",
            "standard",
        ),
        default_columns=("name", "budget_code", "kind", "town", "parent", "posts", "staff", "handles_secrets"),
        phone=("name", "kind", "staff"),
        filters=(
            "town",
            "kind",
            "parent",
            "budget_code",
            "standard",
            "handles_secrets",
            "field_work",
            "own_network",
            "staff",
        ),
        form=(
            Section(_("Department"), ("name", "budget_code", "kind", "town", "parent")),
            Section(_("Staff"), ("posts", "staff")),
            Section(
                _("What standards look at"),
                ("standard", "handles_secrets", "field_work", "own_network", "meeting_rooms"),
            ),
        ),
        search=("name", "budget_code"),
        sort_key="name_key",
        icon="building",
        empty=_("No departments yet. Add one, or load departments.csv; devices are held by departments."),
        bulk=(
            BulkForm("edit", _("Edit"), ("kind", "handles_secrets", "field_work", "own_network")),
            BulkForm("move", _("Move"), ("town", "parent"), "arrows-move"),
        ),
        panels=(
            RelatedTable(Device, "department", DEVICES),
            RelatedTable(Person, "department", ("name", "number", "network_administrator", "phone")),
        ),
    )
)

kit.register(
    ModelPage(
        Site,
        columns=("name", "town", "address", "latitude", "longitude"),
        default_columns=("name", "town", "address"),
        filters=("town",),
        form=(Section(_("Site"), ("name", "town", "address")), Section(_("Position"), ("latitude", "longitude"))),
        search=("name", "address"),
        icon="building-community",
        empty=_("No sites yet. Add the compounds and buildings where equipment stands."),
        bulk=(BulkForm("move", _("Move"), ("town",), "arrows-move"),),
        panels=(RelatedTable(Segment, "site", ("name", "vlan_id", "gateway")),),
    )
)

kit.register(
    ModelPage(
        Location,
        columns=("name", "kind", "site", "parent"),
        phone=("name", "site"),
        filters=(Filter("site"), Filter("town", ("site__town",), _("town")), "parent", "kind"),
        form=(Section(_("Location"), ("site", "parent", "name", "kind")),),
        search=("name", "parent__name", "site__name"),
        label=("parent__parent__name", "parent__name", "name"),
        within="site",
        icon="door",
        empty=_("No locations yet. Add the floors and rooms of a site."),
        bulk=(BulkForm("move", _("Move"), ("site", "parent"), "arrows-move"),),
        panels=(RelatedTable(Device, "location", DEVICES),),
    )
)

kit.register(
    ModelPage(
        Person,
        columns=(
            Column(name="name", order=("name_key",)),
            "department",
            "number",
            "network_administrator",
            "phone",
            Column(name="town", path="department__town"),
        ),
        default_columns=("name", "department", "number", "network_administrator", "phone"),
        phone=("name", "phone"),
        below=("department", "number"),
        filters=("department", Filter("town", ("department__town",), _("town")), "network_administrator"),
        form=(Section(_("Person"), ("name", "department", "number", "phone", "network_administrator")),),
        search=searching.find_persons,
        within="department",
        sort_key="name_key",
        icon="users",
        empty=_("Nobody yet. Add the people who hold equipment, or load persons.csv."),
        bulk=(BulkForm("move", _("Move"), ("department",), "arrows-move"),),
        panels=(RelatedTable(Device, "holder", ("asset_tag", "name", "device_type", "location", "status")),),
    )
)
