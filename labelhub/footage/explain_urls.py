"""The address of the explanation page, below the policies' own."""

from __future__ import annotations

from django.urls import path

from labelhub.footage import explain

urlpatterns = [path("", explain.explain, name="policies-explain")]
