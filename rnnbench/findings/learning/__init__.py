"""What trainings say: conditions, cells compared under them, memory spans."""
