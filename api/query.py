"""Reading the parameters of an address. A page forgives what it does not know; a program is told."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

Unknown = "There is no such parameter here."


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
        raise serializers.ValidationError({name: [Unknown] for name in sorted(unknown)})
