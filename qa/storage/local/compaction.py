"""A library written anew without what was removed from it.

Removal takes an article out of every answer at once, but its words stay in the files: as terms of the lexical index,
as vectors of a snapshot, in the log of the database. So what is stored is copied into a new generation, both indexes
are made from that, and the old generation is deleted whole, with whatever else lies about: nothing can be overlooked,
and no process can write back what it still remembers. Readers go on in the old one until they see the new one. Killed
at any moment, one of them is in force, and the next compaction, change or `doctor` deletes the other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from qa.datatypes import ProgressCallback
from qa.files import make_private
from qa.storage.local import folder as folders
from qa.storage.local.generation import Generation
from qa.storage.local.rebuild import check_room, complete
from qa.storage.local.store import Store

CHEAP_PASSAGES = 10_000  # up to here it takes about a second (15,600 on two busy cores: 1.9 s): after each removal
# Beyond, and after changes, it is done when so much has gone that the work is small beside what was written meanwhile.
GONE_PASSAGES = 1000
GONE_SHARE = 0.2


def is_due(store: Store, *, removed: bool) -> bool:
    """Whether to compact now, at the end of a change; `removed`: it has taken articles out, not only replaced them."""
    gone = store.removals()
    if not gone:
        return False
    held = store.size().passages
    return gone > GONE_PASSAGES + GONE_SHARE * held or (removed and held <= CHEAP_PASSAGES)


def compacted(library: Path, old: Generation, progress: ProgressCallback) -> Generation:
    """The same articles, passages, vectors and revision in a new generation, complete, checked and not yet in force.

    The caller holds the writer lock. Raises LibraryError when the disk has no room for both; then nothing has changed.
    """
    folders.delete_others(library)
    check_room(library, old, "Compacting")
    folder = folders.generation_folder(library, folders.next_name(library))
    make_private(folder)
    try:
        old.store.copy_to(folder / "library.db").close()
        new = Generation(folder)
        complete(old.store, new, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return new


def has_removed_text(library: Path, generation: Generation) -> bool:
    """Whether words of articles that were removed or replaced may still be in the files of a library."""
    return generation.store.removals() > 0 or bool(unfinished_files(library))


def unfinished_files(library: Path) -> list[Path]:
    """What a rebuild, a compaction or an export that was killed has left; an unfinished rebuild can be gone on with."""
    kept = (folders.current_name(library), folders.unfinished_name(library))
    names = [name for name in folders.generation_names(library) if name not in kept]
    left = [folders.generation_folder(library, name) for name in names]
    return left + [path for path in library.rglob("*.partial") if not any(folder in path.parents for folder in left)]


def delete(paths: list[Path]) -> None:
    """Delete files and folders; what somebody else keeps open may have to stay, where the system says so."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
