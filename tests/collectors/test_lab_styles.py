"""How makers name ports, and how many a model's name tells of."""

import pytest

from collectors.lab.styles import is_chassis, port_count, port_names, style_of


@pytest.mark.parametrize(
    ("model", "ports"),
    [
        ("S5735-L48T4S-A1", (48, 4)),
        ("S5731-S24P4X", (24, 4)),
        ("S5720-28P-LI-AC", (24, 4)),
        ("S5130S-52S-SI", (48, 4)),
        ("RG-S2952G-E V3", (48, 4)),
        ("TL-SG3428", (24, 4)),
        ("ZXR10 5250-28TM-H", (24, 4)),
        ("S3100V2-26TP-EI", (24, 2)),
        ("unheard of", (24, 4)),
    ],
)
def test_a_switch_has_the_ports_its_model_tells(model: str, ports: tuple[int, int]) -> None:
    assert port_count(model) == ports


@pytest.mark.parametrize(
    ("maker", "model", "first", "last", "copper"),
    [
        ("Huawei", "S5735-L24T4S-A1", "GigabitEthernet0/0/1", "GigabitEthernet0/0/28", 24),
        ("H3C", "S5130S-52S-SI", "GigabitEthernet1/0/1", "GigabitEthernet1/0/52", 48),
        ("Ruijie", "RG-S2928G-E V3", "GigabitEthernet 0/1", "GigabitEthernet 0/28", 24),
        ("ZTE", "ZXR10 5250-28TM-H", "gei_1/1", "gei_1/28", 24),
        ("Huawei", "S7706", "GigabitEthernet1/0/0", "GigabitEthernet2/0/47", 96),
    ],
)
def test_ports_are_named_in_the_makers_way(maker: str, model: str, first: str, last: str, copper: int) -> None:
    names, of_copper = port_names(maker, model, "switch")
    assert (names[0], names[-1], of_copper) == (first, last, copper)


def test_routers_and_firewalls_have_few_ports_with_names_of_their_own() -> None:
    assert port_names("Huawei", "AR3260", "router")[0][0] == "GigabitEthernet0/0/0"
    assert port_names("Topsec", "NGFW4000-UF", "firewall")[0] == [f"eth{n}" for n in range(8)]


def test_a_frame_with_line_cards_is_known_from_a_desk_switch() -> None:
    assert is_chassis("Huawei", "S7706")
    assert not is_chassis("Huawei", "S5735-L24T4S-A1")
    assert not is_chassis("Ruijie", "S7706")


def test_an_unknown_maker_has_a_plain_style() -> None:
    assert style_of("Nobody").port.format(n=3, i=2) == "Port3"
