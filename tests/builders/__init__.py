"""What several tests are built from: suites, trials, results, and commands that are typed."""
