"""The addresses of all pages made by the kit: the register's own, and those that other packages registered."""

from inventory.pages import accounts, computers, fiber, hardware, home, money, moving, network, places, search
from inventory.pages.kit import kit

OWN = (places, hardware, network, fiber, money)
"""Imported so that they register their pages."""
HAND_MADE = (home, search, computers, moving, accounts)

urlpatterns = [*(pattern for module in HAND_MADE for pattern in module.urlpatterns), *kit.urls()]
