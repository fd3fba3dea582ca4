"""What measurements of time and memory say."""
