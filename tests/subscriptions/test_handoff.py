"""Links from the public site: what is read, what is left out, and that nothing breaks."""

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscriptions.handoff import CAMPAIGN, Selection, read, read_referrer
from workstreams.choices import EntryPoint, SubscriptionType

KNOWN = ["product", "hours", "billing", "units", "seconds", "package", "use_case", "from", *CAMPAIGN]


def test_everything_a_link_may_bring_is_read() -> None:
    found = read(
        "product=agile&hours=400&billing=yearly&use_case=street-sign_labels&from=use_case_page"
        "&utm_source=google&utm_medium=cpc&utm_campaign=autumn+sale&utm_content=b&utm_term=data"
    )

    assert found.selection == Selection("agile", hours=400, billing="yearly", use_case="Street sign labels")
    assert found.entry_point == EntryPoint.USE_CASE_PAGE
    assert found.campaign == {
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "autumn sale",
        "utm_content": "b",
        "utm_term": "data",
    }
    assert found.unreadable == ()


@pytest.mark.parametrize(
    "query",
    [
        "product=platinum",
        "hours=-1",
        "hours=0",
        "hours=1e9",
        "hours=4%0000",
        "hours=99999999999",
        "hours=٤٠٠",
        "hours=400&hours=500",
        "billing=never",
        "units=1.5",
        "seconds=NaN",
        "seconds=0",
        "seconds=1.55",
        "package=petafactory",
        "use_case=%00",
        "use_case=<script>alert(1)</script>",
        "use_case=" + "a" * 121,
        "use_case=a%E2%80%AEb",
        "from=staff",
        "from=invitation",
    ],
)
def test_what_cannot_be_read_is_left_out_and_named(query: str) -> None:
    found = read(query)

    assert found.selection.is_empty
    assert found.entry_point == EntryPoint.APP_DIRECT
    assert found.unreadable == (query.partition("=")[0],)


@pytest.mark.parametrize(
    "query", ["", "foo=bar", "hours=", "utm_source=a%00b", "%ff=%fe", "=&&=", "HOURS=4", "a" * 99_999]
)
def test_what_is_unknown_or_empty_is_not_worth_a_word(query: str) -> None:
    found = read(query)

    assert found.selection.is_empty
    assert found.campaign == {}
    assert found.unreadable == ()


def test_campaign_values_are_cut_and_a_repeated_one_is_left_out() -> None:
    found = read("utm_source=" + "x" * 500 + "&utm_term=a&utm_term=b")

    assert found.campaign == {"utm_source": "x" * 200}


@pytest.mark.parametrize(
    ("query", "entry_point"),
    [
        ("hours=400", EntryPoint.PRICING_CALCULATOR),
        ("product=agile&billing=yearly", EntryPoint.PRICING_CALCULATOR),
        ("use_case=labels&hours=400", EntryPoint.USE_CASE_PAGE),
        ("product=lean", EntryPoint.PRODUCT_PAGE),
        ("product=lean&from=home", EntryPoint.HOMEPAGE),
        ("", EntryPoint.APP_DIRECT),
        ("utm_source=google", EntryPoint.APP_DIRECT),
    ],
)
def test_where_the_way_began_follows_from_what_came_along(query: str, entry_point: EntryPoint) -> None:
    assert read(query).entry_point == entry_point


@pytest.mark.parametrize(
    ("query", "kind", "details"),
    [
        ("", "agile", {}),
        ("hours=400&billing=annual", "agile", {"hours_per_month": 400, "billing_method": "yearly"}),
        ("product=BATCH&units=9&hours=400", "batch", {"total_units": 9}),
        ("units=9&seconds=12.5", "batch", {"total_units": 9, "seconds_per_unit": "12.5"}),
        ("package=Terafacory&units=9", "lean", {"package": "terafactory", "units_per_month": 9}),
    ],
)
def test_details_belong_to_the_type_they_were_chosen_for(query: str, kind: str, details: dict[str, object]) -> None:
    selection = read(query).selection

    assert selection.subscription_type == SubscriptionType(kind)
    assert selection.details_of(kind) == details
    assert Selection.from_json(selection.as_json()) == selection


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("https://www.example.com/use-cases/?mail=ann@acme.example", "https://www.example.com/use-cases/"),
        ("javascript:alert(1)", ""),
        ("http://[broken", ""),
        ("https://a/\0", ""),
        ("", ""),
    ],
)
def test_of_the_page_before_only_the_address_is_kept(header: str, kept: str) -> None:
    assert read_referrer(header) == kept


_values = st.one_of(
    st.text(max_size=50), st.integers().map(str), st.floats().map(str), st.sampled_from(["agile", "lean"])
)


@given(st.lists(st.tuples(st.one_of(st.sampled_from(KNOWN), st.text(max_size=10)), _values), max_size=12), st.text())
@settings(max_examples=300)
def test_no_link_is_too_strange_to_read(pairs: list[tuple[str, str]], noise: str) -> None:
    for query in ("&".join(f"{quote(name)}={quote(text)}" for name, text in pairs), noise):
        selection = read(query).selection
        for kind in SubscriptionType:
            selection.details_of(kind)
        assert all(value for _, value in selection.in_words())


@pytest.mark.parametrize(
    "query",
    [
        "hours=1" + "&a=b" * 5000,
        "product=agile&product=lean&use_case=%F0%9F%8F%AD",
        "hours=%00&use_case=%00&from=%00",
        "%",
        "utm_source=" + "%F0%9F%A6%8A" * 900,
    ],
)
def test_every_link_leads_to_a_page(query: str, client: Client, db: None) -> None:
    response = client.get(f"/start/?{query}", follow=True)

    assert response.status_code == 200
    assert "Where can we reach you?" in response.content.decode()


@given(
    st.dictionaries(st.sampled_from(KNOWN), _values, max_size=4),
    st.text(max_size=40),
    st.sampled_from(["get", "head", "post"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_link_breaks_the_page(client: Client, db: None, found: dict[str, str], noise: str, method: str) -> None:
    query = "&".join(f"{name}={quote(text)}" for name, text in found.items())
    response = getattr(client, method)(f"/start/?{query}&{quote(noise, safe='=&')}", headers={"Referer": noise})

    assert response.status_code in {200, 302}
    if response.status_code == 302:
        assert client.get(response["Location"]).status_code == 200
