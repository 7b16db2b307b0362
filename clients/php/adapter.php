<?php
/*
 * A small Magento connector of its own design, as an adapter: customers and orders into MariaDB, with ext-soap and PDO.
 *
 * It asks for rows by their ids, a page beyond the last id at a time, within the time from the last sync on, and remembers the
 * moment at which a sync began once everything is in. Without the bridge it asks Magento's own lists, which have no pages.
 * SHOPLINE_DSN holds the database's address; requests come a line each on standard input, answers go out a line each.
 */
declare(strict_types=1);
error_reporting(E_ALL);
ini_set('display_errors', 'stderr');
ini_set('soap.wsdl_cache_enabled', '0');
ini_set('default_socket_timeout', '10');

const PAGE = 25;
const TRIES = 4;
const SESSION_EXPIRED = '5';
/* What was saved in the second in which a sync began is asked for again. */
const OVERLAP = 1;

const TABLES = [
    'DROP TABLE IF EXISTS shop_customer, shop_order, progress',
    'CREATE TABLE shop_customer (id INT PRIMARY KEY, mail VARCHAR(255) NOT NULL, given VARCHAR(255), middle VARCHAR(255),
        family VARCHAR(255), born DATE, created DATETIME) DEFAULT CHARSET utf8mb4',
    'CREATE TABLE shop_order (id INT PRIMARY KEY, number VARCHAR(50) NOT NULL UNIQUE, state VARCHAR(50),
        total DECIMAL(12,4), mail VARCHAR(255), created DATETIME) DEFAULT CHARSET utf8mb4',
    'CREATE TABLE progress (list VARCHAR(20) PRIMARY KEY, synced DATETIME NOT NULL)',
];

/* Of each list: the bridge's operation and Magento's own, the id, the table, and its columns by Magento's fields. */
const LISTS = [
    'customer' => ['oroCustomerList', 'customerCustomerList', 'customer_id', 'shop_customer', 'entity_id', [
        'id' => 'customer_id', 'mail' => 'email', 'given' => 'firstname', 'middle' => 'middlename', 'family' => 'lastname',
        'born' => 'dob', 'created' => 'created_at',
    ]],
    'order' => ['oroOrderList', 'salesOrderList', 'order_id', 'shop_order', 'order_id', [
        'id' => 'order_id', 'number' => 'increment_id', 'state' => 'status', 'total' => 'grand_total',
        'mail' => 'customer_email', 'created' => 'created_at',
    ]],
];

/* The shop did not do it, however often it was asked. */
final class Failed extends RuntimeException
{
}

final class Shop
{
    private ?SoapClient $soap = null;
    private ?string $session = null;

    public function __construct(private array $form)
    {
    }

    public function has(string $operation): bool
    {
        return (bool) array_filter($this->again(fn () => $this->soap()->__getFunctions()), fn ($f) => str_contains($f, " $operation("));
    }

    public function call(string $operation, mixed ...$arguments): mixed
    {
        return $this->again(function () use ($operation, $arguments) {
            $this->session ??= $this->soap()->login($this->form['api user'], $this->form['api key']);
            return $this->soap()->$operation($this->session, ...$arguments);
        });
    }

    private function soap(): SoapClient
    {
        return $this->soap ??= new SoapClient($this->form['wsdl url'], [
            'exceptions' => true, 'keep_alive' => false, 'connection_timeout' => 5, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        ]);
    }

    /* Tries again what may work the next time; a fault of Magento's own, but an expired session, will not. */
    private function again(callable $work): mixed
    {
        for ($attempt = 1; ; $attempt++) {
            try {
                // A WSDL that cannot be read is a warning besides an exception.
                return @$work();
            } catch (SoapFault $fault) {
                $code = (string) $fault->faultcode;
                $expired = $code === SESSION_EXPIRED;
                if ($expired) {
                    $this->session = null;
                }
                $isMagentos = ctype_digit($code) && !$expired;
                if ($isMagentos || $attempt === TRIES) {
                    throw new Failed("$code: " . $fault->getMessage());
                }
                usleep(20000 * $attempt);
            }
        }
    }
}

final class Connector
{
    private array $form = [];

    public function __construct(private PDO $crm)
    {
    }

    public function hello(): array
    {
        return [
            'name' => 'Shopline for Magento', 'tables' => ['customer', 'order'],
            'supports' => ['customer', 'order', 'sync start date', 'entities', 'only', 'force', 'schedule sync', 'without bridge'],
        ];
    }

    public function reset(): array
    {
        array_map(fn (string $sql) => $this->crm->exec($sql), TABLES);
        return [];
    }

    public function configure(array $request): array
    {
        $this->form = $request['settings'];
        return [];
    }

    public function check(array $request): array
    {
        (new Shop($request['settings']))->call('storeList');
        return ['message' => 'connected'];
    }

    public function sync(array $request): array
    {
        $asked = $request['sync'] ?? [];
        $wanted = $this->form['entities'] ?: array_keys(LISTS);
        $shop = new Shop($this->form);
        $said = [];
        $failed = false;
        foreach (array_keys(LISTS) as $list) {
            if (!in_array($list, $wanted, true) || ($asked['only'] ?? $list) !== $list) {
                continue;
            }
            try {
                $many = $this->syncList($shop, $list, $request['now'], $asked['force'] ?? false);
                $said[] = "$list: $many rows";
            } catch (Failed $why) {
                $failed = true;
                $said[] = "$list: failed: " . $why->getMessage();
            }
        }
        return ['ok' => !$failed, 'message' => implode("\n", $said)];
    }

    private function syncList(Shop $shop, string $list, string $now, bool $force): int
    {
        [$paged, $whole, $idOfAnswer, $table, $idOfFilter, $columns] = LISTS[$list];
        $known = $this->crm->prepare('SELECT synced FROM progress WHERE list = ?');
        $known->execute([$list]);
        $since = $force ? false : $known->fetchColumn();
        $window = $since === false
            ? $this->condition('created_at', 'gteq', $this->form['sync start date'] . ' 00:00:00')
            : $this->condition('updated_at', 'gteq', $since);
        $hasBridge = $shop->has($paged);
        $last = 0;
        $many = 0;
        do {
            $rows = $hasBridge
                ? $shop->call($paged, ['complex_filter' => [$window, $this->condition($idOfFilter, 'gt', (string) $last)]], ['page' => '1', 'pageSize' => (string) PAGE])
                : $shop->call($whole, ['complex_filter' => [$window]]);
            if (!is_array($rows)) {
                throw new Failed('an answer that is no list');
            }
            foreach ($rows as $row) {
                $this->store($table, $columns, $row);
                $last = max($last, (int) $row->$idOfAnswer);
                $many++;
            }
        } while ($hasBridge && count($rows) === PAGE);
        $begun = (new DateTimeImmutable($now))->modify('-' . OVERLAP . ' second')->format('Y-m-d H:i:s');
        $this->crm->prepare('REPLACE INTO progress VALUES (?, ?)')->execute([$list, $begun]);
        return $many;
    }

    private function condition(string $field, string $operator, string $value): array
    {
        return ['key' => $field, 'value' => ['key' => $operator, 'value' => $value]];
    }

    private function store(string $table, array $columns, object $row): void
    {
        $values = [];
        foreach ($columns as $column => $field) {
            $value = $row->$field ?? null;
            $value = $value === '' || str_starts_with((string) $value, '0000-00-00') ? null : $value;
            $values[] = $column === 'born' && $value !== null ? substr($value, 0, 10) : $value;
        }
        $names = implode(', ', array_keys($columns));
        $this->crm->prepare("REPLACE INTO $table ($names) VALUES (" . implode(', ', array_fill(0, count($values), '?')) . ')')
            ->execute($values);
    }

    public function rows(): array
    {
        $read = fn (string $sql) => $this->crm->query($sql)->fetchAll(PDO::FETCH_ASSOC);
        return ['rows' => [
            'customer' => $read('SELECT id AS originId, mail AS email, given AS firstName, middle AS middleName,
                family AS lastName, born AS birthday, created AS createdAt FROM shop_customer ORDER BY id'),
            'order' => $read('SELECT id AS originId, number AS incrementId, state AS status, total AS totalAmount,
                mail AS customerEmail, created AS createdAt FROM shop_order ORDER BY id'),
        ]];
    }
}

function connected(): PDO
{
    $address = parse_url((string) getenv('SHOPLINE_DSN'));
    $dsn = sprintf('mysql:host=%s;port=%d;dbname=%s;charset=utf8mb4', $address['host'], $address['port'] ?? 3306, ltrim($address['path'], '/'));
    return new PDO($dsn, $address['user'], $address['pass'] ?? '', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
}

$connector = new Connector(connected());
while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
    try {
        $answer = match ($request['request']) {
            'hello' => $connector->hello(),
            'reset' => $connector->reset(),
            'configure' => $connector->configure($request),
            'check' => $connector->check($request),
            'sync' => $connector->sync($request),
            'rows' => $connector->rows(),
            default => ['unsupported' => "no {$request['request']} here"],
        };
    } catch (Failed $why) {
        $answer = ['ok' => false, 'message' => $why->getMessage()];
    }
    echo json_encode(['id' => $request['id'], 'ok' => true, ...$answer], JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
}
