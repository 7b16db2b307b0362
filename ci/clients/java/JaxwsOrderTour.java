import static java.util.Arrays.asList;
import static java.util.stream.Collectors.toList;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import mage.*;

/** The part of the tour from the catalogue through a cart to an order, its documents and its refund, with JAX-WS. */
public final class JaxwsOrderTour {
    static int cart;
    static String number;

    private JaxwsOrderTour() {}

    private static Method method(Class<?> type, String name) {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                return method;
            }
        }
        throw new IllegalStateException(type.getSimpleName() + " has no " + name);
    }

    /** Fills the stub of a request by the names of its parts, calls and takes the result out of the answer. */
    @SuppressWarnings("unchecked")
    static <T> T ask(String operation, Object... parts) throws Exception {
        Method call = method(PortType.class, operation);
        Object request = call.getParameterTypes()[0].getDeclaredConstructor().newInstance();
        method(request.getClass(), "setSessionId").invoke(request, JaxwsTour.session);
        for (int at = 0; at < parts.length; at += 2) {
            method(request.getClass(), "set" + parts[at]).invoke(request, parts[at + 1]);
        }
        try {
            Object answer = call.invoke(JaxwsTour.shop, request);
            String getter = has(answer.getClass(), "isResult") ? "isResult" : "getResult";
            return (T) method(answer.getClass(), getter).invoke(answer);
        } catch (InvocationTargetException error) {
            throw error.getCause() instanceof Exception ? (Exception) error.getCause() : error;
        }
    }

    private static boolean has(Class<?> type, String name) {
        return asList(type.getMethods()).stream().anyMatch(it -> it.getName().equals(name));
    }

    private static ShoppingCartCustomerAddressEntity place(String mode) {
        ShoppingCartCustomerAddressEntity place = new ShoppingCartCustomerAddressEntity();
        place.setMode(mode);
        place.setFirstname("Zoë");
        place.setLastname("Neil");
        place.setStreet("1 Main St");
        place.setCity("Los Angeles");
        place.setRegion("California");
        place.setRegionId("12");
        place.setPostcode("90001");
        place.setCountryId("US");
        place.setTelephone("555");
        place.setIsDefaultBilling(0);
        place.setIsDefaultShipping(0);
        return place;
    }

    private static String status() throws Exception {
        SalesOrderEntity order = ask("salesOrderInfo", "OrderIncrementId", number);
        return order.getStatus();
    }

    public static void run() throws Exception {
        CatalogProductReturnEntity product = ask("catalogProductInfo", "ProductId", "TEA-G");
        Checks.check("catalogProductInfo", asList(product.getProductId(), product.getName(), product.getPrice()),
                asList("1", "Green <tea>", "10.0000"));
        Checks.check("catalogProductInfo of an unknown product",
                JaxwsTour.faultOf(() -> ask("catalogProductInfo", "ProductId", "999")), "101 Product not exists.");
        CatalogProductEntityArray products = ask("catalogProductList", "Filters", JaxwsTour.simple("type", "simple"));
        Checks.check("catalogProductList",
                products.getComplexObjectArray().stream().map(it -> it.getSku()).collect(toList()),
                asList("TEA-G", "TEA-B", "POT"));
        CatalogCategoryTree tree = ask("catalogCategoryTree", "ParentId", "1");
        CatalogCategoryEntity root = tree.getChildren().getComplexObjectArray().get(0);
        Checks.check("catalogCategoryTree nests",
                asList(tree.getName(), root.getName(), root.getChildren().getComplexObjectArray().get(0).getName()),
                asList("Root Catalog", "Default Category", "Tea"));

        cart = ask("shoppingCartCreate", "Store", "default");
        Checks.check("shoppingCartCreate answers an id", cart > 0, true);
        ShoppingCartProductEntity tea = new ShoppingCartProductEntity();
        tea.setSku("TEA-G");
        tea.setQty(2.0);
        ShoppingCartProductEntityArray wanted = new ShoppingCartProductEntityArray();
        wanted.getComplexObjectArray().add(tea);
        Checks.check("shoppingCartProductAdd", ask("shoppingCartProductAdd", "QuoteId", cart, "ProductsData", wanted),
                true);
        ShoppingCartCustomerEntity guest = new ShoppingCartCustomerEntity();
        guest.setMode("guest");
        guest.setEmail("guest@example.com");
        guest.setFirstname("Zoë");
        guest.setLastname("Neil");
        guest.setWebsiteId(1);
        Checks.check("shoppingCartCustomerSet", ask("shoppingCartCustomerSet", "QuoteId", cart, "CustomerData", guest),
                true);
        ShoppingCartCustomerAddressEntityArray places = new ShoppingCartCustomerAddressEntityArray();
        places.getComplexObjectArray().addAll(asList(place("billing"), place("shipping")));
        Checks.check("shoppingCartCustomerAddresses",
                ask("shoppingCartCustomerAddresses", "QuoteId", cart, "CustomerAddressData", places), true);
        ShoppingCartShippingMethodEntityArray rates = ask("shoppingCartShippingList", "QuoteId", cart);
        ShoppingCartShippingMethodEntity rate = rates.getComplexObjectArray().get(0);
        Checks.check("shoppingCartShippingList", asList(rate.getCode(), rate.getPrice()),
                asList("flatrate_flatrate", 10.0));
        Checks.check("shoppingCartShippingMethod",
                ask("shoppingCartShippingMethod", "QuoteId", cart, "ShippingMethod", "flatrate_flatrate"), true);
        ShoppingCartPaymentMethodEntity payment = new ShoppingCartPaymentMethodEntity();
        payment.setMethod("checkmo");
        Checks.check("shoppingCartPaymentMethod",
                ask("shoppingCartPaymentMethod", "QuoteId", cart, "PaymentData", payment), true);
        ShoppingCartTotalsEntityArray sums = ask("shoppingCartTotals", "QuoteId", cart);
        List<ShoppingCartTotalsEntity> totals = sums.getComplexObjectArray();
        Checks.check("shoppingCartTotals",
                asList(totals.get(0).getTitle(), totals.get(0).getAmount(), totals.get(totals.size() - 1).getAmount()),
                asList("Subtotal", 20.0, 31.65));
        number = ask("shoppingCartOrder", "QuoteId", cart);
        Checks.check("shoppingCartOrder answers an increment id", number.matches("1\\d{8}"), true);

        SalesOrderListEntityArray found = ask("salesOrderList", "Filters", JaxwsTour.simple("increment_id", number));
        List<SalesOrderListEntity> orders = found.getComplexObjectArray();
        Checks.check("salesOrderList",
                asList(orders.size(), orders.get(0).getStatus(), orders.get(0).getGrandTotal()),
                asList(1, "pending", "31.6500"));
        SalesOrderEntity order = ask("salesOrderInfo", "OrderIncrementId", number);
        SalesOrderItemEntity item = order.getItems().getComplexObjectArray().get(0);
        Checks.check("salesOrderInfo",
                asList(order.getCustomerFirstname(), order.getShippingAddress().getCity(),
                        order.getPayment().getMethod(), item.getName(), item.getQtyOrdered()),
                asList("Zoë", "Los Angeles", "checkmo", "Green <tea>", "2.0000"));
        Checks.check("salesOrderInfo of an unknown order",
                JaxwsTour.faultOf(() -> ask("salesOrderInfo", "OrderIncrementId", "9")),
                "100 Requested order not exists.");
        String invoice = ask("salesOrderInvoiceCreate", "InvoiceIncrementId", number, "ItemsQty",
                new OrderItemIdQtyArray());
        SalesOrderInvoiceEntity paid = ask("salesOrderInvoiceInfo", "InvoiceIncrementId", invoice);
        Checks.check("salesOrderInvoiceInfo", paid.getGrandTotal(), "31.6500");
        String shipment = ask("salesOrderShipmentCreate", "OrderIncrementId", number, "ItemsQty",
                new OrderItemIdQtyArray());
        int track = ask("salesOrderShipmentAddTrack", "ShipmentIncrementId", shipment, "Carrier", "ups", "Title",
                "UPS", "TrackNumber", "1Z & 2");
        Checks.check("salesOrderShipmentAddTrack answers an id", track > 0, true);
        SalesOrderShipmentEntity sent = ask("salesOrderShipmentInfo", "ShipmentIncrementId", shipment);
        Checks.check("salesOrderShipmentInfo", sent.getTracks().getComplexObjectArray().get(0).getNumber(), "1Z & 2");
        Checks.check("the order is complete", status(), "complete");
        String memo = ask("salesOrderCreditmemoCreate", "OrderIncrementId", number);
        SalesOrderCreditmemoEntity refund = ask("salesOrderCreditmemoInfo", "CreditmemoIncrementId", memo);
        Checks.check("salesOrderCreditmemoInfo", refund.getGrandTotal(), "31.6500");
        Checks.check("the order is closed", status(), "closed");
    }
}
