"""Salesforce: read-only. A WorkStream is tied to its opportunity, whose stage its milestone follows (R99-R104, A36)."""
