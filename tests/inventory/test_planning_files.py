"""What planners load from files: standards in versions, a department's own, policies, dates set by hand."""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from inventory.models import AllocationStandard, Department, Device, DueOverride, RefreshPolicy
from inventory.rules.lifecycle import Criterion
from inventory.services import write
from inventory.services.importing.loading import FileResult, find_files, load
from tests.factories import TESTER, DeviceFactory, DeviceTypeFactory, TownFactory

pytestmark = pytest.mark.django_db


def loaded(folder: Path, **files: str) -> dict[str, FileResult]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    found, problems = find_files([folder])
    assert not problems
    return {result.path.stem: result for result in load(found, actor=TESTER)}


def test_a_department_names_a_standard_of_the_same_folder(tmp_path: Path) -> None:
    TownFactory(name="双河镇")
    results = loaded(
        tmp_path,
        departments="name,kind,town,standard\n财政局,bureau,双河镇,city-2020\n",
        standards="code,series,name,valid_from,valid_to\ncity-2020,city,市标准,2020-01-01,2026-12-31\nalone,,别的,,\n",
    )
    assert not any(result.problems for result in results.values())
    assert Department.objects.get().standard == AllocationStandard.objects.get(code="city-2020")
    assert AllocationStandard.objects.get(code="alone").series == "alone"
    assert AllocationStandard.objects.get(code="city-2020").valid_to == date(2026, 12, 31)


def test_policies_and_dates_set_by_hand_are_loaded_with_condition(tmp_path: Path) -> None:
    device = DeviceFactory(asset_tag="PC-1", device_type=DeviceTypeFactory())
    code, kind = device.device_type.asset_class.code, device.device_type
    results = loaded(
        tmp_path,
        refresh_policies=f"asset_class,by_life,by_support\n{code},false,true\n",
        due_overrides="device,due_on,reason,author,decided_on\nPC-1,2027-01-01,进水,样例甲,2026-09-01\n",
        devices=f"asset_tag,manufacturer,model,condition\nPC-1,{kind.manufacturer.name},{kind.model},poor\n",
    )
    assert [str(problem) for result in results.values() for problem in result.problems] == []
    assert RefreshPolicy.objects.get().criteria() == (Criterion.SUPPORT,)
    assert DueOverride.objects.get().due_on == date(2027, 1, 1)
    assert Device.objects.get().condition == "poor"


def test_a_date_set_by_hand_needs_a_reason_and_an_author() -> None:
    day = date(2027, 1, 1)
    with pytest.raises(ValidationError), write.unit(TESTER) as unit:
        unit.create(DueOverride(device=DeviceFactory(), due_on=day, reason="", author="样例甲", decided_on=day))


def test_a_standard_neither_ends_before_it_begins_nor_has_two_versions_from_one_day() -> None:
    with write.unit(TESTER) as unit:
        unit.create(AllocationStandard(code="a", series="s", name="甲", valid_from=date(2020, 1, 1)))
    for wrong in (
        AllocationStandard(code="b", series="s", name="乙", valid_from=date(2020, 1, 1)),
        AllocationStandard(code="c", name="丙", valid_from=date(2020, 1, 1), valid_to=date(2019, 1, 1)),
    ):
        with pytest.raises(ValidationError), write.unit(TESTER) as unit:
            unit.create(wrong)
