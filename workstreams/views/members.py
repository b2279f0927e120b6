"""The members panel: looking through it, inviting, and what its menus do. Every button works without script."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.capabilities import Can
from accounts.http import PortalRequest, own_path
from accounts.models import User
from workstreams import invitations, membership, people
from workstreams.errors import Closed, TooManyInvitations
from workstreams.forms import InviteForm, MembersForm
from workstreams.models import Invitation, Membership, WorkStream
from workstreams.tenancy import capabilities_of, require


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def members(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Another page of the panel (R84), or inviting people, which answers with what became of each address (R75).

    Without htmx a page turns to the whole WorkStream page, and inviting answers with a page of its own.
    """
    workstream = _fetch(request, public_id)
    if request.method == "POST":
        return _invite(request, workstream)
    if request.htmx:
        return _panel(request, workstream)
    return redirect(_tab(workstream, **MembersForm.pages_in(request.GET)))


@require_http_methods(["GET", "POST"])
def who_invites(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Whether every member of the client may invite, or the owner alone (A20)."""
    workstream = _fetch(request, public_id)
    if request.method == "POST":
        allowed = request.POST.get("members_may_invite") == "yes"
        workstream = membership.let_members_invite(workstream=workstream, actor=request.user, allowed=allowed)
        who = "Every member" if allowed else "Only the owner"
        return _done(request, workstream, f"{who} of {workstream.organization.name} may invite people now.")
    return redirect(_tab(workstream))


@require_http_methods(["GET", "POST"])
def remove(request: PortalRequest, public_id: UUID, person_id: UUID) -> HttpResponse:
    """Taking somebody off, after a page that says what it means (A35)."""
    workstream = _fetch(request, public_id)
    person = _member(request, workstream, person_id)
    needed = Can.REMOVE_TEAM_PEOPLE if person.is_team else Can.REMOVE_CLIENT_PEOPLE
    require(request.user, needed, workstream)
    if request.method == "GET":
        return _ask(request, workstream, "remove", person)
    if membership.remove(workstream=workstream, actor=request.user, person=person):
        messages.success(request, f"{person.display_name} is not on this WorkStream any more.")
    return redirect(_back(request, workstream))


@require_http_methods(["GET", "POST"])
def make_owner(request: PortalRequest, public_id: UUID, person_id: UUID) -> HttpResponse:
    """Handing over what the owner may, after a page that says what it means (A35)."""
    workstream = _fetch(request, public_id)
    require(request.user, Can.TRANSFER_OWNERSHIP, workstream)
    person = _member(request, workstream, person_id)
    if request.method == "GET":
        return _ask(request, workstream, "make_owner", person)
    membership.transfer(workstream=workstream, actor=request.user, to=person)
    messages.success(request, f"{person.display_name} is WorkStream Owner.")
    return redirect(_back(request, workstream))


@require_http_methods(["GET", "POST"])
def leave(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Going oneself, after a page that says what it means."""
    workstream = _fetch(request, public_id)
    if request.method == "GET":
        return _ask(request, workstream, "leave", request.user)
    if membership.leave(workstream=workstream, actor=request.user):
        messages.success(request, f"You left “{workstream.name}”.")
    return redirect(_back(request, workstream) if request.user.is_internal else reverse("home"))


@require_http_methods(["GET", "POST"])
def send_again(request: PortalRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Another mail with a new link; the old one dies."""
    workstream = _fetch(request, public_id)
    require(request.user, Can.INVITE_CLIENT_PEOPLE, workstream)
    if request.method == "GET":
        return redirect(_tab(workstream))
    invitation = invitations.send_again(invitation=_invitation(request, workstream, invitation_id), actor=request.user)
    said = f"A new invitation is on its way to {invitation.email}. The link of the former one does not work any more."
    return _done(request, workstream, said)


@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Taking an invitation back."""
    workstream = _fetch(request, public_id)
    require(request.user, Can.INVITE_CLIENT_PEOPLE, workstream)
    if request.method == "GET":
        return redirect(_tab(workstream))
    invitation = invitations.withdraw(invitation=_invitation(request, workstream, invitation_id), actor=request.user)
    return _done(
        request, workstream, f"The invitation of {invitation.email} is withdrawn; its link does not work any more."
    )


def _invite(request: PortalRequest, workstream: WorkStream) -> HttpResponse:
    require(request.user, Can.INVITE_CLIENT_PEOPLE, workstream)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _answer(request, workstream, status=422, invite_form=form)
    try:
        results = invitations.invite(
            workstream=workstream, actor=request.user, addresses=form.cleaned_data["addresses"]
        )
    except (Closed, TooManyInvitations) as refusal:
        form.add_error("addresses", refusal.message)
        return _answer(request, workstream, status=422, invite_form=form)
    again = [result.address for result in results if result.outcome == invitations.Outcome.NOT_VALID]
    form = InviteForm(initial={"addresses": "\n".join(again)})
    return _answer(request, _fetch(request, workstream.public_id), results=results, invite_form=form)


def _fetch(request: PortalRequest, public_id: UUID) -> WorkStream:
    workstream: WorkStream = get_object_or_404(
        WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id
    )
    return workstream


def _member(request: PortalRequest, workstream: WorkStream, person_id: UUID) -> User:
    """Somebody who is on it, or whom a colleague may look up: taking off somebody twice is harmless."""
    rows = Membership.objects.visible_to(request.user).filter(workstream=workstream).select_related("user")
    found = rows.filter(user__public_id=person_id).first()
    if found is not None:
        return found.user
    person: User = get_object_or_404(User.objects.visible_to(request.user), public_id=person_id)
    return person


def _invitation(request: PortalRequest, workstream: WorkStream, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("workstream")
    invitation: Invitation = get_object_or_404(rows, workstream=workstream, public_id=invitation_id)
    return invitation


def _ask(request: PortalRequest, workstream: WorkStream, act: str, person: User) -> HttpResponse:
    context = {
        "workstream": workstream,
        "act": act,
        "person": person,
        "is_team": person.is_team,
        "is_owner": workstream.owner_id == person.pk,
        "is_lead": workstream.lead_id == person.pk,
        "back": _back(request, workstream),
    }
    return render(request, "workstreams/member_act.html", context)


def _done(request: PortalRequest, workstream: WorkStream, said: str) -> HttpResponse:
    """After a button of the panel: the panel with what was said for htmx, the page it stood on for everybody else."""
    if request.htmx:
        return _panel(request, workstream, said=said)
    messages.success(request, said)
    return redirect(_back(request, workstream))


def _answer(request: PortalRequest, workstream: WorkStream, *, status: int = 200, **context: Any) -> HttpResponse:
    """After inviting: the panel, or a page around it."""
    if request.htmx:
        return _panel(request, workstream, status=status, **context)
    return _panel(request, workstream, status=status, template="workstreams/members.html", **context)


def _panel(
    request: PortalRequest,
    workstream: WorkStream,
    *,
    status: int = 200,
    template: str = "workstreams/_members.html",
    **context: Any,
) -> HttpResponse:
    rights = capabilities_of(request.user, workstream)
    found = people.panel(workstream, viewer=request.user, rights=rights, **MembersForm.pages_in(request.GET))
    context = {"invite_form": InviteForm(), "back": _back(request, workstream), **found, **context}
    return render(request, template, context, status=status)


def _back(request: PortalRequest, workstream: WorkStream) -> str:
    """The page the button stood on: the WorkStream's, or a tab of its administration screen."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return own_path(wanted) or _tab(workstream)


def _tab(workstream: WorkStream, **pages: int) -> str:
    query: dict[str, str | int] = {"tab": "members", **pages}
    return f"{workstream.get_absolute_url()}?{urlencode(query)}#members"
