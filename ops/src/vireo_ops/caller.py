"""The caller's environment: VIREO_* variables and the data folder."""

import os
from pathlib import Path

from vireo_common.settings import PREFIX
from vireo_ops.layout import CHECKOUT
from vireo_ops.settings import Settings, read_env_file


def variables() -> dict[str, str]:
    """The caller's VIREO_* variables; empty ones count as unset, since make passes them on."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name != "VIREO_DATA" and value
    }


def data_folder() -> Path:
    """The folder that holds all state: VIREO_DATA, or `data` in the checkout."""
    return Path(os.environ.get("VIREO_DATA") or CHECKOUT / "data")


def settings() -> Settings:
    """The settings that `make up` from this environment would use.

    Raises:
        OperationError: names every invalid variable.
    """
    file = data_folder() / "config" / "vireo.env"
    lasting = read_env_file(file) if file.exists() else {}
    return Settings.parse({**lasting, **variables()})
