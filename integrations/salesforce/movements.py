"""What moves between Salesforce and the portal: the stage, one way."""

from integrations.models import Provider
from integrations.movements import Kind, movements

OPPORTUNITY = "Salesforce: opportunity"
MILESTONE = "Portal: milestone"

movements.declare(
    Provider.SALESFORCE,
    "tie",
    "A colleague pastes the ID or link of the opportunity; Salesforce is asked for its name and its stage",
    source=OPPORTUNITY,
    target="Portal: WorkStream",
    kind=Kind.MANUAL,
    gaps="The opportunity is made in Salesforce, by converting the Lead; the portal makes none.",
)
movements.declare(
    Provider.SALESFORCE,
    "flow",
    "A Flow pushes each change of the stage, which the milestone follows",
    source=OPPORTUNITY,
    target=MILESTONE,
    gaps="A Flow does not repeat a push that failed; the next look finds what it told.",
)
movements.declare(
    Provider.SALESFORCE,
    "outbound",
    "Outbound Messages say which opportunities changed; each is read back, and the milestone follows",
    source=OPPORTUNITY,
    target=MILESTONE,
    gaps="A stage that was left again before it was read is not seen.",
)
movements.declare(
    Provider.SALESFORCE,
    "look",
    "Every few minutes what changed is read, and everything once a day: also deletions, which nobody tells",
    source=OPPORTUNITY,
    target=MILESTONE,
    gaps="Opportunities of closed WorkStreams are read when those are reopened.",
)
