"""SOAP v1 with Python: the package magento1-client over suds, whose answers are suds' objects."""

import os
import sys

import magento
from suds import WebFault

BASE = os.environ["MOCKGENTO_BASE"]
USER = os.environ["MOCKGENTO_USER"]
KEY = os.environ["MOCKGENTO_API_KEY"]
failed = 0


def check(name, actual, expected):
    global failed
    if actual == expected:
        print("ok", name)
        return
    failed += 1
    print(f"FAIL {name}: expected {expected!r}, got {actual!r}")


def fault_of(call, *arguments):
    try:
        return f"no fault but {call(*arguments)!r}"
    except WebFault as error:
        return f"{error.fault.faultcode} {error.fault.faultstring}"


def pairs(value):
    """An Apache Map as a dictionary."""
    items = value.item if isinstance(value.item, list) else [value.item]
    return {str(only(item.key)): only(getattr(item, "value", None)) for item in items}


def only(value):
    """What suds, which finds no schema for it, has put into a list."""
    return value[0] if isinstance(value, list) and value else value


def login(key):
    return magento.API(BASE, USER, key, protocol="soap").__enter__()


check("login with a wrong key", fault_of(login, "wrong-key"), "2 Access denied.")
api = login(KEY)
check("login", len(api.session), 32)
names = sorted(method.name for method in api.client.wsdl.services[0].ports[0].methods.values())
check("the WSDL", names, ["call", "endSession", "globalFaults", "login", "multiCall", "resourceFaults", "resources",
                          "startSession"])
check("customer.info", str(pairs(api.call("customer.info", "1"))["firstname"]), "Ada")
check("customer.info of one unknown", fault_of(api.call, "customer.info", "999"), "102 Customer not exists.")
check("a path that leads nowhere", fault_of(api.call, "customer.nosuch", "1"), "3 Invalid api path.")
check("customer_address.list", str(pairs(api.call("customer_address.list", "1")[0])["city"]), "Los Angeles")
check("catalog_product.info", str(pairs(api.call("catalog_product.info", "TEA-G"))["name"]), "Green <tea>")
check("core_store.list", str(pairs(api.call("core_store.list", None)[0])["code"]), "default")
check("catalog_product_type.list", len(api.call("catalog_product_type.list", None)) > 3, True)
api.__exit__(None, None, None)
api.session = "0" * 32
check("a call in no session", fault_of(api.call, "customer.info", "1"), "5 Session expired. Try to relogin.")
sys.exit(1 if failed else 0)
