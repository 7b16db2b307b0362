"""What the package promises, against the real program."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from mockgento import BinaryNotFound, ControlError, Server, ServerDied, Shop, StartError, find_binary
from mockgento.shop import ROUTES


def login(shop: Shop, key: str) -> str:
    """A call as a SOAP client makes it."""
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><m:login xmlns:m="urn:Magento">'
        f"<username>{shop.user}</username><apiKey>{key}</apiKey></m:login></e:Body></e:Envelope>"
    )
    request = urllib.request.Request(shop.url + "api/v2_soap/", body.encode(), {"Content-Type": "text/xml; charset=utf-8"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie is gone, whoever has not waited for it yet.
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"


def gone(pid: int) -> bool:
    limit = time.monotonic() + 10
    while is_alive(pid):
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


def test_every_route_is_one_of_the_servers(mockgento_shop):
    with urllib.request.urlopen(mockgento_shop.url + "__admin/openapi.json") as answer:
        document = json.load(answer)
    served = {(method.upper(), path[len("/__admin"):]) for path, item in document["paths"].items() for method in item if method != "parameters"}
    pages = {("GET", "/openapi.json"), ("GET", "/ui"), ("POST", "/seed")}
    assert set(ROUTES.values()) == served - pages


def test_every_method_reaches_the_server(mockgento_shop):
    shop = mockgento_shop
    assert shop.health()["wsdl"] == shop.wsdl
    ann = shop.create("customer", email="ann@example.com", firstname="Ann", lastname="Lee")
    shop.update("customer", ann, lastname="Byron")
    row = next(row for row in shop.rows("customer") if row["email"] == "ann@example.com")
    assert row["lastname"] == "Byron"
    assert shop.state("customer", containing="ann@example.com", offset=0, limit=1)["customer"] == [row]
    assert {"name": "customer", "key": "entity_id", "rows": len(shop.rows("customer"))} in shop.tables()
    shop.delete("customer", ann)
    assert not any(row["email"] == "ann@example.com" for row in shop.rows("customer"))
    shop.configure("general/locale/timezone", "Europe/Berlin")
    assert shop.settings()["configuration"]["general/locale/timezone"] == "Europe/Berlin"
    assert shop.change_settings(bridge="none", wsi=True)["bridge"] == "none"
    shop.change_settings(wsi=False)
    assert shop.set_clock("2026-01-31T09:00:00Z", runs=False) == {"now": "2026-01-31T09:00:00Z", "runs": False}
    shop.advance("2 days")
    assert shop.clock()["now"] == "2026-02-02T09:00:00Z"
    first = shop.disrupt({"status": 503}, times=2, operation="login")
    shop.disrupt("expire-sessions")
    assert [armed["id"] for armed in shop.disruptions()][0] == first
    shop.disarm(first)
    assert len(shop.disruptions()) == 1
    shop.clear_disruptions()
    assert shop.disruptions() == []
    login(shop, "wrong-key")
    stub = shop.stub("login", when={"username": "nobody"}, fault={"code": 101, "string": "No luck"})
    assert [one["id"] for one in shop.stubs()] == [stub]
    shop.remove_stub(stub)
    shop.stub("login", answer="a-session")
    shop.clear_stubs()
    assert shop.stubs() == []
    shop.save_checkpoint("here")
    shop.create("customer", email="late@example.com", firstname="L", lastname="A")
    shop.restore_checkpoint("here")
    assert shop.state("customer", containing="late@example.com")["customer"] == []
    assert [one["name"] for one in shop.checkpoints()] == ["here"]
    shop.delete_checkpoint("here")
    shop.save_checkpoint("zwei Wörter")
    shop.delete_checkpoint("zwei Wörter")
    assert shop.modules() == {"operations": []}
    with pytest.raises(ControlError, match="POST /__admin/modules"):
        shop.install_module("Acme_Broken", api_xml="<no xml")
    number = shop.requests("login", outcome="fault", after=0, limit=1)[0]["number"]
    assert "is not the one of" in shop.request(number)["why"]
    shop.forget_requests()
    assert shop.requests() == []
    shop.load_seed({})
    shop.reset()


def test_each_test_has_a_shop_as_new(mockgento_shop):
    assert mockgento_shop.requests() == [] and mockgento_shop.disruptions() == []
    mockgento_shop.create("customer", email="left@example.com", firstname="L", lastname="O")


def test_what_a_test_left_is_not_there_for_the_next(mockgento_shop):
    assert not mockgento_shop.state("customer", containing="left@example.com")["customer"]


def test_an_edit_that_is_refused_says_why(mockgento_shop):
    with pytest.raises(ControlError, match="POST /__admin/edits: .*no_such_table") as refused:
        mockgento_shop.create("no_such_table", a=1)
    assert refused.value.problem["status"] == 409 and refused.value.problem["remedy"]
    with pytest.raises(ControlError, match="/__admin/requests/999"):
        mockgento_shop.request(999)
    with pytest.raises(ControlError, match="no operation logim; did you mean login\\?"):
        mockgento_shop.assert_called("logim")
    with pytest.raises(ControlError, match="login has no argument store"):
        mockgento_shop.assert_called("login", store=1)


def test_assertions_tell_of_the_calls_that_come_nearest(mockgento_shop):
    shop = mockgento_shop
    with pytest.raises(AssertionError, match="0 calls of login, expected at least one"):
        shop.assert_called("login")
    login(shop, shop.key)
    login(shop, "wrong-key")
    shop.assert_called("login")
    shop.assert_called("login", times=2)
    shop.assert_called("login", username=shop.user)
    shop.assert_called("login", username={"regex": "^test"})
    shop.assert_not_called("customerCustomerList")
    assert shop.verify({"to": "login"}, {"to": "login", "count": {"at most": 2}}, nothing_else=True) == [2, 2]
    for wanted, expected in [
        (dict(operation="login", times=3), "2 calls of login, expected 3"),
        (dict(operation="login", username="joe"), f'nearly is one: username is "{shop.user}", expected "joe"'),
        (dict(operation="customerCustomerInfo"), "0 calls of customerCustomerInfo"),
        (dict(operation="login", times=0), "2 calls of login, expected 0"),
    ]:
        with pytest.raises(AssertionError) as failed:
            shop.assert_called(**wanted)
        assert expected in str(failed.value)
        assert shop.key not in str(failed.value) and "wrong-key" not in str(failed.value)
    with pytest.raises(AssertionError, match="1 call.s. failed:\n.*fault 2 Access denied.*the apiKey is not the one of"):
        shop.assert_no_faults()


def test_a_server_that_dies_in_a_test_says_so_and_the_next_test_has_another(pytester):
    pytester.makepyfile(
        """
        import os, signal

        def test_dies(mockgento_server, mockgento_shop):
            os.kill(mockgento_server.pid, signal.SIGKILL)
            mockgento_shop.rows("customer")

        def test_next(mockgento_shop):
            assert mockgento_shop.rows("customer_group")
        """
    )
    run = pytester.runpytest_subprocess()
    run.assert_outcomes(passed=1, failed=1)
    run.stdout.fnmatch_lines(["*ServerDied: mockgento serve ended with exit code -9 in the middle of a test*"])


def test_options_come_from_the_conftest(pytester):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mockgento_options():
            return {"bridge": "1.1.4", "wsi": True, "now": "2026-01-31T09:00:00Z"}
        """
    )
    pytester.makepyfile(
        """
        def test_options(mockgento_shop):
            settings = mockgento_shop.settings()
            assert settings["bridge"] == "1.1.4" and settings["wsi"] is True
            assert mockgento_shop.clock() == {"now": "2026-01-31T09:00:00Z", "runs": False}
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_what_is_prepared_is_there_for_each_test_and_for_a_new_server(pytester):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mockgento_options():
            fields = dict(email="ann@example.com", firstname="Ann", lastname="Lee")
            return {"prepare": lambda shop: shop.create("customer", **fields)}
        """
    )
    pytester.makepyfile(
        """
        import os, signal, pytest

        @pytest.mark.parametrize("number", range(3))
        def test_prepared(mockgento_shop, mockgento_server, number):
            (ann,) = mockgento_shop.state("customer", containing="ann@example.com")["customer"]
            assert mockgento_shop.requests() == []
            mockgento_shop.delete("customer", int(ann["entity_id"]))
            if number == 1:
                os.kill(mockgento_server.pid, signal.SIGKILL)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_what_fails_to_prepare_says_why_every_time_and_leaves_no_server():
    def fails(_):
        raise LookupError("my own reason")

    server = Server(prepare=fails)
    for _ in range(2):
        with pytest.raises(LookupError, match="my own reason"):
            server.fresh()
        assert not server.is_running
    with pytest.raises(LookupError):
        with server:
            pass
    assert server.pid is None


def test_what_a_test_saves_is_not_there_for_the_next():
    with Server(prepare=lambda shop: shop.create("customer", email="a@example.com", firstname="A", lastname="B")) as server:
        for number in range(3):
            assert len(server.fresh().checkpoints()) == 1
            server.shop.save_checkpoint(f"mine {number}")


def test_a_process_that_is_forked_off_takes_nothing_away():
    script = """
import os, signal, sys, mockgento
server = mockgento.Server()
shop = server.start()
child = os.fork()
if child == 0:
    sys.exit(0)
os.waitpid(child, 0)
assert shop.rows("customer_group")
os.kill(server.pid, signal.SIGTERM)
try:
    while True:
        shop.health()
except mockgento.ServerDied as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout.endswith("in the middle of a test; it said:\nstopping\n"), run.stdout + run.stderr


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None])
def test_nothing_is_left_in_any_way_to_end(tmp_path, ends):
    script = "import sys, mockgento\ns = mockgento.Server(); s.start(); print(s.pid, flush=True); sys.stdin.read()"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", script], text=True, env=environment, **streams) as parent:
        pid = int(parent.stdout.readline())
        if ends is not None:
            parent.send_signal(ends)
    assert gone(pid)
    assert list(tmp_path.iterdir()) == []


def test_workers_of_xdist_share_nothing(pytester):
    pytest.importorskip("xdist")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(12))
        def test_alone(mockgento_shop, number):
            before = len(mockgento_shop.rows("customer"))
            for one in range(5):
                mockgento_shop.create("customer", email=f"c{one}@example.com", firstname="A", lastname="B")
            assert len(mockgento_shop.rows("customer")) == before + 5
        """
    )
    pytester.runpytest_subprocess("-n", "3").assert_outcomes(passed=12)


def test_nothing_is_left_when_the_program_that_started_it_is_killed():
    script = "import sys, time, mockgento\ns = mockgento.Server(); s.start(); print(s.pid, flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone(pid)


def test_a_stopped_server_is_gone_and_says_so():
    server = Server()
    shop, pid = server.start(), server.pid
    server.stop()
    assert gone(pid)
    with pytest.raises(ServerDied, match="was stopped"):
        shop.reset()
    with pytest.raises(StartError, match="not started"):
        server.shop
    server.stop()


def test_servers_at_once_are_apart():
    with Server() as one, Server() as other:
        one.shop.create("customer", email="ann@example.com", firstname="Ann", lastname="Lee")
        assert one.shop.url != other.shop.url
        assert len(one.shop.rows("customer")) == len(other.shop.rows("customer")) + 1


def test_the_token_of_a_shop_elsewhere_is_sent():
    seen = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            body = b'{"wsdl": "http://127.0.0.1:8085/api/v2_soap/?wsdl=1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{elsewhere.server_port}"
        # It is asked by its mapped port, and so is the WSDL.
        assert Shop(url).wsdl == url + "/api/v2_soap/?wsdl=1"
        assert Shop(url, token="a-token-of-the-test").url == url + "/"
        elsewhere.shutdown()
    assert seen == [None, "Bearer a-token-of-the-test"]


def test_what_hinders_the_start_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        with pytest.raises(StartError, match=f"cannot listen on {address}"):
            Server(listen=address).start()
    with pytest.raises(StartError, match="no-such-seed"):
        Server(seed="no-such-seed.yaml").start()


def test_a_missing_program_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("MOCKGENTO_BIN", str(tmp_path / "nothing"))
    with pytest.raises(BinaryNotFound, match="MOCKGENTO_BIN is .*nothing, and there is no such file"):
        Server().start()
    monkeypatch.delenv("MOCKGENTO_BIN")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("mockgento._binary._script_folders", lambda: [str(tmp_path)])
    with pytest.raises(BinaryNotFound, match="no mockgento program for .*Install a wheel"):
        find_binary()


def test_the_module_runs_the_program():
    run = subprocess.run([sys.executable, "-m", "mockgento", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("mockgento ")
