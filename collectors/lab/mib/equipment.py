"""What a simulated device tells of itself as a thing: sysDescr, ENTITY-MIB, its maker's objects, its function. Pure.

Printers speak Printer-MIB and HOST-RESOURCES-MIB, UPSs UPS-MIB, computers HOST-RESOURCES-MIB.
"""

import zlib
from dataclasses import dataclass

from collectors.lab import styles
from collectors.lab.hosts import COMPUTERS, is_printer
from collectors.lab.mib.objects import Objects, gauge, index, integer, object_id, text
from collectors.lab.spec import LabDevice

_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_HR = "1.3.6.1.2.1.25"
_CHASSIS, _POWER, _FAN, _PORT, _STACK = 3, 6, 7, 10, 11
_PARTS = {_STACK: "Stack", _POWER: "Power supply", _FAN: "Fan"}
_WINDOWS_BUILDS = ("19045", "22631", "19044", "7601")
_DOMESTIC = ("擎云", "开天", "TaiShan")
"""Models that come with a Linux on processors other than x86."""


@dataclass(frozen=True, slots=True)
class Face:
    """sysDescr, sysObjectID and sysServices."""

    descr: str
    object_id: str
    services: int


def face_of(device: LabDevice) -> Face:
    """How the device presents itself, in its maker's form."""
    if is_printer(device.role):
        return _printer_face(device)
    if device.role == "ups":
        return _ups_face(device)
    if device.role in COMPUTERS:
        return _computer_face(device)
    style = styles.style_of(device.manufacturer)
    descr = styles.fill(style.descr, model=device.model, version=style.version)
    return Face(descr, style.object_id, 2 if device.role == "wireless-ap" else 6)


def _printer_face(device: LabDevice) -> Face:
    if device.manufacturer == "HP":
        descr = f"HP ETHERNET MULTI-ENVIRONMENT,SN:{device.serial},SVCID:00000,PID:HP {device.model}"
        return Face(descr, "1.3.6.1.4.1.11.2.3.9.1", 72)
    known = {"Ricoh": "1.3.6.1.4.1.367.1.1", "Konica Minolta": "1.3.6.1.4.1.18334.1.1.1.2.1"}
    return Face(_printer_name(device), known.get(device.manufacturer, "1.3.6.1.4.1.99999.2"), 72)


def _printer_name(device: LabDevice) -> str:
    maker = {"Ricoh": "RICOH", "Konica Minolta": "KONICA MINOLTA"}.get(device.manufacturer, device.manufacturer)
    return f"{maker} {device.model}"


def _ups_face(device: LabDevice) -> Face:
    if device.manufacturer == "APC":
        card = f"5A{zlib.crc32(device.mac.encode()) % 10**10:010d}"
        descr = (
            "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.9.6 PN:apc_hw05_aos_696.bin AF1:v6.9.6 "
            f"AN1:apc_hw05_sumx_696.bin MN:AP9630 HR:05 SN: {card} MD:05/12/2014)"
        )
        return Face(descr, "1.3.6.1.4.1.318.1.3.27", 72)
    if device.manufacturer == "Huawei":
        return Face("SNMP Card for HUAWEI UPS2000", "1.3.6.1.4.1.2011.6.174.4.1.2.4", 72)
    return Face(f"{device.manufacturer} UPS management card", "1.3.6.1.4.1.99999.3", 72)


def _computer_face(device: LabDevice) -> Face:
    if device.model.startswith(_DOMESTIC):
        return Face(f"Linux {device.name} 4.19.0-arm64-desktop #1 SMP aarch64", "1.3.6.1.4.1.8072.3.2.10", 72)
    server = device.role == "server"
    if server and zlib.crc32(device.tag.encode()) % 2:
        return Face(f"Linux {device.name} 4.18.0-348.el8.x86_64 #1 SMP x86_64", "1.3.6.1.4.1.8072.3.2.10", 72)
    build = "17763" if server else _WINDOWS_BUILDS[zlib.crc32(device.tag.encode()) % len(_WINDOWS_BUILDS)]
    release = "6.1" if build == "7601" else "6.3"
    descr = (
        "Hardware: Intel64 Family 6 Model 158 Stepping 10 AT/AT COMPATIBLE - "
        f"Software: Windows Version {release} (Build {build} Multiprocessor Free)"
    )
    return Face(descr, f"1.3.6.1.4.1.311.1.1.3.1.{2 if server else 1}", 76)


# -- tables --------------------------------------------------------------------------------------------------


def add_equipment(objects: Objects, device: LabDevice) -> None:
    """All that goes beyond system, interfaces and bridging."""
    if is_printer(device.role):
        _add_printer(objects, device)
    elif device.role == "ups":
        _add_ups(objects, device)
    elif device.host is not None:
        _add_host(objects, device)
    else:
        _add_network(objects, device)


def _add_network(objects: Objects, device: LabDevice) -> None:
    """The chassis of a network device and its ports in ENTITY-MIB (RFC 4133), and its maker's own objects."""
    style = styles.style_of(device.manufacturer)
    for dotted, form in style.private:
        objects.scalar(dotted, text(styles.fill(form, model=device.model, version=style.version, serial=device.serial)))
    if not style.entity:
        return
    ports = [port.name for port in device.ports if port.bridge_port]
    classes = [*([_STACK] if style.stacked else []), _CHASSIS, _POWER, _FAN, *[_PORT] * len(ports)]
    chassis = classes.index(_CHASSIS) + 1
    rows = [index(n) for n in range(1, len(classes) + 1)]
    parents = [0 if n == 1 else chassis if n > chassis else 1 for n in range(1, len(classes) + 1)]
    names = [_PARTS.get(klass, device.model) for klass in classes if klass != _PORT] + ports

    def only_chassis(value: str) -> list[str]:
        return [value if klass == _CHASSIS else "" for klass in classes]

    for column, values in (
        (2, [f"{device.manufacturer} {n}" if k == _CHASSIS else n for k, n in zip(classes, names, strict=True)]),
        (7, names),
        (8, [""] * len(classes)),
        (9, [""] * len(classes)),
        (10, only_chassis(style.version)),
        (11, only_chassis(device.serial)),
        (12, only_chassis(device.manufacturer)),
        (13, only_chassis(device.model)),
    ):
        objects.column(f"{_ENTITY}.{column}", rows, map(text, values))
    objects.constant(f"{_ENTITY}.3", rows, object_id("0.0"))
    objects.column(f"{_ENTITY}.4", rows, map(integer, parents))
    objects.column(f"{_ENTITY}.5", rows, map(integer, classes))
    objects.column(f"{_ENTITY}.6", rows, map(integer, range(1, len(classes) + 1)))
    objects.constant(f"{_ENTITY}.15", rows, text(""))


def _add_printer(objects: Objects, device: LabDevice) -> None:
    """hrDevice (RFC 2790) and prtGeneral with pages and toner (RFC 3805)."""
    first = [index(1)]
    pages = zlib.crc32(device.tag.encode()) % 180_000
    objects.column(f"{_HR}.3.2.1.2", first, [object_id(f"{_HR}.3.1.5")])
    objects.column(f"{_HR}.3.2.1.3", first, [text(_printer_name(device))])
    objects.column(f"{_HR}.3.2.1.5", first, [integer(2)])
    objects.column("1.3.6.1.2.1.43.5.1.1.16", first, [text(device.name)])
    objects.column("1.3.6.1.2.1.43.5.1.1.17", first, [text(device.serial)])
    if device.manufacturer == "Ricoh":
        objects.scalar("1.3.6.1.4.1.367.3.2.1.1.1.1.0", text(device.model))
        objects.scalar("1.3.6.1.4.1.367.3.2.1.2.1.4.0", text(device.serial))
    marker = [index(1, 1)]
    objects.column("1.3.6.1.2.1.43.10.2.1.3", marker, [integer(7)])
    objects.column("1.3.6.1.2.1.43.10.2.1.4", marker, [(0x41, integer(pages)[1])])
    objects.column("1.3.6.1.2.1.43.11.1.1.6", marker, [text("Black toner")])
    objects.column("1.3.6.1.2.1.43.11.1.1.8", marker, [integer(100)])
    objects.column("1.3.6.1.2.1.43.11.1.1.9", marker, [integer(100 - pages % 97)])


def _add_ups(objects: Objects, device: LabDevice) -> None:
    """upsIdent and a battery at rest (RFC 1628); PowerNet-MIB for APC, the maker's table for Huawei."""
    base = "1.3.6.1.2.1.33.1"
    maker = device.manufacturer.upper() if device.manufacturer == "Huawei" else device.manufacturer
    for column, value in ((1, maker), (2, device.model), (3, "1.06"), (4, "6.9.6"), (5, device.name)):
        objects.scalar(f"{base}.1.{column}.0", text(value))
    objects.scalar(f"{base}.2.1.0", integer(2))
    objects.scalar(f"{base}.2.2.0", integer(0))
    objects.scalar(f"{base}.2.3.0", integer(35))
    objects.scalar(f"{base}.2.4.0", integer(100))
    if device.manufacturer == "APC":
        apc = "1.3.6.1.4.1.318.1.1.1.1"
        objects.scalar(f"{apc}.1.1.0", text(device.model))
        objects.scalar(f"{apc}.2.1.0", text("UPS 09.8"))
        objects.scalar(f"{apc}.2.3.0", text(device.serial))
    elif device.manufacturer == "Huawei":
        table = "1.3.6.1.4.1.2011.6.174.1.2.100.1"
        for column, value in ((2, device.model), (3, "V100R001C00SPC602"), (5, device.serial)):
            objects.column(f"{table}.{column}", [index(1)], [text(value)])


def _add_host(objects: Objects, device: LabDevice) -> None:
    """Memory, processors and the one fixed disk (RFC 2790)."""
    host = device.host
    assert host is not None
    unit = 4096
    objects.scalar(f"{_HR}.2.2.0", integer(host.memory_kib))
    storage = [index(1), index(2)]
    kinds = [object_id(f"{_HR}.2.1.2"), object_id(f"{_HR}.2.1.4")]
    objects.column(f"{_HR}.2.3.1.2", storage, kinds)
    objects.column(f"{_HR}.2.3.1.3", storage, [text("Physical memory"), text("/" if _is_linux(device) else "C:\\")])
    objects.constant(f"{_HR}.2.3.1.4", storage, integer(unit))
    sizes = [host.memory_kib * 1024 // unit, host.disk_kib * 1024 // unit]
    objects.column(f"{_HR}.2.3.1.5", storage, map(integer, sizes))
    objects.column(f"{_HR}.2.3.1.6", storage, [integer(size // 3) for size in sizes])
    cores = [index(n) for n in range(1, host.processors + 1)]
    objects.constant(f"{_HR}.3.2.1.2", cores, object_id(f"{_HR}.3.1.3"))
    objects.constant(f"{_HR}.3.2.1.3", cores, text(host.processor))
    objects.constant(f"{_HR}.3.3.1.2", cores, integer(4))
    objects.scalar(f"{_HR}.1.6.0", gauge(80))
    if device.manufacturer == "Dell" and device.role == "server":
        # Its management agent adds the model and the service tag.
        chassis = "1.3.6.1.4.1.674.10892.1.300.10.1"
        for column, value in ((9, device.model), (11, device.serial)):
            objects.column(f"{chassis}.{column}", [index(1)], [text(value)])


def _is_linux(device: LabDevice) -> bool:
    return face_of(device).descr.startswith("Linux")
