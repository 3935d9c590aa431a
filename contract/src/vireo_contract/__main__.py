"""`python -m vireo_contract`: writes what is generated from the contract.

With `--check` nothing is written: exit status 1 where the files and the code say different things.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from vireo_contract.document import build
from vireo_contract.gateway import Json, error_variables

CHECKOUT = Path(__file__).resolve().parents[3]


def texts(document: Json) -> dict[str, str]:
    """The generated files, by their paths in the checkout."""
    return {
        # A line for each value, and no spaces before it, which were a third of the file.
        "docs/openapi.json": json.dumps(document, indent=0, ensure_ascii=False) + "\n",
        "gateway/error_variables.conf.template": error_variables(),
    }


def problems(document: Json) -> list[str]:
    """What is not valid in an OpenAPI 3.1 document, one line for each place."""
    return [
        f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]


def main(arguments: Sequence[str], checkout: Path = CHECKOUT) -> int:
    """Write or check the files; the exit status."""
    parser = argparse.ArgumentParser(prog="vireo_contract", description="The API document.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    given = parser.parse_args(arguments)
    for name in [name for name in os.environ if name.startswith("VIREO_")]:
        # Whoever runs this has settings of their own, which no document depends on.
        del os.environ[name]
    document = build()
    stale = {
        name: text for name, text in texts(document).items() if not _says(checkout / name, text)
    }
    if stale and given.check:
        print(
            f"{' and '.join(stale)} differ from the code. Generate them with: make openapi",
            file=sys.stderr,
        )
        return 1
    if wrong := problems(document):
        print("The API document is not valid OpenAPI 3.1:", *wrong, sep="\n  ", file=sys.stderr)
        return 1
    for name, text in stale.items():
        (checkout / name).write_text(text, encoding="utf-8")
    print(f"openapi: valid; {'wrote ' + ', '.join(stale) if stale else 'nothing has changed'}")
    return 0


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
