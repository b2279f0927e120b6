from django.urls import include, path

from accounts import views

app_name = "accounts"
# A mailed code does what sign-up and a forgotten password need, and a person's address is what they are known by.
CLOSED = ["login/", "login/code/", "signup/", "inactive/", "email/", "password/reset/", "password/reset/<path:rest>"]
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/link/", views.sign_in_link, name="sign_in_link"),
    path("sign-in/again/", views.sign_in_again, name="sign_in_again"),
    path("sign-in/password/", views.sign_in_by_password, name="sign_in_by_password"),
    path("roles/", views.capabilities, name="capabilities"),
    # Before allauth's own addresses.
    path("accounts/", include([path(route, views.to_sign_in, name="closed_page") for route in CLOSED])),
]
