"""A small Magento connector of its own design: customers and orders into PostgreSQL, with zeep (`shop.py`) and psycopg.

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
# The bridge's list, Magento's own, the table, its columns.
LISTS = {
    "customer": ("oroCustomerList", "customerCustomerList", "magento_customer", CUSTOMER),
    "order": ("oroOrderList", "salesOrderList", "magento_order", ORDER),
}


def connect():
    return psycopg.connect(os.environ["ACME_DSN"])


def value(column, text):
    if text in (None, ""):
        return None
    text = str(text)
    if text.startswith("0000-00-00"):
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
    paged, whole, table, columns = LISTS[name]
    known = None if force else database.execute("SELECT updated_at FROM bookmark WHERE list = %s", [name]).fetchone()
    # Everything from the bookmark on, its own second included: another row may have the same stamp.
    conditions = [("updated_at", "gteq", known[0])] if known else [("created_at", "gteq", f"{start} 00:00:00")]
    newest, many = known[0] if known else None, 0
    for rows in shop.pages(paged, whole, conditions):
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
    from shop import Failed, Shop

    asked = request.get("sync") or {}
    with connect() as database:
        form = database.execute("SELECT form FROM settings").fetchone()
        form = form[0] if form else {}
        wanted = form.get("entities") or list(LISTS)
        try:
            shop = Shop()
        except Failed as why:
            sys.exit(f"failed: {why}")
        failed = []
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
    from shop import Failed, Shop

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
    commands[sys.argv[1]](json.loads(text) if text.strip() else {})
