"""Every answer of the control API is as its document says."""

from __future__ import annotations

import json
import urllib.request

import pytest

jsonschema = pytest.importorskip("jsonschema")


def ask(shop, method, path, body=None):
    headers = {} if body is None else {"Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(shop.url + path.lstrip("/"), data, headers, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    text = answer.read()
    return answer.status, json.loads(text) if "json" in (answer.headers["Content-Type"] or "") else None


#: Requests by the operation they are of, and whether they go well; each operation of the document has one or more.
ASKED = [
    ("GET", "/__admin/health", "/__admin/health", None),
    ("GET", "/__admin/openapi.json", "/__admin/openapi.json", None),
    ("GET", "/__admin/ui", "/__admin/ui", None),
    ("POST", "/__admin/disruptions", "/__admin/disruptions", {"disruption": {"status": 503}, "when": {"operation": "storeList"}}),
    ("POST", "/__admin/disruptions", "/__admin/disruptions", {"disruption": "no-such"}),
    ("GET", "/__admin/disruptions", "/__admin/disruptions", None),
    ("DELETE", "/__admin/disruptions/{id}", "/__admin/disruptions/1", None),
    ("DELETE", "/__admin/disruptions/{id}", "/__admin/disruptions/99", None),
    ("DELETE", "/__admin/disruptions", "/__admin/disruptions", None),
    ("GET", "/__admin/requests", "/__admin/requests?limit=5", None),
    ("GET", "/__admin/requests", "/__admin/requests?nonsense=5", None),
    ("GET", "/__admin/requests/{number}", "/__admin/requests/1", None),
    ("GET", "/__admin/requests/{number}", "/__admin/requests/77", None),
    ("DELETE", "/__admin/requests", "/__admin/requests", None),
    ("POST", "/__admin/requests/verify", "/__admin/requests/verify", {"calls": [{"to": "login", "count": 0}]}),
    ("POST", "/__admin/requests/verify", "/__admin/requests/verify", {"calls": [{"to": "login"}]}),
    ("POST", "/__admin/stubs", "/__admin/stubs", {"operation": "login", "when": {"username": "x"}, "answer": "y"}),
    ("POST", "/__admin/stubs", "/__admin/stubs", {"operation": "no such"}),
    ("GET", "/__admin/stubs", "/__admin/stubs", None),
    ("DELETE", "/__admin/stubs/{id}", "/__admin/stubs/1", None),
    ("DELETE", "/__admin/stubs", "/__admin/stubs", None),
    ("GET", "/__admin/modules", "/__admin/modules", None),
    ("POST", "/__admin/modules", "/__admin/modules", {"name": "Acme_Broken", "api.xml": "<no xml"}),
    ("POST", "/__admin/checkpoints", "/__admin/checkpoints", {"save": "here"}),
    ("POST", "/__admin/checkpoints", "/__admin/checkpoints", {"restore": "here"}),
    ("POST", "/__admin/checkpoints", "/__admin/checkpoints", {"restore": "nowhere"}),
    ("GET", "/__admin/checkpoints", "/__admin/checkpoints", None),
    ("DELETE", "/__admin/checkpoints/{name}", "/__admin/checkpoints/here", None),
    ("GET", "/__admin/state", "/__admin/state?table=customer_group", None),
    ("GET", "/__admin/tables", "/__admin/tables", None),
    ("POST", "/__admin/edits", "/__admin/edits", {"create": {"table": "customer", "fields": {"email": "a@b.example"}}}),
    ("POST", "/__admin/edits", "/__admin/edits", {"delete": {"table": "customer", "id": 99999}}),
    ("GET", "/__admin/clock", "/__admin/clock", None),
    ("PUT", "/__admin/clock", "/__admin/clock", {"advance": "1 day", "runs": False}),
    ("PUT", "/__admin/clock", "/__admin/clock", {"advance": "soon"}),
    ("GET", "/__admin/settings", "/__admin/settings", None),
    ("PUT", "/__admin/settings", "/__admin/settings", {"bridge": "none", "configuration": {"general/locale/timezone": "UTC"}}),
    ("PUT", "/__admin/settings", "/__admin/settings", {"bridge": "9.9.9"}),
    ("PUT", "/__admin/seed", "/__admin/seed", {}),
    ("POST", "/__admin/seed", "/__admin/seed", {"no such table": []}),
    ("POST", "/__admin/reset", "/__admin/reset", {}),
]


def test_answers_are_as_the_document_says(mockgento_server):
    shop = mockgento_server.start()
    document = ask(shop, "GET", "/__admin/openapi.json")[1]
    urllib.request.urlopen(shop.wsdl).read()
    told = set()
    for method, pattern, path, body in ASKED:
        status, answer = ask(shop, method, path, body)
        responses = document["paths"][pattern][method.lower()]["responses"]
        response = responses.get(str(status)) or (responses["default"] if status >= 400 else None)
        assert response is not None, f"{method} {path} answers {status}, which the document does not know: {answer}"
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        content = response.get("content", {})
        if content:
            schema = next(iter(content.values()))["schema"]
            root = {**schema, "components": document["components"]}
            jsonschema.Draft202012Validator(root).validate(answer)
        told.add((method, pattern))
    documented = {(m.upper(), p) for p, item in document["paths"].items() for m in item if m != "parameters"}
    assert told == documented
    mockgento_server.start()
