"""`crm-bridge ui`: it says when it is ready, lets no page from elsewhere in, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from pipelines.lake.lock import UiLock
from tests.pipelines.cli.open_ui import SETTINGS, Ui, family, opened
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

WORKSPACE = "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }"
MUTATION = 'mutation { deletePipelineRun(runId: "none") { __typename } }'
LOGS = 'subscription { pipelineRunLogs(runId: "none") { __typename } }'


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """Give the UI, open."""
    with opened(tmp_path_factory.mktemp("ui")) as started:
        started.said("Dagster UI:")
        yield started


def asked(address: str, text: str, **headers: str) -> httpx.Response:
    """What GraphQL answers to a query that is posted."""
    return httpx.post(f"{address}/graphql", json={"query": text}, headers=headers, timeout=60)


def test_it_answers_once_it_says_that_it_is_ready(ui: Ui) -> None:
    """At once, with its page and with our code location loaded; the embedded CRM is there, too."""
    address = ui.said("Dagster UI:")
    assert httpx.get(address, timeout=60).text.startswith("<!DOCTYPE html>")
    entries = asked(address, WORKSPACE).json()["data"]["workspaceOrError"]["locationEntries"]
    assert entries == [{"locationOrLoadError": {"__typename": "RepositoryLocation"}}]
    assert httpx.get(f"{ui.said('Base URL:')}/openapi.json").status_code == 200


def test_no_page_from_elsewhere_reaches_dagster(ui: Ui) -> None:
    """A mutation takes no GET, no form, no foreign Host, Origin or site; the UI's own calls pass."""
    address = ui.said("Dagster UI:")
    graphql, ours = f"{address}/graphql", {"origin": address, "sec-fetch-site": "same-origin"}
    assert asked(address, MUTATION, **ours).json()["data"]["deletePipelineRun"]["__typename"] == "RunNotFoundError"
    assert asked(address, MUTATION, origin="https://evil.example").status_code == 403
    assert asked(address, MUTATION, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert asked(address, MUTATION, host="evil.example").status_code == 400
    assert httpx.get(graphql, params={"query": MUTATION}).status_code == 405
    form = httpx.post(graphql, params={"query": MUTATION}, data={"a": "b"})
    assert form.status_code == 415
    assert "GraphiQL" in httpx.get(graphql, headers={"accept": "text/html"}).text


def test_a_subscription_of_the_ui_works_and_that_of_another_page_does_not(ui: Ui) -> None:
    """GraphQL over a WebSocket, which has no same-origin rule of its own."""
    address = ui.said("Dagster UI:")

    def subscribed(origin: str) -> ClientConnection:
        socket_address = f"{address.replace('http', 'ws', 1)}/graphql"
        return connect(socket_address, origin=Origin(origin), subprotocols=[Subprotocol("graphql-ws")])

    with subscribed(address) as opened_socket:
        opened_socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(opened_socket.recv(30))["type"] == "connection_ack"
        opened_socket.send(json.dumps({"id": "1", "type": "start", "payload": {"query": LOGS}}))
        assert json.loads(opened_socket.recv(30))["type"] == "data"
    with pytest.raises(Exception, match="HTTP 403"), subscribed("https://evil.example"):
        pass


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_nothing_outlives_it(tmp_path: Path, end: signal.Signals) -> None:
    """Neither a process of Dagster's nor a port, whether it is stopped or killed, whatever it is about just then."""
    with opened(tmp_path) as ui:
        if end == signal.SIGTERM:
            ui.said("Base URL:")
        else:
            port = int(ui.said("Dagster UI:").rsplit(":", 1)[1])
        session = ui.session
        assert session is not None
        assert len(family(session)) >= (1 if end == signal.SIGTERM else 2)
        ui.process.send_signal(end)
        assert ui.process.wait(30) == (130 if end == signal.SIGTERM else -9)
        for _ in range(300):
            if not family(session):
                break
            time.sleep(0.1)
        assert family(session) == []
        if end == signal.SIGTERM:
            assert ui.out.read_text("utf-8").endswith("crm-bridge: stopped.\n")
        else:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path, crm_bridge: Any) -> None:
    """One line that names the option, for either port."""
    (tmp_path / "sync.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "inbox").mkdir()
    given = ("--config", tmp_path / "sync.toml", "--data", tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for option, other in (("--port", "--crm-port"), ("--crm-port", "--port")):
            said = crm_bridge("ui", *given, option, port, other, "0")
            assert said.code == 2
            assert f"port {port} on 127.0.0.1 cannot be used" in said.err
            assert f"Choose another with {option} (0 takes any free one)" in said.err


def test_a_second_ui_over_the_same_folder_is_refused(tmp_path: Path, crm_bridge: Shell) -> None:
    """The daemons of two would start each run twice: the second says so in a line, and opens no port."""
    shop = Workshop(tmp_path)
    (tmp_path / "sync.toml").write_text(SETTINGS, "utf-8")
    shop.data.mkdir()
    lock = UiLock(shop.data)
    lock.take()
    try:
        said = crm_bridge("ui", "--config", tmp_path / "sync.toml", "--data", shop.data, "--port", "0")
    finally:
        lock.free()
    assert said.code == 5
    assert "another crm-bridge ui is open over" in said.line
