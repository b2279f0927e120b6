"""The addresses of the chat part of the API."""

from django.urls import path

from chat import api
from chat.search import api as search_api

urlpatterns = [
    path("messages/search/", search_api.SearchMessagesView.as_view(), name="messages_search"),
    path("notes/search/", search_api.SearchNotesView.as_view(), name="notes_search"),
    path("workstreams/<uuid:public_id>/chat/", api.ChatView.as_view(), name="chat"),
    path("workstreams/<uuid:public_id>/chat/ask-to-reopen/", api.AskToReopenView.as_view(), name="ask_to_reopen"),
    path("workstreams/<uuid:public_id>/messages/", api.MessagesView.as_view(), name="messages"),
    path("workstreams/<uuid:public_id>/messages/<int:number>/", api.MessageView.as_view(), name="message"),
    path("workstreams/<uuid:public_id>/messages/read/", api.ReadMessagesView.as_view(), name="messages_read"),
    path("workstreams/<uuid:public_id>/messages/unread/", api.MarkUnreadView.as_view(), name="messages_unread"),
    path("workstreams/<uuid:public_id>/messages/readers/", api.ReadersView.as_view(), name="messages_readers"),
    path("workstreams/<uuid:public_id>/notes/", api.NotesView.as_view(), name="notes"),
    path("workstreams/<uuid:public_id>/notes/<int:number>/", api.NoteView.as_view(), name="note"),
    path("workstreams/<uuid:public_id>/notes/read/", api.ReadNotesView.as_view(), name="notes_read"),
]
