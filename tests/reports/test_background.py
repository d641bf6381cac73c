"""Reports in the background: a row, a process with a lock, progress, a kept file, and how each ending is told."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from inventory.models import Role, User
from inventory.services import write
from inventory.services.write import Actor
from reports import background, history
from reports.models import ReportRun, RunState
from tests.conftest import ROOT
from tests.factories import DepartmentFactory, DeviceFactory
from tests.pages.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def asked(report: str = "register", **more: Any) -> ReportRun:
    parameters = more.pop("parameters", {"lang": "en"})
    with history.ask(report, as_of=DAY, actor=Actor("p"), parameters=parameters, **more) as (run, lock):
        assert lock is not None
        return run


def asked_by(user: User) -> ReportRun:
    with history.ask("register", as_of=DAY, actor=Actor(user.username, user=user), parameters={}) as (run, _lock):
        return run


def test_a_report_is_made_with_its_file_its_preview_and_its_hash(var: Path) -> None:
    device = DeviceFactory(purchased_on=date(2020, 1, 1))
    run = asked()
    with history.held(run):
        background.perform(run)
    run.refresh_from_db()
    assert (run.state, run.progress, run.fault) == (RunState.DONE, 100, "")
    file = history.workbook_of(run)
    assert file.parent == var / "reports" and run.kept not in run.file_name
    assert run.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    shown = json.loads(history.preview_file(run).read_text(encoding="utf-8"))
    names = [sheet.title for sheet in openpyxl.load_workbook(file).worksheets]
    assert [sheet["name"] for sheet in shown["sheets"]] == names
    assert shown["sheets"][0]["rows"][0][0] == device.asset_tag
    assert not history.lock_file(run).exists()


def test_kept_files_are_for_the_account_that_serves_alone(var: Path) -> None:
    asked()
    assert history.folder().stat().st_mode & 0o077 == 0


def test_a_report_of_a_department_asks_for_that_department_and_its_parameters() -> None:
    department = DepartmentFactory(name="财政局")
    run = asked("budget", department=department, parameters={"lang": "zh", "year": 2028, "fill": True, "odd": 1})
    request = background.request_of(run)
    assert (request.scope.department, request.scope.town) == (department, None)
    assert (request.year, request.fill, request.as_of) == (2028, True, DAY)
    background.perform(run)
    run.refresh_from_db()
    assert run.parameters == {
        "lang": "zh", "scope": "财政局", "year": 2028, "unit": "财政局", "preparer": "", "reviewer": "", "fill": True
    }  # fmt: skip
    assert run.file_name == "budget-2028-2026-11-24-财政局-to-standard.xlsx"


def test_a_fault_of_the_program_is_told_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> None:
        raise KeyError("column")

    monkeypatch.setattr(background, "fill", broken)
    run = background.perform(asked())
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "KeyError: 'column'" in run.fault and run.kept == ""
    assert list(history.folder().iterdir()) == []
    assert "report run" in caplog.text


def test_a_full_disk_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(background, "fill", full)
    assert background.perform(asked()).fault == "The file could not be written: No space left on device"


def test_one_whose_process_lives_goes_on_and_one_whose_process_is_gone_has_failed() -> None:
    run = asked()
    with history.held(run):
        assert history.settle(run).state == RunState.RUNNING
    assert history.settle(run).state == RunState.FAILED
    run.refresh_from_db()
    assert run.fault == "It was stopped before it was done."


def test_what_a_killed_process_had_begun_to_write_goes_with_it() -> None:
    run, other = asked(), asked("coverage")
    begun = [history.folder() / f".{one.kept}-1a2b3c4d.xlsx" for one in (run, other)]
    for file in begun:
        file.touch()
    history.settle(run)
    assert not begun[0].exists() and begun[1].exists()


def test_who_asks_alike_joins_what_is_being_made_and_who_asks_otherwise_does_not() -> None:
    department = DepartmentFactory()
    same: dict[str, Any] = {"as_of": DAY, "actor": Actor("q"), "parameters": {"lang": "en", "year": 2028}}
    others: list[dict[str, Any]] = [
        {"as_of": DAY + timedelta(days=1)},
        {"department": department},
        {"town": department.town},
        {"parameters": {"lang": "zh", "year": 2028}},
        {"parameters": {"lang": "en", "year": 2027}},
    ]
    with history.ask("budget", **same) as (first, lock):
        assert lock is not None
        with history.ask("budget", **same) as (again, none):
            assert again == first and none is None
        assert history.settle(first).state == RunState.RUNNING
        for name, other in [("coverage", {}), *(("budget", other) for other in others)]:
            with history.ask(name, **same | other) as (run, own):
                assert run != first and own is not None
        assert ReportRun.objects.count() == 1 + 1 + len(others)
    assert len(list(history.folder().glob("*.lock"))) == ReportRun.objects.count(), "the second left nothing"
    with history.ask("budget", **same) as (anew, lock):
        assert anew != first and lock is not None, "what was stopped is made anew"


def test_of_two_at_the_same_moment_the_database_lets_one_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    going = history._going

    def late(key: str) -> ReportRun | None:
        looks.append(key)
        return going(key) if len(looks) > 2 else None

    monkeypatch.setattr(history, "_going", late)
    same: dict[str, Any] = {"as_of": DAY, "actor": Actor("q"), "parameters": {"lang": "en"}}
    with history.ask("register", **same) as (first, _lock), history.ask("register", **same) as (second, none):
        assert second == first and none is None and len(looks) == 3
    row = ReportRun(report="register", made_at=timezone.now(), data_date=DAY, state=RunState.RUNNING)
    row.asked = first.asked
    with pytest.raises(IntegrityError), write.unit(Actor("q")):
        row.save()


def test_one_that_ended_between_two_looks_has_not_failed() -> None:
    DeviceFactory()
    seen_before = asked()
    background.perform(ReportRun.objects.get(pk=seen_before.pk))
    assert history.settle(seen_before).state == RunState.DONE


def test_the_lock_lives_as_long_as_the_process_that_was_given_it() -> None:
    run = asked()
    waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with history.held(run) as lock:
        child = subprocess.Popen(waiting, stdin=subprocess.PIPE, pass_fds=(lock.fileno(),))
    try:
        assert history.settle(run).state == RunState.RUNNING
    finally:
        child.kill()
        child.wait()
        assert child.stdin is not None
        child.stdin.close()
    assert history.settle(run).state == RunState.FAILED


def test_the_bar_moves_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    DeviceFactory()
    told: list[int] = []
    monkeypatch.setattr(background, "INTERVAL_S", 0)
    monkeypatch.setattr(background, "STEP", 1)
    monkeypatch.setattr(history, "tell", lambda _run, percent: told.append(percent))
    background.perform(asked())
    assert told == sorted(set(told)) and told[0] < background.READ < told[-1] <= background.WRITTEN


def test_a_removed_file_is_gone_and_the_line_says_who_removed_it() -> None:
    planner = make_user("planner", Role.PLANNER)
    run = background.perform(asked_by(planner))
    assert run.state == RunState.DONE and history.may_remove(planner, run)
    file = history.workbook_of(run)
    history.remove(run, planner)
    run.refresh_from_db()
    assert not file.exists() and history.preview_of(run) is None
    assert (run.kept, run.removed_by) == ("", "planner") and run.removed_at is not None and run.sha256
    assert not history.may_remove(planner, run)


def made_ago(days: int) -> ReportRun:
    run = background.perform(asked())
    run.made_at -= timedelta(days=days)
    with write.unit(write.SYSTEM) as unit:
        unit.update(run)
    return run


def test_files_are_kept_as_long_as_the_settings_say_and_the_line_says_that_one_was_let_go(settings: Any) -> None:
    settings.KEEP_REPORTS_DAYS = 30
    old, young = made_ago(31), made_ago(29)
    files = [history.workbook_of(old), history.preview_file(old)]
    assert all(file.exists() for file in files)
    assert history.let_go(timezone.now()) == 1
    assert not any(file.exists() for file in files) and history.workbook_of(young).exists()
    old.refresh_from_db()
    assert (
        (old.kept, old.removed_by, old.state) == ("", "", RunState.DONE) and old.removed_at is not None and old.sha256
    )
    shown = client_of(make_user("planner", Role.PLANNER)).get(reverse("report_run_detail", args=[old.pk]))
    assert "was let go on" in shown.content.decode()
    assert history.let_go(timezone.now()) == 0


def test_without_a_number_of_days_files_are_kept_for_ever(settings: Any) -> None:
    settings.KEEP_REPORTS_DAYS = 0
    assert history.workbook_of(made_ago(9999)).exists() and history.let_go(timezone.now()) == 0


def test_the_tick_of_the_schedules_lets_old_files_go(settings: Any) -> None:
    settings.KEEP_REPORTS_DAYS = 30
    run, out = made_ago(31), StringIO()
    call_command("report", "--due", stdout=out)
    run.refresh_from_db()
    assert run.kept == "" and "1 files" in out.getvalue()


def test_a_file_goes_by_its_owner_or_an_administrator() -> None:
    owner, other = make_user("owner", Role.DIRECTOR), make_user("other", Role.PLANNER)
    run = background.perform(asked_by(owner))
    assert history.may_remove(make_user("admin", Role.ADMINISTRATOR), run)
    assert not history.may_remove(other, run)
    with write.unit(write.SYSTEM) as unit:
        owner.role = ""
        unit.update(owner)  # type: ignore[type-var]
    assert not history.may_remove(owner, run)


@pytest.mark.slow
def test_a_process_of_its_own_makes_what_a_row_asks_for(tmp_path: Path) -> None:
    """With a database of its own, as the process that a page starts has the server's."""
    environment = os.environ | {"TAIZHANG_VAR": str(tmp_path / "own"), "TAIZHANG_LANGUAGE": "en"}
    script = (
        "import datetime, fcntl, django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from inventory.services.write import Actor\n"
        "from reports import history\n"
        "day = datetime.date(2026, 11, 24)\n"
        "with history.ask('coverage', as_of=day, actor=Actor('p'), parameters={'lang': 'en'}) as (run, lock):\n"
        "    history.start(run, lock)\n"
        "assert history.settle(run).state == 'running'\n"
        # Waits until the process is gone.
        "fcntl.flock(history.lock_file(run).open('r+'), fcntl.LOCK_SH)\n"
        "history.settle(run)\n"
        "print(run.state, run.fault, history.workbook_of(run).stat().st_size > 1000)\n"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "inventory.config.settings"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "done  True", done.stderr
