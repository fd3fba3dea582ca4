"""First-party tasks, with a plugin for each family, so that a trial imports only the family of its
task."""
