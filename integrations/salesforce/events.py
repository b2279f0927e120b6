"""The verbs of this vendor."""

from activity.registry import registry

TIED = registry.declare("salesforce.tied", "tied it to opportunity {opportunity_id}").name
UNTIED = registry.declare("salesforce.untied", "untied it from opportunity {opportunity_id}").name
STAGE_HEARD = registry.declare("salesforce.stage_heard", "reported stage {stage}: {outcome}").name
TRIED_AGAIN = registry.declare("salesforce.tried_again", "had {count} failed Salesforce stages tried again").name
