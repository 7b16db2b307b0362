"""The smallest client that gets a matrix: customers of a Magento shop into SQLite, with zeep."""

import json
import os
import sqlite3
import sys

database = sqlite3.connect(os.environ["ACME_DSN"].removeprefix("sqlite:"))


def reset():
    database.executescript(
        "DROP TABLE IF EXISTS customer; CREATE TABLE customer (id INTEGER PRIMARY KEY, email, first, last)"
    )


def configure():
    database.executescript("DROP TABLE IF EXISTS settings; CREATE TABLE settings (form)")
    database.execute("INSERT INTO settings VALUES (?)", [sys.stdin.read()])
    database.commit()


def sync():
    from zeep import Client

    form = database.execute("SELECT form FROM settings").fetchone()[0]
    start = json.loads(form)["settings"]["sync start date"]
    shop = Client(os.environ["MAGENTO_WSDL_URL"]).service
    session = shop.login(os.environ["MAGENTO_API_USER"], os.environ["MAGENTO_API_KEY"])
    for row in shop.customerCustomerList(session, {}):
        if row.created_at >= start:
            values = [row.customer_id, row.email, row.firstname, row.lastname]
            database.execute("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?)", values)
    database.commit()


if __name__ == "__main__":
    {"reset": reset, "configure": configure, "sync": sync}[sys.argv[1]]()
