from django.urls import include, path

from accounts.views import my_data, profile, roles, security, sign_in

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
    path("profile/sessions/", security.sessions, name="sessions"),
    path("profile/sessions/end/", security.end_sessions, name="sessions_end"),
    path("profile/confirm/", security.confirm, name="confirm"),
    path("profile/address/", security.address, name="address"),
    path("profile/address/code/", security.address_code, name="address_code"),
    path("profile/data/", my_data.my_data, name="my_data"),
    path("profile/data/erase/", my_data.erase, name="erase"),
    path("profile/data/erased/", my_data.erased, name="erased"),
    path("profile/data/<uuid:export_id>/", my_data.my_data_file, name="my_data_file"),
    path("welcome/", profile.welcome, name="welcome"),
    path("roles/", roles.capabilities, name="capabilities"),
    # Before allauth's own addresses.
    # Whoever finds an open browser shall not put their own app in the way of its owner.
    path("accounts/2fa/totp/activate/", security.set_up_second_factor),
    path("accounts/", include([path(route, sign_in.to_sign_in, name="closed_page") for route in CLOSED])),
]
