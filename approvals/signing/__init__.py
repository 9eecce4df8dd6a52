"""What does a person sign with a decision, and with what do they show that it is they?

Every decision has a manifest. A critical one takes a proof of its own, used once: the password or a code typed with it,
or a passkey that signs the manifest (docs/rules.md: each-signing-takes-its-own-proof).
"""

from approvals.signing.checking import Signed, is_critical, objection, question, sign
from approvals.signing.manifest import Draft, words_of
from approvals.signing.passkeys import Ways, facts_of, settled, ways_of
from approvals.signing.proofs import Assertion, Proof, Retyped, SignedIn, retyped

__all__ = [
    "Assertion",
    "Draft",
    "Proof",
    "Retyped",
    "Signed",
    "SignedIn",
    "Ways",
    "facts_of",
    "is_critical",
    "objection",
    "question",
    "retyped",
    "settled",
    "sign",
    "ways_of",
    "words_of",
]
