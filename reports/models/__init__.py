"""What reports leave behind: workbooks asked for and scheduled, plans, daily counts."""

from reports.models.plans import (
    CoverageSnapshot,
    PlanAddition,
    PlanDecision,
    PlanException,
    PlanItem,
    PlanMoney,
    PlanStage,
    PlanState,
    RefreshPlan,
)
from reports.models.runs import (
    Cadence,
    ReportRun,
    ReportSchedule,
    RunState,
)

__all__ = [
    "Cadence",
    "CoverageSnapshot",
    "PlanAddition",
    "PlanDecision",
    "PlanException",
    "PlanItem",
    "PlanMoney",
    "PlanStage",
    "PlanState",
    "RefreshPlan",
    "ReportRun",
    "ReportSchedule",
    "RunState",
]
