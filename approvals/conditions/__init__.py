"""Does this condition hold for this proposal? A CEL expression that always ends, with yes, no or no answer."""

from approvals.conditions.compiling import LONGEST, VARIABLES, check
from approvals.conditions.evaluation import Answer, evaluate
from approvals.conditions.mistakes import InvalidCondition

__all__ = ["LONGEST", "VARIABLES", "Answer", "InvalidCondition", "check", "evaluate"]
