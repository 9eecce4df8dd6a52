"""One request: what is proposed, what a person corrects and decides, and where it stands."""
