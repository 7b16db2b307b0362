<?php

declare(strict_types=1);

use Mockgento\Binary;
use Mockgento\BinaryNotFound;
use Mockgento\ControlError;
use Mockgento\PHPUnit\MockgentoTrait;
use Mockgento\Server;
use Mockgento\ServerDied;
use Mockgento\Shop;
use Mockgento\StartError;
use PHPUnit\Framework\AssertionFailedError;
use PHPUnit\Framework\TestCase;

/** One method, which starts another server for each class that inherits it. */
abstract class OfSomeBridge extends TestCase
{
    use MockgentoTrait;

    protected static function mockgentoServer(): Server
    {
        return new Server(bridge: static::BRIDGE);
    }

    public function shop(): Shop
    {
        return $this->mockgento();
    }
}

final class WithoutBridge extends OfSomeBridge
{
    protected const BRIDGE = 'none';
}

final class WithOldBridge extends OfSomeBridge
{
    protected const BRIDGE = '1.1.4';
}

final class WithTheSameBridge extends OfSomeBridge
{
    protected const BRIDGE = '1.1.4';
}

/** What the package promises, against the real program. */
final class ShopTest extends TestCase
{
    use MockgentoTrait;

    private function login(string $key): void
    {
        try {
            $shop = $this->mockgento();
            (new SoapClient($shop->wsdl, ['cache_wsdl' => WSDL_CACHE_NONE]))->login($shop->user, $key);
        } catch (SoapFault) {
            // The shop's record of it is what counts.
        }
    }

    private static function isAlive(int $pid): bool
    {
        $stat = @file_get_contents("/proc/$pid/stat");
        // A zombie is gone, whoever has not waited for it yet.
        return $stat !== false && explode(') ', $stat)[1][0] !== 'Z';
    }

    private static function isGone(int $pid): bool
    {
        for ($tries = 0; $tries < 1000 && self::isAlive($pid); $tries++) {
            usleep(10_000);
        }
        return !self::isAlive($pid);
    }

    /** Runs PHP that knows the package; what it prints. */
    private static function script(string $code): string
    {
        $bootstrap = var_export((new ReflectionClass(Composer\Autoload\ClassLoader::class))->getFileName(), true);
        $autoload = "require dirname($bootstrap, 2) . '/autoload.php';";
        return (string) shell_exec(escapeshellarg(PHP_BINARY) . ' -r ' . escapeshellarg("$autoload $code") . ' 2>&1');
    }

    public function testEveryRouteIsOneOfTheServers(): void
    {
        $document = json_decode(file_get_contents($this->mockgento()->url . '__admin/openapi.json'), true);
        $served = [];
        foreach ($document['paths'] as $path => $item) {
            foreach (array_diff(array_keys($item), ['parameters']) as $method) {
                $served[] = strtoupper($method) . ' ' . substr($path, strlen('/__admin'));
            }
        }
        $ours = array_map(fn ($route) => implode(' ', $route), array_values(Shop::ROUTES));
        $pages = ['GET /openapi.json', 'GET /ui', 'POST /seed'];
        $this->assertEqualsCanonicalizing(array_values(array_diff($served, $pages)), $ours);
    }

    public function testEveryMethodReachesTheServer(): void
    {
        $shop = $this->mockgento();
        $this->assertSame($shop->wsdl, $shop->health()['wsdl']);
        $this->assertSame($shop->wsdl, (new Shop($shop->url))->wsdl);
        $ann = $shop->create('customer', ['email' => 'ann@example.com', 'firstname' => 'Ann', 'lastname' => 'Lee']);
        $shop->update('customer', $ann, ['lastname' => 'Byron']);
        $row = $shop->state(['customer'], containing: 'ann@example.com', offset: 0, limit: 1)['customer'][0];
        $this->assertSame('Byron', $row['lastname']);
        $this->assertContains('customer', array_column($shop->tables(), 'name'));
        $shop->delete('customer', $ann);
        $this->assertNotContains('ann@example.com', array_column($shop->rows('customer'), 'email'));
        $shop->configure('general/locale/timezone', 'Europe/Berlin');
        $this->assertSame('Europe/Berlin', $shop->settings()['configuration']['general/locale/timezone']);
        $this->assertSame('none', $shop->changeSettings(['bridge' => 'none'])['bridge']);
        $stands = ['now' => '2026-01-31T09:00:00Z', 'runs' => false];
        $this->assertSame($stands, $shop->setClock('2026-01-31T09:00:00Z', runs: false));
        $shop->advance('2 days');
        $this->assertSame('2026-02-02T09:00:00Z', $shop->clock()['now']);
        $first = $shop->disrupt(['status' => 503], ['operation' => 'login'], times: 2);
        $shop->disrupt('expire-sessions');
        $this->assertSame($first, $shop->disruptions()[0]['id']);
        $shop->disarm($first);
        $this->assertCount(1, $shop->disruptions());
        $shop->clearDisruptions();
        $this->assertSame([], $shop->disruptions());
        $stub = $shop->stub('login', ['when' => ['username' => 'nobody'], 'fault' => ['code' => 101, 'string' => 'No luck']]);
        $this->assertSame([$stub], array_column($shop->stubs(), 'id'));
        $shop->removeStub($stub);
        $shop->stub('login', ['answer' => 'a-session']);
        $shop->clearStubs();
        $this->assertSame([], $shop->stubs());
        $shop->saveCheckpoint('here');
        $shop->create('customer', ['email' => 'late@example.com', 'firstname' => 'L', 'lastname' => 'A']);
        $shop->restoreCheckpoint('here');
        $this->assertSame([], $shop->state(['customer'], containing: 'late@example.com')['customer']);
        $this->assertSame(['here'], array_column($shop->checkpoints(), 'name'));
        $shop->deleteCheckpoint('here');
        $shop->saveCheckpoint('zwei Wörter');
        $shop->deleteCheckpoint('zwei Wörter');
        $this->assertSame(['operations' => []], $shop->modules());
        try {
            $shop->installModule('Acme_Broken', ['api.xml' => '<no xml']);
            $this->fail('it was not refused');
        } catch (ControlError $error) {
            $this->assertStringContainsString('POST /__admin/modules', $error->getMessage());
        }
        $this->login('wrong-key');
        $number = $shop->requests('login', outcome: 'fault', after: 0, limit: 1)[0]['number'];
        $this->assertStringContainsString('is not the one of', $shop->request($number)['why']);
        $shop->forgetRequests();
        $this->assertSame([], $shop->requests());
        $shop->loadSeed([]);
        $shop->reset();
        $this->assertSame([], $shop->state(['customer'])['customer']);
    }

    public function testAShopIsAsNew(): void
    {
        $this->assertSame([], $this->mockgento()->requests());
        $this->mockgento()->create('customer', ['email' => 'left@example.com', 'firstname' => 'L', 'lastname' => 'O']);
    }

    /** @depends testAShopIsAsNew */
    public function testWhatATestLeftIsNotThereForTheNext(): void
    {
        $this->assertSame([], $this->mockgento()->state(['customer'], containing: 'left@example.com')['customer']);
        $this->assertNotSame([], $this->mockgento()->rows('customer_group'));
    }

    public function testAnEditThatIsRefusedSaysWhy(): void
    {
        try {
            $this->mockgento()->create('no_such_table', ['a' => 1]);
            $this->fail('it was not refused');
        } catch (ControlError $error) {
            $this->assertSame(409, $error->problem['status']);
            $this->assertMatchesRegularExpression('#POST /__admin/edits: .*no_such_table#', $error->getMessage());
        }
        try {
            $this->assertShopCalled('login', with: ['store' => 1]);
            $this->fail('it was not refused');
        } catch (ControlError $error) {
            $this->assertStringContainsString('login has no argument store', $error->getMessage());
        }
        $this->expectException(ControlError::class);
        $this->expectExceptionMessage('no operation logim; did you mean login?');
        $this->assertShopCalled('logim');
    }

    public function testAssertionsTellOfTheCallsThatComeNearest(): void
    {
        $shop = $this->mockgento();
        $this->assertFails(fn () => $this->assertShopCalled('login'), '0 calls of login, expected at least one');
        $this->login($shop->key);
        $this->login('wrong-key');
        $this->assertShopCalled('login');
        $this->assertShopCalled('login', times: 2, with: ['username' => $shop->user]);
        $this->assertShopCalled('login', with: ['username' => ['regex' => '^test']]);
        $this->assertShopNotCalled('customerCustomerList');
        $this->assertNull($shop->verify([['to' => 'login'], ['to' => 'login', 'count' => ['at most' => 2]]], nothingElse: true));
        $login = fn (mixed ...$wanted) => fn () => $this->assertShopCalled('login', ...$wanted);
        $this->assertFails($login(times: 3), '2 calls of login, expected 3');
        $this->assertFails($login(with: ['username' => 'joe']), "nearly is one: username is \"$shop->user\", expected \"joe\"");
        $this->assertFails($login(times: 0), '2 calls of login, expected 0');
        $this->assertFails(fn () => $this->assertShopCalled('customerCustomerInfo'), '0 calls of customerCustomerInfo');
        $this->assertFails(fn () => $this->assertShopHadNoFaults(), 'the apiKey is not the one of');
    }

    private function assertFails(Closure $assertion, string $expected): void
    {
        try {
            $assertion();
        } catch (AssertionFailedError $error) {
            $this->assertStringContainsString($expected, $error->getMessage());
            $this->assertStringNotContainsString('wrong-key', $error->getMessage());
            return;
        }
        $this->fail("it passed, expected: $expected");
    }

    public function testAServerThatDiesInATestSaysSoAndIsStartedAgain(): void
    {
        $server = new Server();
        $shop = $server->start();
        posix_kill($server->pid(), SIGKILL);
        try {
            $shop->rows('customer');
            $this->fail('a dead server answered');
        } catch (ServerDied $error) {
            $this->assertStringContainsString('was ended by signal 9 in the middle of a test', $error->getMessage());
        }
        $this->assertNotSame([], $server->fresh()->rows('customer_group'));
        $server->stop();
    }

    public function testWhatIsPreparedIsThereForEachTestAndForANewServer(): void
    {
        $ann = ['email' => 'ann@example.com', 'firstname' => 'Ann', 'lastname' => 'Lee'];
        $server = new Server(prepare: fn (Shop $shop) => $shop->create('customer', $ann));
        foreach ([false, true, false] as $ends) {
            $shop = $server->fresh();
            $found = $shop->state(['customer'], containing: 'ann@example.com')['customer'];
            $this->assertCount(1, $found);
            $this->assertSame([], $shop->requests());
            $shop->delete('customer', (int) $found[0]['entity_id']);
            if ($ends) {
                posix_kill($server->pid(), SIGKILL);
            }
        }
        $server->stop();
    }

    public function testWhatFailsToPrepareSaysWhyToEveryTest(): void
    {
        $server = new Server(prepare: fn (Shop $shop) => throw new DomainException('my own reason'));
        for ($test = 0; $test < 2; $test++) {
            try {
                $server->fresh();
                $this->fail('it was prepared');
            } catch (DomainException $error) {
                $this->assertSame('my own reason', $error->getMessage());
            }
            $this->assertFalse($server->isRunning());
        }
    }

    public function testWhatATestSavesIsNotThereForTheNext(): void
    {
        $ann = ['email' => 'ann@example.com', 'firstname' => 'Ann', 'lastname' => 'Lee'];
        $server = new Server(prepare: fn (Shop $shop) => $shop->create('customer', $ann));
        for ($test = 0; $test < 3; $test++) {
            $this->assertCount(1, $server->fresh()->checkpoints());
            $server->shop()->saveCheckpoint("mine $test");
        }
        $server->stop();
    }

    public function testClassesHaveTheServerThatTheyAskForAndShareItWithThoseThatAskForTheSame(): void
    {
        [$without, $old, $same] = [new WithoutBridge('a'), new WithOldBridge('a'), new WithTheSameBridge('a')];
        $this->assertSame('none', $without->shop()->settings()['bridge']);
        $this->assertSame('1.1.4', $old->shop()->settings()['bridge']);
        $this->assertSame($old->shop()->url, $same->shop()->url);
    }

    public function testAnArrayWithoutKeysIsARecordWhereOneBelongs(): void
    {
        $shop = $this->mockgento();
        $shop->stub('login', ['when' => [], 'answer' => 'a-session']);
        try {
            $shop->edit(['create_address' => ['customer' => 1, 'fields' => []]]);
        } catch (ControlError $error) {
            $this->assertStringNotContainsString('this is not a record', $error->getMessage());
        }
        $document = json_decode(file_get_contents($shop->url . '__admin/openapi.json'), true);
        [$records, $lists] = [[], []];
        foreach ($document['paths'] as $item) {
            foreach (array_filter($item, 'is_array') as $operation) {
                self::collect($document, $operation['requestBody']['content']['application/json']['schema'] ?? [], [], $records, $lists);
            }
        }
        $this->assertEqualsCanonicalizing(array_keys(array_diff_key($records, $lists)), Shop::RECORDS);
    }

    /** The names of a schema's members that are records, and of those that are lists. */
    private static function collect(array $document, array $schema, array $seen, array &$records, array &$lists): void
    {
        if (isset($schema['$ref'])) {
            $name = basename($schema['$ref']);
            if (!in_array($name, $seen, true)) {
                self::collect($document, $document['components']['schemas'][$name], [...$seen, $name], $records, $lists);
            }
            return;
        }
        foreach ($schema['properties'] ?? [] as $name => $member) {
            $found = $member;
            while (isset($found['$ref'])) {
                $found = $document['components']['schemas'][basename($found['$ref'])];
            }
            $kinds = (array) ($found['type'] ?? []);
            if (in_array('object', $kinds, true)) {
                $records[$name] = true;
            } elseif (in_array('array', $kinds, true)) {
                $lists[$name] = true;
            }
            self::collect($document, $member, $seen, $records, $lists);
        }
        $items = isset($schema['items']) ? [$schema['items']] : [];
        foreach ([...$schema['oneOf'] ?? [], ...$schema['anyOf'] ?? [], ...$schema['allOf'] ?? [], ...$items] as $part) {
            self::collect($document, $part, $seen, $records, $lists);
        }
    }

    public function testAProcessThatIsForkedOffTakesNothingAway(): void
    {
        $said = self::script(<<<'PHP'
            $server = new Mockgento\Server();
            $shop = $server->start();
            $child = pcntl_fork();
            if ($child === 0) {
                exit(0);
            }
            pcntl_waitpid($child, $status);
            echo count($shop->rows('customer_group')), ' groups ';
            posix_kill($server->pid(), SIGTERM);
            try {
                while (true) {
                    $shop->health();
                }
            } catch (Mockgento\ServerDied $error) {
                echo $error->getMessage();
            }
            PHP);
        $this->assertMatchesRegularExpression('/^\d+ groups mockgento serve .* in the middle of a test; it said:\nstopping$/', trim($said));
    }

    public function testNothingIsLeftInAnyWayToEnd(): void
    {
        foreach (['SIGINT', 'SIGTERM', 'SIGKILL', '0'] as $signal) {
            $folder = sys_get_temp_dir() . '/mockgento-test-' . bin2hex(random_bytes(4));
            mkdir($folder);
            putenv("TMPDIR=$folder");
            $pid = self::script("\$s = new Mockgento\\Server(); \$s->start(); echo \$s->pid(); flush(); posix_kill(getmypid(), $signal);");
            putenv('TMPDIR');
            $this->assertTrue(self::isGone((int) $pid), $pid);
            $this->assertSame([], glob("$folder/*"), $signal);
            rmdir($folder);
        }
    }

    public function testAStoppedServerIsGoneAndSaysSo(): void
    {
        $server = new Server(bridge: 'none', now: '2026-01-31T09:00:00Z');
        $shop = $server->start();
        $this->assertSame('none', $shop->settings()['bridge']);
        $this->assertSame('2026-01-31T09:00:00Z', $shop->clock()['now']);
        $pid = $server->pid();
        $server->stop();
        $this->assertTrue(self::isGone($pid));
        $server->stop();
        $this->expectException(ServerDied::class);
        $this->expectExceptionMessage('was stopped');
        $shop->reset();
    }

    public function testNothingIsLeftWhenTheProgramThatStartedItIsKilled(): void
    {
        $pid = self::script('$s = new Mockgento\Server(); $s->start(); echo $s->pid(); flush(); posix_kill(getmypid(), SIGKILL);');
        $this->assertTrue(self::isGone((int) $pid), $pid);
        $pid = self::script('$s = new Mockgento\Server(); $s->start(); echo $s->pid();');
        $this->assertTrue(self::isGone((int) $pid), $pid);
    }

    public function testServersAtOnceAreApart(): void
    {
        [$one, $other] = [new Server(), new Server()];
        $one->start()->create('customer', ['email' => 'ann@example.com', 'firstname' => 'Ann', 'lastname' => 'Lee']);
        $this->assertCount(count($other->start()->rows('customer')) + 1, $one->shop()->rows('customer'));
    }

    public function testAPortThatIsTakenIsTold(): void
    {
        $taken = stream_socket_server('tcp://127.0.0.1:0');
        $this->expectException(StartError::class);
        $this->expectExceptionMessage('cannot listen on ' . stream_socket_get_name($taken, false));
        (new Server(listen: stream_socket_get_name($taken, false)))->start();
    }

    public function testASeedThatIsNotThereIsTold(): void
    {
        $this->expectException(StartError::class);
        $this->expectExceptionMessage('no-such-seed');
        (new Server(seed: 'no-such-seed.yaml'))->start();
    }

    public function testAMissingProgramIsTold(): void
    {
        putenv('MOCKGENTO_BIN=/no/such');
        try {
            Binary::find();
            $this->fail('a program was found');
        } catch (BinaryNotFound $error) {
            $this->assertStringContainsString('MOCKGENTO_BIN is /no/such, and there is no such file', $error->getMessage());
        } finally {
            putenv('MOCKGENTO_BIN');
        }
    }

    public function testTheProgramRunsFromComposersFolder(): void
    {
        $folder = dirname((new ReflectionClass(Composer\Autoload\ClassLoader::class))->getFileName(), 2);
        $this->assertStringStartsWith('mockgento ', (string) shell_exec("$folder/bin/mockgento --version"));
    }
}
