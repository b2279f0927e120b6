"""Telling people by mail: a queue in the database that workers empty."""
