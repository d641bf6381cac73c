"""The addresses of the API: two for each model with pages, made like theirs from its ModelPage, and two as NetBox's."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from inventory.api import netbox
from inventory.api.schema import SchemaView
from inventory.api.views import IndexView, ListView, NothingView, OneView
from inventory.pages.kit import kit


def _route(address: str, view: Any, name: str, **given: Any) -> URLPattern:
    """Each view asks itself who comes. None writes, so that none needs a form's token."""
    found: URLPattern = path(address, csrf_exempt(login_not_required(view.as_view(**given))), name=name)
    return found


urlpatterns = [_route("", IndexView, "api"), _route("openapi.json", SchemaView, "api_schema")]
for page in kit.pages.values():
    urlpatterns += [
        _route(f"{page.path}/", ListView, f"{page.name}_api", page=page),
        _route(f"{page.path}/<int:pk>/", OneView, f"{page.name}_api_one", page=page),
        _route(f"{netbox.place(page)}/", ListView, f"{page.name}_netbox", page=page, as_netbox=True),
        _route(f"{netbox.place(page)}/<int:pk>/", OneView, f"{page.name}_netbox_one", page=page, as_netbox=True),
    ]
urlpatterns.append(_route("<path:address>/", NothingView, "api_nothing"))
