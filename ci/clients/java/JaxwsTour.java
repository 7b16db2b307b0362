import static java.util.Arrays.asList;

import java.net.URL;
import java.util.Arrays;
import java.util.List;
import javax.xml.ws.soap.SOAPFaultException;
import mage.*;

/** The tour of ci/clients/README.md with JAX-WS (Metro) and stubs of its wsimport: WS-I document/literal. */
public final class JaxwsTour {
    static PortType shop;
    static String session;

    static String fault(Exception error) {
        if (!(error instanceof SOAPFaultException)) {
            return null;
        }
        javax.xml.soap.SOAPFault fault = ((SOAPFaultException) error).getFault();
        return fault.getFaultCode() + " " + fault.getFaultString();
    }

    static String faultOf(Checks.Call call) {
        return Checks.faultOf(JaxwsTour::fault, call);
    }

    static AssociativeEntity pair(String key, String value) {
        AssociativeEntity pair = new AssociativeEntity();
        pair.setKey(key);
        pair.setValue(value);
        return pair;
    }

    static Filters simple(String key, String value) {
        AssociativeArray pairs = new AssociativeArray();
        pairs.getComplexObjectArray().add(pair(key, value));
        Filters filters = new Filters();
        filters.setFilter(pairs);
        return filters;
    }

    static Filters between(String field, String from, String to) {
        ComplexFilterArray conditions = new ComplexFilterArray();
        for (AssociativeEntity bound : asList(pair("from", from), pair("to", to))) {
            ComplexFilter condition = new ComplexFilter();
            condition.setKey(field);
            condition.setValue(bound);
            conditions.getComplexObjectArray().add(condition);
        }
        Filters filters = new Filters();
        filters.setComplexFilter(conditions);
        return filters;
    }

    static String login(String user, String key) {
        LoginParam request = new LoginParam();
        request.setUsername(user);
        request.setApiKey(key);
        return shop.login(request).getResult();
    }

    static List<StoreEntity> stores() {
        StoreListRequestParam request = new StoreListRequestParam();
        request.setSessionId(session);
        return shop.storeList(request).getResult().getComplexObjectArray();
    }

    static List<DirectoryRegionEntity> regions(String country) {
        DirectoryRegionListRequestParam request = new DirectoryRegionListRequestParam();
        request.setSessionId(session);
        request.setCountry(country);
        return shop.directoryRegionList(request).getResult().getComplexObjectArray();
    }

    static List<CustomerGroupEntity> groups() {
        CustomerGroupListRequestParam request = new CustomerGroupListRequestParam();
        request.setSessionId(session);
        return shop.customerGroupList(request).getResult().getComplexObjectArray();
    }

    static int create(CustomerCustomerEntityToCreate data) {
        CustomerCustomerCreateRequestParam request = new CustomerCustomerCreateRequestParam();
        request.setSessionId(session);
        request.setCustomerData(data);
        return shop.customerCustomerCreate(request).getResult();
    }

    static CustomerCustomerEntity info(int customer) {
        CustomerCustomerInfoRequestParam request = new CustomerCustomerInfoRequestParam();
        request.setSessionId(session);
        request.setCustomerId(customer);
        return shop.customerCustomerInfo(request).getResult();
    }

    static boolean update(int customer, CustomerCustomerEntityToCreate data) {
        CustomerCustomerUpdateRequestParam request = new CustomerCustomerUpdateRequestParam();
        request.setSessionId(session);
        request.setCustomerId(customer);
        request.setCustomerData(data);
        return shop.customerCustomerUpdate(request).isResult();
    }

    static int createAddress(int customer, CustomerAddressEntityCreate data) {
        CustomerAddressCreateRequestParam request = new CustomerAddressCreateRequestParam();
        request.setSessionId(session);
        request.setCustomerId(customer);
        request.setAddressData(data);
        return shop.customerAddressCreate(request).getResult();
    }

    static CustomerAddressEntityItem address(int id) {
        CustomerAddressInfoRequestParam request = new CustomerAddressInfoRequestParam();
        request.setSessionId(session);
        request.setAddressId(id);
        return shop.customerAddressInfo(request).getResult();
    }

    static List<CustomerAddressEntityItem> addresses(int customer) {
        CustomerAddressListRequestParam request = new CustomerAddressListRequestParam();
        request.setSessionId(session);
        request.setCustomerId(customer);
        return shop.customerAddressList(request).getResult().getComplexObjectArray();
    }

    static List<CustomerCustomerEntity> find(Filters filters) {
        CustomerCustomerListRequestParam request = new CustomerCustomerListRequestParam();
        request.setSessionId(session);
        request.setFilters(filters);
        return shop.customerCustomerList(request).getResult().getComplexObjectArray();
    }

    public static void main(String[] arguments) throws Exception {
        String bridge = System.getenv("MOCKGENTO_BRIDGE");
        String user = System.getenv("MOCKGENTO_USER");
        String key = System.getenv("MOCKGENTO_API_KEY");
        shop = new MagentoService(new URL(System.getenv("MOCKGENTO_WSDL"))).getPort();

        Checks.check("login with a wrong key", faultOf(() -> login(user, "wrong-key")), "2 Access denied.");
        session = login(user, key);
        Checks.check("login", session.matches("[0-9a-f]{32}"), true);

        Checks.check("storeList has no admin store",
                stores().stream().anyMatch(store -> "admin".equals(store.getCode())), false);
        List<DirectoryRegionEntity> regions = regions("us");
        Checks.check("directoryRegionList",
                asList(regions.size(), regions.get(0).getName(), regions.get(0).getCode()), asList(65, "Alabama", "AL"));
        Checks.check("directoryRegionList of an unknown country", faultOf(() -> regions("XX")),
                "101 Country not exists.");
        CustomerGroupEntity group = groups().get(0);
        Checks.check("customerGroupList", group.getCustomerGroupId() + " " + group.getCustomerGroupCode(),
                "0 NOT LOGGED IN");

        String email = "tour-jaxws-" + bridge + "@example.com";
        CustomerCustomerEntityToCreate data = new CustomerCustomerEntityToCreate();
        data.setEmail(email);
        data.setFirstname("Zoë");
        data.setLastname("O'Neil & <Söhne>");
        data.setPassword("secret-1234");
        data.setWebsiteId(1);
        data.setStoreId(1);
        data.setGroupId(1);
        int customer = create(data);
        Checks.check("customerCustomerCreate answers an id", customer > 0, true);
        Checks.check("customerCustomerCreate twice", faultOf(() -> create(data)),
                "100 This customer email already exists");
        CustomerCustomerEntity info = info(customer);
        Checks.check("customerCustomerInfo",
                asList(info.getCustomerId(), info.getEmail(), info.getFirstname(), info.getLastname(),
                        info.getGroupId()),
                asList(customer, email, "Zoë", "O'Neil & <Söhne>", 1));
        Checks.check("customerCustomerInfo leaves nulls out", info.getMiddlename(), null);
        CustomerCustomerEntityToCreate rename = new CustomerCustomerEntityToCreate();
        rename.setFirstname("Žofie");
        Checks.check("customerCustomerUpdate", update(customer, rename), true);
        Checks.check("the update sticks", info(customer).getFirstname(), "Žofie");

        CustomerAddressEntityCreate address = new CustomerAddressEntityCreate();
        address.setFirstname("Zoë");
        address.setLastname("Neil");
        address.setStreet(new ArrayOfString());
        address.getStreet().getComplexObjectArray().addAll(asList("1 Main St", "Flat 2"));
        address.setCountryId("US");
        address.setPostcode("90001");
        address.setTelephone("555");
        address.setIsDefaultBilling(true);
        address.setIsDefaultShipping(false);
        Checks.check("customerAddressCreate validates", faultOf(() -> createAddress(customer, address)),
                "100 Please enter the city.");
        address.setCity("Los Angeles");
        address.setRegionId(12);
        int addressId = createAddress(customer, address);
        CustomerAddressEntityItem read = address(addressId);
        Checks.check("customerAddressInfo",
                asList(read.getStreet(), read.getRegion(), read.getRegionId(), read.isIsDefaultBilling(),
                        read.isIsDefaultShipping()),
                asList("1 Main St\nFlat 2", "California", 12, true, false));
        Checks.check("customerAddressList of one", addresses(customer).size(), 1);
        Checks.check("customerAddressInfo of an unknown address", faultOf(() -> address(999999)),
                "102 Address not exists.");

        List<CustomerCustomerEntity> found = find(simple("email", email));
        Checks.check("a simple filter finds exactly one", asList(found.size(), found.get(0).getCustomerId()),
                asList(1, customer));
        String id = Integer.toString(customer);
        found = find(between("customer_id", id, id));
        Checks.check("a from/to filter finds exactly one", asList(found.size(), found.get(0).getEmail()),
                asList(1, email));
        Checks.check("a filter that finds none", find(simple("email", "nobody@example.com")).size(), 0);
        Checks.check("a filter on an unknown field", faultOf(() -> find(simple("shoe_size", "44"))),
                "101 Invalid attribute name: shoe_size");

        JaxwsOrderTour.run();

        boolean declared = Arrays.stream(PortType.class.getMethods()).anyMatch(it -> it.getName().equals("oroPing"));
        Checks.check("the bridge shows in the WSDL", declared, !bridge.equals("none"));
        if (!bridge.equals("none")) {
            // Compiled only where the stubs have the bridge's operations.
            Class.forName("JaxwsBridgeTour").getMethod("run", int.class, String.class).invoke(null, customer, bridge);
        }

        CustomerAddressDeleteRequestParam deleteAddress = new CustomerAddressDeleteRequestParam();
        deleteAddress.setSessionId(session);
        deleteAddress.setAddressId(addressId);
        Checks.check("customerAddressDelete", shop.customerAddressDelete(deleteAddress).isResult(), true);
        CustomerCustomerDeleteRequestParam delete = new CustomerCustomerDeleteRequestParam();
        delete.setSessionId(session);
        delete.setCustomerId(customer);
        Checks.check("customerCustomerDelete", shop.customerCustomerDelete(delete).isResult(), true);
        Checks.check("the customer is gone", faultOf(() -> info(customer)), "102 Customer not exists.");
        EndSessionParam end = new EndSessionParam();
        end.setSessionId(session);
        Checks.check("endSession", shop.endSession(end).isResult(), true);
        Checks.check("the session is gone", faultOf(JaxwsTour::stores), "5 Session expired. Try to relogin.");
        Checks.end();
    }
}
