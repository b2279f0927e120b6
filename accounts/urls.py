from django.urls import include, path

from accounts.views import profile, roles, sign_in

app_name = "accounts"
# A mailed code does what sign-up and a forgotten password need, and a person's address is what they are known by.
CLOSED = ["login/", "login/code/", "signup/", "inactive/", "email/", "password/reset/", "password/reset/<path:rest>"]
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/link/", sign_in.sign_in_link, name="sign_in_link"),
    path("sign-in/again/", sign_in.sign_in_again, name="sign_in_again"),
    path("sign-in/password/", sign_in.sign_in_by_password, name="sign_in_by_password"),
    path("profile/", profile.show, name="profile"),
    path("profile/picture/", profile.picture, name="picture"),
    path("profile/picture/remove/", profile.remove_picture, name="picture_remove"),
    path("welcome/", profile.welcome, name="welcome"),
    path("roles/", roles.capabilities, name="capabilities"),
    # Before allauth's own addresses.
    path("accounts/", include([path(route, sign_in.to_sign_in, name="closed_page") for route in CLOSED])),
]
