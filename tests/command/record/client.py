"""A client as somebody else writes one, with zeep."""
import os

import zeep
from zeep.exceptions import Fault

shop = zeep.Client(os.environ["MAGENTO_WSDL_URL"]).service
session = shop.login(os.environ["MAGENTO_API_USER"], os.environ["MAGENTO_API_KEY"])
customers = shop.customerCustomerList(session, {})
print(len(customers), "customers, the first is", customers[0].firstname, customers[0].email)
print(len(shop.storeList(session)), "stores")
try:
    shop.customerCustomerDelete(session, 1)
    raise SystemExit(1)
except Fault as fault:
    print("customerCustomerDelete:", fault.message)
shop.endSession(session)
