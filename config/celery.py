"""The Celery application; workers and beat start from here."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def _name_the_task(task: Any, **_: object) -> None:
    from config.database import name_work  # noqa: PLC0415  the settings import this module

    name_work(task.name)


@task_postrun.connect
def _forget_the_task(**_: object) -> None:
    from config.database import name_work  # noqa: PLC0415

    name_work("")
