<?php
// The tour of ci/clients/README.md with PHP's own SoapClient.
declare(strict_types=1);

$style = getenv('MOCKGENTO_STYLE');
$bridge = getenv('MOCKGENTO_BRIDGE');
$wsi = $style === 'wsi';
$client = new SoapClient(getenv('MOCKGENTO_WSDL'), ['cache_wsdl' => WSDL_CACHE_NONE, 'trace' => true, 'exceptions' => true, 'soap_version' => $soap_version ?? SOAP_1_1]);
$failed = 0;

function check(string $name, mixed $actual, mixed $expected): void
{
    global $failed;
    if ($actual === $expected) {
        echo "ok $name\n";
        return;
    }
    $failed++;
    echo "FAIL $name: expected ", json_encode($expected), ', got ', json_encode($actual), "\n";
}

/** Calls an operation with named arguments in the style of the shop and takes the WS-I wrapper off. */
function call(string $operation, array $arguments): mixed
{
    global $client, $wsi;
    if (!$wsi) {
        return $client->__soapCall($operation, array_values($arguments));
    }
    return $client->__soapCall($operation, [(object) $arguments])->result ?? null;
}

/** The code and text of the fault a call must end in. */
function faultOf(string $operation, array $arguments): string
{
    try {
        return 'no fault but ' . json_encode(call($operation, $arguments));
    } catch (SoapFault $fault) {
        return "$fault->faultcode $fault->faultstring";
    }
}

/** RPC lists are PHP lists; a WS-I list is missing when empty and an object when it has one element. */
function rows(mixed $list): array
{
    global $wsi;
    if (!$wsi) {
        return $list;
    }
    $items = $list->complexObjectArray ?? [];
    return is_array($items) ? $items : [$items];
}

function filters(array $simple, array $complex = []): object|array
{
    global $wsi;
    $pairs = array_map(fn ($key, $value) => (object) ['key' => $key, 'value' => $value], array_keys($simple), $simple);
    $conditions = array_map(
        fn ($c) => (object) ['key' => $c[0], 'value' => (object) ['key' => $c[1], 'value' => $c[2]]],
        $complex,
    );
    $bag = [];
    if ($pairs) {
        $bag['filter'] = $wsi ? (object) ['complexObjectArray' => $pairs] : $pairs;
    }
    if ($conditions) {
        $bag['complex_filter'] = $wsi ? (object) ['complexObjectArray' => $conditions] : $conditions;
    }
    return (object) $bag;
}

function lines(array $texts): array|object
{
    global $wsi;
    return $wsi ? (object) ['complexObjectArray' => $texts] : $texts;
}

check('login with a wrong key', faultOf('login', ['username' => getenv('MOCKGENTO_USER'), 'apiKey' => 'wrong-key']), '2 Access denied.');
$sid = call('login', ['username' => getenv('MOCKGENTO_USER'), 'apiKey' => getenv('MOCKGENTO_API_KEY')]);
check('login', preg_match('/^[0-9a-f]{32}$/', $sid), 1);

$stores = rows(call('storeList', ['sessionId' => $sid]));
check('storeList has no admin store', in_array('admin', array_map(fn ($s) => $s->code, $stores), true), false);
check('storeList types', [is_int($stores[0]->store_id), is_string($stores[0]->code)], [true, true]);

$regions = rows(call('directoryRegionList', ['sessionId' => $sid, 'country' => 'us']));
check('directoryRegionList', [count($regions), $regions[0]->name, $regions[0]->code], [65, 'Alabama', 'AL']);
check('directoryRegionList of an unknown country', faultOf('directoryRegionList', ['sessionId' => $sid, 'country' => 'XX']), '101 Country not exists.');
$groups = rows(call('customerGroupList', ['sessionId' => $sid]));
check('customerGroupList', [$groups[0]->customer_group_id, $groups[0]->customer_group_code], [0, 'NOT LOGGED IN']);

$email = "tour-php-$style-$bridge@example.com";
$id = call('customerCustomerCreate', ['sessionId' => $sid, 'customerData' => (object) [
    'email' => $email, 'firstname' => 'Zoë', 'lastname' => "O'Neil & <Söhne>", 'password' => 'secret-1234',
    'website_id' => 1, 'store_id' => 1, 'group_id' => 1,
]]);
check('customerCustomerCreate answers an id', is_int($id) && $id > 0, true);
check('customerCustomerCreate twice', faultOf('customerCustomerCreate', ['sessionId' => $sid, 'customerData' => (object) [
    'email' => $email, 'firstname' => 'Zoë', 'lastname' => 'Twin', 'password' => 'secret-1234', 'website_id' => 1, 'store_id' => 1, 'group_id' => 1,
]]), '100 This customer email already exists');

$info = call('customerCustomerInfo', ['sessionId' => $sid, 'customerId' => $id]);
check('customerCustomerInfo', [$info->customer_id, $info->email, $info->firstname, $info->lastname, $info->group_id], [$id, $email, 'Zoë', "O'Neil & <Söhne>", 1]);
check('customerCustomerInfo leaves nulls out', property_exists($info, 'middlename'), false);
check('customerCustomerUpdate', call('customerCustomerUpdate', ['sessionId' => $sid, 'customerId' => $id, 'customerData' => (object) ['firstname' => 'Žofie']]), true);
check('the update sticks', call('customerCustomerInfo', ['sessionId' => $sid, 'customerId' => $id])->firstname, 'Žofie');

$address = ['firstname' => 'Zoë', 'lastname' => 'Neil', 'street' => lines(['1 Main St', 'Flat 2']), 'city' => 'Los Angeles', 'country_id' => 'US',
    'region_id' => 12, 'postcode' => '90001', 'telephone' => '555', 'is_default_billing' => true, 'is_default_shipping' => false];
$addressId = call('customerAddressCreate', ['sessionId' => $sid, 'customerId' => $id, 'addressData' => (object) $address]);
$read = call('customerAddressInfo', ['sessionId' => $sid, 'addressId' => $addressId]);
check('customerAddressInfo', [$read->street, $read->region, $read->region_id, $read->is_default_billing, $read->is_default_shipping],
    ["1 Main St\nFlat 2", 'California', 12, true, false]);
check('customerAddressList of one', count(rows(call('customerAddressList', ['sessionId' => $sid, 'customerId' => $id]))), 1);
unset($address['region_id'], $address['city']);
check('customerAddressCreate validates', faultOf('customerAddressCreate', ['sessionId' => $sid, 'customerId' => $id, 'addressData' => (object) $address]),
    "100 Please enter the city.");
check('customerAddressInfo of an unknown address', faultOf('customerAddressInfo', ['sessionId' => $sid, 'addressId' => 999999]), '102 Address not exists.');

$found = rows(call('customerCustomerList', ['sessionId' => $sid, 'filters' => filters(['email' => $email])]));
check('a simple filter finds exactly one', [count($found), $found[0]->customer_id], [1, $id]);
$found = rows(call('customerCustomerList', ['sessionId' => $sid, 'filters' => filters([], [['customer_id', 'from', (string) $id], ['customer_id', 'to', (string) $id]])]));
check('a from/to filter finds exactly one', array_map(fn ($c) => $c->email, $found), [$email]);
check('a filter that finds none', rows(call('customerCustomerList', ['sessionId' => $sid, 'filters' => filters(['email' => 'nobody@example.com'])])), []);
check('a filter on an unknown field', faultOf('customerCustomerList', ['sessionId' => $sid, 'filters' => filters(['shoe_size' => '44'])]), '101 Invalid attribute name: shoe_size');

$offered = implode("\n", $client->__getFunctions());
check('the bridge shows in the WSDL', str_contains($offered, 'oroPing'), $bridge !== 'none');
if ($bridge !== 'none') {
    check('oroPing', call('oroPing', ['sessionId' => $sid])->version, $bridge);
    $page = fn (int $page) => rows(call('oroCustomerList', ['sessionId' => $sid, 'filters' => filters([]), 'pager' => (object) ['page' => (string) $page, 'pageSize' => '1']]));
    check('oroCustomerList pages', [count($page(1)), count($page(2)), count($page(999))], [1, 1, 0]);
    $oro = call('oroCustomerInfo', ['sessionId' => $sid, 'customerId' => $id]);
    check('oroCustomerInfo', [$oro->firstname, count(rows($oro->addresses))], ['Žofie', 1]);
    check('oroCustomerUpdate', call('oroCustomerUpdate', ['sessionId' => $sid, 'customerId' => $id, 'customerData' => (object) ['gender' => 2]]), true);
    check('gender is a label', call('oroCustomerInfo', ['sessionId' => $sid, 'customerId' => $id])->gender, 'Female');
    check('oroCustomerAddressInfo of an unknown address', faultOf('oroCustomerAddressInfo', ['sessionId' => $sid, 'addressId' => 999999]), '103 Customer address not exists.');
}

// From the catalogue through a cart to an order, its documents and its refund.
$product = call('catalogProductInfo', ['sessionId' => $sid, 'productId' => 'TEA-G']);
check('catalogProductInfo', [$product->product_id, $product->name, $product->price], ['1', 'Green <tea>', '10.0000']);
check('catalogProductInfo of an unknown product', faultOf('catalogProductInfo', ['sessionId' => $sid, 'productId' => '999']), '101 Product not exists.');
$products = rows(call('catalogProductList', ['sessionId' => $sid, 'filters' => filters(['type' => 'simple'])]));
check('catalogProductList', array_map(fn ($p) => $p->sku, $products), ['TEA-G', 'TEA-B', 'POT']);
$tree = call('catalogCategoryTree', ['sessionId' => $sid, 'parentId' => '1']);
check('catalogCategoryTree nests', [$tree->name, rows($tree->children)[0]->name, rows(rows($tree->children)[0]->children)[0]->name], ['Root Catalog', 'Default Category', 'Tea']);

$cart = call('shoppingCartCreate', ['sessionId' => $sid, $wsi ? 'store' : 'storeId' => 'default']);
check('shoppingCartCreate answers an id', is_int($cart) && $cart > 0, true);
check('shoppingCartProductAdd', call('shoppingCartProductAdd', ['sessionId' => $sid, 'quoteId' => $cart, $wsi ? 'productsData' : 'products' => lines([(object) ['sku' => 'TEA-G', 'qty' => 2]])]), true);
$guest = (object) ['mode' => 'guest', 'email' => 'guest@example.com', 'firstname' => 'Zoë', 'lastname' => 'Neil', 'website_id' => 1];
check('shoppingCartCustomerSet', call('shoppingCartCustomerSet', ['sessionId' => $sid, 'quoteId' => $cart, $wsi ? 'customerData' : 'customer' => $guest]), true);
$places = array_map(fn ($mode) => (object) ['mode' => $mode, 'firstname' => 'Zoë', 'lastname' => 'Neil', 'street' => '1 Main St', 'city' => 'Los Angeles', 'region' => 'California',
    'region_id' => '12', 'postcode' => '90001', 'country_id' => 'US', 'telephone' => '555', 'is_default_billing' => 0, 'is_default_shipping' => 0], ['billing', 'shipping']);
check('shoppingCartCustomerAddresses', call('shoppingCartCustomerAddresses', ['sessionId' => $sid, 'quoteId' => $cart, $wsi ? 'customerAddressData' : 'customer' => lines($places)]), true);
$rates = rows(call('shoppingCartShippingList', ['sessionId' => $sid, 'quoteId' => $cart]));
check('shoppingCartShippingList', [$rates[0]->code, (float) $rates[0]->price], ['flatrate_flatrate', 10.0]);
check('shoppingCartShippingMethod', call('shoppingCartShippingMethod', ['sessionId' => $sid, 'quoteId' => $cart, $wsi ? 'shippingMethod' : 'method' => 'flatrate_flatrate']), true);
check('shoppingCartPaymentMethod', call('shoppingCartPaymentMethod', ['sessionId' => $sid, 'quoteId' => $cart, $wsi ? 'paymentData' : 'method' => (object) ['method' => 'checkmo']]), true);
$totals = rows(call('shoppingCartTotals', ['sessionId' => $sid, 'quoteId' => $cart]));
check('shoppingCartTotals', [$totals[0]->title, (float) $totals[0]->amount, (float) end($totals)->amount], ['Subtotal', 20.0, 31.65]);
$number = call('shoppingCartOrder', ['sessionId' => $sid, 'quoteId' => $cart]);
check('shoppingCartOrder answers an increment id', preg_match('/^1\d{8}$/', $number), 1);

$orders = rows(call('salesOrderList', ['sessionId' => $sid, 'filters' => filters(['increment_id' => $number])]));
check('salesOrderList', [count($orders), $orders[0]->status, $orders[0]->grand_total], [1, 'pending', '31.6500']);
$order = call('salesOrderInfo', ['sessionId' => $sid, 'orderIncrementId' => $number]);
$item = rows($order->items)[0];
check('salesOrderInfo', [$order->customer_firstname, $order->shipping_address->city, $order->payment->method, $item->name, $item->qty_ordered], ['Zoë', 'Los Angeles', 'checkmo', 'Green <tea>', '2.0000']);
check('salesOrderInfo of an unknown order', faultOf('salesOrderInfo', ['sessionId' => $sid, 'orderIncrementId' => '9']), '100 Requested order not exists.');
$invoice = call('salesOrderInvoiceCreate', ['sessionId' => $sid, 'invoiceIncrementId' => $number, 'itemsQty' => lines([]), 'comment' => null, 'email' => '0', 'includeComment' => '0']);
check('salesOrderInvoiceInfo', call('salesOrderInvoiceInfo', ['sessionId' => $sid, 'invoiceIncrementId' => $invoice])->grand_total, '31.6500');
$shipment = call('salesOrderShipmentCreate', ['sessionId' => $sid, 'orderIncrementId' => $number, 'itemsQty' => lines([]), 'comment' => null, 'email' => 0, 'includeComment' => 0]);
$track = call('salesOrderShipmentAddTrack', ['sessionId' => $sid, 'shipmentIncrementId' => $shipment, 'carrier' => 'ups', 'title' => 'UPS', 'trackNumber' => '1Z & 2']);
check('salesOrderShipmentAddTrack answers an id', is_int($track), true);
check('salesOrderShipmentInfo', rows(call('salesOrderShipmentInfo', ['sessionId' => $sid, 'shipmentIncrementId' => $shipment])->tracks)[0]->number, '1Z & 2');
check('the order is complete', call('salesOrderInfo', ['sessionId' => $sid, 'orderIncrementId' => $number])->status, 'complete');
$memo = call('salesOrderCreditmemoCreate', ['sessionId' => $sid, 'orderIncrementId' => $number, 'creditmemoData' => (object) [], 'comment' => null, 'notifyCustomer' => 0, 'includeComment' => 0]);
check('salesOrderCreditmemoInfo', call('salesOrderCreditmemoInfo', ['sessionId' => $sid, 'creditmemoIncrementId' => $memo])->grand_total, '31.6500');
check('the order is closed', call('salesOrderInfo', ['sessionId' => $sid, 'orderIncrementId' => $number])->status, 'closed');
if ($bridge !== 'none') {
    $pager = (object) ['page' => '1', 'pageSize' => '10'];
    $orders = rows(call('oroOrderList', ['sessionId' => $sid, 'filters' => filters(['increment_id' => $number]), 'pager' => $pager]));
    check('oroOrderList', [count($orders), $orders[0]->status, rows($orders[0]->items)[0]->sku], [1, 'closed', 'TEA-G']);
    $quotes = rows(call('oroQuoteList', ['sessionId' => $sid, 'filters' => filters(['entity_id' => (string) $cart]), 'pager' => $pager]));
    check('oroQuoteList', [count($quotes), $quotes[0]->customer_firstname, rows($quotes[0]->items)[0]->name], [1, 'Zoë', 'Green <tea>']);
}

check('customerAddressDelete', call('customerAddressDelete', ['sessionId' => $sid, 'addressId' => $addressId]), true);
check('customerCustomerDelete', call('customerCustomerDelete', ['sessionId' => $sid, 'customerId' => $id]), true);
check('the customer is gone', faultOf('customerCustomerInfo', ['sessionId' => $sid, 'customerId' => $id]), '102 Customer not exists.');
check('endSession', call('endSession', ['sessionId' => $sid]), true);
check('the session is gone', faultOf('storeList', ['sessionId' => $sid]), '5 Session expired. Try to relogin.');
exit($failed ? 1 : 0);
