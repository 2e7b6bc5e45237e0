"""Whose conversations are where, for a server without the page."""

from __future__ import annotations

from qa.accounts.admission import Admission, folder_of
from qa.accounts.identity import Identity
from qa.api.services import KeptOf
from qa.conversations.database import NAME
from qa.conversations.store import Conversations
from qa.files import make_private


def conversations_of(kept: Conversations, admission: Admission) -> KeptOf:
    """`kept` is the local person's; each user's are in a folder of their own, as the page has them."""

    def kept_of(identity: Identity) -> Conversations:
        if not identity.name:
            return kept
        folder = folder_of(kept.path, admission.accounts.get(identity.name).id)
        make_private(folder)
        return Conversations(folder / NAME)

    return kept_of
