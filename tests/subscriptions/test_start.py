"""From a link of the public site to a started WorkStream."""

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from accounts.models import Organization, User
from activity.models import Event
from notifications.models import Mail
from subscriptions import actions
from subscriptions.actions import Wish
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, StartAttempt
from tests.conftest import World
from tests.factories import ClientFactory
from tests.mailbox import code_in, latest_mail, link_in
from workstreams.choices import EntryPoint, SubscriptionType
from workstreams.models import WorkStream

CALCULATOR = "/start/?product=agile&hours=400&billing=yearly&utm_source=google"


def arrive(client: Client, path: str = "/start/") -> str:
    """Follow a link; returns the address of the attempt."""
    response = client.get(path)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def filled(**changes: object) -> dict[str, object]:
    """A form filled in properly."""
    day = timezone.localdate() + timedelta(days=30)
    return {
        "name": "Street labels",
        "intended_start": day.isoformat(),
        "description": "Photos of streets; outline every sign.",
        "subscription_type": "agile",
    } | changes


def sign_in_by_code(client: Client, attempt: str, email: str) -> str:
    """Give the address on the attempt's page and type the code; returns where that leads."""
    where_to = client.post(attempt, {"email": email})["Location"]
    return client.post(where_to, {"code": code_in(latest_mail(email)), "next": attempt})["Location"]


# --- The visitor ---------------------------------------------------------------------------------------------------


def test_a_visitor_sees_what_they_chose_and_one_field(client: Client, db: None) -> None:
    page = client.get(arrive(client, CALCULATOR)).content.decode()

    assert "Your selection" in page
    assert "400 hours a month" in page
    assert "Work e-mail" in page


def test_the_attempt_remembers_where_the_visitor_came_from(client: Client, db: None) -> None:
    client.get(CALCULATOR, headers={"Referer": "https://www.example.com/pricing/?x=1"})

    attempt = StartAttempt.objects.get()
    assert attempt.entry_point == EntryPoint.PRICING_CALCULATOR
    assert attempt.campaign == {"utm_source": "google"}
    assert attempt.referrer == "https://www.example.com/pricing/"
    assert attempt.step == StartAttempt.Step.LANDED


def test_the_same_link_again_continues_the_same_attempt_and_another_link_another(client: Client, db: None) -> None:
    first = arrive(client, CALCULATOR)

    assert arrive(client, CALCULATOR) == first
    assert arrive(client, "/start/?product=lean") != first
    assert arrive(Client(), CALCULATOR) != first


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch;prerender"}, {"User-Agent": "Googlebot/2.1"}, {"User-Agent": "Slack-LinkPreview"}],
)
def test_programs_that_look_at_links_leave_no_attempt(headers: dict[str, str], client: Client, db: None) -> None:
    response = client.get(CALCULATOR, headers=headers)
    client.head(CALCULATOR)

    assert "400 hours a month" in response.content.decode()
    assert not StartAttempt.objects.exists()
    assert client.post(CALCULATOR)["Location"].startswith("/start/")
    assert StartAttempt.objects.get().selection["hours"] == 400


def test_an_unreadable_detail_is_mentioned_quietly(client: Client, db: None) -> None:
    page = client.get("/start/?product=agile&hours=many", follow=True).content.decode()

    assert "could not be read" in page
    assert "many" not in page


def test_the_selection_is_changed_in_place(client: Client, db: None) -> None:
    attempt = arrive(client, CALCULATOR)
    response = client.post(attempt, {"choose": "1", "product": "lean", "package": "megafactory", "hours": "400"})

    assert response["Location"] == attempt
    assert StartAttempt.objects.get().selection == {"product": "lean", "package": "megafactory"}


def test_a_change_that_cannot_be_read_keeps_what_was_typed(client: Client, db: None) -> None:
    attempt = arrive(client, CALCULATOR)
    response = client.post(attempt, {"choose": "1", "product": "agile", "hours": "-7"})

    assert response.status_code == 422
    assert 'value="-7"' in response.content.decode()
    assert StartAttempt.objects.get().selection["hours"] == 400


def test_another_wrong_address_is_said_beside_the_selection(client: Client, db: None) -> None:
    response = client.post(arrive(client, CALCULATOR), {"email": "nobody"})

    assert response.status_code == 422
    assert "400 hours a month" in response.content.decode()
    assert StartAttempt.objects.get().email == ""


def test_a_code_leads_back_to_the_attempt_which_is_then_the_persons(client: Client, db: None) -> None:
    attempt = arrive(client, CALCULATOR)
    client.post(attempt, {"email": "Ann@Initech.example"})
    assert StartAttempt.objects.get().step == StartAttempt.Step.EMAIL_GIVEN
    assert sign_in_by_code(client, attempt, "ann@initech.example") == attempt

    page = client.get(attempt).content.decode()
    assert "Start WorkStream" in page
    assert 'value="400"' in page
    row = StartAttempt.objects.get()
    assert row.user == get_user(client)
    assert row.step == StartAttempt.Step.FORM_OPEN


def test_the_link_brings_the_selection_to_another_device(client: Client, db: None) -> None:
    attempt = arrive(client, CALCULATOR)
    client.post(attempt, {"email": "ann@initech.example"})
    phone = Client()
    asked = phone.get(link_in(latest_mail("ann@initech.example")))
    response = phone.post("/sign-in/link/", {"key": asked.context["key"], "next": asked.context["where_to"]})

    assert response["Location"] == attempt
    assert 'value="400"' in phone.get(attempt).content.decode()


def test_an_attempt_of_somebody_does_not_exist_for_others(client: Client, world: World) -> None:
    client.force_login(world.owner)
    attempt = arrive(client, CALCULATOR)
    client.get(attempt)
    stranger = Client()
    stranger.force_login(world.stranger)

    assert stranger.get(attempt).status_code == 404
    assert stranger.post(attempt, filled()).status_code == 404
    assert stranger.post(f"{attempt}draft/", {"name": "x"}).status_code == 404
    assert Client().get(attempt)["Location"].startswith("/sign-in/?next=")
    assert not StartAttempt.objects.get().draft


def test_an_attempt_that_never_was_is_missing(client: Client, world: World) -> None:
    client.force_login(world.owner)

    assert client.get(f"/start/{uuid4()}/").status_code == 404


# --- The form ------------------------------------------------------------------------------------------------------


def begin(client: Client, user: User, path: str = "/start/") -> str:
    """Sign in and open the form; returns its address."""
    client.force_login(user)
    attempt = arrive(client, path)
    assert client.get(attempt).status_code == 200
    return attempt


def test_three_inputs_start_a_workstream(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    response = client.post(attempt, filled())

    workstream = WorkStream.objects.get(name="Street labels", description__startswith="Photos")
    assert response["Location"] == f"{workstream.get_absolute_url()}#chat-title"
    assert workstream.owner == world.owner
    assert workstream.organization == world.acme
    assert workstream.intended_start == timezone.localdate() + timedelta(days=30)
    assert workstream.milestone is None
    assert workstream.entry_point == EntryPoint.APP_DIRECT
    assert Event.objects.filter(verb="workstream.started", workstream=workstream).count() == 1


def test_the_first_page_says_once_by_when_the_team_answers(client: Client, world: World) -> None:
    started = client.post(begin(client, world.owner), filled())
    promised = "WorkStream started. The team answers by <time"

    assert promised in " ".join(client.get(started["Location"]).content.decode().split())
    assert promised not in " ".join(client.get(started["Location"]).content.decode().split())


def test_coming_directly_is_agile_with_nothing_known_and_chosen_by_nobody(client: Client, world: World) -> None:
    client.post(begin(client, world.owner), filled())

    terms = AgileTerms.objects.get()
    assert (terms.hours_per_month, terms.billing_method, terms.premium_hours) == (None, "", None)
    assert terms.workstream.subscription_type == SubscriptionType.AGILE
    assert not terms.workstream.self_selected


def test_what_the_calculator_knew_becomes_the_terms(client: Client, world: World) -> None:
    attempt = begin(client, world.owner, CALCULATOR)
    client.post(attempt, filled(agile_hours_per_month="450", agile_billing_method="yearly"))

    terms = AgileTerms.objects.get()
    assert (terms.hours_per_month, terms.billing_method) == (450, "yearly")
    assert terms.workstream.self_selected
    assert terms.workstream.entry_point == EntryPoint.PRICING_CALCULATOR


def test_choosing_another_type_is_the_customers_own_choice(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    client.post(attempt, filled(subscription_type="lean", lean_package="gigafactory", agile_hours_per_month="x"))

    terms = LeanTerms.objects.get()
    assert terms.package == "gigafactory"
    assert terms.workstream.self_selected
    assert not AgileTerms.objects.exists()


def test_a_client_cannot_bring_along_a_price(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    client.post(attempt, filled(subscription_type="batch", batch_total_units="9", batch_project_price="1"))

    terms = BatchTerms.objects.get()
    assert terms.total_units == 9
    assert terms.project_price is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Please give it a name."),
        ({"name": " \u200b\t "}, "Please give it a name."),
        ({"name": "x" * 121}, "Please shorten it to 120 characters; it has 121."),
        ({"description": ""}, "Please describe it in a sentence or two."),
        ({"description": "y" * 2001}, "Please shorten it to 2000 characters; it has 2001."),
        ({"intended_start": ""}, "Please say when you would like to start."),
        ({"intended_start": "soon"}, "This is not a date."),
        ({"intended_start": "1999-01-01"}, "This day is past."),
        ({"intended_start": "9999-12-31"}, "more than two years ahead"),
        ({"subscription_type": "gold"}, "Select a valid choice"),
        ({"subscription_type": ""}, "Please choose one of the three."),
        ({"agile_hours_per_month": "lots"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    changes: dict[str, str], sentence: str, client: Client, world: World
) -> None:
    attempt = begin(client, world.owner)
    sent = filled(company="ignored") | {"name": "Kept name", "description": "Kept words"} | changes
    response = client.post(attempt, sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "error-summary" in page
    assert changes.keys() & {"name"} or "Kept name" in page
    assert changes.keys() & {"description"} or "Kept words" in page
    assert WorkStream.objects.count() == 2  # those of the cast


def test_line_ends_count_once(client: Client, world: World) -> None:
    text = "a\r\n" * 999 + "b"

    assert client.post(begin(client, world.owner), filled(description=text)).status_code == 302
    assert WorkStream.objects.latest("pk").description == text.replace("\r\n", "\n")


def test_every_script_is_kept_and_control_characters_are_not(client: Client, world: World) -> None:
    client.post(begin(client, world.owner), filled(name="תוויות 🏭\0 Straße\u202e", description="נתונים\0\n👩‍🔬"))

    workstream = WorkStream.objects.latest("pk")
    assert workstream.name == "תוויות 🏭 Straße"
    assert workstream.description == "נתונים\n👩‍🔬"


def test_today_is_judged_where_the_person_is(client: Client, world: World) -> None:
    with travel("2026-11-22 23:30+00:00", tick=False):
        attempt = begin(client, world.owner)
        late = client.post(attempt, filled(intended_start="2026-11-22", time_zone="Pacific/Auckland"))
        assert late.status_code == 422
        early = client.post(attempt, filled(intended_start="2026-11-22", time_zone="America/New_York"))

    assert early.status_code == 302
    world.owner.refresh_from_db()
    assert world.owner.time_zone == "America/New_York"


@pytest.mark.parametrize("zone", ["Nowhere/Land", "../../etc/passwd", "x" * 200, "\0"])
def test_a_zone_that_is_none_is_left_out(zone: str, client: Client, world: World) -> None:
    assert client.post(begin(client, world.owner), filled(time_zone=zone)).status_code == 302


# --- Whose it is ---------------------------------------------------------------------------------------------------


def test_a_first_start_makes_an_organisation_of_ones_own_even_with_a_known_domain_and_name(
    client: Client, world: World
) -> None:
    newcomer = ClientFactory.create(name="", email="new@acme.example", organization=None)
    client.post(begin(client, newcomer), filled(person_name="Nora New", company="Acme"))

    newcomer.refresh_from_db()
    assert newcomer.name == "Nora New"
    assert newcomer.organization is not None
    assert newcomer.organization.name == "Acme"
    assert newcomer.organization != world.acme
    assert not WorkStream.objects.visible_to(newcomer).filter(organization=world.acme).exists()


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ann@blue-sky.example", "Blue Sky"),
        ("ann@mail.blue.co.uk", "Blue"),
        ("ann.lee@gmail.com", "Ann Lee from before"),
    ],
)
def test_without_a_company_the_address_names_the_organisation(email: str, name: str, client: Client, db: None) -> None:
    newcomer = ClientFactory.create(name="Ann Lee from before", email=email, organization=None)
    client.post(begin(client, newcomer), filled())

    assert Organization.objects.get().name == name


@pytest.mark.parametrize("who", ["isr", "admin"])
def test_colleagues_are_led_to_their_own_way_of_starting(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))

    assert client.get("/start/")["Location"] == "/workstreams/new/"
    assert not StartAttempt.objects.exists()


@pytest.mark.parametrize("who", ["agile_worker", "architect"])
def test_who_starts_none_is_told_so(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))

    assert client.get("/start/").status_code == 403
    assert not StartAttempt.objects.exists()


@pytest.mark.parametrize("who", ["isr", "agile_worker"])
def test_colleagues_do_not_take_over_a_visitors_attempt(who: str, client: Client, world: World) -> None:
    attempt = arrive(client, CALCULATOR)
    client.force_login(getattr(world, who))

    assert client.get(attempt).status_code == 403
    assert client.post(attempt, filled()).status_code == 403
    assert StartAttempt.objects.get().user is None


# --- Once ----------------------------------------------------------------------------------------------------------


def test_sending_the_form_twice_leads_to_the_same_workstream(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    first = client.post(attempt, filled())
    again = client.post(attempt, filled(name="Another name"))
    back = client.get(attempt)

    assert first["Location"] == again["Location"] == back["Location"]
    assert WorkStream.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_start_one_workstream() -> None:
    person = ClientFactory.create()
    attempt = StartAttempt.objects.create(user=person)
    wish = Wish(name="Once", intended_start=date(2027, 1, 1), description="")
    gate = threading.Barrier(2)
    found: list[WorkStream] = []

    def click() -> None:
        gate.wait()
        found.append(actions.start_from_attempt(attempt=attempt, actor=person, wish=wish))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found[0] == found[1]
    assert WorkStream.objects.count() == 1
    assert AgileTerms.objects.count() == 1


# --- Drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_is_found_again_on_another_device(client: Client, world: World) -> None:
    attempt = begin(client, world.owner, CALCULATOR)
    kept = {"name": "Half a na", "intended_start": "2027-0", "agile_hours_per_month": "", "subscription_type": "batch"}
    assert client.post(f"{attempt}draft/", kept | {"description": "Text\0"}).status_code == 204

    phone = Client()
    phone.force_login(world.owner)
    page = phone.get(attempt).content.decode()
    assert 'value="Half a na"' in page
    assert 'value="batch" id="id_subscription_type_1" required checked' in page or 'value="batch" checked' in page
    assert 'value="400"' not in page
    assert phone.get(CALCULATOR)["Location"] == attempt


def test_a_draft_ends_with_the_start(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    client.post(attempt, filled())
    assert client.post(f"{attempt}draft/", {"name": "late"}).status_code == 204

    assert StartAttempt.objects.get().draft == {}
    assert arrive(client) != attempt


def test_one_can_begin_with_an_empty_form(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    client.post(f"{attempt}draft/", {"name": "old"})
    client.post(f"{attempt}empty/")

    assert StartAttempt.objects.get().draft == {}


def test_an_absurd_draft_is_cut(client: Client, world: World) -> None:
    attempt = begin(client, world.owner)
    client.post(f"{attempt}draft/", {"name": "x" * 1_000_000, "foreign": "y"})

    assert {name: len(text) for name, text in StartAttempt.objects.get().draft.items()} == {"name": 10_000}


def test_what_was_begun_before_signing_in_is_offered(client: Client, world: World) -> None:
    visitor = Client()
    before = arrive(visitor, CALCULATOR)
    visitor.post(before, {"email": world.owner.email})
    attempt = begin(client, world.owner)

    page = client.get(attempt).content.decode()
    assert "Continue where you left off" in page
    assert before in page


def test_after_a_week_it_is_not_offered_any_more(client: Client, world: World) -> None:
    with travel(timezone.now() - timedelta(days=8), tick=False):
        visitor = Client()
        visitor.post(arrive(visitor, CALCULATOR), {"email": world.owner.email})

    attempt = begin(client, world.owner)
    assert "Continue where you left off" not in client.get(attempt).content.decode()


def test_the_form_costs_the_same_however_often_one_began(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for hours in range(6):
        begin(client, world.owner, f"/start/?hours={hours + 1}")
    attempt = begin(client, world.owner)
    with django_assert_max_num_queries(12):
        client.get(attempt)


def test_known_and_unknown_addresses_look_the_same_from_the_start_page(world: World) -> None:
    answers = []
    for email in (world.owner.email, "who@nowhere.example"):
        client = Client()
        response = client.post(arrive(client, CALCULATOR), {"email": email})
        answers.append((response.status_code, response["Location"].partition("?")[0]))
        assert Mail.objects.filter(recipients=[email]).count() == 1

    assert answers[0] == answers[1]
