"""Aggregates over all conditions of a run."""
