"""Collections in queues, on a real PostgreSQL with real pollers: each polls its own towns, none polls what another
does, and what a lost poller left is done by the next."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.collectors.wire import postgres
from tests.collectors.wire.postgres import Machine
from tests.collectors.wire.real_agent import free_port
from tests.conftest import ROOT

RUNS = """
from collectors.models import Run
for one in Run.objects.order_by("pk"):
    print(one.pk, one.state, one.scope, one.poller, one.answered, one.note, sep="|")
"""
COUNTY = """
from tests.factories import *
for number, name in enumerate(("North", "South")):
    site = SiteFactory(town=TownFactory(name=name, name_en=name))
    for n in range(2):
        make_switch(f"{name}-{n}", site=site, serial=f"21023500{number}{n}", mac=f"00e0fc00{number}00{n}")
"""
FORGET = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("DELETE FROM procrastinate_jobs")
    cursor.execute("DELETE FROM collectors_runpart; UPDATE collectors_devicestate SET run_id = NULL")
    cursor.execute("UPDATE collectors_difference SET run_id = NULL; DELETE FROM collectors_run")
    cursor.execute("DELETE FROM collectors_poller; UPDATE collectors_managementprofile SET timeout_s = 1")
"""
SQL = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute({!r})
"""
SLOW = SQL.format("UPDATE collectors_managementprofile SET timeout_s = 60")
THIRD_DEATH = SQL.format("UPDATE procrastinate_jobs SET args = jsonb_set(args, '{deaths}', '2')")
CUT = SQL.format("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
LOOK_AFTER = "from collectors.services import queueing\nfrom collectors.tasks import ACTOR\nqueueing.look_after(ACTOR)"
HOLD = """
import sys
from collectors.selectors import Scope
from collectors.services import starting
from collectors.tasks import ACTOR
from inventory.selectors import find_town
with starting.alone(Scope(towns=(find_town("North"),)), actor=ACTOR):
    print("works on North", flush=True)
    sys.stdin.read()
"""
DIED_LONG_AGO = SQL.format("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
PATIENCE_S = 90.0
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The centre: the database with two towns of two switches each, and the simulated network of both."""
    with postgres.serving() as database:
        centre = Machine(tmp_path_factory.mktemp("centre"), database)
        centre.manage("migrate", "-v0")
        centre.script(COUNTY)
        yield centre


@pytest.fixture
def centre(county: Machine) -> Machine:
    county.script(FORGET)
    return county


@pytest.fixture
def start(centre: Machine) -> Iterator[Start]:
    """Starts a program of a machine, and gives it once it has said that it is there; all end with the test."""
    begun: list[subprocess.Popen[str]] = []

    def begin(machine: Machine, *words: str) -> "subprocess.Popen[str]":
        program = machine.start(*words)
        begun.append(program)
        told(program, "works on" if words[0] == "worker" else "serving")
        return program

    yield begin
    for program in begun:
        program.kill()
        program.wait()


@pytest.fixture
def lab(centre: Machine, start: Start) -> "subprocess.Popen[str]":
    return start(centre, "lab", "--port", str(free_port()))


def told(program: "subprocess.Popen[str]", words: str) -> str:
    """The next line in which a program says some words; one that does not say them for long is ended."""
    assert program.stdout is not None
    said = []
    patience = threading.Timer(PATIENCE_S, program.kill)
    patience.start()
    try:
        for line in program.stdout:
            said.append(line)
            if words in line:
                return line
    finally:
        patience.cancel()
    raise AssertionError(f"it ended without {words!r}: {''.join(said)}")


def elsewhere(centre: Machine, name: str) -> Machine:
    """Another machine before the same database; the lab's addresses are known to it."""
    folder = centre.folder.parent / name
    machine = Machine(folder, centre.environment["TAIZHANG_DATABASE"])
    for file in centre.folder.glob("*"):
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    return machine


def runs(centre: Machine) -> list[list[str]]:
    """[key, state, scope, poller, devices that answered, note] of each run."""
    return [line.split("|") for line in centre.script(RUNS).splitlines() if line]


def states(centre: Machine) -> dict[str, str]:
    return {scope: state for _key, state, scope, *_rest in runs(centre)}


def waits_on_a_silent_network(centre: Machine, lab: "subprocess.Popen[str]") -> None:
    """A collection of North waits that goes on for long once a poller has begun it."""
    centre.script(SLOW)
    lab.send_signal(signal.SIGSTOP)
    centre.manage("collect", "--queue", "--town", "North")


def test_each_poller_polls_its_own_town_only(centre, start, lab):
    north, south = (start(elsewhere(centre, name), "worker", "--town", name) for name in ("North", "South"))
    assert "North: waits for a poller" in centre.manage("collect", "--queue")
    assert "North" in told(north, "begins")
    assert "2 of 2 devices answered" in told(north, "answered")
    assert "2 of 2 devices answered" in told(south, "answered")
    assert states(centre) == {"North": "done", "South": "done"}
    centre.manage("collect", "--queue", "--town", "South")
    assert "South" in told(south, "begins")
    for program in (north, south):
        program.terminate()
    assert "begins" not in north.communicate()[0]


def test_what_a_killed_poller_left_is_done_by_another(centre, start, lab):
    waits_on_a_silent_network(centre, lab)
    lost = start(elsewhere(centre, "first"), "worker", "--town", "North")
    told(lost, "begins")
    assert states(centre) == {"North": "running"}
    lost.kill()
    lost.wait()
    centre.script(DIED_LONG_AGO)
    lab.send_signal(signal.SIGCONT)
    told(start(elsewhere(centre, "second"), "worker"), "2 of 2 devices answered")
    assert states(centre) == {"North": "done"}


def test_after_the_third_death_it_is_given_up_and_until_then_it_is_told_that_it_waits(centre, start, lab):
    waits_on_a_silent_network(centre, lab)
    for state, note in (
        ("waiting", "its poller died; it is tried again"),
        ("failed", "its poller died three times; it is not tried again"),
    ):
        lost = start(centre, "worker", "--town", "North")
        told(lost, "begins")
        lost.kill()
        lost.wait()
        centre.script(DIED_LONG_AGO)
        centre.script(LOOK_AFTER)
        (run,) = runs(centre)
        assert (run[1], run[-1]) == (state, note)
        centre.script(THIRD_DEATH)


def test_what_a_poller_had_in_hand_when_it_lost_the_database_is_polled_again(centre, start, lab):
    waits_on_a_silent_network(centre, lab)
    lost = start(centre, "worker", "--town", "North")
    told(lost, "begins")
    centre.script(CUT)
    lab.send_signal(signal.SIGCONT)
    told(lost, "the database was lost")
    told(lost, "2 of 2 devices answered")
    assert states(centre) == {"North": "done"}


def test_a_poller_whose_sign_of_life_is_late_is_left_to_its_work(centre, start, lab):
    waits_on_a_silent_network(centre, lab)
    told(start(centre, "worker", "--town", "North"), "begins")
    centre.script(DIED_LONG_AGO)
    centre.script(LOOK_AFTER)
    assert states(centre) == {"North": "running"}


def test_a_scope_waits_once_and_is_polled_by_one_machine_at_a_time(centre, start, lab):
    centre.script(SLOW)
    lab.send_signal(signal.SIGSTOP)
    assert "North: waits for a poller" in centre.manage("collect", "--queue", "--town", "North")
    assert "North: waits or is being asked already" in centre.manage("collect", "--queue", "--town", "North")
    assert len(runs(centre)) == 1
    told(start(elsewhere(centre, "north"), "worker", "--town", "North"), "begins")
    assert "North: waits or is being asked already" in centre.manage("collect", "--queue", "--town", "North")
    shell = elsewhere(centre, "shell").run("collect", "--lab", "--town", "North")
    assert shell.returncode == 1 and "North is being asked already" in shell.stderr
    assert len(runs(centre)) == 1


def test_a_job_waits_while_its_scope_is_asked_from_a_shell(centre, start, lab):
    centre.manage("collect", "--queue", "--town", "North")
    shell = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", HOLD],
        cwd=ROOT, env=elsewhere(centre, "shell").environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        told(shell, "works on")
        told(start(centre, "worker", "--town", "North"), "its scope is being asked elsewhere")
        assert states(centre) == {"North": "waiting"}
    finally:
        shell.communicate("")


def test_a_poller_that_is_told_to_end_hands_back_what_it_has_not_finished(centre, start):
    start(centre, "lab", "--port", str(free_port()), "--delay", "100")
    centre.manage("collect", "--queue", "--town", "North")
    first = start(centre, "worker", "--grace", "0")
    told(first, "begins")
    first.terminate()
    told(first, "handed back")
    first.communicate()
    assert first.returncode == 0
    assert states(centre) == {"North": "waiting"}
    told(start(elsewhere(centre, "second"), "worker"), "2 of 2 devices answered")


def test_named_devices_go_to_their_towns_queue_and_those_of_several_towns_apart(centre):
    tags = centre.script(
        "from inventory.models import Device\nprint(*Device.objects.order_by('pk').values_list('asset_tag', flat=True))"
    ).split()
    centre.manage("collect", "--queue", "--device", tags[0])
    centre.manage("collect", "--queue", "--device", tags[1], tags[2])
    scopes = [f"{tags[0]}", f"North, {tags[1]}, {tags[2]}", f"South, {tags[1]}, {tags[2]}"]
    assert [run[2] for run in runs(centre)] == scopes
    queues = centre.script(
        "from procrastinate.contrib.django.models import *\n"
        "print(*ProcrastinateJob.objects.order_by('pk').values_list('queue_name', flat=True))"
    ).split()
    assert queues[0] == queues[1] != queues[2]


def test_an_unknown_town_is_told_with_those_there_are(centre):
    done = centre.run("worker", "--town", "Nort")
    assert done.returncode == 1
    assert "There is no town 'Nort'" in done.stderr and "North" in done.stderr


def visit(centre: Machine, user: str, *steps: str) -> str:
    """What the pages say to somebody: each step is a line that gives an answer to `go`; of the last its text."""
    lines = [
        "import html",
        "from django.test import Client",
        "from inventory.models import *",
        "from collectors.models import *",
        "from inventory.services import write",
        "from inventory.services.write import Actor",
        "one = User.objects.filter(username={user!r}).first()",
        "with write.unit(Actor('tester')) as unit:",
        "    one = one or unit.create(User(username={user!r}, role={user!r}, password='!'))",
        "go = Client(SERVER_NAME='localhost', headers={{'accept-language': 'en'}})",
        "go.force_login(one, backend='django.contrib.auth.backends.ModelBackend')",
    ]
    text = "\n".join(lines).format(user=user)
    text += "".join(f"\nanswer = {step}" for step in steps)
    return centre.script(text + "\nprint(answer.status_code, html.unescape(answer.content.decode()))")


RUN = "go.get(f'/runs/{Run.objects.order_by(\"-pk\").first().pk}/')"
TOWN = "go.post('/runs/start/', {'town': Town.objects.get(name='North').pk}, follow=True)"
BACK = "go.post(f'/runs/{Run.objects.get().pk}/take-back/', follow=True)"


def test_a_collection_from_a_page_waits_for_a_poller_and_is_taken_back(centre):
    page = visit(centre, "technician", TOWN)
    for words in ("waits for a poller of North", "Waits since", "nobody works on it now", "Take back", "every 2s"):
        assert words in page, words
    assert "North is being asked already" in visit(centre, "technician", TOWN)
    page = visit(centre, "technician", BACK)
    assert "taken back before a poller began" in page and "Take back" not in page
    assert states(centre) == {"North": "withdrawn"}
    assert "It no longer waits" in visit(centre, "technician", BACK)
    assert visit(centre, "director", BACK).startswith("403")


def test_everything_from_a_page_waits_in_each_towns_queue(centre):
    page = visit(centre, "technician", "go.post('/runs/start/', {'all': '1'}, follow=True)")
    assert "2 collections wait for the pollers of their towns." in page
    assert states(centre) == {"North": "waiting", "South": "waiting"}


def test_a_device_that_waits_says_so_on_its_page(centre):
    device = 'Device.objects.get(name="North-0").pk'
    visit(centre, "technician", f"go.post('/runs/start/', {{'device': {device}}})")
    assert "waits for a poller" in visit(centre, "technician", f"go.get(f'/devices/{{{device}}}/')")


def test_a_town_without_a_poller_is_noticed_and_one_that_polls_is_seen(centre, start, lab):
    page = visit(centre, "administrator", "go.get('/')")
    assert "Towns without a poller" in page and "North, South" in page
    assert "Towns without a poller" not in visit(centre, "technician", "go.get('/')")
    assert visit(centre, "technician", "go.get('/runs/queues/')").startswith("403")
    centre.script(SLOW)
    lab.send_signal(signal.SIGSTOP)
    centre.manage("collect", "--queue")
    told(start(centre, "worker", "--town", "North"), "begins")
    page = visit(centre, "administrator", "go.get('/runs/queues/')")
    north, _line, south = page.partition("North</td>")[2].partition("South</td>")
    assert "nobody works on it now" in south and "nobody works on it now" not in north
    assert "?state=waiting" in south and "?state=waiting" not in north
    assert "/runs/" in north.partition("text-end")[2]


def test_a_run_whose_poller_died_says_that_it_is_tried_again(centre, start, lab):
    waits_on_a_silent_network(centre, lab)
    lost = start(centre, "worker", "--town", "North")
    told(lost, "begins")
    assert "Devices asked so far" in visit(centre, "technician", RUN)
    lost.kill()
    lost.wait()
    assert "its poller died; it is tried again" in visit(centre, "technician", RUN)
