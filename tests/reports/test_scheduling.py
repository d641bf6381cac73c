"""Reports that are made by themselves: when they are due, where they go, what is told when it goes wrong."""

from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from inventory.services import write
from reports import scheduling
from reports.models import ReportRun, ReportSchedule, RunState
from reports.scheduling import last_due, make_due
from tests.factories import DepartmentFactory, DeviceFactory, TownFactory

HERE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def scheduled(**changes: Any) -> ReportSchedule:
    given = {"name": "weekly", "report": "coverage", "cadence": "weekly", "day": 1, "hour": 7, "folder": "weekly"}
    with write.unit(write.SYSTEM) as unit:
        return unit.create(ReportSchedule(**given | changes))


@pytest.mark.parametrize(
    ("cadence", "day", "hour", "now", "due"),
    [
        # 23 November 2026 is a Monday.
        ("weekly", 1, 7, "2026-11-24T06:00", "2026-11-23T07:00"),
        ("weekly", 1, 7, "2026-11-23T06:59", "2026-11-16T07:00"),
        ("weekly", 1, 7, "2026-11-23T07:00", "2026-11-23T07:00"),
        ("weekly", 7, 0, "2026-11-23T12:00", "2026-11-22T00:00"),
        ("monthly", 28, 7, "2026-11-24T12:00", "2026-10-28T07:00"),
        ("monthly", 28, 7, "2027-03-01T12:00", "2027-02-28T07:00"),
        ("monthly", 1, 23, "2026-11-01T12:00", "2026-10-01T23:00"),
        ("daily", 1, 7, "2026-11-24T06:00", "2026-11-23T07:00"),
    ],
)
def test_the_last_time_it_was_due(cadence: str, day: int, hour: int, now: str, due: str) -> None:
    assert last_due(ReportSchedule(cadence=cadence, day=day, hour=hour), at(now)) == at(due)


@pytest.fixture
def folders(db: None, settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    settings.REPORTS_DIR = tmp_path / "scheduled"
    DeviceFactory()
    return tmp_path / "scheduled"


def test_what_is_due_is_made_once_and_again_a_week_later(folders: Path) -> None:
    scheduled()
    counts = [len(list(make_due(at(now)))) for now in ("2026-11-24T08:00", "2026-11-24T09:00", "2026-11-30T07:30")]
    assert counts == [1, 0, 1]
    names = sorted(file.name for file in (folders / "weekly").iterdir())
    assert names == ["coverage-2026-11-24.xlsx", "coverage-2026-11-30.xlsx"]
    run = ReportRun.objects.latest("pk")
    assert (run.made_by, run.state, run.owner) == ("weekly", RunState.DONE, None)
    assert ReportSchedule.objects.get().last_run == run


def test_weeks_that_were_missed_are_made_up_for_once(folders: Path) -> None:
    scheduled()
    assert len(list(make_due(at("2026-11-02T08:00")))) == 1
    assert len(list(make_due(at("2026-11-24T08:00")))) == 1
    assert ReportRun.objects.count() == 2


class Killed(BaseException):
    """What no process sees coming."""


def test_one_whose_process_was_killed_is_made_by_the_next_and_told_after_the_third(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled()

    def killed(_run: ReportRun) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(scheduling, "perform", killed)
        for minute in (0, 15):
            with pytest.raises(Killed):
                list(make_due(at(f"2026-11-24T08:{minute:02}")))
    assert len(list(make_due(at("2026-11-24T08:30")))) == 1
    assert list(make_due(at("2026-11-24T08:45"))) == []
    states = list(ReportRun.objects.order_by("pk").values_list("state", flat=True))
    assert states == [RunState.FAILED, RunState.FAILED, RunState.DONE]
    monkeypatch.setattr(scheduling, "perform", killed)
    for minute in (0, 15, 30):
        with pytest.raises(Killed):
            list(make_due(at(f"2026-11-30T08:{minute:02}")))
    assert list(make_due(at("2026-11-30T08:45"))) == []
    assert ReportSchedule.objects.get().last_fault == "It was stopped before it was done."
    assert list(make_due(at("2026-11-30T09:00"))) == [] and ReportRun.objects.count() == 6


def test_one_that_is_being_made_is_not_begun_by_another_timer(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled()
    meanwhile: list[ReportSchedule] = []
    make = scheduling.perform

    def slowly(run: ReportRun) -> None:
        meanwhile.extend(make_due(at("2026-11-24T08:15")))
        make(run)

    monkeypatch.setattr(scheduling, "perform", slowly)
    assert len(list(make_due(at("2026-11-24T08:00")))) == 1
    assert meanwhile == [] and ReportRun.objects.count() == 1


def test_what_was_made_while_the_clock_was_a_year_ahead_holds_nothing_up(folders: Path) -> None:
    scheduled()
    for now in ("2027-11-29T08:00", "2026-11-24T08:00"):
        assert len(list(make_due(at(now)))) == 1
    assert list(make_due(at("2026-11-24T08:15"))) == []


def test_one_that_is_not_enabled_rests(folders: Path) -> None:
    scheduled(enabled=False)
    assert list(make_due(at("2026-11-24T08:00"))) == []


def test_two_timers_at_once_make_it_once(folders: Path) -> None:
    one = scheduled()
    seen_by_both = ReportSchedule.objects.get(pk=one.pk)
    now = at("2026-11-24T08:00")
    assert scheduling._claim(one, now)
    assert not scheduling._claim(seen_by_both, now)


def test_it_goes_by_mail_with_the_workbook(folders: Path, settings: Any) -> None:
    settings.MAIL_URL = "smtp://mail.example"
    scheduled(folder="", recipients="a@example.org, b@example.org", department=DepartmentFactory(name="财政局"))
    (done,) = make_due(at("2026-11-24T08:00"))
    assert done.last_fault == ""
    (message,) = mail.outbox
    assert message.to == ["a@example.org", "b@example.org"] and message.subject == "weekly 2026-11-24"
    name, octets, _kind = message.attachments[0]
    assert name == "coverage-2026-11-24-财政局.xlsx" and octets[:2] == b"PK"


def test_without_a_mail_server_it_says_which_setting_is_missing(folders: Path) -> None:
    scheduled(recipients="a@example.org")
    (done,) = make_due(at("2026-11-24T08:00"))
    assert "TAIZHANG_MAIL" in done.last_fault
    assert mail.outbox == [] and len(list((folders / "weekly").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_told(folders: Path) -> None:
    folders.write_text("a file where the folder should be")
    scheduled()
    (done,) = make_due(at("2026-11-24T08:00"))
    assert done.last_fault.startswith("Cannot write to") and done.last_run is not None


def test_a_report_that_is_no_more_is_told(folders: Path) -> None:
    scheduled(report="gone")
    (done,) = make_due(at("2026-11-24T08:00"))
    assert "gone" in done.last_fault and ReportRun.objects.count() == 0


def test_the_command_ends_with_a_fault_when_one_went_wrong(folders: Path) -> None:
    scheduled(recipients="a@example.org")
    out = StringIO()
    with pytest.raises(CommandError, match="1 scheduled"):
        call_command("report", due=True, stdout=out)
    assert "weekly: No mail server" in out.getvalue()
    call_command("report", due=True, stdout=out)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"folder": ""}, "must go somewhere"),
        ({"folder": "/etc"}, "leading"),
        ({"folder": "a/../.."}, "leading"),
        ({"folder": "a//b"}, "leading"),
        ({"day": 8}, "1 to 7"),
        ({"cadence": "monthly", "day": 29}, "1 to 28"),
        ({"hour": 24}, "0 to 23"),
        ({"recipients": "a@example.org, nobody"}, "valid email"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_in_words(db: None, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        scheduled(**changes)


def test_a_town_and_a_department_exclude_each_other(db: None) -> None:
    with pytest.raises(ValidationError, match="not both"):
        scheduled(town=TownFactory(), department=DepartmentFactory())
