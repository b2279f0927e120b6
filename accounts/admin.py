"""People in Django's admin, which reads only."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

# The admin has no door of its own: the portal's sign-in has the limits and the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
