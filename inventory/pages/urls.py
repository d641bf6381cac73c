"""The addresses of all pages made by the kit: the register's own, and those that other packages registered."""

from inventory.pages import (
    accounts,
    computers,
    fiber,
    hardware,
    home,
    journal,
    money,
    moving,
    network,
    panels_network,
    panels_places,
    places,
    planning,
    rounds,
    search,
    standards,
    tokens,
)
from inventory.pages.kit import kit

OWN = (places, hardware, network, fiber, money, planning, tokens, panels_places, panels_network)
"""Imported so that they register their pages and panels."""
HAND_MADE = (home, search, computers, moving, rounds, journal, accounts, standards)

urlpatterns = [*(pattern for module in HAND_MADE for pattern in module.urlpatterns), *kit.urls()]
