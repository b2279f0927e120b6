"""HubSpot's side: an account with its contacts, its properties, and the form that joins pages to a contact."""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

from integrations.hubspot.properties import GROUP
from integrations.hubspot.simulator.account import (
    Account,
    Record,
    Submission,
    Value,
    complaint_about,
    described_from_the_start,
)
from integrations.simulator.addresses import HUBSPOT_FORM, HUBSPOT_PORTAL, HUBSPOT_TOKEN
from integrations.simulator.vendor import Mount, Problem, Vendor, act, route

HERE = Path(__file__).parent
CRM, FORMS = "/hubspot", "/hubspot-forms"
CATEGORIES = {
    400: "VALIDATION_ERROR",
    401: "INVALID_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
    423: "LOCKED",
    429: "RATE_LIMITS",
    477: "MIGRATION_IN_PROGRESS",
}
SHOWN_BY_DEFAULT = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
# Forms are worked through in the background.
FORM_TAKES = 2.0  # seconds
PEOPLE, OURSELVES, FORM = "CRM_UI", "INTEGRATION", "FORM"
WRITERS = {PEOPLE: "a colleague", OURSELVES: "the portal", FORM: "the form"}
# Contacts on the console.
SHOWN = 30


class HubSpot(Vendor[Account]):
    """The simulator of HubSpot."""

    name = "hubspot"
    title = "HubSpot"
    mounts = (Mount(CRM, HERE / "description.yaml"), Mount(FORMS, HERE / "forms.yaml"))
    panel = "panel.html"
    State = Account

    # --- What the frame asks

    def begin(self) -> None:
        """An account as it is on its first day."""
        self.state.properties = described_from_the_start()

    def authorize(self, request: Request, _path: str) -> None:
        """Every request carries the token of the private app."""
        if request.headers.get("Authorization") != f"Bearer {HUBSPOT_TOKEN}":
            raise Problem(401, "Authentication credentials not found.")

    def problem(self, problem: Problem) -> Response:
        """An error body. `code` is the policy for 429, else the category; `errors` are the details."""
        body: dict[str, Any] = {
            "status": "error",
            "message": problem.message,
            "correlationId": secrets.token_hex(16),
        }
        if problem.status == 429:
            body |= {"errorType": "RATE_LIMIT", "policyName": problem.code or "TEN_SECONDLY_ROLLING"}
        elif problem.code != "":
            body["category"] = problem.code
        else:
            body["category"] = CATEGORIES.get(problem.status, "INTERNAL_ERROR")
        if errors := problem.more.get("errors"):
            body["errors"] = errors
        return Response(json.dumps(body), problem.status, mimetype="application/json")

    def headers(self) -> dict[str, str]:
        """The rate limits' standing."""
        return {
            "X-HubSpot-RateLimit-Daily": "250000",
            "X-HubSpot-RateLimit-Daily-Remaining": "249000",
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": "100",
            "X-HubSpot-RateLimit-Remaining": "99",
        }

    def summary(self) -> dict[str, Any]:
        """The contacts, newest first, with who wrote what; and what a colleague may choose from."""
        self._work_through_forms()
        living = [each for each in self.state.contacts.values() if not each.is_archived]
        writable = [name for name, each in self.state.properties.items() if not each.get("readOnly")]
        return {
            "contacts": [self._for_console(each) for each in living[::-1][:SHOWN]],
            "count": len(living),
            "submissions": len(self.state.submissions),
            "purged": len(self.state.purged),
            "missing": GROUP not in self.state.groups,
            "editable": [name for name in writable if not self.state.properties[name].get("hasUniqueValue")],
            "properties": [name for name, each in self.state.properties.items() if each.get("groupName") == GROUP],
        }

    def _for_console(self, record: Record) -> dict[str, Any]:
        values = record.plain()
        latest = {name: versions[-1] for name, versions in record.history.items() if values.get(name)}
        return {
            "id": record.id,
            "name": f"{values.get('firstname', '')} {values.get('lastname', '')}".strip(),
            "email": values.get("email", ""),
            "stage": values.get("lifecyclestage", ""),
            "others": record.others,
            "pages": self.state.pages.get(record.hutk, []),
            "written": [
                {"name": name, "value": each.value, "source": WRITERS.get(each.source, each.source), "at": each.at}
                for name, each in latest.items()
                if name not in {"hs_object_id", "createdate"}
            ],
        }

    # --- Contacts

    @route("POST", "/crm/v3/objects/contacts")
    def create(self, request: Request) -> tuple[dict[str, Any], int]:
        """Make a contact; an address that somebody has is a conflict that names them."""
        values = self._values(request)
        self._let_appear(values.get("email", ""))
        self._check(values, None)
        if not any(values.get(name) for name in ("email", "firstname", "lastname")):
            raise Problem(400, "A contact needs an email, a firstname or a lastname.")
        record = self._make(values, OURSELVES)
        return self._shown(record, (*SHOWN_BY_DEFAULT, *values)), 201

    @route("GET", "/crm/v3/objects/contacts/<key>")
    def get(self, request: Request, key: str) -> dict[str, Any]:
        """A contact by its id, or by a property that is unique."""
        self._work_through_forms()
        record = self._find(key, request.args.get("idProperty", ""))
        names = _listed(request, "properties")
        body = self._shown(record, tuple(names) or SHOWN_BY_DEFAULT)
        if with_history := _listed(request, "propertiesWithHistory"):
            body["propertiesWithHistory"] = {
                name: [
                    {"value": each.value, "timestamp": _moment(each.at), "sourceType": each.source}
                    for each in record.history.get(name, [])[::-1]
                ]
                for name in with_history
                if name in self.state.properties
            }
        return body

    @route("PATCH", "/crm/v3/objects/contacts/<key>")
    def update(self, request: Request, key: str) -> dict[str, Any]:
        """Write some properties; all or, when one is not taken, none."""
        record = self._find(key, request.args.get("idProperty", ""))
        values = self._values(request)
        self._check(values, record)
        self._write(record, values, OURSELVES)
        return self._shown(record, (*SHOWN_BY_DEFAULT, *values))

    @route("POST", "/crm/v3/objects/contacts/gdpr-delete")
    def purge(self, request: Request) -> Response:
        """Forget a contact for good."""
        record = self._find(self._said(request)["objectId"], "")
        del self.state.contacts[record.id]
        self.state.purged.append(record.id)
        return Response(status=204)

    # --- Properties

    @route("GET", "/crm/v3/properties/contacts/<name>")
    def property(self, _request: Request, name: str) -> dict[str, Any]:
        """What a property is."""
        if name not in self.state.properties:
            raise Problem(404, f"Property {name} does not exist.")
        found = self.state.properties[name]
        return {
            "description": "",
            "options": [],
            "hasUniqueValue": False,
            **{word: value for word, value in found.items() if word != "readOnly"},
            "modificationMetadata": {
                "archivable": True,
                "readOnlyDefinition": False,
                "readOnlyValue": bool(found.get("readOnly")),
            },
        }

    @route("POST", "/crm/v3/properties/contacts")
    def create_property(self, request: Request) -> tuple[dict[str, Any], int]:
        """Make a property; its name is taken for ever."""
        said = self._said(request)
        if said["name"] in self.state.properties:
            raise Problem(409, f"Property named '{said['name']}' already exists.", code="OBJECT_ALREADY_EXISTS")
        if said["groupName"] not in self.state.groups:
            raise Problem(400, f"The group {said['groupName']} does not exist.")
        if said["type"] == "bool" and len(said.get("options", [])) != 2:
            raise Problem(400, "A property of type bool has exactly two options.")
        self.state.properties[said["name"]] = said
        return self.property(request, said["name"]), 201

    @route("POST", "/crm/v3/properties/contacts/groups")
    def create_group(self, request: Request) -> tuple[dict[str, Any], int]:
        """Make a group of properties."""
        said = self._said(request)
        if said["name"] in self.state.groups:
            raise Problem(409, "The group exists.", code="OBJECT_ALREADY_EXISTS")
        self.state.groups.append(said["name"])
        return {**said, "archived": False, "displayOrder": -1}, 201

    # --- Forms

    @route("POST", "/submissions/v3/integration/secure/submit/<portal>/<form>", mount=FORMS)
    def submit(self, request: Request, portal: str, form: str) -> dict[str, Any]:
        """Take a submission; what comes of it is worked out later."""
        if (portal, form) != (HUBSPOT_PORTAL, HUBSPOT_FORM):
            raise Problem(404, "There is no such form.")
        said = self._said(request)
        context = said.get("context", {})
        values = {each["name"]: each["value"] for each in said["fields"]}
        wrong = [name for name in values if name not in self.state.form_fields]
        if wrong:
            raise self._form_problem("FIELD_NOT_IN_FORM_DEFINITION", f"fields.{wrong[0]}")
        if "email" not in values:
            raise self._form_problem("REQUIRED_FIELD", "fields.email")
        if complaint_about("email", values["email"], self.state.properties["email"]):
            raise self._form_problem("INVALID_EMAIL", "fields.email")
        if values["email"].partition("@")[2] in self.state.blocked_domains:
            raise self._form_problem("BLOCKED_EMAIL", "fields.email")
        if context.get("hutk") in self.state.stale_cookies:
            raise self._form_problem("INVALID_HUTK", "context.hutk")
        self.state.submissions.append(
            Submission(at=self.clock.time(), values=values, context=context, due=self.clock.time() + FORM_TAKES)
        )
        return {"inlineMessage": "Thanks for submitting the form."}

    # --- What people do at HubSpot

    @act
    def add_contact(self, email: str, firstname: str = "", lastname: str = "", company: str = "") -> str:
        """A colleague makes a contact by hand; its id."""
        values = {"email": email.strip().lower(), "firstname": firstname, "lastname": lastname, "company": company}
        given = {name: value for name, value in values.items() if value}
        self._check(given, None)
        return self._make(given, PEOPLE).id

    @act
    def edit_contact(self, contact_id: str, name: str, value: str = "") -> None:
        """A colleague writes a property by hand."""
        record = self._find(contact_id, "")
        self._check({name: value}, record)
        self._write(record, {name: value}, PEOPLE)

    @act
    def merge(self, contact_id: str, other_id: str) -> str:
        """A colleague merges two contacts into one, which gets a new id; the old ones lead nowhere."""
        first, second = self._find(contact_id, ""), self._find(other_id, "")
        merged = self._make({}, PEOPLE)
        merged.values = {**second.values, **first.values, "hs_object_id": merged.id}
        merged.history = {**second.history, **first.history}
        merged.others = [*first.others, *second.others, *filter(None, [second.values.get("email")])]
        merged.hutk = first.hutk or second.hutk
        for gone in (first, second):
            del self.state.contacts[gone.id]
        return merged.id

    @act
    def archive(self, contact_id: str) -> None:
        """A colleague deletes a contact; it lies in the recycle bin."""
        self._find(contact_id, "").is_archived = True

    @act
    def appear(self, email: str) -> None:
        """Have somebody make a contact with this address just before the next attempt to make one."""
        self.state.about_to_appear.append(email)

    @act
    def remove_property(self, name: str) -> None:
        """A colleague deletes a property, with its values."""
        self.state.properties.pop(name, None)
        for record in self.state.contacts.values():
            record.values.pop(name, None)

    @act
    def see_page(self, hutk: str, url: str) -> None:
        """HubSpot's script on the public site sees a page."""
        self.state.pages.setdefault(hutk, []).append(url)

    @act
    def forget_cookie(self, hutk: str) -> None:
        """HubSpot knows nothing of a cookie any more."""
        self.state.stale_cookies.append(hutk)

    @act
    def block_domain(self, domain: str) -> None:
        """Somebody sets the form to take no addresses of a domain."""
        self.state.blocked_domains.append(domain)

    @act
    def contact_of(self, email: str) -> dict[str, Any] | None:
        """What a colleague sees of the contact with an address: its id, its values and the pages joined to it."""
        self._work_through_forms()
        record = self._with_address(email)
        if record is None:
            return None
        return {"id": record.id, "values": record.plain(), "pages": self.state.pages.get(record.hutk, [])}

    # --- Inside

    def _said(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = request.get_json()
        return found

    def _values(self, request: Request) -> dict[str, str]:
        values: dict[str, str] = dict(self._said(request)["properties"])
        if "email" in values:
            values["email"] = values["email"].strip().lower()
        return values

    def _find(self, key: str, by: str) -> Record:
        """The contact meant. Raises: Problem."""
        if by in {"", "hs_object_id"}:
            record = self.state.contacts.get(key)
        elif by == "email":
            record = self._with_address(key)
        elif self.state.properties.get(by, {}).get("hasUniqueValue"):
            having = [each for each in self.state.contacts.values() if each.values.get(by) == key]
            record = having[0] if having else None
        else:
            raise Problem(400, f"{by} is not a unique property.")
        if record is None or record.is_archived:
            raise Problem(404, "resource not found")
        return record

    def _with_address(self, email: str) -> Record | None:
        wanted = email.strip().lower()
        for record in self.state.contacts.values():
            if not record.is_archived and wanted in record.addresses():
                return record
        return None

    def _check(self, values: dict[str, str], record: Record | None) -> None:
        """All that is wrong with some values at once. Raises: Problem."""
        wrong = {
            name: code
            for name, value in values.items()
            if (code := complaint_about(name, value, self.state.properties.get(name)))
        }
        for name, value in values.items():
            if name not in wrong and value and self.state.properties[name].get("hasUniqueValue"):
                others = [each for each in self.state.contacts.values() if each is not record and not each.is_archived]
                if any(each.values.get(name) == value for each in others):
                    wrong[name] = "CONFLICTING_UNIQUE_VALUE"
        if wrong:
            told = [
                {"isValid": False, "message": "not valid", "error": code, "name": name} for name, code in wrong.items()
            ]
            raise Problem(
                400,
                f"Property values were not valid: {json.dumps(told)}",
                errors=[
                    {"message": "not valid", "code": code, "context": {"propertyName": [name]}}
                    for name, code in wrong.items()
                ],
            )
        holder = self._with_address(values["email"]) if values.get("email") else None
        if holder is not None and holder is not record:
            raise Problem(409, f"Contact already exists. Existing ID: {holder.id}")

    def _make(self, values: dict[str, str], source: str) -> Record:
        self.state.last_id += 1
        record = Record(str(self.state.last_id))
        self.state.contacts[record.id] = record
        self._write(record, {"hs_object_id": record.id, "createdate": _moment(self.clock.time()), **values}, source)
        return record

    def _write(self, record: Record, values: dict[str, str], source: str) -> None:
        now = self.clock.time()
        for name, value in values.items():
            if record.values.get(name, "") != value:
                record.values[name] = value
                record.history.setdefault(name, []).append(Value(value, now, source))
        record.values["lastmodifieddate"] = _moment(now)

    def _shown(self, record: Record, names: tuple[str, ...]) -> dict[str, Any]:
        """A contact as an answer: of the values asked for, those that exist; one without value is null."""
        asked = {*names, "hs_object_id", "createdate", "lastmodifieddate"}
        known = [name for name in asked if name in self.state.properties]
        return {
            "id": record.id,
            "properties": {name: record.values.get(name) or None for name in known},
            "createdAt": record.values["createdate"],
            "updatedAt": record.values["lastmodifieddate"],
            "archived": record.is_archived,
        }

    def _let_appear(self, email: str) -> None:
        if email in self.state.about_to_appear:
            self.state.about_to_appear.remove(email)
            self._make({"email": email, "firstname": "Somebody"}, PEOPLE)

    def _form_problem(self, kind: str, where: str) -> Problem:
        return Problem(
            400,
            "The request is not valid",
            code="VALIDATION_ERROR",
            errors=[{"message": f"Error in '{where}'", "errorType": kind}],
        )

    def _work_through_forms(self) -> None:
        """Do what submissions lead to, once their time has come."""
        for submission in self.state.submissions:
            if submission.is_done or submission.due > self.clock.time():
                continue
            submission.is_done = True
            email = submission.values["email"]
            record = self._with_address(email) or self._make({"email": email}, FORM)
            record.hutk = submission.context.get("hutk", "") or record.hutk


def _listed(request: Request, name: str) -> list[str]:
    return [each for part in request.args.getlist(name) for each in part.split(",") if each]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
