"""The client's token has expired: nobody is asked for a password, and one program renews it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import jwt
import pytest

from vireo_client import Client, SignInNeeded, Tokens
from vireo_client.token_file import TokenFile
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import Person


def expired(runtime: Runtime, token: str) -> str:
    """The same token as it will be in three hours."""
    key = (runtime.data / "secrets" / "token_signing_key.pem").read_text()
    claims = jwt.decode(token, options={"verify_signature": False})
    old = {**claims, "iat": claims["iat"] - 20_000, "exp": int(time.time()) - 1}
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(old, key, algorithm="EdDSA", headers={"kid": kid})


@pytest.fixture
def file(runtime: Runtime, person: Person, tmp_path: Path) -> TokenFile:
    """A session whose token has expired, where ``vireo`` looks for it."""
    file = TokenFile(tmp_path / "vireo" / "session.json", person.url, person.name)
    with Client(person.url, store=file) as client:
        client.sign_in(person.name, person.password)
    kept = file.load()
    assert kept is not None
    file.save(Tokens(expired(runtime, kept.token), kept.refresh_token))
    return file


def test_an_upload_renews_the_token(file: TokenFile, clips: Library) -> None:
    before = file.load()
    with Client(file.url, store=file) as client, Client(file.url, store=file) as other:
        hash_path = client.upload(clips.path("plain.mp4"), "Renewed")
        assert client.wait(hash_path).state == "ready"
        # The other one still has the old token in its hands, and takes what the first has kept.
        assert [row.thumbnail for row in other.list_my_videos()] == [hash_path]
        assert other.token == client.token
    assert before is not None
    after = file.load()
    assert after is not None
    assert before.token != after.token
    assert before.refresh_token != after.refresh_token


def test_the_command_line_renews_and_keeps_it(file: TokenFile, tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    before = json.loads(file.path.read_text())
    for _ in range(2):
        command = [sys.executable, "-m", "vireo_client", "videos"]
        subprocess.run(command, env=environment, check=True, timeout=60)
    after = json.loads(file.path.read_text())
    assert after["token"] != before["token"]
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_session_that_was_ended_elsewhere(file: TokenFile, person: Person) -> None:
    person.client.end_other_sessions()
    with Client(file.url, store=file) as client, pytest.raises(SignInNeeded):
        client.show_me()
