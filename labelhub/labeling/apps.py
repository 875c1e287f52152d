"""The `labeling` app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """Name and label are written out because table names and permissions carry the label."""

    name = "labelhub.labeling"
    label = "labeling"

    def ready(self) -> None:
        """Make our Celery application the one that jobs are sent through, in every process that starts Django.

        Without it, a web process would send them to Celery's own default broker, and nobody would ever do them. And
        tell the dry runs of policies what work there is.
        """
        import_module("labelhub.celery")
        trials = import_module("labelhub.policies.trials")
        trials.supply_current_work(import_module("labelhub.labeling.current_work").current_work)
