import static java.util.Arrays.asList;

import java.net.URL;
import java.util.Arrays;
import mage.AssociativeEntity;
import mage.ComplexFilter;
import mage.CustomerAddressEntityCreate;
import mage.CustomerAddressEntityItem;
import mage.CustomerCustomerEntity;
import mage.CustomerCustomerEntityToCreate;
import mage.CustomerGroupEntity;
import mage.DirectoryRegionEntity;
import mage.Filters;
import mage.MagentoServiceLocator;
import mage.PortType;
import mage.StoreEntity;
import org.apache.axis.AxisFault;

/** The tour of ci/clients/README.md with Apache Axis 1.4 and stubs of its WSDL2Java: RPC/encoded. */
public final class AxisTour {
    static PortType shop;
    static String session;

    static String fault(Exception error) {
        if (!(error instanceof AxisFault)) {
            return null;
        }
        AxisFault fault = (AxisFault) error;
        return fault.getFaultCode().getLocalPart() + " " + fault.getFaultString();
    }

    static String faultOf(Checks.Call call) {
        return Checks.faultOf(AxisTour::fault, call);
    }

    static Filters simple(String key, String value) {
        Filters filters = new Filters();
        filters.setFilter(new AssociativeEntity[] {new AssociativeEntity(key, value)});
        return filters;
    }

    static Filters between(String field, String from, String to) {
        Filters filters = new Filters();
        filters.setComplex_filter(
                new ComplexFilter[] {
                    new ComplexFilter(field, new AssociativeEntity("from", from)),
                    new ComplexFilter(field, new AssociativeEntity("to", to))
                });
        return filters;
    }

    public static void main(String[] arguments) throws Exception {
        String bridge = System.getenv("MOCKGENTO_BRIDGE");
        String user = System.getenv("MOCKGENTO_USER");
        String key = System.getenv("MOCKGENTO_API_KEY");
        MagentoServiceLocator service = new MagentoServiceLocator();
        shop = service.getPort(new URL(System.getenv("MOCKGENTO_ENDPOINT")));

        Checks.check("login with a wrong key", faultOf(() -> shop.login(user, "wrong-key")), "2 Access denied.");
        session = shop.login(user, key);
        Checks.check("login", session.matches("[0-9a-f]{32}"), true);

        StoreEntity[] stores = shop.storeList(session);
        Checks.check("storeList has no admin store",
                Arrays.stream(stores).anyMatch(store -> "admin".equals(store.getCode())), false);
        DirectoryRegionEntity[] regions = shop.directoryRegionList(session, "us");
        Checks.check("directoryRegionList", asList(regions.length, regions[0].getName(), regions[0].getCode()),
                asList(65, "Alabama", "AL"));
        Checks.check("directoryRegionList of an unknown country",
                faultOf(() -> shop.directoryRegionList(session, "XX")), "101 Country not exists.");
        CustomerGroupEntity[] groups = shop.customerGroupList(session);
        Checks.check("customerGroupList", groups[0].getCustomer_group_id() + " " + groups[0].getCustomer_group_code(),
                "0 NOT LOGGED IN");

        String email = "tour-axis-" + bridge + "@example.com";
        CustomerCustomerEntityToCreate data = new CustomerCustomerEntityToCreate();
        data.setEmail(email);
        data.setFirstname("Zoë");
        data.setLastname("O'Neil & <Söhne>");
        data.setPassword("secret-1234");
        data.setWebsite_id(1);
        data.setStore_id(1);
        data.setGroup_id(1);
        int customer = shop.customerCustomerCreate(session, data);
        Checks.check("customerCustomerCreate answers an id", customer > 0, true);
        Checks.check("customerCustomerCreate twice", faultOf(() -> shop.customerCustomerCreate(session, data)),
                "100 This customer email already exists");
        CustomerCustomerEntity info = shop.customerCustomerInfo(session, customer, null);
        Checks.check("customerCustomerInfo",
                asList(info.getCustomer_id(), info.getEmail(), info.getFirstname(), info.getLastname(),
                        info.getGroup_id()),
                asList(customer, email, "Zoë", "O'Neil & <Söhne>", 1));
        Checks.check("customerCustomerInfo leaves nulls out", info.getMiddlename(), null);
        CustomerCustomerEntityToCreate rename = new CustomerCustomerEntityToCreate();
        rename.setFirstname("Žofie");
        Checks.check("customerCustomerUpdate", shop.customerCustomerUpdate(session, customer, rename), true);
        Checks.check("the update sticks", shop.customerCustomerInfo(session, customer, null).getFirstname(), "Žofie");

        CustomerAddressEntityCreate address = new CustomerAddressEntityCreate();
        address.setFirstname("Zoë");
        address.setLastname("Neil");
        address.setStreet(new String[] {"1 Main St", "Flat 2"});
        address.setCountry_id("US");
        address.setPostcode("90001");
        address.setTelephone("555");
        address.setIs_default_billing(true);
        address.setIs_default_shipping(false);
        Checks.check("customerAddressCreate validates",
                faultOf(() -> shop.customerAddressCreate(session, customer, address)), "100 Please enter the city.");
        address.setCity("Los Angeles");
        address.setRegion_id(12);
        int addressId = shop.customerAddressCreate(session, customer, address);
        CustomerAddressEntityItem read = shop.customerAddressInfo(session, addressId);
        Checks.check("customerAddressInfo",
                asList(read.getStreet(), read.getRegion(), read.getRegion_id(), read.getIs_default_billing(),
                        read.getIs_default_shipping()),
                asList("1 Main St\nFlat 2", "California", 12, true, false));
        Checks.check("customerAddressList of one", shop.customerAddressList(session, customer).length, 1);
        Checks.check("customerAddressInfo of an unknown address",
                faultOf(() -> shop.customerAddressInfo(session, 999999)), "102 Address not exists.");

        CustomerCustomerEntity[] found = shop.customerCustomerList(session, simple("email", email));
        Checks.check("a simple filter finds exactly one", asList(found.length, found[0].getCustomer_id()),
                asList(1, customer));
        String id = Integer.toString(customer);
        found = shop.customerCustomerList(session, between("customer_id", id, id));
        Checks.check("a from/to filter finds exactly one", asList(found.length, found[0].getEmail()), asList(1, email));
        Checks.check("a filter that finds none",
                shop.customerCustomerList(session, simple("email", "nobody@example.com")).length, 0);
        Checks.check("a filter on an unknown field",
                faultOf(() -> shop.customerCustomerList(session, simple("shoe_size", "44"))),
                "101 Invalid attribute name: shoe_size");

        AxisOrderTour.run(shop, session);

        boolean declared = Arrays.stream(PortType.class.getMethods()).anyMatch(it -> it.getName().equals("oroPing"));
        Checks.check("the bridge shows in the WSDL", declared, !bridge.equals("none"));
        if (!bridge.equals("none")) {
            // Compiled only where the stubs have the bridge's operations.
            Class.forName("AxisBridgeTour").getMethod("run", int.class, String.class).invoke(null, customer, bridge);
        }

        Checks.check("customerAddressDelete", shop.customerAddressDelete(session, addressId), true);
        Checks.check("customerCustomerDelete", shop.customerCustomerDelete(session, customer), true);
        Checks.check("the customer is gone", faultOf(() -> shop.customerCustomerInfo(session, customer, null)),
                "102 Customer not exists.");
        Checks.check("endSession", shop.endSession(session), true);
        Checks.check("the session is gone", faultOf(() -> shop.storeList(session)), "5 Session expired. Try to relogin.");
        Checks.end();
    }
}
