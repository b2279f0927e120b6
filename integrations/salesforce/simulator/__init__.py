"""Salesforce's side, on this machine."""
