from django.urls import path

from chat import views
from chat.live import views as live
from chat.search import views as search

app_name = "chat"
urlpatterns = [
    path("workstreams/<uuid:public_id>/chat/", views.messages, name="messages"),
    path("workstreams/<uuid:public_id>/notes/", views.notes, name="notes"),
    path("workstreams/<uuid:public_id>/chat/<int:number>/edit/", views.edit_message, name="edit_message"),
    path("workstreams/<uuid:public_id>/chat/<int:number>/remove/", views.remove_message, name="remove_message"),
    path("workstreams/<uuid:public_id>/notes/colleagues/", views.colleagues, name="colleagues"),
    path("workstreams/<uuid:public_id>/notes/<int:number>/edit/", views.edit_note, name="edit_note"),
    path("workstreams/<uuid:public_id>/notes/<int:number>/remove/", views.remove_note, name="remove_note"),
    path("workstreams/<uuid:public_id>/chat/read/", views.read, name="read"),
    path("workstreams/<uuid:public_id>/chat/unread/", views.mark_unread, name="mark_unread"),
    path("workstreams/<uuid:public_id>/chat/seen/", views.seen, name="seen"),
    path("workstreams/<uuid:public_id>/chat/writing/", views.writing, name="writing"),
    path("workstreams/<uuid:public_id>/chat/looking/", views.looking, name="looking"),
    path("workstreams/<uuid:public_id>/chat/ask-to-reopen/", views.ask_to_reopen, name="ask_to_reopen"),
    path("unread/", views.next_unread, name="next_unread"),
    path("search/", search.search, name="search"),
    # Everything below /live/ is served by the ASGI side (config.asgi).
    path("live/workstreams/<uuid:public_id>/", live.messages, name="live"),
    path("live/workstreams/<uuid:public_id>/team/", live.team, name="live_team"),
]
