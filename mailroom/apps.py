from django.apps import AppConfig


class MailroomConfig(AppConfig):
    name = "mailroom"
    verbose_name = "Mailroom"

    def ready(self) -> None:
        """Make this app's verbs known, and listen to what providers of mail tell."""
        from mailroom import events, kept, providers  # noqa: F401, PLC0415  models must be ready
