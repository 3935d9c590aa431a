"""By what mails are counted."""

import pytest

from vireo_auth.core.addresses import mailbox_of
from vireo_auth.core.mails import Addressee, Purpose

IMPORTANT = [Purpose.UNDO, Purpose.PASSWORD, Purpose.UNDONE, Purpose.EXPORT, Purpose.DELETION]


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada@EXAMPLE.org", "ada@example.org"),
        ("ada+x@example.org", "ada@example.org"),
        ("ADA+x+y@example.org", "ada@example.org"),
        ("ada+@example.org", "ada@example.org"),
        ("+x@example.org", "+x@example.org"),
        ("a.da@example.org", "a.da@example.org"),
        ("ada@xn--exmple-cua.org", "ada@exämple.org"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_one_mailbox(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


@pytest.mark.parametrize("purpose", IMPORTANT)
def test_what_matters_has_no_end_where_it_is_proven(purpose: Purpose) -> None:
    (budget,) = Addressee("ada@example.org", 7, True, "192.0.2.1").budgets(purpose, 60)
    assert "7" in budget.whose
    assert budget.most > 1_000_000
    others = Addressee("ada+x@example.org", 8, False, "192.0.2.1").budgets(purpose, 60)
    assert budget.whose not in {other.whose for other in others}


def test_spellings_and_accounts_share_what_is_not_proven() -> None:
    one = list(Addressee("ada+x@example.org", 7, False, "").budgets(Purpose.VERIFY, 60))
    two = list(Addressee("ADA+y@example.org", 8, False, "").budgets(Purpose.VERIFY, 60))
    shared = {budget.whose for budget in one} & {budget.whose for budget in two}
    assert shared == {"mailbox:ada@example.org", "mailbox:ada@example.org in all"}


@pytest.mark.parametrize(
    ("verified", "purpose", "counted"),
    [
        (False, Purpose.VERIFY, True),
        (False, Purpose.PASSWORD, True),
        (True, Purpose.RESET, True),
        (True, Purpose.PASSWORD, False),
    ],
)
def test_when_an_origin_counts(verified: bool, purpose: Purpose, counted: bool) -> None:
    found = Addressee("ada@example.org", 7, verified, "192.0.2.1").budgets(purpose, 60)
    assert ("origin:192.0.2.1" in {budget.whose for budget in found}) == counted
