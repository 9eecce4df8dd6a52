"""How does Django itself write moments, as in the admin? As `audit.clock.in_words` does."""
