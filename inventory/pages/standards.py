"""Placeholder"""
urlpatterns = []
