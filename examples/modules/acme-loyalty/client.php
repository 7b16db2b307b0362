<?php
// Reads and opens loyalty accounts over SOAP v2. Usage: php client.php WSDL
$client = new SoapClient($argv[1], ['cache_wsdl' => WSDL_CACHE_NONE]);
$isWsi = (bool) preg_match('/acmeLoyaltyInfo\(\w+ \$parameters\)/', implode("\n", $client->__getFunctions()));

function call(SoapClient $client, bool $isWsi, string $operation, array $arguments)
{
    if (!$isWsi) {
        return $client->__soapCall($operation, array_values($arguments));
    }
    $result = $client->__soapCall($operation, [$arguments])->result;
    // A list of WS-I comes in a wrapper, and one of a single item without a list.
    return $result->complexObjectArray ?? $result;
}

$session = call($client, $isWsi, 'login', ['username' => 'loyalty', 'apiKey' => 'loyalty-key-1']);
$account = call($client, $isWsi, 'acmeLoyaltyInfo', ['sessionId' => $session, 'customerId' => 1]);
echo "customer 1 has {$account->points} points, level {$account->level}\n";

try {
    call($client, $isWsi, 'acmeLoyaltyInfo', ['sessionId' => $session, 'customerId' => 13]);
} catch (SoapFault $fault) {
    echo "customer 13: {$fault->faultcode} {$fault->faultstring}\n";
}

$id = call($client, $isWsi, 'acmeLoyaltyCreate', ['sessionId' => $session, 'accountData' => ['customer_id' => 7, 'points' => 5]]);
$gold = ['filter' => [['key' => 'customer_id', 'value' => '7']]];
if ($isWsi) {
    $gold = ['filter' => ['complexObjectArray' => $gold['filter']]];
}
$found = call($client, $isWsi, 'acmeLoyaltyList', ['sessionId' => $session, 'filters' => $gold, 'pager' => null]);
$found = is_array($found) ? $found : [$found];
echo "opened account $id; customer 7 has {$found[0]->points} points\n";
