"""The example for dlt, as its README shows it; and what a server may answer to dlt's `rest_api`."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("dlt", reason="dlt is not installed: make dlt")

import requests

from connectors.api import ApiSource, Means
from connectors.dlt import library
from connectors.errors import AccessError, ConfigurationError, NotApplied
from pipelines.settings import file
from tests.connectors.pulled import pulled, source
from tests.pipelines.workshop import TO_CLEAN, Workshop

EXAMPLE = Path(__file__).parents[3] / "examples" / "dlt"


@pytest.fixture
def server() -> Iterator[tuple[ModuleType, int]]:
    """The example's server on a free port."""
    spec = importlib.util.spec_from_file_location("example_server", EXAMPLE / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with ThreadingHTTPServer(("127.0.0.1", 0), module.Handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield module, served.server_port
        served.shutdown()
        thread.join()


def clubs(port: int, token: str | None, path: str = "clubs", **client: object) -> ApiSource:
    """The clubs by `rest_api`."""
    told = {"base_url": f"http://127.0.0.1:{port}/v1/", "auth": {"type": "bearer"}, **client}
    resource = {"name": "clubs", "endpoint": {"path": path, "data_selector": "data"}}
    paginator = {"type": "json_link", "next_url_path": "next"}
    return source(
        "dlt",
        token,
        object="companies",
        secret_argument="client.auth.token",
        rest_api={"client": {"paginator": paginator, **told}, "resources": [resource]},
    )


def test_the_example_runs_as_its_readme_says(
    server: tuple[ModuleType, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All members and clubs arrive; a second run asks for what changed, and lands that alone."""
    module, port = server
    for path in EXAMPLE.glob("*.*"):
        shutil.copy(path, tmp_path)
    path = tmp_path / "sync.toml"
    path.write_text(path.read_text("utf-8").replace("8765", str(port)), "utf-8")
    for name in ("MEMBERS", "CLUBS"):
        monkeypatch.setenv(f"CRM_BRIDGE_SECRET_{name}", module.TOKEN)
    shop = Workshop(tmp_path, sources=file.load(path).model_dump()["sources"])
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"] == 35
    records = shop.rows("records")
    assert [(row["emails"], row["tags"]) for row in records if row["source_id"] == "5"] == [
        (["barbara.quill@quill.example"], ["chess", "go"])
    ]
    member = module.Handler.records["/v1/members"][3]
    member.update(updated_at=module.moment(40), interests=["bridge"])
    module.Handler.log.clear()
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"] == 1
    assert [path for path in module.Handler.log if "members" in path] == [
        "/v1/members?updated_since=2026-01-30T00%3A00%3A00Z"
    ]


def test_rest_api_reads_to_the_last_page(server: tuple[ModuleType, int]) -> None:
    """All pages of a list, by dlt's own paging."""
    module, port = server
    assert len(pulled(clubs(port, module.TOKEN, "members")).rows) == 30


def test_errors_of_the_server_are_told_apart(server: tuple[ModuleType, int]) -> None:
    """A refused token, a list that is not there and a server that is not: one line each, without the token."""
    module, port = server
    with pytest.raises(
        AccessError, match=rf"GET 127\.0\.0\.1:{port}: the access is refused.*CRM_BRIDGE_SECRET_WH"
    ) as refused:
        pulled(clubs(port, "sesame"))
    with pytest.raises(NotApplied, match="answered 404"):
        pulled(clubs(port, module.TOKEN, "nothing"))
    with pytest.raises(ConfigurationError, match=r"options\.rest_api: dlt does not take client as it is given"):
        pulled(clubs(port, module.TOKEN, colour="red"))
    assert "sesame" not in str(refused.value)


def test_an_error_shows_nothing_of_an_address_but_host_and_port() -> None:
    """Whoever builds an address with a password in it still does not see it in a run's output."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = requests.Request("GET", f"http://svc:s3cret@127.0.0.1:{port}/people").prepare()
    means = Means("wh", "CRM_BRIDGE_SECRET_WH", None)
    told = rf"GET 127\.0\.0\.1:{port}: no usable answer"
    with pytest.raises(NotApplied, match=told) as caught, library.mended(means, "options"):
        raise requests.ConnectionError("down", request=asked)
    assert "s3cret" not in str(caught.value)
