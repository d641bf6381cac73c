"""The addresses of a model's pages. A page's `views` replace any of them by a class of its own."""

from typing import Any

from django.urls import URLPattern, path

from inventory.ui.page import ModelPage
from inventory.ui.views.bulk import BulkView
from inventory.ui.views.details import ChangesView, DetailView, FieldView
from inventory.ui.views.editing import AddView, DeleteView, EditView
from inventory.ui.views.exporting import ExportView
from inventory.ui.views.importing import ImportView
from inventory.ui.views.lists import ChoicesView, ColumnsView, ListView, SavedView

ROUTES: dict[str, tuple[str, Any]] = {
    "list": ("", ListView),
    "add": ("add/", AddView),
    "import": ("import/", ImportView),
    "bulk": ("bulk/", BulkView),
    "columns": ("columns/", ColumnsView),
    "saved": ("saved/", SavedView),
    "choices": ("choices/", ChoicesView),
    "export": ("export.<str:kind>", ExportView),
    "detail": ("<int:pk>/", DetailView),
    "edit": ("<int:pk>/edit/", EditView),
    "delete": ("<int:pk>/delete/", DeleteView),
    "changes": ("<int:pk>/changes/", ChangesView),
    "field": ("<int:pk>/field/<str:name>/", FieldView),
}


def routes(page: ModelPage) -> list[URLPattern]:
    """One pattern for each view, named device_list and so on."""
    return [
        path(f"{page.path}/{part}", page.views.get(name, view).as_view(page=page), name=f"{page.name}_{name}")
        for name, (part, view) in ROUTES.items()
    ]
