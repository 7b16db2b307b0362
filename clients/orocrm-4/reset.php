<?php
// An empty CRM: what the connector to Magento and its accounts and contacts have left is deleted, and how far each connector had
// come. For databases of tests only; it asks for OROCRM_MAY_BE_EMPTIED=yes.

declare(strict_types=1);

const TABLES = [
    'orocrm_magento_creditmemo_item', 'orocrm_magento_credit_memo', 'orocrm_magento_order_notes', 'orocrm_magento_order_items',
    'orocrm_magento_order_addr_type', 'orocrm_magento_order_address', 'orocrm_magento_order', 'orocrm_magento_cart_item',
    'orocrm_magento_newsl_subscr', 'orocrm_magento_cart', 'orocrm_magento_cart_address', 'orocrm_magento_cust_addr_type',
    'orocrm_magento_customer_addr', 'orocrm_magento_customer', 'orocrm_magento_customer_group', 'orocrm_magento_store',
    'orocrm_magento_prod_to_website', 'orocrm_magento_website', 'orocrm_channel_lifetime_hist', 'oro_integration_channel_status',
];

if (getenv('OROCRM_MAY_BE_EMPTIED') !== 'yes') {
    fwrite(STDERR, "this would empty a CRM; set OROCRM_MAY_BE_EMPTIED=yes where that is meant\n");
    exit(1);
}
$parts = parse_url((string) getenv('OROCRM_DSN'));
$driver = str_starts_with($parts['scheme'] ?? '', 'postgres') ? 'pgsql' : 'mysql';
$address = sprintf('%s:host=%s;port=%d;dbname=%s', $driver, $parts['host'], $parts['port'] ?? ($driver === 'pgsql' ? 5432 : 3306),
    ltrim($parts['path'], '/'));
$database = new PDO($address, urldecode($parts['user'] ?? ''), urldecode($parts['pass'] ?? ''), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$database->beginTransaction();
foreach (TABLES as $table) {
    $database->exec("DELETE FROM $table");
}
// Accounts and contacts are the whole CRM's; in a database of tests there are no others.
$database->exec('UPDATE orocrm_account SET default_contact_id = NULL');
foreach (['orocrm_account_to_contact', 'orocrm_contact_phone', 'orocrm_contact_email', 'orocrm_contact_adr_to_adr_type', 'orocrm_contact_address'] as $table) {
    $database->exec("DELETE FROM $table");
}
$database->exec('DELETE FROM orocrm_sales_customer');
$database->exec('DELETE FROM orocrm_contact');
$database->exec('DELETE FROM orocrm_account');
$database->commit();
