"""What TaskTracker's API says no with."""


class Refusal(Exception):
    """The API refuses a request: a status and a message, turned into text by api.py."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ApiError(Exception):
    """A request failed. No HomeAssistantError, so callers see `unknown_error`, as with the real integration."""
