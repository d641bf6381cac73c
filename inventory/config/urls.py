"""Addresses of the pages. The register has no pages in this version."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
