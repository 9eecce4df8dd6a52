"""What does the demo bring? People, agents, policies, and four worked cases for people to decide."""

from approvals.seeds.demo import Seeded, seed

__all__ = ["Seeded", "seed"]
