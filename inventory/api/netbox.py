"""The addresses at which NetBox has what a model of ours is, for programs made for it: pynetbox knows no others.

What NetBox has too stands in its own app, all else where NetBox keeps a plugin's.
"""

from inventory.ui.page import ModelPage

_APPS = {
    "dcim": ("device-types", "devices", "interfaces", "locations", "manufacturers", "sites"),
    "ipam": ("ip-addresses", "prefixes"),
}
_APP_OF = {path: app for app, paths in _APPS.items() for path in paths}
_PLUGIN = "plugins/taizhang"


def place(page: ModelPage) -> str:
    """Where the list of a model stands below /api/."""
    return f"{_APP_OF.get(page.path, _PLUGIN)}/{page.path}"
