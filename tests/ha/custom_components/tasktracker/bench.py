"""The parts of the integration, held together: kept in `hass.data`."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .answers import Answers
from .api import Api
from .const import DOMAIN
from .ledger import Ledger


@dataclass
class Bench:
    """One instance for each run of Home Assistant."""

    api: Api
    answers: Answers
    ledger: Ledger


BENCH: HassKey[Bench] = HassKey(DOMAIN)


def bench_of(hass: HomeAssistant) -> Bench:
    return hass.data[BENCH]
