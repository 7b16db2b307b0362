<?php
// The tour with PHP's own SoapClient in SOAP 1.2, which is what Zend_Soap_Client speaks unless it is told otherwise.
declare(strict_types=1);

$soap_version = SOAP_1_2;
require __DIR__ . '/tour.php';
