"""What came of an approved plan: the same sums on pages, in the command and in the workbook."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from inventory.models import FundingSource
from inventory.services import write
from inventory.sheets.dump import dump
from reports import following
from reports.faults import Fault
from reports.models import PlanItem, RefreshPlan, ReportRun
from reports.planbooks import make_plan_book
from tests.factories import TESTER
from tests.reports.test_plans import DAY, approved, device, plan, run

__all__ = ["plan"]

pytestmark = pytest.mark.django_db


def test_what_came_of_an_approved_plan_is_a_workbook(plan: RefreshPlan, tmp_path: Path) -> None:
    refused = make_plan_book("execution", plan, tmp_path, TESTER)
    assert isinstance(refused, Fault) and refused.code == "not_approved" and not list(tmp_path.iterdir())
    kept = approved(plan)
    for stage in ("requested", "granted"):
        following.follow(kept, ["A1"], stage, on=DAY, actor=TESTER)
    with write.unit(TESTER) as unit:
        new = device("A3")
        new.funding_source = FundingSource.objects.get(name="资金")
        unit.update(new)
    given = {"replaced_by": new, "paid_yuan": Decimal(4900), "contract": "HT-03"}
    assert following.follow(kept, ["A1"], "bought", on=DAY, actor=TESTER, **given) == 1  # type: ignore[arg-type]
    said = run("show", "更新规划", "--out", str(tmp_path / "shown"))
    assert "execution-更新规划-v1-" in said
    out = ("--out", str(tmp_path))
    call_command("report", "execution", "--plan", "更新规划", *out, stdout=StringIO())
    (path,) = tmp_path.glob("execution-*.xlsx")
    text = dump(path)
    for told in ("合同HT-03", "4900", "2023-01-31", "资金", "已购置", "未完成"):
        assert told in text
    line = ReportRun.objects.filter(report="execution").first()
    assert line is not None and line.data_date == timezone.localdate() and line.parameters["plan"] == kept.pk


def test_a_contract_that_comes_later_is_noted_at_the_same_stage(plan: RefreshPlan) -> None:
    kept = approved(plan)
    for stage in ("requested", "granted"):
        run("follow", "更新规划", stage, "A1", "B1", "--on", "2027-01-10")
    with pytest.raises(CommandError, match="in one step"):
        run("follow", "更新规划", "granted", "A1")
    run("follow", "更新规划", "bought", "A1", "B1", "--on", "2027-03-01", "--contract", "HT-1")
    run("follow", "更新规划", "bought", "A1", "--on", "2027-04-01", "--contract", "HT-2", "--paid", "4800")
    told = [(one.contract, one.stage, str(one.stage_on)) for one in kept.items.filter(stage="bought")]
    assert sorted(told) == [("HT-1", "bought", "2027-03-01"), ("HT-2", "bought", "2027-03-01")]
    entry = LogEntry.objects.latest("pk")
    assert entry.changes["contract"] == ["HT-1", "HT-2"] and "paid_yuan" in entry.changes
    with pytest.raises(ValidationError, match="60"):
        following.follow(kept, ["A1"], "bought", on=DAY, actor=TESTER, contract="x" * 61)


def test_what_is_not_noted_as_paid_is_the_price_of_the_new_device_everywhere(plan: RefreshPlan) -> None:
    kept = approved(plan)
    for stage in ("requested", "granted"):
        following.follow(kept, ["A1", "B1"], stage, on=DAY, actor=TESTER)
    with write.unit(TESTER) as unit:
        new = device("A3")
        new.price_yuan = Decimal(4700)
        unit.update(new)
    assert following.follow(kept, ["A1"], "bought", on=DAY, actor=TESTER, replaced_by=new) == 1
    paid = {one.stage: one.paid_yuan for one in following.progress(kept) if one.year == 2027}
    assert paid == {"bought": new.price_yuan, "granted": 0, "planned": 0}
    assert following.outcomes(kept)["A1"].paid_yuan == new.price_yuan
    assert kept.items.aggregate(paid=PlanItem.PAID)["paid"] == new.price_yuan


def test_what_was_noted_is_emptied_again_and_what_is_not_named_stays(plan: RefreshPlan) -> None:
    kept = approved(plan)
    for stage in ("requested", "granted"):
        run("follow", "更新规划", stage, "A1")
    run("follow", "更新规划", "bought", "A1", "--contract", "HT-1", "--paid", "4800", "--note", "误记")
    run("follow", "更新规划", "bought", "A1", "--empty", "paid_yuan", "--empty", "note")
    item = kept.items.get(asset_tag="A1")
    assert (item.contract, item.paid_yuan, item.note, item.stage) == ("HT-1", None, "", "bought")
    run("follow", "更新规划", "bought", "A1", "--paid", "0")
    assert kept.items.get(asset_tag="A1").paid_yuan == 0
    with pytest.raises(CommandError, match="Either fill in 'contract number' or empty it"):
        run("follow", "更新规划", "bought", "A1", "--contract", "HT-2", "--empty", "contract")
    assert kept.items.get(asset_tag="A1").contract == "HT-1"
