"""What does a person see, and what do they post? Views load, ask, call the lifecycle and render."""
