"""The WSGI application that granian serves: the short way of a view before the whole of Django."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labelhub.settings")
whole = get_wsgi_application()

from labelhub.gateway.short_way import ShortWay  # noqa: E402  it imports models, which Django has to have found first

application = ShortWay(whole)
