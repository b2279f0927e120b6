from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        """Make this app's verbs and subscribers known."""
        from chat import events, kept, subscribers  # noqa: F401, PLC0415  models must be ready
