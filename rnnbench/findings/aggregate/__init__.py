"""What a run says over all its conditions."""
