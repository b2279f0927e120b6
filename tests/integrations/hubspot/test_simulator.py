"""HubSpot's side by itself: its console, what it keeps, and what it refuses."""

import json

import requests
from pydantic import TypeAdapter

from accounts import actions
from integrations.hubspot.simulator.account import Account
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.simulator.addresses import HUBSPOT_TOKEN
from tests.integrations.hubspot.conftest import Send
from tests.integrations.hubspot.test_registering import EMAIL, seen
from tests.vendors import Vendors


def test_the_console_shows_contacts_and_plays_a_colleague(vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    actions.register(email=EMAIL)
    send()
    contact = seen(hubspot)["hs_object_id"]
    page = requests.get(f"{vendors.url}/", timeout=10).text
    assert EMAIL in page
    assert "portal_email_confirmed" in page
    assert "a colleague, " not in page

    form = {"contact_id": contact, "name": "company", "value": "Initech"}
    requests.post(f"{vendors.url}/_/hubspot/edit_contact", data=form, timeout=10)
    assert seen(hubspot)["company"] == "Initech"
    assert "a colleague, " in requests.get(f"{vendors.url}/", timeout=10).text


def test_what_it_knows_can_be_written_down_and_read_again(hubspot: HubSpot, send: Send) -> None:
    actions.register(email=EMAIL)
    send()
    adapter = TypeAdapter(Account)

    assert adapter.validate_json(json.dumps(adapter.dump_python(hubspot.state, mode="json"))) == hubspot.state


def test_what_is_not_described_is_refused_and_noted(vendors: Vendors, bare: HubSpot) -> None:
    headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
    contacts = f"{vendors.url}/hubspot/crm/v3/objects/contacts"
    form = f"{vendors.url}/hubspot-forms/submissions/v3/integration/secure/submit/4711/x"
    refused = [
        requests.post(url, json=body, headers=headers, timeout=10)
        for url, body in [
            (contacts, {"properties": {"email": 7}}),
            (contacts, {"property": {"email": EMAIL}}),
            (f"{contacts}/gdpr-delete", {"objectId": EMAIL, "idProperty": "email"}),
            (form, {"fields": [{"name": "email", "value": EMAIL}], "context": {"hutk": ""}}),
        ]
    ]
    assert [answer.status_code for answer in refused] == [400] * 4
    assert len(vendors.expect_violations()) >= 4
    assert bare.state.contacts == {}
    assert requests.post(contacts, json={"properties": {"email": EMAIL}}, timeout=10).status_code == 401
