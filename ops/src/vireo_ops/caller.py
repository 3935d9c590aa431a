"""What the person at the keyboard has set: VIREO_* variables and the data folder."""

import os
from pathlib import Path

from vireo_common.settings import PREFIX
from vireo_ops.layout import CHECKOUT
from vireo_ops.settings import Settings, read_env_file


def variables() -> dict[str, str]:
    """The caller's VIREO_* variables; empty ones count as not set, as make hands them on."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name != "VIREO_DATA" and value
    }


def data_folder() -> Path:
    """The folder that holds all state: VIREO_DATA, or `data` in the checkout."""
    return Path(os.environ.get("VIREO_DATA") or CHECKOUT / "data")


def settings() -> Settings:
    """The settings that a start from here would use.

    Raises:
        OperationError: names every variable that is wrong.
    """
    file = data_folder() / "config" / "vireo.env"
    lasting = read_env_file(file) if file.exists() else {}
    return Settings.parse({**lasting, **variables()})
