"""A small Magento connector of its own design: customers and orders into PostgreSQL, with zeep and psycopg.

It reads the lists of the OroCRM bridge page by page, remembers per list the newest `updated_at` it has written, and asks the
next time for everything from there on. The bookmark moves only when all pages are in: what is asked for twice is written
over itself, what was missed is asked for again. `ACME_DSN` holds the database's address.

    client.py reset | configure | sync | check | edit      settings and steps come as JSON on standard input
"""

import json
import os
import re
import sys
import time

import psycopg
import requests
import zeep
from zeep.exceptions import Fault, TransportError, XMLSyntaxError
from zeep.helpers import serialize_object

PAGE = 25
TRIES = 4
SESSION_EXPIRED = "5"

TABLES = """
DROP TABLE IF EXISTS settings, bookmark, magento_customer, magento_order;
CREATE TABLE settings (one boolean PRIMARY KEY DEFAULT true, form jsonb NOT NULL);
CREATE TABLE bookmark (list text PRIMARY KEY, updated_at text NOT NULL);
CREATE TABLE magento_customer (
    remote_id integer PRIMARY KEY, email text NOT NULL, name_prefix text, first_name text, middle_name text, last_name text,
    name_suffix text, birthday date, vat text, created_at timestamp, updated_at timestamp
);
CREATE TABLE magento_order (
    remote_id integer PRIMARY KEY, number text NOT NULL UNIQUE, status text, currency text, subtotal numeric, shipping numeric,
    tax numeric, discount numeric, total numeric, email text, created_at timestamp, updated_at timestamp
);
"""

CUSTOMER = {
    "remote_id": "customer_id", "email": "email", "name_prefix": "prefix", "first_name": "firstname",
    "middle_name": "middlename", "last_name": "lastname", "name_suffix": "suffix", "birthday": "dob", "vat": "taxvat",
    "created_at": "created_at", "updated_at": "updated_at",
}
ORDER = {
    "remote_id": "order_id", "number": "increment_id", "status": "status", "currency": "order_currency_code",
    "subtotal": "subtotal", "shipping": "shipping_amount", "tax": "tax_amount", "discount": "discount_amount",
    "total": "grand_total", "email": "customer_email", "created_at": "created_at", "updated_at": "updated_at",
}
# List, table, columns, the field that tells rows apart.
LISTS = {
    "customer": ("oroCustomerList", "magento_customer", CUSTOMER),
    "order": ("oroOrderList", "magento_order", ORDER),
}


class Failed(Exception):
    """The shop did not do it, however often it was asked."""


class Shop:
    """A session, and the patience to open another."""

    def __init__(self):
        self.user, self.key = os.environ["MAGENTO_API_USER"], os.environ["MAGENTO_API_KEY"]
        self.session = None
        self.soap = self.again(lambda: zeep.Client(os.environ["MAGENTO_WSDL_URL"]))

    def call(self, operation, *arguments):
        def once():
            if self.session is None:
                self.session = self.soap.service.login(self.user, self.key)
            try:
                return serialize_object(getattr(self.soap.service, operation)(self.session, *arguments), dict)
            except Fault as fault:
                if fault.code == SESSION_EXPIRED:
                    self.session = None
                raise

        return self.again(once)

    def again(self, work):
        """Tries again what may work the next time; a fault of Magento's own, but an expired session, will not."""
        for attempt in range(1, TRIES + 1):
            try:
                return work()
            except Fault as fault:
                if fault.code != SESSION_EXPIRED or attempt == TRIES:
                    raise Failed(f"fault {fault.code}: {fault.message}") from fault
            except TransportError as error:
                if error.status_code < 500 or attempt == TRIES:
                    raise Failed(f"HTTP status {error.status_code}") from error
            except (XMLSyntaxError, requests.RequestException, zeep.exceptions.Error, ValueError) as error:
                if attempt == TRIES:
                    raise Failed(f"no answer that can be read: {type(error).__name__}") from error
            time.sleep(0.02 * attempt)

    def filters(self, conditions):
        """Conditions `(field, operator, value)` as the RPC style wants them: every item with its type."""
        kind = self.soap.get_type("{urn:Magento}complexFilter")
        pair = self.soap.get_type("{urn:Magento}associativeEntity")
        element = zeep.xsd.Element("item", kind)
        items = [
            zeep.xsd.AnyObject(element, kind(key=field, value=pair(key=operator, value=value)))
            for field, operator, value in conditions
        ]
        return {"complex_filter": items} if items else {}

    def pages(self, operation, conditions):
        number = 1
        while True:
            rows = self.call(operation, self.filters(conditions), {"page": number, "pageSize": PAGE}) or []
            yield rows
            if len(rows) < PAGE:
                return
            number += 1


def connect():
    return psycopg.connect(os.environ["ACME_DSN"])


def value(column, text):
    if text in (None, "", "0000-00-00 00:00:00"):
        return None
    return text[:10] if column == "birthday" else text


def store(database, table, columns, row):
    names = list(columns)
    values = [value(name, row.get(columns[name])) for name in names]
    places = ", ".join(["%s"] * len(names))
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in names[1:])
    database.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places}) ON CONFLICT (remote_id) DO UPDATE SET {updates}", values
    )


def sync_list(database, shop, name, start, force):
    operation, table, columns = LISTS[name]
    known = None if force else database.execute("SELECT updated_at FROM bookmark WHERE list = %s", [name]).fetchone()
    # Everything from the bookmark on, its own second included: another row may have the same stamp.
    conditions = [("updated_at", "gteq", known[0])] if known else [("created_at", "gteq", f"{start} 00:00:00")]
    newest, many = known[0] if known else None, 0
    for rows in shop.pages(operation, conditions):
        for row in rows:
            store(database, table, columns, row)
            newest = max(newest or "", row.get("updated_at") or "")
            many += 1
        database.commit()
    if newest:
        database.execute(
            "INSERT INTO bookmark VALUES (%s, %s) ON CONFLICT (list) DO UPDATE SET updated_at = EXCLUDED.updated_at",
            [name, newest],
        )
        database.commit()
    return f"{name}: {many} rows"


def sync(request):
    asked = request.get("sync") or {}
    with connect() as database:
        form = database.execute("SELECT form FROM settings").fetchone()
        form = form[0] if form else {}
        wanted = form.get("entities") or list(LISTS)
        shop, failed = Shop(), []
        for name in LISTS:
            if name not in wanted or asked.get("only", name) != name:
                continue
            try:
                print(sync_list(database, shop, name, form.get("sync start date", "2007-01-01"), asked.get("force")))
            except Failed as why:
                database.rollback()
                failed.append(f"{name}: failed: {why}")
    if failed:
        sys.exit("\n".join(failed))


def check(_request):
    try:
        Shop().call("storeList")
    except Failed as why:
        sys.exit(str(why))
    print("connected")


def reset(_request):
    with connect() as database:
        database.execute(TABLES)


def configure(request):
    form = dict(request["settings"])
    form.pop("api key")
    with connect() as database:
        database.execute("DELETE FROM settings")
        database.execute("INSERT INTO settings (form) VALUES (%s)", [json.dumps(form)])


if __name__ == "__main__":
    commands = {"reset": reset, "configure": configure, "sync": sync, "check": check}
    text = sys.stdin.read()
    try:
        commands[sys.argv[1]](json.loads(text) if text.strip() else {})
    except Failed as why:
        # Whatever the shop said, its session ids are nobody's business.
        sys.exit(re.sub(r"\b[0-9a-f]{32}\b", "***", str(why)))
