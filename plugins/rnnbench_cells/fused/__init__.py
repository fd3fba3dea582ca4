"""Loops over time in C++ for gated cells."""
