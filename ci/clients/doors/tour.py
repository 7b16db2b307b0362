"""The tour of API v1 with Python: `xmlrpc.client` of the standard library, or the package magento1-client over XML-RPC.

    tour.py stdlib|magento1-client
"""

import os
import re
import sys
import xmlrpc.client

CLIENT = sys.argv[1]
BASE = os.environ["MOCKGENTO_BASE"]
USER = os.environ["MOCKGENTO_USER"]
KEY = os.environ["MOCKGENTO_API_KEY"]
failed = 0


def check(name, actual, expected):
    global failed
    if actual == expected and type(actual) is type(expected):
        print("ok", name)
        return
    failed += 1
    print(f"FAIL {name}: expected {expected!r}, got {actual!r}")


class Stdlib:
    """xmlrpc.client as its page shows it."""

    def __init__(self):
        self.proxy = xmlrpc.client.ServerProxy(f"{BASE}api/xmlrpc/", allow_none=True)

    def login(self, key):
        self.session = self.proxy.login(USER, key)
        return self.session

    def call(self, path, arguments):
        return self.proxy.call(self.session, path, arguments)

    def many(self, calls):
        return self.proxy.multiCall(self.session, calls)

    def resources(self):
        return self.proxy.resources(self.session)

    def end(self):
        return self.proxy.endSession(self.session)


class Package:
    """magento1-client, whose classes build the paths."""

    def __init__(self):
        import magento

        self.magento = magento

    def login(self, key):
        self.api = self.magento.API(BASE, USER, key)
        self.api.__enter__()
        return self.api.session

    def call(self, path, arguments):
        return self.api.call(path, arguments)

    def many(self, calls):
        return self.api.multiCall(calls)

    def resources(self):
        return self.api.client.resources(self.api.session)

    def end(self):
        return self.api.client.endSession(self.api.session)


client = {"stdlib": Stdlib, "magento1-client": Package}[CLIENT]()


def fault_of(call, *arguments):
    try:
        return f"no fault but {call(*arguments)!r}"
    except xmlrpc.client.Fault as fault:
        return f"{fault.faultCode} {fault.faultString}"


check("login with a wrong key", fault_of(client.login, "wrong-key"), "2 Access denied.")
check("login", bool(re.fullmatch("[0-9a-f]{32}", client.login(KEY))), True)

customers = client.call("customer.list", [{"email": {"like": "%@example.com"}}])
check("customer.list", [row["email"] for row in customers], ["ada@example.com", "bob@example.com"])
check("customer.list of nobody", client.call("customer.list", [{"email": "nobody@example.com"}]), [])
ada = client.call("customer.info", ["1"])
check("customer.info", [ada["firstname"], "default_billing" in ada], ["Ada", True])
check("customer.info of one unknown", fault_of(client.call, "customer.info", ["999"]), "102 Customer not exists.")
check("a path that leads nowhere", fault_of(client.call, "customer.nosuch", []), "3 Invalid api path.")

data = {"email": "eve@example.com", "firstname": "Ève", "lastname": "<&>", "website_id": 1, "store_id": 1, "group_id": 1}
eve = client.call("customer.create", [data])
check("customer.create", eve, "3")
check("customer.update", client.call("customer.update", [eve, {"lastname": "日本"}]), True)
row = client.call("customer.info", [eve])
check("customer.info of the new one", [row["firstname"], row["lastname"]], ["Ève", "日本"])
check("customer.create twice", fault_of(client.call, "customer.create", [data]), "100 This customer email already exists")
address = {"firstname": "Ève", "lastname": "E", "street": ["1 Rue", "App. 2"], "city": "Paris", "country_id": "FR",
           "postcode": "75001", "telephone": "1", "is_default_billing": True}
place = client.call("customer_address.create", [eve, address])
check("customer_address.info", client.call("customer_address.info", [place])["street"], "1 Rue\nApp. 2")
check("customer_address.delete", client.call("customer_address.delete", [place]), True)
check("customer.delete", client.call("customer.delete", [eve]), True)

check("catalog_product.info", client.call("catalog_product.info", ["TEA-G"])["name"], "Green <tea>")
check("catalog_product.list", [row["sku"] for row in client.call("product.list", [{"sku": {"in": ["POT", "SET"]}}])],
      ["POT", "SET"])
check("a stock item", client.call("product_stock.list", ["TEA-G"])[0]["qty"], "100.0000")

answers = client.many([["customer.info", ["2"]], ["customer.info", ["999"]], ["core_store.list"]])
check("multiCall", [answers[0]["firstname"], answers[1]["isFault"], answers[1]["faultCode"], answers[2][0]["code"]],
      ["Bob", True, "102", "default"])
names = [row["name"] for row in client.resources()]
check("resources", [name for name in ("customer", "sales_order", "cart") if name in names],
      ["customer", "sales_order", "cart"])

cart = client.call("cart.create", ["default"])
check("cart_product.add", client.call("cart_product.add", [cart, [{"sku": "TEA-G", "qty": 2}]]), True)
guest = {"firstname": "Gus", "lastname": "Guest", "email": "gus@example.com", "mode": "guest"}
check("cart_customer.set", client.call("cart_customer.set", [cart, guest]), True)
home = {"firstname": "Gus", "lastname": "Guest", "street": "1 Main St", "city": "Los Angeles", "country_id": "US",
        "region_id": 12, "postcode": "90001", "telephone": "1"}
places = [dict(home, mode="billing"), dict(home, mode="shipping")]
check("cart_customer.addresses", client.call("cart_customer.addresses", [cart, places]), True)
check("cart_shipping.method", client.call("cart_shipping.method", [cart, "flatrate_flatrate"]), True)
check("cart_payment.method", client.call("cart_payment.method", [cart, {"method": "checkmo"}]), True)
number = client.call("cart.order", [cart])
check("cart.order", bool(re.fullmatch("1[0-9]{8}", number)), True)
order = client.call("sales_order.info", [number])
check("sales_order.info", [order["status"], order["grand_total"], order["items"][0]["name"]],
      ["pending", "31.6500", "Green <tea>"])
quantities = {str(order["items"][0]["item_id"]): 1}
check("sales_order_invoice.create", len(client.call("sales_order_invoice.create", [number, quantities])), 9)
rest = client.call("sales_order.info", [number])
check("one of two is invoiced", [rest["status"], rest["items"][0]["qty_invoiced"]], ["processing", "1.0000"])

check("endSession", client.end(), True)
check("a call afterwards", fault_of(client.call, "customer.list", [{}]), "5 Session expired. Try to relogin.")
sys.exit(1 if failed else 0)
