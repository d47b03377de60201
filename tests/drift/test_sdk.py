"""The models of an SDK, loaded elsewhere: two released versions, and the installed one beside our schemas."""

import sys
import zipfile

import pytest

from harness.drift.sdk import Sdk, against_schemas, between, installed, released, unpacked
from harness.errors import UsageError

pytest.importorskip("pydantic", reason="pydantic is not installed: pip install 'connector-harness[sdks]'")

MODELS = """
from decimal import Decimal
from enum import Enum
from typing import Optional
from pydantic import AliasChoices, BaseModel, Field

class Side(Enum):
    LONG = "LONG"
    SHORT = "SHORT"

class Position(BaseModel):
    side: Side
    size: Decimal
    open_price: Optional[str] = Field(None, alias="openPrice")
    id: Optional[int] = Field(None, validation_alias=AliasChoices("id", "positionId"), serialization_alias="id")

class Positions(BaseModel):
    positions: list[Position]
"""
DATA = """
from __future__ import annotations
from typing import List, TypedDict

Level = TypedDict("Level", {"px": str, "sz": str})

class Book(TypedDict, total=False):
    levels: List[Level]
"""
CLIENT = """
from vendor.models import Positions

class Api:
    async def positions(self) -> Positions:
        return await self._get("/user/positions")

    async def close(self) -> Positions:
        url = self._get_url("/user/position", query={}.get("market"))
        return await send_patch_request(self._get_session(), url)

    async def _helper(self) -> int:
        return "/not/public"
"""
CHANGES = {'LONG = "LONG"': 'LONG = "BUY"', "    size: Decimal\n": "    quantity: Decimal\n"}


def package(folder, models=MODELS):
    """A made-up SDK in a folder; its own `__init__` cannot be run."""
    root = folder / "vendor"
    root.mkdir(parents=True)
    (root / "__init__.py").write_text("raise RuntimeError('a model needs no client')\n")
    (root / "models.py").write_text(models)
    (root / "data.py").write_text(DATA)
    (root / "client.py").write_text(CLIENT)
    (root / "broken_model.py").write_text("import no_such_module\nclass Thing(BaseModel): pass\n")
    return folder


def wheel(folder, version, models=MODELS):
    """The same as a released wheel."""
    with zipfile.ZipFile(folder / f"vendor_sdk-{version}-py3-none-any.whl", "w") as opened:
        source = package(folder / version, models)
        for path in source.rglob("*.py"):
            opened.write(path, path.relative_to(source))
        info = f"vendor_sdk-{version}.dist-info"
        opened.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: vendor-sdk\nVersion: {version}\n")
        opened.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        opened.writestr(f"{info}/RECORD", "")


def changed():
    """The models of the next version."""
    models = MODELS
    for old, new in CHANGES.items():
        models = models.replace(old, new)
    return models


def test_models_are_read_by_the_names_that_are_on_the_wire(tmp_path):
    """With their routes; nothing of it is imported here, and what cannot be is said."""
    found = unpacked("vendor", package(tmp_path), ["vendor"])
    assert set(found.models) == {"Position", "Positions", "Level", "Book"}
    assert found.models["Level"]["required"] == ["px", "sz"]
    assert "required" not in found.models["Book"]
    assert set(found.models["Position"]["properties"]) == {"side", "size", "openPrice", "positionId"}
    assert found.models["Position"]["required"] == ["side", "size"]
    assert [dict(one) for one in found.endpoints] == [
        {"method": "GET", "path": "/user/positions", "model": "Positions"},
        {"method": "PATCH", "path": "/user/position", "model": "Positions"},
    ]
    assert "no_such_module" in found.skipped["vendor.broken_model"]
    assert not [name for name in sys.modules if name.partition(".")[0] == "vendor"]


def test_what_a_generator_left_behind_does_not_hide_the_sdk(tmp_path):
    """Another package in the same release, with models of the same names."""
    root = package(tmp_path)
    (root / "client_stub").mkdir()
    (root / "client_stub" / "__init__.py").write_text("")
    (root / "client_stub" / "models.py").write_text(changed())
    found = unpacked("vendor", root, ["vendor", "client_stub"]).models
    assert set(found["Position"]["properties"]) == {"side", "size", "openPrice", "positionId"}
    assert set(found["client_stub.models.Position"]["properties"]) == {"side", "quantity", "openPrice", "positionId"}


def test_two_released_versions_are_compared(tmp_path, monkeypatch):
    """From wheels, fetched by pip as it is configured."""
    wheel(tmp_path, "1.0")
    wheel(tmp_path, "1.1", changed())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    old, new = released("vendor-sdk==1.0"), released("vendor-sdk==1.1")
    told = {(one.rule, one.topic, one.path) for one in between(old, new)}
    assert {
        ("DRIFT-enum", "extended/rest/user-positions", "/positions/*/side"),
        ("DRIFT-removed", "extended/rest/user-positions", "/positions/*/size"),
        ("DRIFT-added", "extended/rest/user-positions", "/positions/*/quantity"),
    } <= told
    assert between(new, new) == ()
    with pytest.raises(UsageError, match=r"vendor-sdk==9\.9: cannot be read"):
        released("vendor-sdk==9.9")


def test_a_change_of_what_a_contract_reads_breaks_in_an_envelope_too():
    """The balance, a model within a generic answer."""

    def version(name, **fields):
        told = {"equity": {"type": "string"}, "collateralName": {"type": "string"}, **fields}
        model = {"type": "object", "required": list(told), "properties": told}
        route = {"method": "GET", "path": "/user/balance", "model": "WrappedApiResponse[BalanceModel]"}
        return Sdk(name, {"BalanceModel": model}, (route,), {})

    nullable = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    (one,) = between(version("sdk==1"), version("sdk==2", equity=nullable))
    assert (one.rule, one.topic, one.path) == ("DRIFT-nullable", "extended/rest/user-balance", "/data/equity")
    assert (one.severity, one.against) == ("breaking", "sdk==1")


@pytest.mark.parametrize("name", ["vendor", "vendor>=1", "-r file", "vendor==1 --index", "../vendor==1", "a==1;b==2"])
def test_only_a_version_of_a_package_is_asked_for(name):
    """Nothing that pip would take for an option, a file or an address."""
    with pytest.raises(UsageError, match="not a version of a package"):
        released(name)


def test_a_package_without_models_is_wrong_usage(tmp_path):
    """And so is one that is not installed."""
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "__init__.py").write_text("")
    with pytest.raises(UsageError, match="no response models"):
        unpacked("vendor", tmp_path, ["vendor"])
    with pytest.raises(UsageError, match="not installed"):
        installed("no-such-sdk")


@pytest.mark.parametrize(
    ("name", "package_name", "venue"),
    [("lighter-sdk", "lighter", "lighter"), ("x10-python-trading-starknet", "x10", "extended")],
)
def test_no_field_that_a_contract_reads_contradicts_the_vendors_own_model(name, package_name, venue):
    """Of the versions that the tests install."""
    pytest.importorskip(package_name)
    sdk = installed(name)
    assert len(sdk.models) > 50
    found = against_schemas(sdk)
    assert {one.topic.partition("/")[0] for one in found} == {venue}
    assert not [str(one) for one in found if one.severity == "breaking"]
