"""What may be pasted for an opportunity, and what it is understood as (R101, A19)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.salesforce.ids import NotAnOpportunity, complete, parse

ID = "006A000000abcDEIAY"
FIFTEEN = st.text(string.ascii_letters + string.digits, min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("04l0800002nrC5B", "04l0800002nrC5BAAU"),
        ("a06R00000009QZa", "a06R00000009QZaIAM"),
        ("04kR00000004CCX", "04kR00000004CCXIA2"),
        ("006A000000abcDE", "006A000000abcDEIAY"),
        ("0065g00000XyZaB", "0065g00000XyZaBAAV"),
    ],
)
def test_fifteen_characters_are_completed_to_eighteen(short: str, whole: str) -> None:
    assert complete(short) == whole
    assert complete(whole) == whole


@pytest.mark.parametrize(
    "pasted",
    [
        "006A000000abcDE",
        ID,
        f"  {ID}\n",
        f"\u200b{ID}\u00a0",
        "006A000000abcDEiay",
        "https://na1.salesforce.com/006A000000abcDE",
        "https://acme.my.salesforce.com/006A000000abcDE?nooverride=1",
        "https://acme.my.salesforce.com/006A000000abcDE/e",
        f"https://acme.lightning.force.com/lightning/r/Opportunity/{ID}/view",
        f"https://acme.lightning.force.com/lightning/r/{ID}/view",
        f"https://acme.lightning.force.com/lightning/r/Opportunity/{ID}/related/OpportunityTeamMembers/view",
        f"https://acme.lightning.force.com/one/one.app#/sObject/{ID}/view",
        f"https://acme.lightning.force.com/one/one.app?source=alohaHeader#/sObject/{ID}/view?t=1",
        f"https://acme--uat.sandbox.lightning.force.com/lightning/r/Opportunity/{ID}/view",
        "https://acme--uat.sandbox.my.salesforce.com/006A000000abcDE",
        "https://acme--uat.lightning.force.com/006A000000abcDE",
        f"HTTPS://ACME.my.Salesforce.com/{ID}",
        f"https://acme.my.salesforce.com/006A000000abcDE/{ID}",
        f"https://acme.my.salesforce.com/001A000000abcDE/{ID}",
    ],
)
def test_every_way_to_paste_the_same_opportunity_is_understood(pasted: str) -> None:
    parsed = parse(pasted)

    assert parsed.opportunity_id == ID
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "Paste the opportunity's ID"),
        ("   ", "Paste the opportunity's ID"),
        ("006A000000abcD", "neither an ID"),
        ("006A000000abcDEIA", "neither an ID"),
        ("006A000000abcDEIAYX", "neither an ID"),
        ("006A000000abcDEIAX", "last three characters"),
        (ID.lower(), "last three characters"),
        (ID.upper(), "last three characters"),
        ("006A000000äbcDE", "neither an ID"),
        ("٠٠٦A000000abcDE", "neither an ID"),
        ("006A000000 abcDE", "without blanks"),
        (f"acme.my.salesforce.com/{ID}", "begins with https://"),
        (f"http://acme.my.salesforce.com/{ID}", "begins with https://"),
        (f"javascript://acme.my.salesforce.com/{ID}", "begins with https://"),
        (f"https://evilsalesforce.com/{ID}", "not a Salesforce address"),
        (f"https://salesforce.com.evil.example/{ID}", "not a Salesforce address"),
        (f"https://acme.my.salesforce.com@evil.example/{ID}", "not a Salesforce address"),
        (f"https://evil.example@acme.my.salesforce.com/{ID}", "not a Salesforce address"),
        (f"https://evil.example\\@acme.my.salesforce.com/{ID}", "not a Salesforce address"),
        (f"https://acme.my.salesforce.com:8443/{ID}", "not a Salesforce address"),
        (f"https://.salesforce.com/{ID}", "not a Salesforce address"),
        (f"https://[::1/{ID}", "begins with https://"),
        ("https://acme.lightning.force.com/lightning/r/Account/001A000000abcDEIAY/view", "kind “Account”"),
        (f"https://acme.lightning.force.com/lightning/r/Account/{ID}/view", "kind “Account”"),
        ("https://acme.lightning.force.com/lightning/o/Opportunity/list", "no opportunity ID"),
        ("https://acme.lightning.force.com/lightning/o/OpportunityTeam/list", "no opportunity ID"),
        (f"https://acme.my.salesforce.com/home?id={ID}", "no opportunity ID"),
        (f"https://acme.my.salesforce.com/home#/{ID}", "no opportunity ID"),
        (f"https://acme.my.salesforce.com/{ID}/0065g00000XyZaB", "more than one ID"),
        ("https://acme.my.salesforce.com/006A000000abcDEIAX", "last three characters"),
        ("x" * 2001, "too long"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(pasted: str, says: str) -> None:
    with pytest.raises(NotAnOpportunity, match=says):
        parse(pasted)


@pytest.mark.parametrize("pasted", ["007B000000VajfR", "https://na7.salesforce.com/007B000000VajfR"])
def test_another_prefix_is_taken_with_a_warning(pasted: str) -> None:
    parsed = parse(pasted)

    assert parsed.opportunity_id == "007B000000VajfRIAR"
    assert "begins with 007" in parsed.warnings[0]


def test_a_link_into_another_organisation_is_refused_where_ours_is_known() -> None:
    link = f"https://acme.lightning.force.com/lightning/r/Opportunity/{ID}/view"

    assert parse(link, own_label="Acme").opportunity_id == ID
    assert parse(ID, own_label="globex").opportunity_id == ID
    with pytest.raises(NotAnOpportunity, match="ours is “globex”"):
        parse(link, own_label="globex")


@given(FIFTEEN)
def test_completing_twice_is_completing_once(short: str) -> None:
    whole = complete(short)

    assert whole[:15] == short
    assert complete(whole) == whole
    assert parse(whole).opportunity_id == whole


@given(FIFTEEN, st.integers(0, 14))
def test_a_letter_in_the_wrong_case_is_noticed(short: str, place: int) -> None:
    whole = complete(short)
    changed = whole[:place] + whole[place].swapcase() + whole[place + 1 :]

    if changed != whole:
        with pytest.raises(NotAnOpportunity):
            complete(changed)


@given(st.text(max_size=60) | st.text("/#?@:.htpsforce006ABab").map(lambda tail: f"https://acme.force.com/{tail}"))
def test_whatever_is_pasted_gives_an_id_or_a_refusal(pasted: str) -> None:
    try:
        parsed = parse(pasted)
    except NotAnOpportunity:
        return
    assert complete(parsed.opportunity_id) == parsed.opportunity_id
