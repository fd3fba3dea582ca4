"""Cells whose state is a matrix a head, to which values are written under keys."""
