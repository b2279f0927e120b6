"""What the demonstration tells: people, and the stories of their WorkStreams. Data only."""

from demo.content import halden, meridian, sunda
from demo.content.people import CLIENTS, COLLEAGUES, COMPANIES

PEOPLE = {**CLIENTS, **COLLEAGUES}
STORIES = (*meridian.STORIES, *halden.STORIES, *sunda.STORIES)

__all__ = ["CLIENTS", "COLLEAGUES", "COMPANIES", "PEOPLE", "STORIES"]
