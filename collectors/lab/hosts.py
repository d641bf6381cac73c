"""What simulated computers, printers and UPSs say of themselves beyond what the register holds. Pure.

Memory, processors and disks are not in the register: they are drawn from the asset tag, always the same.
"""

import zlib

from collectors.lab.spec import LabHost
from collectors.lab.view import ViewDevice

COMPUTERS = frozenset({"desktop", "laptop", "server"})
PRINTERS = frozenset({"copier", "mfp", "fax"})

_GIB = 1024 * 1024
_SIZES = ((4, 2, 256), (8, 4, 512), (8, 6, 512), (16, 8, 512))
"""GiB of memory, processors, GiB of disk."""


def is_printer(role: str) -> bool:
    return role.startswith("printer") or role in PRINTERS


def host_of(device: ViewDevice) -> LabHost | None:
    """A computer's or server's memory (KiB), processors and disk (KiB); None for other devices."""
    if device.role not in COMPUTERS:
        return None
    memory, processors, disk = _SIZES[zlib.crc32(device.tag.encode()) % len(_SIZES)]
    factor = 8 if device.role == "server" else 1
    maker = "HUAWEI Kunpeng 920" if device.model.startswith("TaiShan") else "Intel64 Family 6"
    return LabHost(memory * factor * _GIB, processors * (4 if factor > 1 else 1), maker, disk * factor * _GIB)
