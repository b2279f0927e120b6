"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up happens by giving an e-mail address on our own page, so allauth's own form is closed."""

    def is_open_for_signup(self, request: object) -> bool:
        """Nobody signs up through allauth's form."""
        return False
