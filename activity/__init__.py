"""The record of everything that happened: the Activity tab, the audit trail and the source of every delivery.

`activity.record.record` writes an event; `activity.registry.registry` knows every verb and what follows from it.
"""
