"""What writing looks like in OpenAPI: bodies from the fields of a page's form, and what each method answers."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from inventory.api.body import LONGEST_REASON, MOST_ROWS, REASON, REASON_HEADER
from inventory.api.writing import names_of, needed
from inventory.ui.forms import form_class
from inventory.ui.page import ModelPage

Schema = dict[str, Any]
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
RELATED: Schema = {"$ref": "#/components/schemas/Related"}
SCHEMAS: dict[str, Schema] = {
    "Fault": {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]},
    "Faults": {"type": "object", "additionalProperties": TEXTS},
    "ListFaults": {
        "type": "object",
        "properties": {
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {"type": "object", "properties": {"index": {"type": "integer"}, "errors": {"type": "object"}}},
            },
        },
        "required": ["detail"],
    },
    "Key": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
    "Related": {"oneOf": [{"type": "integer"}, {"type": "object", "minProperties": 1}]},
}


def schemas(page: ModelPage, user: Any) -> dict[str, Schema]:
    """The schemas of a page's rows as they are written: a new one, and a change of one."""
    form, name = form_class(page, user, names_of(page)), page.model.__name__
    properties = {one: _field(page, one, form.base_fields[one]) for one in names_of(page)}
    properties[REASON] = {"type": "string", "maxLength": LONGEST_REASON, "description": _("for the change log")}
    found = {}
    if page.writes("add"):
        new = {"type": "object", "properties": properties, "additionalProperties": False}
        found[f"{name}New"] = new | {"required": needed(page)}
    if page.writes("change"):
        found[f"{name}Change"] = {"type": "object", "properties": properties}
    return found


def _field(page: ModelPage, name: str, field: Any) -> Schema:
    found: Any = page.model._meta.get_field(name)
    told: Schema = {"title": page.cell(name).heading}
    if field.help_text:
        told["description"] = str(field.help_text)
    if name in page.model.secret:  # type: ignore[attr-defined]  # of every model that has pages
        told["writeOnly"] = True
    if found.many_to_many:
        return told | {"type": "array", "items": RELATED}
    if found.is_relation:
        return told | ({"oneOf": [RELATED, {"type": "null"}]} if found.null else RELATED)
    kind = _kind(found, field)
    if found.null and "type" in kind:
        types = kind["type"]
        kind["type"] = [*types, "null"] if isinstance(types, list) else [types, "null"]
    return told | kind


def _kind(found: Any, field: Any) -> Schema:
    """The type of a value, and its limits."""
    if choices := getattr(field, "choices", None):
        return {"type": "string", "enum": [value for value, _words in choices if value or found.blank]}
    if isinstance(found, models.JSONField):
        return {}
    if isinstance(found, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(found, models.IntegerField | models.DecimalField | models.FloatField):
        limits = {"minimum": getattr(field, "min_value", None), "maximum": getattr(field, "max_value", None)}
        # An amount may be a text, exact to the last digit, as it is read.
        exact = ["number", "string"] if isinstance(found, models.DecimalField) else "number"
        return {"type": "integer" if isinstance(found, models.IntegerField) else exact} | {
            name: value for name, value in limits.items() if value is not None
        }
    if isinstance(found, models.DateField):
        return {"type": "string", "format": "date-time" if isinstance(found, models.DateTimeField) else "date"}
    told: Schema = {"type": "string"}
    if isinstance(found, models.EmailField):
        told["format"] = "email"
    return told | ({"maxLength": field.max_length} if field.max_length else {})


def of_list(page: ModelPage) -> dict[str, Schema]:
    """The writing methods at the address of a list."""
    row, found = page.model.__name__, {}
    rows = {"type": "array", "items": _ref(row)}
    if page.writes("add"):
        one_or_several = {"oneOf": [_ref(f"{row}New"), _several(_ref(f"{row}New"))]}
        answer = {"201": _json(_("The new row, or the new rows."), {"oneOf": [_ref(row), rows]}) | {"headers": _etag()}}
        found["post"] = _operation(page, "add", answer, one_or_several)
    if page.writes("change"):
        several = _several({"allOf": [_ref("Key"), _ref(f"{row}Change")]})
        found["patch"] = _operation(
            page, "change_several", {"200": _json(_("The rows as they are now."), rows)}, several
        )
    if page.writes("delete"):
        gone = {"204": {"description": _("Nothing is left to tell.")}}
        found["delete"] = _operation(page, "delete_several", gone, _several(_ref("Key")))
    return found


def of_one(page: ModelPage) -> dict[str, Schema]:
    """The writing methods at the address of a row."""
    row, found = page.model.__name__, {}
    gone = {"404": _fault(_("There is no such row.")), "412": _fault(_("It is another version than If-Match names."))}
    if page.writes("change"):
        answer = {"200": _json(_("The row as it is now."), _ref(row)) | {"headers": _etag()}, **gone}
        found["patch"] = _operation(page, "change", answer, _ref(f"{row}Change"), one=True)
    if page.writes("delete"):
        answer = {"204": {"description": _("Nothing is left to tell.")}, **gone}
        found["delete"] = _operation(page, "delete", answer, None, one=True)
    return found


def _operation(page: ModelPage, what: str, answers: Schema, sent: Schema | None, *, one: bool = False) -> Schema:
    parameters = [_header(REASON_HEADER, _("for the change log"))]
    if one:
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        parameters += [key, _header("If-Match", _("the ETag of the version that was read"))]
    told: Schema = {"operationId": f"{page.name}_{what}", "tags": [page.title], "parameters": parameters}
    if sent is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    faults = _ref("Faults") if one else {"anyOf": [_ref("Faults"), _ref("ListFaults")]}
    told["responses"] = answers | {
        "400": _json(_("A field is wrong; sentences by its name. Nothing is written."), faults),
        "401": _fault(_("The token is unknown, expired or withdrawn.")),
        "403": _fault(_("This token or this account may not do that.")),
        "413": _fault(_("Too many rows or octets.")),
        "415": _fault(_("The body is not JSON.")),
    }
    if "delete" in what:
        told["responses"]["409"] = _fault(_("Other rows depend on it."))
    return told


def _several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_ROWS}


def _header(name: str, description: str) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _etag() -> Schema:
    return {"ETag": {"description": _("the version of a single row"), "schema": {"type": "string"}}}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _fault(description: str) -> Schema:
    return _json(description, _ref("Fault"))


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
