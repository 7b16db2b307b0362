"""The tour of ci/clients/README.md with Python's zeep."""

import os
import re
import sys

import zeep
from zeep.exceptions import Fault
from zeep.helpers import serialize_object

STYLE = os.environ["MOCKGENTO_STYLE"]
BRIDGE = os.environ["MOCKGENTO_BRIDGE"]
USER = os.environ["MOCKGENTO_USER"]
KEY = os.environ["MOCKGENTO_API_KEY"]
WSI = STYLE == "wsi"

client = zeep.Client(os.environ["MOCKGENTO_WSDL"])
operations = client.service._binding._operations
failed = 0


def check(name, actual, expected):
    global failed
    if actual == expected and type(actual) is type(expected):
        print("ok", name)
        return
    failed += 1
    print(f"FAIL {name}: expected {expected!r}, got {actual!r}")


def call(operation, **arguments):
    """Calls an operation; zeep itself takes a wrapper with one child off in both styles."""
    return serialize_object(getattr(client.service, operation)(**arguments), dict)


def fault_of(operation, **arguments):
    try:
        return f"no fault but {call(operation, **arguments)!r}"
    except Fault as fault:
        return f"{fault.code} {fault.message}"


def rows(answer):
    """RPC lists arrive as lists; WS-I ones below complexObjectArray."""
    if answer is None:
        return []
    if isinstance(answer, dict):
        return answer.get("complexObjectArray") or []
    return answer


def many(items, type_name):
    """A list argument: RPC arrays take anything, so zeep wants each item with its type."""
    if WSI:
        return {"complexObjectArray": items}
    item_type = client.get_type(type_name)
    element = zeep.xsd.Element("item", item_type)
    return [zeep.xsd.AnyObject(element, item_type(**item) if isinstance(item, dict) else item) for item in items]


def filters(simple=None, complex_=None):
    bag = {}
    if simple:
        pairs = [{"key": key, "value": value} for key, value in simple.items()]
        bag["filter"] = many(pairs, "ns0:associativeEntity")
    if complex_:
        conditions = [{"key": field, "value": {"key": operator, "value": value}} for field, operator, value in complex_]
        bag["complex_filter"] = many(conditions, "ns0:complexFilter")
    return bag


check("login with a wrong key", fault_of("login", username=USER, apiKey="wrong-key"), "2 Access denied.")
sid = call("login", username=USER, apiKey=KEY)
check("login", bool(re.fullmatch("[0-9a-f]{32}", sid)), True)

stores = rows(call("storeList", sessionId=sid))
check("storeList has no admin store", "admin" in [store["code"] for store in stores], False)
check("storeList types", [type(stores[0]["store_id"]), type(stores[0]["code"])], [int, str])

regions = rows(call("directoryRegionList", sessionId=sid, country="us"))
check("directoryRegionList", [len(regions), regions[0]["name"], regions[0]["code"]], [65, "Alabama", "AL"])
check("directoryRegionList of an unknown country", fault_of("directoryRegionList", sessionId=sid, country="XX"), "101 Country not exists.")
groups = rows(call("customerGroupList", sessionId=sid))
check("customerGroupList", [groups[0]["customer_group_id"], groups[0]["customer_group_code"]], [0, "NOT LOGGED IN"])

email = f"tour-zeep-{STYLE}-{BRIDGE}@example.com"
data = {"email": email, "firstname": "Zoë", "lastname": "O'Neil & <Söhne>", "password": "secret-1234", "website_id": 1, "store_id": 1, "group_id": 1}
customer = call("customerCustomerCreate", sessionId=sid, customerData=data)
check("customerCustomerCreate answers an id", isinstance(customer, int) and customer > 0, True)
check("customerCustomerCreate twice", fault_of("customerCustomerCreate", sessionId=sid, customerData=data), "100 This customer email already exists")


def customer_info():
    # The RPC part is required in zeep's eyes; an empty list would ask for no attribute at all.
    attributes = {} if WSI else {"attributes": zeep.xsd.Nil}
    return call("customerCustomerInfo", sessionId=sid, customerId=customer, **attributes)


info = customer_info()
check("customerCustomerInfo", [info["customer_id"], info["email"], info["firstname"], info["lastname"], info["group_id"]],
      [customer, email, "Zoë", "O'Neil & <Söhne>", 1])
check("customerCustomerInfo leaves nulls out", info.get("middlename") is None, True)
check("customerCustomerUpdate", call("customerCustomerUpdate", sessionId=sid, customerId=customer, customerData={"firstname": "Žofie"}), True)
check("the update sticks", customer_info()["firstname"], "Žofie")

address = {"firstname": "Zoë", "lastname": "Neil", "street": many(["1 Main St", "Flat 2"], "xsd:string"), "city": "Los Angeles", "country_id": "US",
           "region_id": 12, "postcode": "90001", "telephone": "555", "is_default_billing": True, "is_default_shipping": False}
address_id = call("customerAddressCreate", sessionId=sid, customerId=customer, addressData=address)
read = call("customerAddressInfo", sessionId=sid, addressId=address_id)
check("customerAddressInfo", [read["street"], read["region"], read["region_id"], read["is_default_billing"], read["is_default_shipping"]],
      ["1 Main St\nFlat 2", "California", 12, True, False])
check("customerAddressList of one", len(rows(call("customerAddressList", sessionId=sid, customerId=customer))), 1)
incomplete = {key: value for key, value in address.items() if key not in ("region_id", "city")}
check("customerAddressCreate validates", fault_of("customerAddressCreate", sessionId=sid, customerId=customer, addressData=incomplete),
      "100 Please enter the city.")
check("customerAddressInfo of an unknown address", fault_of("customerAddressInfo", sessionId=sid, addressId=999999), "102 Address not exists.")

found = rows(call("customerCustomerList", sessionId=sid, filters=filters({"email": email})))
check("a simple filter finds exactly one", [row["customer_id"] for row in found], [customer])
bounds = [("customer_id", "from", str(customer)), ("customer_id", "to", str(customer))]
found = rows(call("customerCustomerList", sessionId=sid, filters=filters(complex_=bounds)))
check("a from/to filter finds exactly one", [row["email"] for row in found], [email])
check("a filter that finds none", rows(call("customerCustomerList", sessionId=sid, filters=filters({"email": "nobody@example.com"}))), [])
check("a filter on an unknown field", fault_of("customerCustomerList", sessionId=sid, filters=filters({"shoe_size": "44"})),
      "101 Invalid attribute name: shoe_size")

check("the bridge shows in the WSDL", "oroPing" in operations, BRIDGE != "none")
if BRIDGE != "none":
    check("oroPing", call("oroPing", sessionId=sid)["version"], BRIDGE)

    def page(number):
        return len(rows(call("oroCustomerList", sessionId=sid, filters={}, pager={"page": str(number), "pageSize": "1"})))

    check("oroCustomerList pages", [page(1), page(2), page(999)], [1, 1, 0])

    def oro_info():
        attributes = {} if WSI else {"attributes": zeep.xsd.Nil}
        return call("oroCustomerInfo", sessionId=sid, customerId=customer, **attributes)

    info = oro_info()
    check("oroCustomerInfo", [info["firstname"], len(rows(info["addresses"]))], ["Žofie", 1])
    check("oroCustomerUpdate", call("oroCustomerUpdate", sessionId=sid, customerId=customer, customerData={"gender": 2}), True)
    check("gender is a label", oro_info()["gender"], "Female")
    check("oroCustomerAddressInfo of an unknown address", fault_of("oroCustomerAddressInfo", sessionId=sid, addressId=999999),
          "103 Customer address not exists.")

def nil(*names):
    """RPC parts are required in zeep's eyes; WS-I leaves what is optional out."""
    return {} if WSI else {name: zeep.xsd.Nil for name in names}


def either(rpc, wsi, value):
    """An argument that the two styles call differently."""
    return {wsi if WSI else rpc: value}


# From the catalogue through a cart to an order, its documents and its refund.
def product_info(name):
    return call("catalogProductInfo", sessionId=sid, productId=name, **nil("storeView", "attributes", "identifierType"))


product = product_info("TEA-G")
check("catalogProductInfo", [product["product_id"], product["name"], product["price"]], ["1", "Green <tea>", "10.0000"])
check("catalogProductInfo of an unknown product", fault_of("catalogProductInfo", sessionId=sid, productId="999", **nil("storeView", "attributes", "identifierType")),
      "101 Product not exists.")
products = rows(call("catalogProductList", sessionId=sid, filters=filters({"type": "simple"}), **nil("storeView")))
check("catalogProductList", [row["sku"] for row in products], ["TEA-G", "TEA-B", "POT"])
tree = call("catalogCategoryTree", sessionId=sid, parentId="1", **nil("storeView"))
default = rows(tree["children"])[0]
check("catalogCategoryTree nests", [tree["name"], default["name"], rows(default["children"])[0]["name"]], ["Root Catalog", "Default Category", "Tea"])

cart = call("shoppingCartCreate", sessionId=sid, **either("storeId", "store", "default"))
check("shoppingCartCreate answers an id", isinstance(cart, int) and cart > 0, True)
wanted = many([{"sku": "TEA-G", "qty": 2}], "ns0:shoppingCartProductEntity")
check("shoppingCartProductAdd", call("shoppingCartProductAdd", sessionId=sid, quoteId=cart, **either("products", "productsData", wanted), **nil("storeId")), True)
guest = {"mode": "guest", "email": "guest@example.com", "firstname": "Zoë", "lastname": "Neil", "website_id": 1}
check("shoppingCartCustomerSet", call("shoppingCartCustomerSet", sessionId=sid, quoteId=cart, **either("customer", "customerData", guest), **nil("storeId")), True)
places = [{"mode": mode, "firstname": "Zoë", "lastname": "Neil", "street": "1 Main St", "city": "Los Angeles", "region": "California", "region_id": "12",
           "postcode": "90001", "country_id": "US", "telephone": "555", "is_default_billing": 0, "is_default_shipping": 0} for mode in ("billing", "shipping")]
places = many(places, "ns0:shoppingCartCustomerAddressEntity")
check("shoppingCartCustomerAddresses",
      call("shoppingCartCustomerAddresses", sessionId=sid, quoteId=cart, **either("customer", "customerAddressData", places), **nil("storeId")), True)
rates = rows(call("shoppingCartShippingList", sessionId=sid, quoteId=cart, **nil("storeId")))
check("shoppingCartShippingList", [rates[0]["code"], float(rates[0]["price"])], ["flatrate_flatrate", 10.0])
check("shoppingCartShippingMethod",
      call("shoppingCartShippingMethod", sessionId=sid, quoteId=cart, **either("method", "shippingMethod", "flatrate_flatrate"), **nil("storeId")), True)
check("shoppingCartPaymentMethod",
      call("shoppingCartPaymentMethod", sessionId=sid, quoteId=cart, **either("method", "paymentData", {"method": "checkmo"}), **nil("storeId")), True)
totals = rows(call("shoppingCartTotals", sessionId=sid, quoteId=cart, **nil("storeId")))
check("shoppingCartTotals", [totals[0]["title"], round(float(totals[0]["amount"]), 2), round(float(totals[-1]["amount"]), 2)], ["Subtotal", 20.0, 31.65])
number = call("shoppingCartOrder", sessionId=sid, quoteId=cart, **nil("storeId", "licenses"))
check("shoppingCartOrder answers an increment id", bool(re.fullmatch(r"1\d{8}", number)), True)

orders = rows(call("salesOrderList", sessionId=sid, filters=filters({"increment_id": number})))
check("salesOrderList", [(row["status"], row["grand_total"]) for row in orders], [("pending", "31.6500")])
order = call("salesOrderInfo", sessionId=sid, orderIncrementId=number)
item = rows(order["items"])[0]
check("salesOrderInfo", [order["customer_firstname"], order["shipping_address"]["city"], order["payment"]["method"], item["name"], item["qty_ordered"]],
      ["Zoë", "Los Angeles", "checkmo", "Green <tea>", "2.0000"])
check("salesOrderInfo of an unknown order", fault_of("salesOrderInfo", sessionId=sid, orderIncrementId="9"), "100 Requested order not exists.")
none = many([], "ns0:orderItemIdQty")
invoice = call("salesOrderInvoiceCreate", sessionId=sid, invoiceIncrementId=number, itemsQty=none, email="0", includeComment="0", **nil("comment"))
check("salesOrderInvoiceInfo", call("salesOrderInvoiceInfo", sessionId=sid, invoiceIncrementId=invoice)["grand_total"], "31.6500")
shipment = call("salesOrderShipmentCreate", sessionId=sid, orderIncrementId=number, itemsQty=none, email=0, includeComment=0, **nil("comment"))
track = call("salesOrderShipmentAddTrack", sessionId=sid, shipmentIncrementId=shipment, carrier="ups", title="UPS", trackNumber="1Z & 2",
             **({} if WSI or "weight" not in str(operations["salesOrderShipmentAddTrack"]) else {"weight": zeep.xsd.Nil}))
check("salesOrderShipmentAddTrack answers an id", isinstance(track, int), True)
tracks = rows(call("salesOrderShipmentInfo", sessionId=sid, shipmentIncrementId=shipment)["tracks"])
check("salesOrderShipmentInfo", tracks[0]["number"], "1Z & 2")
check("the order is complete", call("salesOrderInfo", sessionId=sid, orderIncrementId=number)["status"], "complete")
memo = call("salesOrderCreditmemoCreate", sessionId=sid, orderIncrementId=number, creditmemoData={}, notifyCustomer=0, includeComment=0,
            **nil("comment", "refundToStoreCreditAmount"))
check("salesOrderCreditmemoInfo", call("salesOrderCreditmemoInfo", sessionId=sid, creditmemoIncrementId=memo)["grand_total"], "31.6500")
check("the order is closed", call("salesOrderInfo", sessionId=sid, orderIncrementId=number)["status"], "closed")
if BRIDGE != "none":
    first = {"page": "1", "pageSize": "10"}
    orders = rows(call("oroOrderList", sessionId=sid, filters=filters({"increment_id": number}), pager=first))
    check("oroOrderList", [(row["status"], rows(row["items"])[0]["sku"]) for row in orders], [("closed", "TEA-G")])
    quotes = rows(call("oroQuoteList", sessionId=sid, filters=filters({"entity_id": str(cart)}), pager=first))
    check("oroQuoteList", [(row["customer_firstname"], rows(row["items"])[0]["name"]) for row in quotes], [("Zoë", "Green <tea>")])

check("customerAddressDelete", call("customerAddressDelete", sessionId=sid, addressId=address_id), True)
check("customerCustomerDelete", call("customerCustomerDelete", sessionId=sid, customerId=customer), True)
check("the customer is gone", fault_of("customerCustomerInfo", sessionId=sid, customerId=customer, **({} if WSI else {"attributes": zeep.xsd.Nil})),
      "102 Customer not exists.")
check("endSession", call("endSession", sessionId=sid), True)
check("the session is gone", fault_of("storeList", sessionId=sid), "5 Session expired. Try to relogin.")
sys.exit(1 if failed else 0)
