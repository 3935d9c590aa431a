"""``make rotate-keys``: tokens and grants are signed with other keys, and nobody notices."""

import requests

from vireo_ops.rotation import rotate_keys
from vireo_ops.runtime import Runtime
from vireo_testing.person import Person


def key_ids(url: str) -> list[str]:
    """The ids of the keys that tokens are verified with, the newest last."""
    keys = requests.get(f"{url}/.well-known/jwks.json", timeout=30).json()["keys"]
    return [key["kid"] for key in keys]


def test_rotate_keys(runtime: Runtime, person: Person) -> None:
    before = key_ids(person.url)

    assert rotate_keys(runtime) == 0

    after = key_ids(person.url)
    assert after[:-1] == before
    assert person.get("/me").status_code == 200
    old = person.token
    person.sign_in()
    for token in (old, person.token):
        announced = requests.post(
            f"{person.url}/upload",
            json={"title": "x", "description": ""},
            headers={"Authorization": token},
            timeout=30,
        )
        assert announced.status_code == 200
    # The key of a rotation outlives a start, and belongs to the user who runs the services.
    runtime.up()
    person.sign_in()
    assert key_ids(person.url) == after
