"""The `gateway` app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class GatewayConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.gateway"
    label = "gateway"

    def ready(self) -> None:
        """Have the tables that views depend on watched, whenever a migration may have made one anew.

        Nobody puts a database back under open connections, so what is known is forgotten with each new one.
        """
        connection_created.connect(_forget)
        post_migrate.connect(_watch, sender=apps.get_app_config("evidence"))  # it is sent for apps with tables only


def _forget(**_: Any) -> None:  # noqa: ANN401  what a signal says
    from labelhub.gateway.known import forget_all  # noqa: PLC0415 - it needs Django started

    forget_all()


def _watch(**_: Any) -> None:  # noqa: ANN401  what a signal says
    from labelhub.evidence.marks import watch  # noqa: PLC0415 - they need Django started
    from labelhub.gateway.one_look import TABLES, table_of  # noqa: PLC0415

    watch(table_of(model) for model in TABLES.values())
