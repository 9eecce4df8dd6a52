"""Does this condition hold for this proposal? CEL expressions that end, and that say yes or no or nothing."""

from approvals.conditions.compiling import LONGEST, VARIABLES, check
from approvals.conditions.evaluation import Answer, evaluate
from approvals.conditions.mistakes import InvalidCondition

__all__ = ["LONGEST", "VARIABLES", "Answer", "InvalidCondition", "check", "evaluate"]
