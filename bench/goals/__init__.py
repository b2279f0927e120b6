"""The goals: one module for each family."""
