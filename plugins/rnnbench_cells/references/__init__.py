"""Plain loops over steps, typed from the papers, that the fast forms of cells are held against.

Each function maps a cell and inputs, (B, T, I), to outputs, (B, T, H), from the initial state.
"""
