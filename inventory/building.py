"""What building a wheel adds to setuptools: message catalogues and front-end files, which git ignores.

Runs where the package is built; knows nothing of Django. An editable installation leaves both to `make install`.
"""

import sys
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent.parent


class BuildWhole(build_py):  # type: ignore[misc]  # it has no stubs
    """A package that can be served as it is installed. Raises NoAssets where the front-end files cannot be had."""

    def run(self) -> None:
        if not self.editable_mode:
            # The builder loads this file alone, and knows nothing of the tree around it.
            sys.path.insert(0, str(ROOT))
            from inventory.locale.compile import compile_all
            from inventory.ui import assets

            compile_all(ROOT / "inventory" / "locale")
            assets.fetch()
        super().run()
