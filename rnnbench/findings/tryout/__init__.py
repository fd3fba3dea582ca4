"""What is found on a user's own file: each cell beside the best baseline."""
