"""Archives of people's data: asked for over HTTP, served, expired, gone with their channel."""

import stat
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vireo_testing.answers import outcome

WAITING = (202, {"state": "waiting"})


def told(answer: Any) -> tuple[int, Any]:
    return answer.status_code, answer.json["response"]


def test_asking_commits_a_row_with_a_job_once(archives: Any) -> None:
    token = archives.person()
    first = archives.ask(token)
    assert told(first) == WAITING
    assert first.headers["Retry-After"] == "2"
    assert first.headers["Cache-Control"] == "no-store, private"
    assert told(archives.ask(token)) == WAITING
    ((name, state, _, _),) = archives.rows()
    assert state == "waiting"
    jobs = archives.stage.clean.query("SELECT Kind, Subject FROM Jobs WHERE Queue = 'export'")
    assert jobs == (("export", name),)


def test_many_at_once_begin_one(archives: Any) -> None:
    token = archives.person()
    with ThreadPoolExecutor(10) as many:
        answers = list(many.map(archives.ask, [token] * 20))
    assert {answer.status_code for answer in answers} == {202}
    assert len(archives.rows()) == 1
    assert [kind for kind, _, _ in archives.stage.jobs()].count("export") == 1


def test_many_at_once_replace_an_expired_one_once(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.make()
    archives.stage.clean.query("UPDATE Exports SET ExpiresAt = NOW(3)")
    with ThreadPoolExecutor(10) as many:
        answers = list(many.map(archives.ask, [token] * 20))
    assert {answer.status_code for answer in answers} == {202}
    assert [row[1] for row in archives.rows()] == ["waiting"]
    assert [kind for kind, _, _ in archives.stage.jobs()].count("export") == 1


def test_the_archive_is_served_to_its_person_alone(archives: Any) -> None:
    token, other = archives.person(), archives.person("Eve")
    archives.ask(token)
    archives.make()

    ((name, state, file_name, size),) = archives.rows()
    path = archives.stage.paths.export(name)
    assert (state, file_name, size) == ("ready", "vireo-Ada.zip", path.stat().st_size)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    answer = archives.ask(token)
    assert answer.status_code == 200
    assert answer.data == b"", "the bytes are the gateway's"
    assert answer.headers["X-Accel-Redirect"] == f"/_exports/{name}.zip"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="vireo-Ada.zip"'
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert archives.ask(token).headers["X-Accel-Redirect"] == answer.headers["X-Accel-Redirect"]
    assert archives.may_read(name, answer.headers["X-Vireo-Grant"], token) == 200

    stranger = archives.ask(other)
    assert told(stranger) == WAITING
    assert "X-Accel-Redirect" not in stranger.headers
    assert outcome(archives.ask("")) == (400, "token_missing")


def test_only_its_grant_lets_the_gateway_send_it(archives: Any) -> None:
    token, other = archives.person(), archives.person("Eve")
    grants = {}
    for each in (token, other):
        archives.ask(each)
        archives.make()
        grants[each] = archives.ask(each).headers["X-Vireo-Grant"]
    names = {each: grants[each].split(".")[3] for each in grants}
    grant, name = grants[token], names[token]
    assert {row[0] for row in archives.rows()} == set(names.values())
    assert archives.may_read(name, grant, token) == 200

    assert archives.may_read(name, grant, other) == 403, "another account"
    assert archives.may_read(name, grant, "") == 403, "no account"
    assert archives.may_read(names[other], grant, token) == 403, "another archive"
    assert archives.may_read(name, grants[other], token) == 403
    assert archives.may_read(name, "", token) == 403
    assert archives.may_read(name, grant[:-1] + ("0" if grant[-1] != "0" else "1"), token) == 403
    later = grant.replace(grant.split(".")[6], str(int(grant.split(".")[6]) + 3600))
    assert archives.may_read(name, later, token) == 403, "a later time is another grant"
    archives.stage.clean.query("DELETE FROM Sessions")
    assert archives.may_read(name, grant, token) == 403, "the session has ended"


def test_its_grant_is_good_for_moments(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.make()
    expires = int(archives.ask(token).headers["X-Vireo-Grant"].split(".")[6])
    assert 0 < expires - time.time() <= 30


def test_its_owner_is_notified_once(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.ask(token)
    ((channel_id,),) = archives.stage.clean.query("SELECT ChannelID FROM Exports")
    [event] = archives.stage.published_events()
    assert event == {"kind": "data_export_requested", "channel_id": channel_id}


def test_an_expired_one_is_forgotten_and_made_anew(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.make()
    ((first, _, _, _),) = archives.rows()
    archives.stage.clean.query("UPDATE Exports SET ExpiresAt = NOW(3)")

    assert told(archives.ask(token)) == WAITING
    ((second, _, _, _),) = archives.rows()
    assert first != second
    archives.make()
    archives.sweep_later()
    assert archives.stage.left() == {f"exports/{second}.zip"}

    archives.stage.clean.query("UPDATE Exports SET ExpiresAt = NOW(3) - INTERVAL 59 SECOND")
    archives.sweep_later()
    assert archives.stage.left() == {f"exports/{second}.zip"}, "somebody may have begun"
    archives.stage.clean.query("UPDATE Exports SET ExpiresAt = NOW(3) - INTERVAL 61 SECOND")
    archives.sweep_later()
    assert (archives.stage.left(), archives.rows()) == (set(), [])


def test_it_expires_when_the_setting_says(archives: Any) -> None:
    archives.ask(archives.person())
    archives.make()
    found = archives.stage.clean.query(
        "SELECT TIMESTAMPDIFF(SECOND, MadeAt, ExpiresAt), AskedAt <= MadeAt FROM Exports"
    )
    assert found == ((3600, 1),)


def test_a_lost_file_is_made_anew(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.make()
    for path in archives.stage.paths.exports.iterdir():
        path.unlink()
    assert told(archives.ask(token)) == WAITING
    archives.make()
    assert archives.ask(token).status_code == 200


def test_it_goes_with_its_channel(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    archives.make()
    archives.stage.clean.query("DELETE FROM Channels")
    assert outcome(archives.ask(token)) == (400, "token_invalid")
    assert archives.rows() == []
    archives.sweep_later()
    assert archives.stage.left() == set()


def test_one_that_can_not_be_made_has_failed_and_may_be_asked_for_again(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    job = archives.jobs.claim()
    archives.stage.files.staging.export_part(job.subject, "another").write_text("half")
    archives.exporter().give_up(job, "OSError")
    assert [row[1] for row in archives.rows()] == ["failed"]
    assert archives.stage.left() == set()

    assert told(archives.ask(token)) == WAITING
    ((name, state, _, _),) = archives.rows()
    assert name != job.subject
    assert state == "waiting"
    archives.make()
    assert archives.ask(token).status_code == 200
