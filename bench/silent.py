"""The portal, but nobody is told what was posted: what goal 12 compares the announcing with."""

from config.asgi import application

from chat.live import announce  # isort: skip  the entry above makes the apps ready
from chat.models import Message  # isort: skip


def _keep_quiet(message: Message) -> None:
    """Nothing, where every open page would be told."""


announce.message_posted = _keep_quiet

__all__ = ["application"]
