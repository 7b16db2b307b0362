"""Reads and opens loyalty accounts over XML-RPC. Usage: python3 client_xmlrpc.py ADDRESS (of /api/xmlrpc/)"""

import sys
from xmlrpc.client import Fault, ServerProxy

shop = ServerProxy(sys.argv[1])
session = shop.login("loyalty", "loyalty-key-1")


def call(path, *arguments):
    return shop.call(session, path, list(arguments))


account = call("acme_loyalty.info", 1)
print(f"customer 1 has {account['points']} points, level {account['level']}")
try:
    call("acme_loyalty.info", 13)
except Fault as fault:
    print(f"customer 13: {fault.faultCode} {fault.faultString}")
# `loyalty` is the alias of the resource that api.xml declares.
account_id = call("loyalty.create", {"customer_id": 7, "points": 5})
found = call("loyalty.list", {"customer_id": 7})
print(f"opened account {account_id}; customer 7 has {found[0]['points']} points")
