"""Views people keep of the grid: what one holds, and every change to one. Pages and API call these."""

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.fields import one_line
from accounts.models import User
from activity.record import record
from workstreams import columns, events
from workstreams.errors import CannotKeepView, NameTaken
from workstreams.filters import ME, WorkStreamFilter, asks, read
from workstreams.models import SavedView
from workstreams.tenancy import require

LONGEST_NAME = 80
LONGEST_QUERY = 8000
MOST_VIEWS = 100


def canonical(query: str, *, user: User) -> str:
    """A grid's address as a view keeps it: what this person may ask, in one way of writing, with order and columns.

    An address that names no columns means those this person looks at. What is not known is left out.

    Raises: CannotKeepView for what is too long.
    """
    if len(query) > 2 * LONGEST_QUERY:
        raise CannotKeepView("This asks more than a view can keep. Take some filters away.")
    asked = QueryDict(query.removeprefix("?"))
    reading = read(WorkStreamFilter(asked, user=user, now=timezone.now()))
    named = columns.known(columns.split(asked.getlist("columns")))
    address = replace(reading.address, columns=",".join(named))
    text = replace(address, columns=",".join(columns.shown(address, user.grid_columns))).in_full
    if len(text) > LONGEST_QUERY:
        raise CannotKeepView("This asks more than a view can keep. Take some filters away.")
    return text


def asked_of(view: SavedView, overlay: QueryDict) -> QueryDict:
    """What an address asks that opens a view: the view's own question unless the address has one of its own."""
    if asks(overlay):
        return overlay
    asked = QueryDict(view.query, mutable=True)
    for name in ("sort", "columns"):
        if overlay.getlist(name):
            asked.setlist(name, overlay.getlist(name))
    return asked


def is_changed(view: SavedView, present: str, *, reader: User) -> bool:
    """Whether the present question, written in full, is another than the one the view holds."""
    held = QueryDict(view.query)
    own_id = str(reader.public_id)
    # Whoever opens a view that names themselves as lead reads “me”.
    pairs = sorted((k, ME if k == "lead" and v == own_id else v) for k, vs in held.lists() for v in vs)
    return pairs != sorted((k, v) for k, vs in QueryDict(present).lists() for v in vs)


@transaction.atomic
def save_view(*, actor: User, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a question of the grid under a name (R91). Keeping the same under the same name again changes nothing.

    Raises: NotAllowed; NameTaken; CannotKeepView.
    """
    require(actor, Can.SEARCH_GRID)
    # Whoever saves twice at once waits here for themselves.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    name, query = _name(name), canonical(query, user=actor)
    own = SavedView.objects.filter(owner=actor)
    same = own.filter(name__iexact=name).first()
    if same is not None:
        if (same.name, same.query, same.is_shared) == (name, query, is_shared):
            return same
        raise _taken(same.name)
    if own.count() >= MOST_VIEWS:
        raise CannotKeepView(f"You keep {MOST_VIEWS} views already. Delete one that you no longer need.")
    try:
        with transaction.atomic():
            view = SavedView.objects.create(owner=actor, name=name, query=query, is_shared=is_shared)
    except IntegrityError as error:  # two spellings that only the database takes for one
        raise _taken(name) from error
    if is_shared:
        record(events.VIEW_SHARED, actor=actor, data={"name": name})
    return view


@transaction.atomic
def rename_view(*, view: SavedView, actor: User, name: str) -> SavedView:
    """Give one's own view another name.

    Raises: NotAllowed; NameTaken; CannotKeepView; SavedView.DoesNotExist for one the actor may not know of.
    """
    view = _own(view, actor)
    name = _name(name)
    if view.name == name:
        return view
    same = SavedView.objects.filter(owner=actor, name__iexact=name).exclude(pk=view.pk).first()
    if same is not None:
        raise _taken(same.name)
    try:
        with transaction.atomic():
            view.name = name
            view.save(update_fields=["name"])
    except IntegrityError as error:
        raise _taken(name) from error
    _tell_of_change(view, actor)
    return view


@transaction.atomic
def replace_view(*, view: SavedView, actor: User, query: str) -> SavedView:
    """Let one's own view hold another question.

    Raises: NotAllowed; CannotKeepView; SavedView.DoesNotExist for one the actor may not know of.
    """
    view = _own(view, actor)
    query = canonical(query, user=actor)
    if view.query == query:
        return view
    view.query = query
    view.save(update_fields=["query"])
    _tell_of_change(view, actor)
    return view


@transaction.atomic
def share_view(*, view: SavedView, actor: User) -> SavedView:
    """Show one's own view to every colleague. “Me” in it is whoever opens it.

    Raises: NotAllowed; SavedView.DoesNotExist for one the actor may not know of.
    """
    return _share(view, actor, is_shared=True)


@transaction.atomic
def unshare_view(*, view: SavedView, actor: User) -> SavedView:
    """Keep one's own view to oneself again.

    Raises: NotAllowed; SavedView.DoesNotExist for one the actor may not know of.
    """
    return _share(view, actor, is_shared=False)


@transaction.atomic
def delete_view(*, view: SavedView, actor: User) -> None:
    """Delete one's own view; administrators may delete a shared one. Gone already changes nothing.

    Raises: NotAllowed.
    """
    require(actor, Can.SEARCH_GRID)
    found = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=view.pk).first()
    if found is None:
        return
    if found.owner_id != actor.pk and not actor.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"“{found.name}” is a view of {found.owner}: only they or an administrator can delete it.")
    if found.is_shared:
        record(events.VIEW_DELETED, actor=actor, data={"name": found.name, "owner": found.owner.display_name})
    found.delete()


@transaction.atomic
def choose_columns(*, actor: User, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Remember which columns this person looks at, in their order; none means the usual ones again.

    Raises: NotAllowed.
    """
    require(actor, Can.SEARCH_GRID)
    keys = columns.known(keys)
    actor.grid_columns = ",".join(keys)
    actor.save(update_fields=["grid_columns"])
    return keys or columns.USUAL


def _own(view: SavedView, actor: User) -> SavedView:
    require(actor, Can.SEARCH_GRID)
    view = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=view.pk)
    if view.owner_id != actor.pk:
        raise NotAllowed(f"“{view.name}” is a view of {view.owner}: save it under a name of your own to change it.")
    return view


def _share(view: SavedView, actor: User, *, is_shared: bool) -> SavedView:
    view = _own(view, actor)
    if view.is_shared == is_shared:
        return view
    view.is_shared = is_shared
    view.save(update_fields=["is_shared"])
    record(events.VIEW_SHARED if is_shared else events.VIEW_WITHDRAWN, actor=actor, data={"name": view.name})
    return view


def _tell_of_change(view: SavedView, actor: User) -> None:
    if view.is_shared:
        record(events.VIEW_CHANGED, actor=actor, data={"name": view.name})


def _name(name: str) -> str:
    name = one_line(name)
    if not name:
        raise CannotKeepView("Give the view a name.")
    if len(name) > LONGEST_NAME:
        raise CannotKeepView(f"The name is too long: at most {LONGEST_NAME} characters.")
    return name


def _taken(name: str) -> NameTaken:
    return NameTaken(
        f"You have a view called “{name}” already. Choose another name, or open that view and save it there."
    )
