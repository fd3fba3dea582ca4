"""Statistics: estimates, intervals and tests of a few numbers. They know nothing of results."""
