"""A fake Magento 1 / OpenMage shop for tests: the program, a server to start, a client for its control API.

With pytest nothing needs to be imported: ask for the fixture ``mockgento_shop``. Everywhere else::

    from mockgento import Server

    with Server() as server:
        shop = server.shop
        shop.create("customer", email="ann@example.com", firstname="Ann", lastname="Lee")
        ...  # the code under test knows shop.wsdl, shop.user and shop.key
        shop.assert_called("customerCustomerList", times=1)
"""

from ._binary import BinaryNotFound, find_binary
from .server import Server, ServerDied, StartError
from .shop import ControlError, Shop

__all__ = ["BinaryNotFound", "ControlError", "Server", "ServerDied", "Shop", "StartError", "find_binary"]
