"""The verbs of this app."""

from activity.registry import registry

ADVANCED = registry.declare("milestone.advanced", "advanced it to {after}", for_clients=True).name
WENT_BACK = registry.declare("milestone.went_back", "took it back to {after}", for_clients=True).name
FOLLOWED = registry.declare("milestone.followed", "moved it to {after}, as in Salesforce", for_clients=True).name
FOLLOWED_TYPE = registry.declare(
    "milestone.followed_type", "moved it to {after}, with its new subscription type", for_clients=True
).name
GO_AHEAD_GIVEN = registry.declare("milestone.go_ahead_given", "gave the {side} go-ahead", for_clients=True).name
GO_AHEAD_WITHDRAWN = registry.declare(
    "milestone.go_ahead_withdrawn", "withdrew the {side} go-ahead", for_clients=True
).name
DELIVERY_CHOSEN = registry.declare("milestone.delivery_chosen", "chose delivery by {mode}").name
