"""Who is who: Home Assistant's users by the names that TaskTracker knows them under."""

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant

from .seed import USERS


def username_of(user: User | None) -> str | None:
    """A user is mapped by name; one whom the household does not know is mapped to nobody."""
    name = (user.name or "").lower() if user is not None else ""
    return name if name in USERS else None


async def caller_of(hass: HomeAssistant, context: Context) -> str | None:
    if context.user_id is None:
        return None
    return username_of(await hass.auth.async_get_user(context.user_id))


async def available_users(hass: HomeAssistant) -> dict[str, list]:
    mapped = {username_of(user): user for user in await hass.auth.async_get_users()}
    known = [name for name in USERS if name in mapped]
    return {
        "users": known,
        "enhanced_users": [
            {"username": name, "display_name": mapped[name].name, "ha_user_id": mapped[name].id} for name in known
        ],
    }
