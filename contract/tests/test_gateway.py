"""The gateway's configuration answers what the contract says."""

import json
import re

from vireo_common.errors import STATUS, Code
from vireo_contract.__main__ import CHECKOUT
from vireo_contract.document import build, service_applications
from vireo_contract.gateway import ANSWERS, error_variables

GATEWAY = CHECKOUT / "gateway"
CONFIGURATION = {
    path.name: path.read_text() for path in [GATEWAY / "nginx.conf", *GATEWAY.glob("*.template")]
}


def test_every_answer_of_nginx_is_one_of_the_contracts() -> None:
    returned = [
        (name, int(status), said)
        for name, text in CONFIGURATION.items()
        for status, said in re.findall(r"return ([45]\d\d) \$vireo_error_(\w+);", text)
    ]
    assert {said for _, _, said in returned} == ANSWERS.keys()
    for name, status, said in returned:
        assert status == ANSWERS[said].status, f"{name}: {said}"


def test_no_other_file_has_a_sentence() -> None:
    having = {name for name, text in CONFIGURATION.items() if '"error"' in text}
    assert having == {"error_variables.conf.template"}


def test_the_variables_hold_the_envelope() -> None:
    text = error_variables().replace("${VIREO_MAX_UPLOAD_BYTES}", "5")
    found = dict(re.findall(r"map \"\" \$vireo_error_(\w+) \{ default '(.*)\\n'; \}", text))
    assert found.keys() == ANSWERS.keys()
    # In quotes nginx reads these otherwise than JSON does.
    assert not [name for name, said in found.items() if set(said) & set("'$\\")]
    said = {name: json.loads(each)["response"] for name, each in found.items()}
    assert said["not_found"] == {
        "error": "not_found",
        "message": "There is nothing at this address.",
    }
    assert said["too_large"]["limit"] == 1 << 20
    assert said["video_too_large"]["limit"] == 5


def test_every_refusal_of_an_upload_has_its_status() -> None:
    with service_applications() as applications:
        paths = applications["media"].api_doc["paths"]
    documented = {int(status) for status in paths["/upload/v/{hash_path}"]["post"]["responses"]}
    before_the_body = {status for status in documented if status >= 400} - {
        # These can be said when the bytes are there, and not before.
        STATUS[Code.UNSUPPORTED_MEDIA],
        STATUS[Code.REQUEST_TIMEOUT],
    }
    handled = re.findall(
        r"if \(\$vireo_refusal_status = (\d+)\) \{\s+return \1 \$vireo_refusal;",
        CONFIGURATION["uploads.conf.template"],
    )
    assert {int(status) for status in handled} == before_the_body | {STATUS[Code.UNAVAILABLE]}


def test_what_an_address_answers_is_what_the_document_says() -> None:
    """For methods that nginx refuses before it knows the location (TRACE)."""
    text = CONFIGURATION["methods.conf.template"]
    lines = re.findall(r'^    (?:"~(\S+)"|(/\S+)) "([A-Z, ]+)";$', text, re.MULTILINE)
    assert len(lines) > 5
    assert '    default "GET, HEAD";' in text
    for path, operations in build()["paths"].items():
        address = re.sub(r"\{[a-z_]+\}", "abcdefg", path)
        found = [allow for pattern, exact, allow in lines if exact == address] or [
            allow for pattern, _, allow in lines if pattern and re.search(pattern, address)
        ]
        methods = {name.upper() for name in operations if name != "parameters"}
        wanted = methods | ({"HEAD"} if "GET" in methods else set())
        assert set((found[0] if found else "GET, HEAD").split(", ")) == wanted, path
