import static java.util.Arrays.asList;

import mage.Filters;
import mage.OroCustomerEntity;
import mage.OroCustomerEntityToCreate;
import mage.Pager;
import mage.SalesOrderEntity;
import mage.SalesQuoteEntity;

/** The part of the tour that needs the bridge, with Apache Axis. */
public final class AxisBridgeTour {
    private AxisBridgeTour() {}

    public static void run(int customer, String bridge) throws Exception {
        String session = AxisTour.session;
        Checks.check("oroPing", AxisTour.shop.oroPing(session).getVersion(), bridge);
        int[] pages = new int[3];
        int[] numbers = {1, 2, 999};
        for (int at = 0; at < pages.length; at++) {
            Pager pager = new Pager();
            pager.setPage(Integer.toString(numbers[at]));
            pager.setPageSize("1");
            pages[at] = AxisTour.shop.oroCustomerList(session, new Filters(), pager).length;
        }
        Checks.check("oroCustomerList pages", asList(pages[0], pages[1], pages[2]), asList(1, 1, 0));
        OroCustomerEntity info = AxisTour.shop.oroCustomerInfo(session, customer, null);
        Checks.check("oroCustomerInfo", asList(info.getFirstname(), info.getAddresses().length), asList("Žofie", 1));
        OroCustomerEntityToCreate data = new OroCustomerEntityToCreate();
        data.setGender(2);
        Checks.check("oroCustomerUpdate", AxisTour.shop.oroCustomerUpdate(session, customer, data), true);
        Checks.check("gender is a label", AxisTour.shop.oroCustomerInfo(session, customer, null).getGender(), "Female");
        Checks.check("oroCustomerAddressInfo of an unknown address",
                AxisTour.faultOf(() -> AxisTour.shop.oroCustomerAddressInfo(session, 999999)),
                "103 Customer address not exists.");
        Pager first = new Pager();
        first.setPage("1");
        first.setPageSize("10");
        SalesOrderEntity order =
                AxisTour.shop.oroOrderList(session, AxisTour.simple("increment_id", AxisOrderTour.number), first)[0];
        Checks.check("oroOrderList", asList(order.getStatus(), order.getItems()[0].getSku()), asList("closed", "TEA-G"));
        String cart = Integer.toString(AxisOrderTour.cart);
        SalesQuoteEntity quote = AxisTour.shop.oroQuoteList(session, AxisTour.simple("entity_id", cart), first)[0];
        Checks.check("oroQuoteList", asList(quote.getCustomer_firstname(), quote.getItems()[0].getName()),
                asList("Zoë", "Green <tea>"));
    }
}
