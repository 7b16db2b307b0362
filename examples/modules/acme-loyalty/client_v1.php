<?php
// Reads and opens loyalty accounts over SOAP v1. Usage: php client_v1.php WSDL (of /api/soap/?wsdl)
$client = new SoapClient($argv[1], ['cache_wsdl' => WSDL_CACHE_NONE]);
$session = $client->login('loyalty', 'loyalty-key-1');
$call = fn(string $path, mixed ...$arguments) => $client->call($session, $path, $arguments);

$account = $call('acme_loyalty.info', 1);
echo "customer 1 has {$account['points']} points, level {$account['level']}\n";
try {
    $call('acme_loyalty.info', 13);
} catch (SoapFault $fault) {
    echo "customer 13: {$fault->faultcode} {$fault->faultstring}\n";
}
// `loyalty` is the alias of the resource that api.xml declares.
$id = $call('loyalty.create', ['customer_id' => 7, 'points' => 5]);
$found = $call('loyalty.list', ['customer_id' => 7]);
echo "opened account $id; customer 7 has {$found[0]['points']} points\n";
