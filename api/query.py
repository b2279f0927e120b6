"""Reading parameters and bodies. A page forgives what it does not know; a program is told."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

NO_SUCH_PARAMETER = "There is no such parameter here."
NO_SUCH_FIELD = "There is no such field here, or it cannot be changed this way."


def read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The parameters of the address as this serializer reads them.

    Raises: ValidationError, naming each parameter that is unknown or has a value it cannot have.
    """
    serializer = kind(data=request.query_params, context={"request": request})
    refuse_unknown(request, set(serializer.fields))
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Refuse parameters of other names: one that is misspelt would silently ask for everything.

    Raises: ValidationError.
    """
    if unknown := set(request.query_params) - known:
        raise serializers.ValidationError({name: [NO_SUCH_PARAMETER] for name in sorted(unknown)})


def body(request: Request, kind: type[serializers.Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
    """The body as this serializer reads it; with `partial`, only the fields that were sent.

    Raises: ValidationError, naming each field that is missing, unknown or has a value it cannot have.
    """
    data = request.data
    serializer = kind(data=data, partial=partial, context={"request": request})
    if isinstance(data, dict) and (unknown := set(data) - set(serializer.fields)):
        raise serializers.ValidationError({str(name): [NO_SUCH_FIELD] for name in sorted(unknown)})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
