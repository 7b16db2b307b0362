"""The shop as the connector sees it: a session, lists in pages, and patience. Whoever only resets or configures does not load this."""

import os
import time

import requests
import zeep
from zeep.exceptions import Fault, TransportError, XMLSyntaxError
from zeep.helpers import serialize_object
from zeep.transports import Transport

PAGE = 25
TRIES = 4
# Seconds for one answer.
WAIT = 5
SESSION_EXPIRED = "5"


class Failed(Exception):
    """The shop did not do it, however often it was asked."""


class Shop:
    """A session, and the patience to open another."""

    def __init__(self):
        self.user, self.key = os.environ["MAGENTO_API_USER"], os.environ["MAGENTO_API_KEY"]
        self.session = None
        self.soap = self.again(lambda: zeep.Client(os.environ["MAGENTO_WSDL_URL"], transport=Transport(timeout=WAIT, operation_timeout=WAIT)))

    def has(self, operation):
        return operation in self.soap.service._binding._operations

    def call(self, operation, **arguments):
        def once():
            if self.session is None:
                self.session = self.soap.service.login(self.user, self.key)
            try:
                return serialize_object(getattr(self.soap.service, operation)(sessionId=self.session, **arguments), dict)
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

    def pages(self, paged, whole, conditions):
        """The rows of a list of the bridge page by page; without the bridge Magento's own list, which has no pages."""
        if not self.has(paged):
            yield self.rows(self.call(whole, filters=self.filters(conditions)))
            return
        number = 1
        while True:
            pager = {"page": number, "pageSize": PAGE}
            rows = self.rows(self.call(paged, filters=self.filters(conditions), pager=pager))
            yield rows
            if len(rows) < PAGE:
                return
            number += 1

    def rows(self, answer):
        if not isinstance(answer, list):
            raise Failed("an answer that is no list")
        return answer
