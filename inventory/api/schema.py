"""The API told in OpenAPI 3.1, for the models that the user may see."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from inventory.api import rows, schema_writes, texts
from inventory.api.views import LIMIT, MOST, VERSION, ApiView, filters_of, said
from inventory.pages.kit import kit
from inventory.ui.columns import Cell, Kind
from inventory.ui.page import ModelPage

BRIEF = {"$ref": "#/components/schemas/Brief"}
TEXT = {"type": "string"}


class SchemaView(ApiView):
    """The document itself."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return said(document(request))


def document(request: HttpRequest) -> dict[str, Any]:
    """The whole document, in the language of the request."""
    pages = sorted((page for page in kit.pages.values() if page.may(request.user, "view")), key=lambda p: p.path)
    paths: dict[str, Any] = {}
    for page in pages:
        paths[f"/api/{page.path}/"] = {"get": _list(page, request), **schema_writes.of_list(page)}
        paths[f"/api/{page.path}/{{id}}/"] = {"get": _one(page), **schema_writes.of_one(page)}
    schemas = {"Brief": _brief(), **schema_writes.SCHEMAS, **{page.model.__name__: _row(page) for page in pages}}
    for page in pages:
        schemas |= schema_writes.schemas(page, request.user) if page.form else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Taizhang 台账", "version": VERSION},
        "servers": [{"url": request.build_absolute_uri("/").rstrip("/")}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _list(page: ModelPage, request: HttpRequest) -> dict[str, Any]:
    filters = page.filterset({}, queryset=page.rows(request.user), request=request).form
    own = [
        _parameter("q", _("quick search"), TEXT),
        _parameter("sort", _("a column; '-' before it turns the order"), TEXT),
        _parameter(
            "limit",
            _("rows at once; 0: as many as may be"),
            {"type": "integer", "minimum": 0, "maximum": MOST, "default": LIMIT},
        ),
        _parameter("offset", _("rows passed over"), {"type": "integer", "minimum": 0, "default": 0}),
        _parameter("id", _("only these rows"), {"type": "array", "items": {"type": "integer"}}),
    ]
    others = [_parameter(name, *_filter(name, page, filters)) for name in filters_of(page, filters)]
    part = {
        "count": {"type": "integer"},
        "next": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"]},
        "results": {"type": "array", "items": _ref(page)},
    }
    return _operation(page, "list", [*own, *others, *_shown()], {"type": "object", "properties": part})


def _one(page: ModelPage) -> dict[str, Any]:
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    found = _operation(page, "one", [key, *_shown()], _ref(page))
    found["responses"]["404"] = {"description": _("There is no such row.")}
    return found


def _filter(name: str, page: ModelPage, form: Any) -> tuple[str, dict[str, Any]]:
    """What a parameter is called, and its values. A range's name has the end that it means behind it."""
    if (words := texts.words_of(page, name)) is not None:
        return words, {"type": "array", "items": TEXT}
    return str(form.fields[name if name in page.filters else name.rpartition("_")[0]].label or ""), TEXT


def _shown() -> list[dict[str, Any]]:
    return [
        _parameter("fields", _("only these columns, by commas"), TEXT),
        _parameter("brief", _("1: id, address and name alone"), TEXT),
    ]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _operation(page: ModelPage, what: str, parameters: list[Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"{page.name}_{what}",
        "tags": [page.title],
        "parameters": parameters,
        "responses": {
            "200": {"description": page.title, "content": {"application/json": {"schema": schema}}},
            "400": {"description": _("A parameter is unknown or has no such value.")},
            "401": {"description": _("The token is unknown, expired or withdrawn.")},
        },
    }


def _ref(page: ModelPage) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{page.model.__name__}"}


def _brief() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "url": {"type": ["string", "null"]}, "display": TEXT},
    }


def _row(page: ModelPage) -> dict[str, Any]:
    cells = {name: _cell(cell) | {"title": cell.heading} for name, cell in rows.cells(page).items()}
    return {"type": "object", "properties": {**_brief()["properties"], **cells}}


def _cell(cell: Cell) -> dict[str, Any]:
    if cell.kind is Kind.RELATED and not cell.computed:
        return {"type": "array", "items": BRIEF} if cell.many else {"anyOf": [BRIEF, {"type": "null"}]}
    if cell.kind is Kind.BADGE:
        return {"type": ["object", "null"], "properties": {"value": {"type": ["string", "integer"]}, "label": TEXT}}
    if cell.kind is Kind.DATE:
        return {"type": ["string", "null"], "format": "date"}
    if cell.kind is Kind.TIME:
        return {"type": ["string", "null"], "format": "date-time"}
    if cell.kind is Kind.BOOLEAN:
        return {"type": ["boolean", "null"]}
    if isinstance(cell.field, models.IntegerField) and not cell.computed:
        return {"type": ["integer", "null"]}
    if isinstance(cell.field, models.FloatField) and not cell.computed:
        return {"type": ["number", "null"]}
    return {} if isinstance(cell.field, models.JSONField) or cell.computed else {"type": ["string", "null"]}
