<?php
// The tour of API v1 with PHP's SoapClient, in SOAP 1.1 (`tour.php 1.1`) or SOAP 1.2 (`tour.php 1.2`).
declare(strict_types=1);

$version = $argv[1] === '1.2' ? SOAP_1_2 : SOAP_1_1;
$wsdl = getenv('MOCKGENTO_BASE') . 'api/soap/?wsdl';
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE, 'soap_version' => $version, 'exceptions' => true]);
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

function fault_of(callable $call): string
{
    try {
        return 'no fault but ' . json_encode($call());
    } catch (SoapFault $fault) {
        return "$fault->faultcode $fault->faultstring";
    }
}

$user = getenv('MOCKGENTO_USER');
check('login with a wrong key', fault_of(fn() => $client->login($user, 'wrong-key')), '2 Access denied.');
$session = $client->login($user, getenv('MOCKGENTO_API_KEY'));
check('login', preg_match('/^[0-9a-f]{32}$/', $session), 1);
$call = fn(string $path, mixed ...$arguments) => $client->call($session, $path, $arguments);

$customers = $call('customer.list', ['email' => ['like' => '%@example.com']]);
check('customer.list', array_column($customers, 'email'), ['ada@example.com', 'bob@example.com']);
check('customer.list of nobody', $call('customer.list', ['email' => 'nobody@example.com']), []);
$ada = $call('customer.info', 1);
check('customer.info', [$ada['firstname'], array_key_exists('default_billing', $ada)], ['Ada', true]);
check('customer.info of one unknown', fault_of(fn() => $call('customer.info', 999)), '102 Customer not exists.');
check('a path that leads nowhere', fault_of(fn() => $call('customer.nosuch')), '3 Invalid api path.');

$data = ['email' => 'eve@example.com', 'firstname' => 'Ève', 'lastname' => '<&>', 'website_id' => 1, 'store_id' => 1, 'group_id' => 1];
$eve = $call('customer.create', $data);
check('customer.create', $eve, '3');
check('customer.update', $call('customer.update', $eve, ['lastname' => '日本']), true);
$row = $call('customer.info', $eve);
check('customer.info of the new one', [$row['firstname'], $row['lastname']], ['Ève', '日本']);
check('customer.create twice', fault_of(fn() => $call('customer.create', $data)), '100 This customer email already exists');
$address = ['firstname' => 'Ève', 'lastname' => 'E', 'street' => ['1 Rue', 'App. 2'], 'city' => 'Paris', 'country_id' => 'FR',
    'postcode' => '75001', 'telephone' => '1', 'is_default_billing' => true];
$place = $call('customer_address.create', $eve, $address);
check('customer_address.info', $call('customer_address.info', $place)['street'], "1 Rue\nApp. 2");
check('customer_address.delete', $call('customer_address.delete', $place), true);
check('customer.delete', $call('customer.delete', $eve), true);
check('catalog_product.info', $call('catalog_product.info', 'TEA-G')['name'], 'Green <tea>');
check('a stock item', $call('product_stock.list', 'TEA-G')[0]['qty'], '100.0000');

$answers = $client->multiCall($session, [['customer.info', ['2']], ['customer.info', ['999']], ['core_store.list']]);
check('multiCall', [$answers[0]['firstname'], $answers[1]['isFault'], $answers[1]['faultCode'], $answers[2][0]['code']],
    ['Bob', true, '102', 'default']);
$names = array_column($client->resources($session), 'name');
check('resources', array_values(array_intersect(['customer', 'sales_order', 'cart'], $names)), ['customer', 'sales_order', 'cart']);
check('globalFaults', count($client->globalFaults($session)) > 5, true);
check('resourceFaults', $client->resourceFaults($session, 'customer')[0], ['code' => '100', 'message' => 'Invalid customer data. Details in error message.']);

$cart = $call('cart.create', 'default');
check('cart_product.add', $call('cart_product.add', $cart, [['sku' => 'TEA-G', 'qty' => 2]]), true);
$guest = ['firstname' => 'Gus', 'lastname' => 'Guest', 'email' => 'gus@example.com', 'mode' => 'guest'];
check('cart_customer.set', $call('cart_customer.set', $cart, $guest), true);
$home = ['firstname' => 'Gus', 'lastname' => 'Guest', 'street' => '1 Main St', 'city' => 'Los Angeles', 'country_id' => 'US',
    'region_id' => 12, 'postcode' => '90001', 'telephone' => '1'];
check('cart_customer.addresses', $call('cart_customer.addresses', $cart, [$home + ['mode' => 'billing'], $home + ['mode' => 'shipping']]), true);
check('cart_shipping.method', $call('cart_shipping.method', $cart, 'flatrate_flatrate'), true);
check('cart_payment.method', $call('cart_payment.method', $cart, ['method' => 'checkmo']), true);
$number = $call('cart.order', $cart);
check('cart.order', preg_match('/^1[0-9]{8}$/', $number), 1);
$order = $call('sales_order.info', $number);
check('sales_order.info', [$order['status'], $order['grand_total'], $order['items'][0]['name']], ['pending', '31.6500', 'Green <tea>']);
$invoice = $call('sales_order_invoice.create', $number, [$order['items'][0]['item_id'] => 1]);
check('sales_order_invoice.create', strlen($invoice), 9);
$rest = $call('sales_order.info', $number);
check('one of two is invoiced', [$rest['status'], $rest['items'][0]['qty_invoiced']], ['processing', '1.0000']);

check('endSession', $client->endSession($session), true);
check('a call afterwards', fault_of(fn() => $call('customer.list', [])), '5 Session expired. Try to relogin.');
exit($failed ? 1 : 0);
