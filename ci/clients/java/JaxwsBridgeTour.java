import static java.util.Arrays.asList;

import mage.*;

/** The part of the tour that needs the bridge, with JAX-WS. */
public final class JaxwsBridgeTour {
    private JaxwsBridgeTour() {}

    private static OroCustomerEntity info(int customer) {
        OroCustomerInfoRequestParam request = new OroCustomerInfoRequestParam();
        request.setSessionId(JaxwsTour.session);
        request.setCustomerId(customer);
        return JaxwsTour.shop.oroCustomerInfo(request).getResult();
    }

    private static int page(String number) {
        Pager pager = new Pager();
        pager.setPage(number);
        pager.setPageSize("1");
        OroCustomerListRequestParam request = new OroCustomerListRequestParam();
        request.setSessionId(JaxwsTour.session);
        request.setFilters(new Filters());
        request.setPager(pager);
        return JaxwsTour.shop.oroCustomerList(request).getResult().getComplexObjectArray().size();
    }

    private static Object address(int id) {
        OroCustomerAddressInfoRequestParam request = new OroCustomerAddressInfoRequestParam();
        request.setSessionId(JaxwsTour.session);
        request.setAddressId(id);
        return JaxwsTour.shop.oroCustomerAddressInfo(request).getResult();
    }

    public static void run(int customer, String bridge) throws Exception {
        OroPingRequestParam ping = new OroPingRequestParam();
        ping.setSessionId(JaxwsTour.session);
        Checks.check("oroPing", JaxwsTour.shop.oroPing(ping).getResult().getVersion(), bridge);
        Checks.check("oroCustomerList pages", asList(page("1"), page("2"), page("999")), asList(1, 1, 0));
        OroCustomerEntity info = info(customer);
        Checks.check("oroCustomerInfo", asList(info.getFirstname(), info.getAddresses().getComplexObjectArray().size()),
                asList("Žofie", 1));
        OroCustomerEntityToCreate data = new OroCustomerEntityToCreate();
        data.setGender(2);
        OroCustomerUpdateRequestParam update = new OroCustomerUpdateRequestParam();
        update.setSessionId(JaxwsTour.session);
        update.setCustomerId(customer);
        update.setCustomerData(data);
        Checks.check("oroCustomerUpdate", JaxwsTour.shop.oroCustomerUpdate(update).isResult(), true);
        Checks.check("gender is a label", info(customer).getGender(), "Female");
        Checks.check("oroCustomerAddressInfo of an unknown address", JaxwsTour.faultOf(() -> address(999999)),
                "103 Customer address not exists.");
        Pager first = new Pager();
        first.setPage("1");
        first.setPageSize("10");
        SalesOrderEntityArray orders = JaxwsOrderTour.ask("oroOrderList", "Filters",
                JaxwsTour.simple("increment_id", JaxwsOrderTour.number), "Pager", first);
        SalesOrderEntity order = orders.getComplexObjectArray().get(0);
        Checks.check("oroOrderList",
                asList(order.getStatus(), order.getItems().getComplexObjectArray().get(0).getSku()),
                asList("closed", "TEA-G"));
        SalesQuoteEntityArray quotes = JaxwsOrderTour.ask("oroQuoteList", "Filters",
                JaxwsTour.simple("entity_id", Integer.toString(JaxwsOrderTour.cart)), "Pager", first);
        SalesQuoteEntity quote = quotes.getComplexObjectArray().get(0);
        Checks.check("oroQuoteList",
                asList(quote.getCustomerFirstname(), quote.getItems().getComplexObjectArray().get(0).getName()),
                asList("Zoë", "Green <tea>"));
    }
}
