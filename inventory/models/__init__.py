"""The register's models; Django looks for them here."""

from inventory.models.access import Role, User, UserTown
from inventory.models.fiber import FiberCable, FiberLink, FiberLinkHop
from inventory.models.hardware import AssetClass, Device, DeviceType, Manufacturer
from inventory.models.journal import Attachment, JournalEntry
from inventory.models.money import AllocationRule, AllocationRuleClass, AllocationStandard, FundingSource, PriceList
from inventory.models.network import Cable, Interface, IPAddress, Prefix, Segment, SegmentDepartment
from inventory.models.places import Department, Location, Person, Site, Town
from inventory.models.planning import DueOverride, RefreshPolicy
from inventory.models.preferences import ListPreference, SavedFilter
from inventory.models.tokens import ApiToken

__all__ = [
    "AllocationRule",
    "AllocationRuleClass",
    "AllocationStandard",
    "ApiToken",
    "AssetClass",
    "Attachment",
    "Cable",
    "Department",
    "Device",
    "DeviceType",
    "DueOverride",
    "FiberCable",
    "FiberLink",
    "FiberLinkHop",
    "FundingSource",
    "IPAddress",
    "Interface",
    "JournalEntry",
    "ListPreference",
    "Location",
    "Manufacturer",
    "Person",
    "Prefix",
    "PriceList",
    "RefreshPolicy",
    "Role",
    "SavedFilter",
    "Segment",
    "SegmentDepartment",
    "Site",
    "Town",
    "User",
    "UserTown",
]
