"""Hypothesis is run as asked: seeds, budgets, databases, and what is kept of a finding."""

import shutil
import socket
import subprocess
import time

import pytest
from fuzz_support import CORRECT, exam_of
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase
from specimens import errors, figures, state

from harness.errors import UsageError
from harness.fuzz.coverage import Coverage, universe
from harness.fuzz.database import Partition, database
from harness.fuzz.engine import Budget, Fuzzing, fuzz, fuzz_into
from harness.targets.driving import Rig

BALANCES, POSITIONS = "_update_balances", "_update_positions"


class FloatsAndNoRetry(figures.Floats):
    """Two mistakes, of which one shows in every play."""

    attempts = 1


@pytest.fixture(scope="module")
def rig():
    """A running gateway and its clock."""
    with Rig() as running:
        yield running


@pytest.fixture
def right(rig):
    """A correct connector before its venue."""
    return exam_of(rig, CORRECT["extended"])


def did(run):
    """What a run generated, as far as it tells."""
    return run.examples, run.calls, run.coverage.counts


def test_the_same_seed_gives_the_same_examples_and_another_one_others(right):
    """Whoever is told the seed of a finding can see it."""
    first, again, other = (fuzz(right, BALANCES, Budget(examples=30, seed=seed)) for seed in (7, 7, 8))
    assert did(first) == did(again)
    assert did(first) != did(other)
    assert first.examples == 30


def test_without_a_seed_a_run_is_derandomised(right):
    """What passes in CI once passes until something is changed."""
    first, again = (fuzz(right, POSITIONS, Budget(examples=20)) for _ in range(2))
    assert did(first) == did(again)
    assert first.found == {}


def test_a_finding_is_shrunk_to_its_smallest_play(rig):
    """One good answer that nobody edited shows that the wrong field is read."""
    run = fuzz(exam_of(rig, figures.BalanceForEquity), BALANCES, Budget(examples=30))
    found = run.found["PARSE-values", "value:total"]
    assert len(found.play) == 1
    assert len(found.play[0].touched) <= 1


def test_several_violations_are_told_apart(rig):
    """Each check and cause has its own smallest play, and every step that it followed."""
    run = fuzz(exam_of(rig, state.ZeroOnAnyError), BALANCES, Budget(examples=300, seed=3))
    assert len(run.found) >= 4, run.found
    assert all(found.violation.key() == key for key, found in run.found.items())
    assert all(len(found.play) == 2 for found in run.found.values()), run.found
    assert all(found.play[-1].label in run.after[key] for key, found in run.found.items())


def test_what_goes_wrong_in_every_play_does_not_hide_the_rest(rig):
    """Nor is what it does to every other check reported as well."""
    run = fuzz(exam_of(rig, FloatsAndNoRetry), BALANCES, Budget(examples=800, seed=1))
    checks = {check for check, _ in run.found}
    assert {"PARSE-decimal", "RETRY-throttled"} <= checks, run.found
    assert not checks & {"EVOLVE-missing", "EVOLVE-null", "ERROR-body"}, run.found


def test_until_first_stops_at_the_first_violation(rig):
    """Whether there is one costs as little as it can."""
    run = fuzz(exam_of(rig, errors.LoggedAtDebug), BALANCES, Budget(examples=500, until_first=True))
    assert len(run.found) == 1
    assert run.examples < 200


def test_a_budget_of_seconds_ends_a_run(right):
    """However many examples are left."""
    began = time.monotonic()
    run = fuzz(right, BALANCES, Budget(examples=10**9, seconds=0.4, seed=1))
    assert time.monotonic() - began < 20
    assert run.examples > 0
    assert run.found == {}


def test_an_interrupted_run_keeps_what_it_did(right):
    """`KeyboardInterrupt` passes through, and the result is whole as far as it goes."""
    run = Fuzzing(BALANCES)

    def progress(current):
        if current.examples == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fuzz_into(run, right, Budget(examples=100), progress)
    assert run.examples == 30
    assert run.seconds > 0
    assert run.coverage.counts


def test_a_fault_of_the_harness_is_no_violation(right):
    """It comes out as what it is."""

    def progress(current):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fuzz(right, BALANCES, Budget(examples=10, until_first=True), progress)


def test_a_finding_is_found_again_at_once_with_its_database(rig, tmp_path):
    """By a run of another seed, also after the first one's process has ended."""
    exam, folder = exam_of(rig, errors.LoggedAtDebug), tmp_path / "examples"
    first = fuzz(
        exam, BALANCES, Budget(examples=500, seed=1, database=DirectoryBasedExampleDatabase(folder), until_first=True)
    )
    assert first.found
    again = Budget(examples=500, seed=2, database=DirectoryBasedExampleDatabase(folder), until_first=True)
    assert fuzz(exam, BALANCES, again).examples <= 2  # found, and told
    without = Budget(examples=500, seed=2, until_first=True)
    assert fuzz(exam, BALANCES, without).examples > 2


def test_what_was_mended_is_forgotten(rig, right):
    """An example that passes is not tried for ever."""
    kept = InMemoryExampleDatabase()
    assert fuzz(exam_of(rig, figures.BalanceForEquity), BALANCES, Budget(examples=20, database=kept)).found
    assert any(kept.data.values())
    assert fuzz(right, BALANCES, Budget(examples=20, seed=1, database=kept)).found == {}
    for _ in range(10):  # Hypothesis tries some of them again in each run
        fuzz(right, BALANCES, Budget(examples=20, seed=1, database=kept))
    assert not any(kept.data.values())


def test_a_partition_keeps_targets_and_methods_apart():
    """In one database, under one key."""
    whole = InMemoryExampleDatabase()
    mine, other = Partition(whole, "a:build", "extended", BALANCES), Partition(whole, "b:build", "extended", BALANCES)
    method = Partition(whole, "a:build", "extended", POSITIONS)
    mine.save(b"key", b"value")
    assert list(mine.fetch(b"key")) == [b"value"]
    assert [*other.fetch(b"key"), *method.fetch(b"key"), *whole.fetch(b"key")] == []
    other.delete(b"key", b"value")
    assert list(mine.fetch(b"key")) == [b"value"]
    mine.delete(b"key", b"value")
    assert list(mine.fetch(b"key")) == []


def test_partitions_of_names_that_join_alike_differ():
    """A target's name may hold the separator."""
    whole = InMemoryExampleDatabase()
    Partition(whole, "a/b", "c").save(b"key", b"value")
    assert list(Partition(whole, "a", "b/c").fetch(b"key")) == []


def test_a_database_is_a_folder_or_none(tmp_path):
    """Nothing is written before there is something to remember."""
    assert database("none") is None
    assert isinstance(database(str(tmp_path / "here")), DirectoryBasedExampleDatabase)
    assert not (tmp_path / "here").exists()


@pytest.fixture
def redis_server(tmp_path):
    """The address of a Redis of its own, on loopback."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server is installed")
    pytest.importorskip("redis", reason="the package redis is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stdout:
                if "Ready to accept connections" in line:
                    break
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def test_workers_that_share_a_redis_share_what_they_found(rig, redis_server):
    """One finds it, another, with another seed and a connection of its own, begins with it."""
    exam = exam_of(rig, errors.LoggedAtDebug)
    mine = Budget(examples=500, seed=1, database=database(redis_server), until_first=True)
    assert fuzz(exam, BALANCES, mine).found
    others = Budget(examples=500, seed=2, database=database(redis_server), until_first=True)
    assert fuzz(exam, BALANCES, others).examples <= 2


@pytest.mark.parametrize("name", ["redis://127.0.0.1:1/0", "rediss://127.0.0.1:1/0"])
def test_a_redis_that_cannot_be_used_is_wrong_usage(name):
    """Whether the package is missing or nobody answers, before the work starts."""
    with pytest.raises(UsageError, match=r"--database rediss?://.*(Redis does not answer|redis is not installed)"):
        database(name)


def test_a_password_is_not_in_the_line_about_wrong_usage():
    """It may stand in the log of a CI server."""
    with pytest.raises(UsageError) as told:
        database("redis://worker:hunter2@127.0.0.1:1/0")
    assert "hunter2" not in str(told.value)
    assert "127.0.0.1:1" in str(told.value)


def test_a_file_is_no_database(tmp_path):
    """Hypothesis would silently remember nothing."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        database(str(tmp_path / "file"))


def test_coverage_adds_up_and_names_what_was_missed(right):
    """A fault, a breakage and a field that were never exercised are listed."""
    whole = universe(right, POSITIONS)
    assert {"fault http-503", "amount changed", "breakage invalid UTF-8", "situation flat"} <= whole
    one, two = Coverage({"a": 1}), Coverage({"a": 2, "b": 1})
    one.add(two)
    assert one.counts == {"a": 3, "b": 1}
    assert one.missed(["a", "b", "d", "c"]) == ["c", "d"]


def test_a_longer_run_exercises_all_that_it_counts(right):
    """What is exercised is called as in the universe, or something would be missed for ever."""
    run = fuzz(right, BALANCES, Budget(examples=200))
    extra = {name for name in run.coverage.counts if not name.endswith(", once")} - universe(right, BALANCES)
    assert not extra
    assert {"available changed", "total changed"} <= run.coverage.counts.keys()
    assert {name.partition(" ")[0] for name in run.coverage.counts} >= {"breakage", "fault", "situation"}
