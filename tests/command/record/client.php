<?php
// A client as somebody else writes one: reads a few lists, asks for what is not there, and tries to write.
$shop = new SoapClient(getenv('MAGENTO_WSDL_URL'), ['cache_wsdl' => WSDL_CACHE_NONE]);
$session = $shop->login(getenv('MAGENTO_API_USER'), getenv('MAGENTO_API_KEY'));
$list = $shop->customerCustomerList($session, ['complex_filter' => [['key' => 'created_at', 'value' => ['key' => 'from', 'value' => '2001-01-01']]]]);
$one = $shop->oroCustomerInfo($session, (int) $list[0]->customer_id, null);
print count($list) . " customers, the first is {$one->firstname} <{$one->email}>\n";
print count($shop->oroOrderList($session, null, ['page' => 1, 'pageSize' => 20])) . " orders\n";
foreach (['salesOrderInfo' => '999', 'customerCustomerDelete' => 1] as $operation => $argument) {
    try {
        $shop->$operation($session, $argument);
        exit(1);
    } catch (SoapFault $fault) {
        print "$operation: {$fault->faultcode} {$fault->getMessage()}\n";
    }
}
$shop->endSession($session);
