"""The agent: octets of a request in, octets of a response out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.lab.agent import MOST_VARBINDS, Agent
from collectors.snmp import codec, oid
from collectors.snmp.codec import GET, GET_BULK, GET_NEXT, SET, V1, V2C, Response
from collectors.snmp.recording import Recording
from collectors.snmp.session import (
    COUNTER64,
    END_OF_MIB_VIEW,
    GEN_ERR,
    INTEGER,
    NO_SUCH_INSTANCE,
    NO_SUCH_NAME,
    NO_SUCH_OBJECT,
    OCTETS,
    TIME_TICKS,
    TOO_BIG,
    Raw,
)

UPTIME = oid.parse("1.3.6.1.2.1.1.3.0")
COLUMN = "1.3.6.1.2.1.2.2.1.2"


def recorded(objects: dict[str, Raw]) -> Recording:
    ranked = sorted((oid.order(oid.parse(name)), oid.parse(name), value) for name, value in objects.items())
    keys, names, values = (list(part) for part in zip(*ranked, strict=True))
    return Recording("test", keys, names, values)


def agent(objects: dict[str, Raw] | None = None, now: list[float] | None = None) -> Agent:
    clock = now or [0.0]
    default: dict[str, Raw] = {
        "1.3.6.1.2.1.1.3.0": (TIME_TICKS, codec.encode_integer(500)),
        f"{COLUMN}.1": (OCTETS, b"one"),
        f"{COLUMN}.2": (OCTETS, b"two"),
        f"{COLUMN}.200": (OCTETS, b"three"),
        "1.3.6.1.2.1.31.1.1.1.6.1": (COUNTER64, b"\x05"),
        "1.3.6.1.2.1.47.1.1.1.1.2.1": (OCTETS, b"last"),
    }
    return Agent(recorded(default if objects is None else objects), b"secret", clock=lambda: clock[0])


def ask(
    served: Agent,
    kind: int,
    *names: str,
    version: int = V2C,
    first: int = 0,
    second: int = 0,
    community: bytes = b"secret",
) -> Response | None:
    head = codec.message_head(version, community)
    data = served.answer(codec.encode_request(head, kind, 77, [oid.parse(name) for name in names], first, second))
    return None if data is None else codec.decode_response(data)


def answer(served: Agent, kind: int, *names: str, version: int = V2C, first: int = 0, second: int = 0) -> Response:
    response = ask(served, kind, *names, version=version, first=first, second=second)
    assert response is not None
    assert response.request_id == 77
    return response


def values(response: Response) -> list[bytes]:
    return [content for _, _, content in response.varbinds]


def test_get_gives_the_object_and_says_why_there_is_none() -> None:
    response = answer(agent(), GET, f"{COLUMN}.2", f"{COLUMN}.3", "1.3.6.1.4.1.9.1.0")
    assert [(tag, content) for _, tag, content in response.varbinds] == [
        (OCTETS, b"two"),
        (NO_SUCH_INSTANCE, b""),
        (NO_SUCH_OBJECT, b""),
    ]


def test_get_of_v1_names_the_first_that_is_missing_and_repeats_the_question() -> None:
    response = answer(agent(), GET, f"{COLUMN}.2", f"{COLUMN}.3", version=V1)
    assert (response.error_status, response.error_index) == (NO_SUCH_NAME, 2)
    assert len(response.varbinds) == 2


def test_get_next_walks_in_the_order_of_arcs_to_the_end() -> None:
    response = answer(agent(), GET_NEXT, COLUMN, f"{COLUMN}.2", "1.3.6.1.2.1.47.1.1.1.1.2.1")
    assert values(response)[:2] == [b"one", b"three"]
    assert response.varbinds[2][1] == END_OF_MIB_VIEW


def test_a_v1_walk_steps_over_counter64_and_ends_with_no_such_name() -> None:
    assert values(answer(agent(), GET_NEXT, f"{COLUMN}.200", version=V1)) == [b"last"]
    assert answer(agent(), GET_NEXT, "1.3.6.1.2.1.47.1.1.1.1.2.1", version=V1).error_status == NO_SUCH_NAME


def test_get_bulk_repeats_its_columns_in_turn_and_not_the_non_repeaters() -> None:
    names = ("1.3.6.1.2.1.1", COLUMN, f"{COLUMN}.1")
    response = answer(agent(), GET_BULK, *names, first=1, second=2)
    assert values(response)[1:] == [b"one", b"two", b"two", b"three"]
    assert response.varbinds[0][1] == TIME_TICKS


def test_get_bulk_past_the_end_gives_the_end_once_for_each_column() -> None:
    response = answer(agent(), GET_BULK, "1.3.6.1.2.1.47.1.1.1.1.2", "1.3.9", second=50)
    assert [tag for _, tag, _ in response.varbinds] == [OCTETS, END_OF_MIB_VIEW, END_OF_MIB_VIEW, END_OF_MIB_VIEW]
    assert oid.text(response.varbinds[2][0]) == "1.3.6.1.2.1.47.1.1.1.1.2.1"


def test_get_bulk_gives_no_more_than_fits_a_frame() -> None:
    big = agent({f"{COLUMN}.{n}": (OCTETS, b"x" * 100) for n in range(1, 100)})
    head = codec.message_head(V2C, b"secret")
    data = big.answer(codec.encode_request(head, GET_BULK, 1, [oid.parse(COLUMN)], 0, 99))
    assert data is not None
    assert len(data) <= 1400
    assert len(codec.decode_response(data).varbinds) >= 10


def test_many_values_that_do_not_fit_are_too_big_and_one_alone_is_not() -> None:
    big = agent({f"{COLUMN}.{n}": (OCTETS, b"x" * 3000) for n in range(1, 4)})
    assert answer(big, GET, f"{COLUMN}.1", f"{COLUMN}.2").error_status == TOO_BIG
    assert values(answer(big, GET, f"{COLUMN}.1")) == [b"x" * 3000]
    assert len(answer(big, GET_BULK, COLUMN, second=5).varbinds) == 1


def test_sys_uptime_runs() -> None:
    now = [100.0]
    served = agent(now=now)
    assert int.from_bytes(values(answer(served, GET, "1.3.6.1.2.1.1.3.0"))[0], "big") == 500
    now[0] += 2.5
    for kind, name in ((GET, "1.3.6.1.2.1.1.3.0"), (GET_NEXT, "1.3.6.1.2.1.1"), (GET_BULK, "1.3.6.1.2.1.1")):
        response = answer(served, kind, name, second=1 if kind == GET_BULK else 0)
        assert int.from_bytes(values(response)[0], "big") == 750


def test_sys_uptime_of_another_type_stays_as_recorded() -> None:
    served = agent({"1.3.6.1.2.1.1.3.0": (INTEGER, b"\x07")})
    assert values(answer(served, GET, "1.3.6.1.2.1.1.3.0")) == [b"\x07"]


def test_a_wrong_community_and_an_unknown_version_get_no_answer() -> None:
    assert ask(agent(), GET, COLUMN, community=b"public") is None
    assert ask(agent(), GET, COLUMN, version=3) is None


def test_nothing_can_be_set() -> None:
    assert answer(agent(), SET, f"{COLUMN}.1").error_status not in (0, GEN_ERR)
    assert answer(agent(), SET, f"{COLUMN}.1", version=V1).error_status not in (0, GEN_ERR)


def test_an_empty_question_gets_an_empty_answer_and_a_monstrous_one_too_big() -> None:
    assert answer(agent(), GET).varbinds == []
    assert answer(agent(), GET, *[f"{COLUMN}.1"] * (MOST_VARBINDS + 1)).error_status == TOO_BIG


@given(st.binary(max_size=200))
def test_any_octets_get_an_answer_or_silence(data: bytes) -> None:
    served = agent()
    reply = served.answer(data)
    assert reply is None or len(reply) < 65536


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1), st.sampled_from([GET, GET_NEXT, GET_BULK]))
def test_any_numbers_in_a_question_are_bounded(first: int, second: int, kind: int) -> None:
    response = answer(agent(), kind, COLUMN, "1.3.6.1.2.1.1", first=first, second=second)
    assert len(response.varbinds) <= 14


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.sampled_from([1, 2, 200]), st.integers(1, 9)), max_size=20))
def test_a_question_that_comes_again_gets_the_same_answer_under_its_own_id(asked: list[tuple[int, int, int]]) -> None:
    served = agent()
    head = codec.message_head(V2C, b"secret")
    for request_id, row, repetitions in [*asked, *asked]:
        question = codec.encode_request(head, GET_BULK, request_id, [oid.parse(f"{COLUMN}.{row}")], 0, repetitions)
        assert served.answer(question) == agent().answer(question)


def test_a_copy_does_not_give_the_answers_of_the_first() -> None:
    served = agent({"1.3.6.1.2.1.1.5.0": (OCTETS, b"edge"), "1.3.6.1.2.1.2.2.1.6.1": (OCTETS, b"\0\xe0\xfc\0\0\1")})
    copy = served.copy(3)
    for one, name, mac in ((served, b"edge", b"\0\xe0\xfc\0\0\1"), (copy, b"edge-3", b"\0\xe0\xff\0\0\1")) * 2:
        assert values(answer(one, GET, "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.2.1.6.1")) == [name, mac]


@pytest.mark.parametrize(
    ("written", "copied"),
    [(b"94-e1-ac-e4-6e-c7", b"94-e1-af-e4-6e-c7"), (b"00:E0:FC:00:00:0A", b"00:E0:FF:00:00:0A"), (b"9-9", b"9-9")],
)
def test_a_copy_also_has_a_mac_of_its_own_where_the_device_writes_it_out(written: bytes, copied: bytes) -> None:
    serves = {"1.3.6.1.4.1.39165.1.4.0": (OCTETS, written), "1.3.6.1.2.1.2.2.1.2.1": (OCTETS, written)}
    found = answer(agent(serves).copy(3), GET, *serves)
    assert values(found) == [copied, written]


def test_who_lists_vlans_answers_for_the_bridge_of_each_and_others_keep_silent() -> None:
    head = codec.message_head(V2C, b"secret@10")
    question = codec.encode_request(head, GET_NEXT, 77, [oid.parse(COLUMN)])
    assert agent().answer(question) is None
    cisco = agent({"1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.10": (INTEGER, b"\x01"), f"{COLUMN}.1": (OCTETS, b"one")})
    reply = cisco.answer(question)
    assert reply is not None and b"secret@10" in reply
    assert [tag for _, tag, _ in codec.decode_response(reply).varbinds] == [END_OF_MIB_VIEW]
    first = cisco.answer(question.replace(b"secret@10", b"secret@01"))
    assert first is not None
    assert values(codec.decode_response(first)) == [b"one"]
    assert cisco.answer(question.replace(b"secret@10", b"public@10")) is None
