"""The addresses of all pages made by the kit: the register's own, and those that other packages registered."""

from inventory.pages import accounts, fiber, hardware, money, network, places
from inventory.pages.kit import kit

OWN = (places, hardware, network, fiber, money)
"""Imported so that they register their pages."""

urlpatterns = [*accounts.urlpatterns, *kit.urls()]
