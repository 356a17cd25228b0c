"""Mails made by chance: nothing that hangs on one is lost, however it is written or broken."""

import pytest

from tests.accuracy.mails import made, reports


def test_a_hundred_mails_are_accounted_for() -> None:
    assert [report for report in reports(100, seed=2) if report.faults] == []


@pytest.mark.slow
def test_a_thousand_mails_are_accounted_for() -> None:
    assert [report for report in reports(1000, seed=3) if report.faults] == []


def test_the_account_knows_of_broken_and_of_whole_mails() -> None:
    accounts = [made(number)[1] for number in range(200)]
    broken = sum(account.broken for account in accounts)
    assert 40 < broken < 100
    assert sum(len(account.items) for account in accounts) > 300
    assert sum(account.reasons.total() for account in accounts) > 40
    assert sum(account.passed_over for account in accounts) > 100
