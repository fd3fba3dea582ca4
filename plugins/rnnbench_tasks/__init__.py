"""First-party tasks. Each family is a plugin of its own, so that a trial imports the family of its
task alone."""
