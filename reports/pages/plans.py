"""Refresh plans by the page kit: their list, and their own views in the place of the kit's."""

from django.utils.translation import gettext_lazy as _

from inventory.pages.kit import kit
from inventory.ui.columns import Column
from inventory.ui.page import ModelPage, Section
from reports.models import RefreshPlan
from reports.pages.plan_edit import PlanAdd, PlanDelete, PlanEdit
from reports.pages.plan_forms import PlanForm
from reports.pages.plan_view import PlanView

STATES = {"draft": "yellow", "approved": "green"}

kit.register(
    ModelPage(
        RefreshPlan,
        columns=(
            "name",
            "version",
            Column(name="state", colors=STATES),
            "first_year",
            "years",
            "as_of",
            "town",
            "department",
            "change_percent",
            "preparer",
            "reviewer",
            "approved_by",
            "approved_on",
            "note",
        ),
        default_columns=("name", "version", "state", "first_year", "years", "as_of", "preparer", "approved_on"),
        phone=("name", "version", "state"),
        filters=("state", "first_year", "as_of", "town", "department"),
        form=(
            Section(_("Refresh plan"), ("name", "first_year", "years", "first_month", "as_of", "change_percent")),
            Section(_("Scope and people"), ("town", "department", "unit", "preparer", "reviewer", "note")),
        ),
        search=("name", "note"),
        label=("name", "version"),
        order=("-as_of", "name", "-version"),
        icon="map-2",
        empty=_("No plans yet. Add one: it draws what is due in each year and what the money reaches."),
        actions=frozenset({"add", "change", "delete"}),
        views={"detail": PlanView, "add": PlanAdd, "edit": PlanEdit, "delete": PlanDelete},
        form_class=PlanForm,
    )
)
