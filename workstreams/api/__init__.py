"""The WorkStreams' part of the API: grid and own list, one WorkStream with its actions, members, saved views."""
