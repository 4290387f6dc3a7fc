"""A library with its articles' files and conversations as one checked file, and back again, wherever that is."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.backup.archive import is_backup
    from index.backup.restoring import RestoreReport, restore_backup
    from index.backup.writing import BackupReport, back_up
else:
    __getattr__ = face(
        __name__,
        archive="is_backup",
        restoring="RestoreReport restore_backup",
        writing="BackupReport back_up",
    )

__all__ = ["BackupReport", "RestoreReport", "back_up", "is_backup", "restore_backup"]
