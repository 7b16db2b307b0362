<?php
// Saves the settings of a scenario in the integration OROCRM_INTEGRATION, with OroCRM's own entities, since the key is kept
// encrypted. Reads {"settings": {…}} from standard input.

declare(strict_types=1);

$root = (string) getenv('OROCRM_ROOT');
require $root . '/vendor/autoload.php';
if (is_file($root . '/src/AppKernel.php')) {
    require_once $root . '/src/AppKernel.php';
}
$asked = json_decode((string) stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$settings = $asked['settings'];

$kernel = new AppKernel('prod', false);
$kernel->boot();
$container = $kernel->getContainer();
$manager = $container->get('doctrine')->getManager();
$integration = $manager->find(Oro\Bundle\IntegrationBundle\Entity\Channel::class, (int) getenv('OROCRM_INTEGRATION'));
if ($integration === null) {
    fwrite(STDERR, "there is no integration " . getenv('OROCRM_INTEGRATION') . "; create one of the type Magento and name it in OROCRM_INTEGRATION\n");
    exit(1);
}
$transport = $integration->getTransport();
$transport->setApiUrl($settings['wsdl url']);
$transport->setApiUser($settings['api user']);
$transport->setApiKey($container->get('oro_security.encoder.default')->encryptData($settings['api key']));
$transport->setIsWsiMode((bool) ($settings['ws-i compliance'] ?? false));
$transport->setSyncStartDate(new DateTime($settings['sync start date'], new DateTimeZone('UTC')));
// How far earlier scenarios had come is kept here too.
$transport->setInitialSyncStartDate(null);
$transport->setNewsletterSubscriberSyncedToId(null);
$transport->setGuestCustomerSync((bool) ($settings['guest customer sync'] ?? true));
$transport->setIsDisplayOrderNotes((bool) ($settings['order notes'] ?? true));
$transport->setWebsiteId(($settings['website'] ?? 'all') === 'all' ? -1 : (int) $settings['website']);
$transport->setSharedGuestEmailList($settings['split by full name'] ?? []);
$integration->setEnabled((bool) ($settings['active'] ?? true));
$manager->flush();
