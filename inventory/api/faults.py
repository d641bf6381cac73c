"""What the API answers in the place of what was asked for."""

from typing import Any


class Refused(Exception):
    """An answer other than success: its status, and a sentence or {field: [sentences]}."""

    def __init__(self, status: int, told: Any) -> None:
        super().__init__(status)
        self.status = status
        self.told: dict[str, Any] = told if isinstance(told, dict) else {"detail": told}
