"""Another signing key, under load: no request fails, and old tokens are good until they expire."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from vireo_auth.rotation import NotRetired, rotate
from vireo_auth.storage.keys import KeyTable
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.tokens import Signer
from vireo_testing.mariadb import TestDatabase

CREDENTIALS = {"username": "ada_l", "password": "correct horse battery"}


def key_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_no_request_fails_while_keys_rotate(
    running_service: Any, body: Any, key_table: KeyTable, clean_tables: TestDatabase
) -> None:
    # As many places for password hashes as there are users here, whichever process they meet.
    auth = running_service("auth", VIREO_WEB_WORKERS="2", VIREO_WEB_THREADS="8")
    catalog = running_service("catalog", VIREO_WEB_WORKERS="2")
    assert auth.request("GET", "/readyz").status_code == 200
    assert auth.request("POST", "/sign_up", json=body()).status_code == 200
    stop = threading.Event()

    def use(number: int) -> tuple[set[int], set[str]]:
        statuses, kids = set(), set()
        with requests.Session() as session:
            while not stop.is_set():
                signed = session.post(f"{auth.url}/sign_in", json=CREDENTIALS, timeout=30)
                assert signed.status_code == 200, signed.text
                token = signed.json()["response"]["vtoken"]
                listed = session.get(
                    f"{catalog.url}/me/videos", headers={"Authorization": token}, timeout=30
                )
                # Ids of keys that nobody has must not hide the new one from whoever verifies.
                forged = jwt.encode({"sub": "1"}, "k" * 32, headers={"kid": f"x{number}"})
                session.post(f"{catalog.url}/upload", headers={"Authorization": forged}, timeout=30)
                statuses |= {signed.status_code, listed.status_code}
                kids.add(key_of(token))
        return statuses, kids

    signing_key = clean_tables.secrets_dir / "token_signing_key.pem"
    with ThreadPoolExecutor(4) as pool:
        users = [pool.submit(use, number) for number in range(4)]
        try:
            rotated = [rotate(signing_key, key_table) for _ in range(2)]
        finally:
            stop.set()
        outcomes = [user.result() for user in users]

    assert set.union(*(statuses for statuses, _ in outcomes)) == {200}
    assert set.union(*(kids for _, kids in outcomes)) >= set(rotated[:1])


def test_a_rotation_that_was_interrupted_is_carried_on(
    key_table: KeyTable, clean_tables: TestDatabase
) -> None:
    signing_key = clean_tables.secrets_dir / "token_signing_key.pem"
    waiting = signing_key.with_name("token_signing_key.next.pem")
    signing_key.rename(waiting)
    expected = waiting.read_text()

    key_id = rotate(signing_key, key_table)

    assert signing_key.read_text() == expected
    assert not waiting.exists()
    assert clean_tables.query("SELECT KeyID, RetiredAt FROM SigningKeys") == ((key_id, None),)


def test_two_rotations_at_once(key_table: KeyTable, clean_tables: TestDatabase) -> None:
    signing_key = clean_tables.secrets_dir / "token_signing_key.pem"
    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(lambda _: rotate(signing_key, key_table), range(2)))
    assert len(ids) == 2
    current = clean_tables.query("SELECT KeyID FROM SigningKeys WHERE RetiredAt IS NULL")
    assert len(current) == 1
    assert signing_key.stat().st_mode & 0o777 == 0o400


def test_retired_keys_go_when_their_last_token_has_expired(
    key_table: KeyTable, clean_tables: TestDatabase
) -> None:
    signing_key = clean_tables.secrets_dir / "token_signing_key.pem"
    first = rotate(signing_key, key_table)
    second = rotate(signing_key, key_table)
    age = "UPDATE SigningKeys SET RetiredAt = RetiredAt - INTERVAL %s MINUTE"
    clean_tables.query(age, (179,))
    key_table.sweep()
    assert len(clean_tables.query("SELECT 1 FROM SigningKeys")) == 2
    clean_tables.query(age, (12,))
    key_table.sweep()
    assert clean_tables.query("SELECT KeyID FROM SigningKeys") == ((second,),)
    assert first != second


def test_a_database_that_goes_at_the_last_step(
    key_table: KeyTable, auth_database: Database, clean_tables: TestDatabase
) -> None:
    signing_key = clean_tables.secrets_dir / "token_signing_key.pem"
    first = rotate(signing_key, key_table)

    class Leaving(KeyTable):
        def retire_others(self, signer: Signer) -> None:
            raise Failure(Code.UNAVAILABLE)

    with pytest.raises(NotRetired) as caught:
        rotate(signing_key, Leaving(auth_database))
    assert str(caught.value) == Signer(signing_key.read_text()).key_id != first
    last = rotate(signing_key, key_table)
    current = clean_tables.query("SELECT KeyID FROM SigningKeys WHERE RetiredAt IS NULL")
    assert current == ((last,),)
