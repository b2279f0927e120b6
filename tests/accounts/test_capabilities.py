"""The table role x capability, as the ledger's matrix has it."""

import pytest
from django.test import Client

from accounts.capabilities import CAPABILITIES, Can, Standing
from tests.conftest import World

# The matrix once more, written down apart from the code: who may, by the first letters of
# Owner, client Member, agile Worker, Isr, aRchitect, Solutions, Delivery, aCcounts, Billing, Admin.
LETTERS = dict(zip("OMWIRSDCBA", [s for s in Standing if s != Standing.STRANGER], strict=True))
MATRIX = {
    Can.OPEN_WORKSTREAM: "OMWIRSDCBA",
    Can.SEE_PRICES: "OM IRSDCBA",
    Can.SEE_ADDRESSES: "OM IRSDCBA",
    Can.CHAT: "OM IRSDCBA",
    Can.READ_NOTES: "   IRSDCBA",
    Can.WRITE_NOTES: "   IRSDCBA",
    Can.VIEW_ATTACHMENTS: "OMWIRSDCBA",
    Can.ADD_ATTACHMENTS: "OM IRSDCBA",
    Can.INVITE_CLIENT_PEOPLE: "O  IRSDCBA",
    Can.ADD_TEAM_PEOPLE: "   IRSDCBA",
    Can.REMOVE_CLIENT_PEOPLE: "O  IRSDCBA",
    Can.REMOVE_TEAM_PEOPLE: "   IRSDCBA",
    Can.TRANSFER_OWNERSHIP: "O  IRSDCBA",
    Can.REQUEST_DOCUMENTS: "   IRSDCBA",
    Can.ADMINISTER: "   IRSDCBA",
    Can.SET_FIRST_MILESTONE: "   I     A",
    Can.ADVANCE_MILESTONE: "   IRSD  A",
    Can.SET_LEAD: "   IRSDCBA",
    Can.TIE_OPPORTUNITY: "   IRSDCBA",
    Can.SEARCH_GRID: "   IRSDCBA",
    Can.START_FOR_CLIENT: "   I     A",
    Can.GIVE_CLIENT_GO_AHEAD: "OM        ",
    Can.EDIT_DETAILS: "OM IRSDCBA",
    Can.MANAGE_PORTAL: "         A",
}


@pytest.mark.parametrize("capability", MATRIX)
def test_the_table_is_the_matrix(capability: Can) -> None:
    allowed = {LETTERS[letter] for letter in MATRIX[capability].replace(" ", "")}

    assert {standing for standing in Standing if capability in CAPABILITIES[standing]} == allowed


def test_nothing_is_left_out_of_the_matrix() -> None:
    assert set(Can) - set(MATRIX) == {Can.START_WORKSTREAM}  # by role, before there is any WorkStream


def test_an_administrator_reads_the_table(client: Client, world: World) -> None:
    client.force_login(world.admin)
    page = client.get("/roles/").content.decode()

    assert "Read Internal Notes" in page
    assert "Solutions Architect" in page


@pytest.mark.parametrize("person", ["owner", "agile_worker", "isr", "billing"])
def test_nobody_else_reads_the_table(person: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, person))

    assert client.get("/roles/").status_code == 403


@pytest.mark.parametrize("person", [None, "owner", "isr"])
def test_help_is_there_for_everybody_and_tells_the_team_more(person: str | None, client: Client, world: World) -> None:
    if person:
        client.force_login(getattr(world, person))
    page = client.get("/help/").content.decode()

    assert "The way to production" in page
    assert ("Internal" in page or "For the team" in page) == (person == "isr")
