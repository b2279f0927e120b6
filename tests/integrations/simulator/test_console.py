"""The console page: playing the vendors' side with plain forms."""

import re

import httpx

from tests.vendors import Vendors


def test_the_page_shows_what_there_is_and_its_forms_play_it(vendors: Vendors) -> None:
    inbox = vendors.intercom
    ann = inbox.add_user(email="ann@example.com", name="Ann <Okafor>")
    talk = inbox.start_as_customer(contact=ann, body="We have <b>streets</b>")
    with httpx.Client(base_url=vendors.url, trust_env=False, follow_redirects=True) as person:
        page = person.get("/", params={"conversation": talk}).text
        assert "Ann &lt;Okafor&gt;" in page
        assert "We have &lt;b&gt;streets&lt;/b&gt;" in page

        file = {"file": ("plan.txt", b"the plan", "text/plain")}
        then = f"?conversation={talk}#intercom"
        fields = {"conversation": talk, "body": "Welcome", "admin": "493882", "then": then}
        answer = person.post("/_/intercom/reply_as", data=fields, files=file)
        assert str(answer.url).removeprefix(vendors.url) == f"/{then}"
        said = inbox.thread(talk)[-1]
        assert (said.name, said.text, said.files) == ("Ida Inbox", "Welcome", ("plan.txt",))

        person.post("/_/intercom/archive", data={"contact": ann})
        assert inbox.state.contacts[ann].archived
        assert "User Not Found" in person.post("/_/intercom/archive", data={"contact": "nobody"}).text


def test_faults_clock_and_violations_are_on_the_page(vendors: Vendors) -> None:
    with httpx.Client(base_url=vendors.url, trust_env=False, follow_redirects=True) as person:
        page = person.post("/_/faults", data={"vendor": "intercom", "preset": "429", "times": "0"}).text
        assert "until removed" in page
        assert person.get("/intercom/me").headers["Retry-After"] == "10"
        [number] = re.findall(r"/_/faults/(\d+)/remove", page)
        assert "All goes well" in person.post(f"/_/faults/{number}/remove", data={"then": "#faults"}).text

        before = vendors.clock.time()
        person.post("/_/clock", data={"step": "3600"})
        assert vendors.clock.time() - before >= 3600
        person.post("/_/webhooks", data={"what": "drop", "times": "1"})
        vendors.intercom.ping()
        assert vendors.courier.waiting() == []

        headers = {"Authorization": "Bearer simulated-intercom-token"}
        person.get("/intercom/me", headers=headers)
        assert "Missing required header parameter: Intercom-Version" in person.get("/").text
    vendors.expect_violations()
