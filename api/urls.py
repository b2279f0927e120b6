from django.urls import path

from api.views import tokens

app_name = "api_tokens"
urlpatterns = [
    path("api-tokens/", tokens.tokens, name="list"),
    path("api-tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke"),
]
