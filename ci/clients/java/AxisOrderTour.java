import static java.util.Arrays.asList;
import static java.util.Arrays.stream;
import static java.util.stream.Collectors.toList;

import mage.*;

/** The part of the tour from the catalogue through a cart to an order, its documents and its refund, with Apache Axis. */
public final class AxisOrderTour {
    static int cart;
    static String number;

    private AxisOrderTour() {}

    private static ShoppingCartCustomerAddressEntity place(String mode) {
        ShoppingCartCustomerAddressEntity place = new ShoppingCartCustomerAddressEntity();
        place.setMode(mode);
        place.setFirstname("Zoë");
        place.setLastname("Neil");
        place.setStreet("1 Main St");
        place.setCity("Los Angeles");
        place.setRegion("California");
        place.setRegion_id("12");
        place.setPostcode("90001");
        place.setCountry_id("US");
        place.setTelephone("555");
        place.setIs_default_billing(0);
        place.setIs_default_shipping(0);
        return place;
    }

    private static String status(PortType shop, String session) throws Exception {
        return shop.salesOrderInfo(session, number).getStatus();
    }

    public static void run(PortType shop, String session) throws Exception {
        CatalogProductReturnEntity product = shop.catalogProductInfo(session, "TEA-G", null, null, null);
        Checks.check("catalogProductInfo", asList(product.getProduct_id(), product.getName(), product.getPrice()),
                asList("1", "Green <tea>", "10.0000"));
        Checks.check("catalogProductInfo of an unknown product",
                AxisTour.faultOf(() -> shop.catalogProductInfo(session, "999", null, null, null)),
                "101 Product not exists.");
        CatalogProductEntity[] products = shop.catalogProductList(session, AxisTour.simple("type", "simple"), null);
        Checks.check("catalogProductList", stream(products).map(it -> it.getSku()).collect(toList()),
                asList("TEA-G", "TEA-B", "POT"));
        CatalogCategoryTree tree = shop.catalogCategoryTree(session, "1", null);
        CatalogCategoryEntity root = tree.getChildren()[0];
        Checks.check("catalogCategoryTree nests",
                asList(tree.getName(), root.getName(), root.getChildren()[0].getName()),
                asList("Root Catalog", "Default Category", "Tea"));

        cart = shop.shoppingCartCreate(session, "default");
        Checks.check("shoppingCartCreate answers an id", cart > 0, true);
        ShoppingCartProductEntity wanted = new ShoppingCartProductEntity();
        wanted.setSku("TEA-G");
        wanted.setQty(2.0);
        Checks.check("shoppingCartProductAdd",
                shop.shoppingCartProductAdd(session, cart, new ShoppingCartProductEntity[] {wanted}, null), true);
        ShoppingCartCustomerEntity guest = new ShoppingCartCustomerEntity();
        guest.setMode("guest");
        guest.setEmail("guest@example.com");
        guest.setFirstname("Zoë");
        guest.setLastname("Neil");
        guest.setWebsite_id(1);
        Checks.check("shoppingCartCustomerSet", shop.shoppingCartCustomerSet(session, cart, guest, null), true);
        ShoppingCartCustomerAddressEntity[] places = {place("billing"), place("shipping")};
        Checks.check("shoppingCartCustomerAddresses",
                shop.shoppingCartCustomerAddresses(session, cart, places, null), true);
        ShoppingCartShippingMethodEntity rate = shop.shoppingCartShippingList(session, cart, null)[0];
        Checks.check("shoppingCartShippingList", asList(rate.getCode(), rate.getPrice()),
                asList("flatrate_flatrate", 10.0));
        Checks.check("shoppingCartShippingMethod",
                shop.shoppingCartShippingMethod(session, cart, "flatrate_flatrate", null), true);
        ShoppingCartPaymentMethodEntity payment = new ShoppingCartPaymentMethodEntity();
        payment.setMethod("checkmo");
        Checks.check("shoppingCartPaymentMethod",
                shop.shoppingCartPaymentMethod(session, cart, payment, null), true);
        ShoppingCartTotalsEntity[] totals = shop.shoppingCartTotals(session, cart, null);
        Checks.check("shoppingCartTotals",
                asList(totals[0].getTitle(), totals[0].getAmount(), totals[totals.length - 1].getAmount()),
                asList("Subtotal", 20.0, 31.65));
        number = shop.shoppingCartOrder(session, cart, null, null);
        Checks.check("shoppingCartOrder answers an increment id", number.matches("1\\d{8}"), true);

        SalesOrderListEntity[] orders = shop.salesOrderList(session, AxisTour.simple("increment_id", number));
        Checks.check("salesOrderList", asList(orders.length, orders[0].getStatus(), orders[0].getGrand_total()),
                asList(1, "pending", "31.6500"));
        SalesOrderEntity order = shop.salesOrderInfo(session, number);
        SalesOrderItemEntity item = order.getItems()[0];
        Checks.check("salesOrderInfo",
                asList(order.getCustomer_firstname(), order.getShipping_address().getCity(),
                        order.getPayment().getMethod(), item.getName(), item.getQty_ordered()),
                asList("Zoë", "Los Angeles", "checkmo", "Green <tea>", "2.0000"));
        Checks.check("salesOrderInfo of an unknown order",
                AxisTour.faultOf(() -> shop.salesOrderInfo(session, "9")), "100 Requested order not exists.");
        OrderItemIdQty[] all = new OrderItemIdQty[0];
        String invoice = shop.salesOrderInvoiceCreate(session, number, all, "", "0", "0");
        Checks.check("salesOrderInvoiceInfo", shop.salesOrderInvoiceInfo(session, invoice).getGrand_total(), "31.6500");
        String shipment = shop.salesOrderShipmentCreate(session, number, all, "", 0, 0);
        int track = shop.salesOrderShipmentAddTrack(session, shipment, "ups", "UPS", "1Z & 2");
        Checks.check("salesOrderShipmentAddTrack answers an id", track > 0, true);
        Checks.check("salesOrderShipmentInfo",
                shop.salesOrderShipmentInfo(session, shipment).getTracks()[0].getNumber(), "1Z & 2");
        Checks.check("the order is complete", status(shop, session), "complete");
        String memo = shop.salesOrderCreditmemoCreate(session, number, new SalesOrderCreditmemoData(), "", 0, 0, null);
        Checks.check("salesOrderCreditmemoInfo",
                shop.salesOrderCreditmemoInfo(session, memo).getGrand_total(), "31.6500");
        Checks.check("the order is closed", status(shop, session), "closed");
    }
}
