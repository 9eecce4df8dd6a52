"""What is in a payload, what does an edit of it mean, and which form does the reviewer get?"""

from approvals.payload.amounts import Unit, is_currency_key, unit_at
from approvals.payload.canonical import canonical, digest, leaf_count, same
from approvals.payload.changes.comparison import Change, comparison
from approvals.payload.changes.differences import patch
from approvals.payload.changes.sentences import Disagreement, disagreements
from approvals.payload.display import Shown, in_words
from approvals.payload.form.faults import Fault
from approvals.payload.form.form import Bound, PayloadForm, build_form
from approvals.payload.form.guard import assert_edit_allowed
from approvals.payload.instants import in_readers_zone
from approvals.payload.pointers import ABSENT, check_locked, find
from approvals.payload.renderers.registry import Rendering, rendering_of
from approvals.payload.schema.compiling import check_schema
from approvals.payload.schema.unchecked import unchecked_patterns
from approvals.payload.schema.validation import validate
from approvals.payload.shapes import alike

__all__ = [
    "ABSENT",
    "Bound",
    "Change",
    "Disagreement",
    "Fault",
    "PayloadForm",
    "Rendering",
    "Shown",
    "Unit",
    "alike",
    "assert_edit_allowed",
    "build_form",
    "canonical",
    "check_locked",
    "check_schema",
    "comparison",
    "digest",
    "disagreements",
    "find",
    "in_readers_zone",
    "in_words",
    "is_currency_key",
    "leaf_count",
    "patch",
    "rendering_of",
    "same",
    "unchecked_patterns",
    "unit_at",
    "validate",
]
