"""How the API is described: what every operation has in common is said here once."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers

from api.middleware import PREFIX

_Schema = dict[str, Any]

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A word of your own for this request, such as a UUID. Sent again with the same body within a day, it "
    "gets the first answer (marked `Idempotent-Replayed: true`) and nothing happens twice.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of what you edit; `*` saves whatever is there. Without it nothing is saved (428).",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of what you have; 304 without a body when it is still the same.",
)

# What may be answered beside success, and when.
_ALWAYS = {
    400: "Something in the address or the body cannot be used; `fields` names it.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "You may not do this, or the token lacks the scope.",
    429: "Too many requests in this minute; Retry-After says how long to wait.",
    500: "A fault of ours.",
}
_WITH_A_PLACE = {404: "There is nothing here, or nothing that you may see."}
_WITH_A_BODY = {
    409: "It cannot be done as things stand; the message says why.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A rule says no; the message says which.",
}
_OF_EDITS = {
    412: "It is not any more what If-Match names.",
    428: "If-Match is missing.",
}


def of_the_api(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Leave out what the REST framework answers elsewhere, such as webhooks."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


class ErrorSerializer(serializers.Serializer[Any]):
    """Everything that is refused looks like this."""

    code = serializers.CharField(help_text="A word for programs; it stays the same.")
    message = serializers.CharField(help_text="A sentence for people; it may be reworded.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is the matter with which field or parameter; only where some are named.",
    )


class PortalSchema(AutoSchema):
    """Adds to every operation what `ApiView` does for it."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> _Schema | None:
        """The description of one operation, with every error it may answer."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        errors = dict(_ALWAYS)
        if "{" in path or getattr(self.view, "looks_something_up", False):
            errors |= _WITH_A_PLACE
        if method in {"POST", "PATCH", "PUT", "DELETE"}:
            errors |= _WITH_A_BODY
        if method in {"PATCH", "PUT"}:
            errors |= _OF_EDITS
        shape = self.resolve_serializer(ErrorSerializer, "response").ref
        for status, when in sorted(errors.items()):
            operation["responses"].setdefault(
                str(status), {"description": when, "content": {"application/json": {"schema": shape}}}
            )
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def get_override_parameters(self) -> Any:
        """The headers that every operation of a method reads."""
        given = list(super().get_override_parameters())
        return given + {"POST": [IDEMPOTENCY_KEY], "PATCH": [IF_MATCH]}.get(self.method, [])

    def get_tags(self) -> list[str]:
        """The first word of the address."""
        return [tag.replace("-", " ") for tag in super().get_tags()]


class AnyOf(PolymorphicProxySerializer):
    """One of several shapes. What is sent may fit more than one of them, while nothing is known yet."""


class _AnyOf(PolymorphicProxySerializerExtension):
    target_class = "api.schema.AnyOf"
    priority = 1

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> _Schema:
        """The shapes, of which at least one fits."""
        return {"anyOf": super().map_serializer(auto_schema, direction)["oneOf"]}  # type: ignore[no-untyped-call]


class _Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> _Schema:
        """How a token is sent."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the page “API tokens”: `Authorization: Bearer wsp_...`",
        }


class _Session(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.PortalSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> _Schema:
        """How the portal's own pages ask."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of somebody signed in to the pages; changes also need `X-CSRFToken`.",
        }
