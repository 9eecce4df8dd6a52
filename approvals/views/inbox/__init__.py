"""The inbox: which requests wait for this person, in which tab, in which order."""
