"""Django's admin, for administrators only, entered by our own sign-in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.capabilities import Can
from accounts.errors import NotAllowed


class PortalAdminSite(admin.AdminSite):
    """The site; who may enter is `User.is_staff`, which is the role Administrator."""

    site_header = site_title = "WorkStream Portal"
    index_title = "Tables"

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to our sign-in, and everybody else where they may be.

        Raises: NotAllowed for people who are no administrators.
        """
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
        return redirect_to_login(request.GET.get("next", "") or request.get_full_path())
