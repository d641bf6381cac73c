"""Static files as they are served: compressed and with their hash in the name once collected, else as they are.

Tests and `runserver` need no collecting; a server always collects first (`manage.py serve`).
"""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the library has no types
    """WhiteNoise's storage, which before collecting gives the plain name."""

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
