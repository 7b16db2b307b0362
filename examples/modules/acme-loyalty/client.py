"""Reads and opens loyalty accounts over SOAP v2, with nothing but zeep. Usage: python3 client.py WSDL"""

import sys

from zeep import Client, xsd
from zeep.exceptions import Fault

client = Client(sys.argv[1])
service = client.service
is_wsi = next(iter(client.wsdl.bindings.values())).default_style == "document"


def listed(value):
    """A list of WS-I comes in a wrapper."""
    return getattr(value, "complexObjectArray", value)


session = service.login("loyalty", "loyalty-key-1")
account = service.acmeLoyaltyInfo(session, 1)
print(f"customer 1 has {account.points} points, level {account.level}")
try:
    service.acmeLoyaltyInfo(session, 13)
except Fault as fault:
    print(f"customer 13: {fault.code} {fault.message}")
account_id = service.acmeLoyaltyCreate(session, {"customer_id": 7, "points": 5})
entry = {"key": "customer_id", "value": "7"}
if is_wsi:
    entries = {"complexObjectArray": [entry]}
else:
    # An array of RPC takes anything, so zeep wants each item with its type.
    pair = client.get_type("ns0:associativeEntity")
    entries = [xsd.AnyObject(xsd.Element("item", pair), pair(**entry))]
found = listed(service.acmeLoyaltyList(sessionId=session, filters={"filter": entries}, pager={}))
print(f"opened account {account_id}; customer 7 has {found[0].points} points")
