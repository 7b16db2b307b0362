<?php

declare(strict_types=1);

namespace Mockgento;

/** The control API of a running shop, as /__admin/openapi.json describes it: one method a route. */
final class Shop
{
    /** Every route this client uses, compared with the document of the server by a test. */
    public const ROUTES = [
        'health' => ['GET', '/health'],
        'requests' => ['GET', '/requests'],
        'request' => ['GET', '/requests/{number}'],
        'forgetRequests' => ['DELETE', '/requests'],
        'verify' => ['POST', '/requests/verify'],
        'reset' => ['POST', '/reset'],
        'loadSeed' => ['PUT', '/seed'],
        'state' => ['GET', '/state'],
        'tables' => ['GET', '/tables'],
        'edit' => ['POST', '/edits'],
        'clock' => ['GET', '/clock'],
        'setClock' => ['PUT', '/clock'],
        'disruptions' => ['GET', '/disruptions'],
        'disrupt' => ['POST', '/disruptions'],
        'clearDisruptions' => ['DELETE', '/disruptions'],
        'disarm' => ['DELETE', '/disruptions/{id}'],
        'stubs' => ['GET', '/stubs'],
        'stub' => ['POST', '/stubs'],
        'clearStubs' => ['DELETE', '/stubs'],
        'removeStub' => ['DELETE', '/stubs/{id}'],
        'modules' => ['GET', '/modules'],
        'installModule' => ['POST', '/modules'],
        'checkpoints' => ['GET', '/checkpoints'],
        'checkpoint' => ['POST', '/checkpoints'],
        'deleteCheckpoint' => ['DELETE', '/checkpoints/{name}'],
        'settings' => ['GET', '/settings'],
        'changeSettings' => ['PUT', '/settings'],
    ];

    /** What is a record wherever the control API has it, compared with the document of the server by a test. */
    public const RECORDS = [
        'add_part', 'address', 'arguments', 'cancel_order', 'change_part', 'close', 'comment_order', 'configuration',
        'configure', 'create', 'create_address', 'create_customer', 'credit_memo', 'delete', 'delete_part', 'drip', 'fault',
        'fields', 'fill_cart', 'flush_cache', 'guest', 'hold_order', 'invoice', 'place_order', 'present', 'put_in_cart',
        'refund', 'remark', 'reset', 'set', 'set_user_active', 'set_user_key', 'set_user_role', 'ship', 'stall', 'subscribe',
        'unhold_order', 'update', 'update_address', 'update_cart', 'update_customer', 'update_order', 'when', 'with',
    ];
    private const TIMEOUT_SECONDS = 30;

    public readonly string $url;
    public readonly string $wsdl;
    private bool $hasOtherSeed = false;

    /**
     * @param string $url the shop's base URL
     * @param string|null $wsdl what clients are configured with; asked of the shop when it is left out
     * @param string|null $token the one of --admin-token, for a shop on another machine or in a container
     * @param \Closure(string): MockgentoException|null $explain what a request that got no answer means
     */
    public function __construct(
        string $url,
        ?string $wsdl = null,
        public readonly string $user = '',
        #[\SensitiveParameter] public readonly string $key = '',
        private readonly ?\Closure $explain = null,
        #[\SensitiveParameter] private readonly ?string $token = null,
    ) {
        $this->url = rtrim($url, '/') . '/';
        // A shop in a container knows itself by another host and port than we do.
        $this->wsdl = $wsdl ?? preg_replace('#^https?://[^/]*/#', $this->url, $this->health()['wsdl']);
    }

    /** @return array{status: string, version: string, url: string, wsdl: string} */
    public function health(): array
    {
        return $this->ask('health');
    }

    /**
     * Requests received, oldest first.
     *
     * @param string|null $outcome "value", "fault", "wsdl" or "page"
     * @return list<array<string, mixed>>
     */
    public function requests(
        ?string $operation = null,
        ?string $outcome = null,
        ?string $since = null,
        ?int $after = null,
        ?int $limit = null,
    ): array {
        $query = ['operation' => $operation, 'outcome' => $outcome, 'since' => $since, 'after' => $after, 'limit' => $limit];
        return $this->ask('requests', query: $query)['requests'];
    }

    /**
     * One request with both messages, and why it failed.
     *
     * @return array<string, mixed>
     */
    public function request(int $number): array
    {
        return $this->ask('request', path: ['number' => $number]);
    }

    public function forgetRequests(): void
    {
        $this->ask('forgetRequests');
    }

    /**
     * Whether these calls came, each ['to' => operation, 'with' => conditions, 'answered' => …, 'count' => …]: null, or what is
     * wrong and which calls come nearest.
     *
     * @param list<array<string, mixed>> $calls
     */
    public function verify(array $calls, bool $inOrder = false, bool $nothingElse = false, int $after = 0): ?string
    {
        $asObjects = fn (array $call) => ['with' => (object) ($call['with'] ?? [])] + $call;
        $question = ['calls' => array_map($asObjects, $calls), 'in order' => $inOrder, 'nothing else' => $nothingElse];
        try {
            $this->ask('verify', body: $question + ['after' => $after]);
            return null;
        } catch (ControlError $error) {
            return isset($error->problem['unmet']) ? Calls::told($error->problem['unmet']) : throw $error;
        }
    }

    /**
     * Tables by Magento's names; without names all that have rows.
     *
     * @param list<string> $tables
     * @return array<string, list<array<string, mixed>>>
     */
    public function state(array $tables = [], ?string $containing = null, ?int $offset = null, ?int $limit = null): array
    {
        $query = ['table' => $tables, 'containing' => $containing, 'offset' => $offset, 'limit' => $limit];
        return $this->ask('state', query: $query);
    }

    /** @return list<array<string, mixed>> */
    public function rows(string $table): array
    {
        return $this->state([$table])[$table];
    }

    /** @return list<array{name: string, key: string, rows: int}> */
    public function tables(): array
    {
        return $this->ask('tables')['tables'];
    }

    /**
     * Any edit of the control API, such as ['create_address' => ['customer' => 1, 'fields' => [...]]]; the record's key.
     *
     * @param array<string, mixed> $edit
     */
    public function edit(array $edit): int
    {
        return $this->ask('edit', body: $edit)['id'];
    }

    /** @param array<string, mixed> $fields */
    public function create(string $table, array $fields): int
    {
        return $this->edit(['create' => ['table' => $table, 'fields' => (object) $fields]]);
    }

    /** @param array<string, mixed> $fields null empties a column */
    public function update(string $table, int $id, array $fields): void
    {
        $this->edit(['update' => ['table' => $table, 'id' => $id, 'fields' => (object) $fields]]);
    }

    public function delete(string $table, int $id): void
    {
        $this->edit(['delete' => ['table' => $table, 'id' => $id]]);
    }

    /** Sets a value of Magento's configuration, such as general/locale/timezone. */
    public function configure(string $path, string $value): void
    {
        $this->edit(['configure' => ['path' => $path, 'value' => $value]]);
    }

    /** Puts the shop back as it was started: data, settings, clock, sessions, disruptions, requests. */
    public function reset(): void
    {
        $this->ask('reset', body: []);
    }

    /**
     * Opens the shop on another seed, which resets go back to from now on.
     *
     * @param array<string, mixed> $seed
     */
    public function loadSeed(array $seed): void
    {
        $this->ask('loadSeed', body: $seed);
        $this->hasOtherSeed = true;
    }

    /** Whether resets go back to another seed than the one it was started on. */
    public function hasOtherSeed(): bool
    {
        return $this->hasOtherSeed;
    }

    /** Keeps the state of the shop under a name. */
    public function saveCheckpoint(string $name): void
    {
        $this->ask('checkpoint', body: ['save' => $name]);
    }

    /** Goes back to a state that was kept; requests stay. */
    public function restoreCheckpoint(string $name): void
    {
        $this->ask('checkpoint', body: ['restore' => $name]);
    }

    /** @return list<array{name: string, at: string}> */
    public function checkpoints(): array
    {
        return $this->ask('checkpoints')['checkpoints'];
    }

    public function deleteCheckpoint(string $name): void
    {
        $this->ask('deleteCheckpoint', path: ['name' => $name]);
    }

    /**
     * What an operation answers before the shop does; its id.
     *
     * @param array<string, mixed> $stub when, answer, fault, delay, times, then, …
     */
    public function stub(string $operation, array $stub): int
    {
        $stubs = $this->ask('stub', body: ['operation' => $operation] + $stub)['stubs'];
        return end($stubs)['id'];
    }

    /** @return list<array<string, mixed>> */
    public function stubs(): array
    {
        return $this->ask('stubs')['stubs'];
    }

    public function removeStub(int $id): void
    {
        $this->ask('removeStub', path: ['id' => $id]);
    }

    public function clearStubs(): void
    {
        $this->ask('clearStubs');
    }

    /**
     * Installs a module from the texts of its files.
     *
     * @param array<string, string> $files by name: api.xml, wsdl.xml, wsi.xml
     * @return array<string, mixed>
     */
    public function installModule(string $name, array $files): array
    {
        return $this->ask('installModule', body: ['name' => $name] + $files);
    }

    /** @return array{operations: list<mixed>} */
    public function modules(): array
    {
        return $this->ask('modules');
    }

    /**
     * Arms a disruption, such as ['status' => 503] or 'expire-sessions'; its id.
     *
     * @param string|array<string, mixed> $disruption
     * @param array<string, mixed> $when operation, nth, page, every, session, percent, seed, from, until
     * @param int $times how often; 0 is until it is disarmed
     */
    public function disrupt(string|array $disruption, array $when = [], int $times = 1): int
    {
        return $this->ask('disrupt', body: ['disruption' => $disruption, 'when' => (object) $when, 'times' => $times])['id'];
    }

    /** @return list<array<string, mixed>> */
    public function disruptions(): array
    {
        return $this->ask('disruptions')['disruptions'];
    }

    public function disarm(int $id): void
    {
        $this->ask('disarm', path: ['id' => $id]);
    }

    public function clearDisruptions(): void
    {
        $this->ask('clearDisruptions');
    }

    /** @return array{now: string, runs: bool} */
    public function clock(): array
    {
        return $this->ask('clock');
    }

    /**
     * Sets the time, lets some pass ("2 days"), makes it stand or run.
     *
     * @return array{now: string, runs: bool}
     */
    public function setClock(?string $now = null, ?string $advance = null, ?bool $runs = null): array
    {
        $given = ['now' => $now, 'advance' => $advance, 'runs' => $runs];
        return $this->ask('setClock', body: array_filter($given, fn ($value) => $value !== null));
    }

    /** Lets time pass, such as "90s" or "2 days". */
    public function advance(string $by): void
    {
        $this->setClock(advance: $by);
    }

    /** @return array<string, mixed> */
    public function settings(): array
    {
        return $this->ask('settings');
    }

    /**
     * Changes what is given: wsi, bridge, flavor, web_server, configuration. Clients fetch the WSDL again then.
     *
     * @param array<string, mixed> $settings
     * @return array<string, mixed>
     */
    public function changeSettings(array $settings): array
    {
        return $this->ask('changeSettings', body: $settings);
    }

    /**
     * @param array<string, mixed> $query
     * @param array<string, mixed> $path
     * @param array<string, mixed>|null $body
     */
    private function ask(string $name, array $query = [], array $path = [], ?array $body = null): mixed
    {
        [$method, $pattern] = self::ROUTES[$name];
        $target = '/__admin' . preg_replace_callback('/{(\w+)}/', fn ($key) => rawurlencode((string) $path[$key[1]]), $pattern);
        $target .= self::query($query);
        $options = ['method' => $method, 'ignore_errors' => true, 'timeout' => self::TIMEOUT_SECONDS, 'follow_location' => 0];
        $options['header'] = ['Connection: close'];
        if ($this->token !== null) {
            $options['header'][] = "Authorization: Bearer $this->token";
        }
        if ($body !== null) {
            $options['header'][] = 'Content-Type: application/json';
            $options['content'] = json_encode((object) self::records($body), JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
        }
        $http_response_header = [];
        error_clear_last();
        $text = @file_get_contents(rtrim($this->url, '/') . $target, false, stream_context_create(['http' => $options]));
        if ($text === false || $http_response_header === []) {
            $error = error_get_last()['message'] ?? 'the connection was closed';
            throw $this->explain ? ($this->explain)($error) : new ControlError("$this->url does not answer: $error");
        }
        $status = (int) explode(' ', $http_response_header[0])[1];
        if ($status === 204) {
            return null;
        }
        $answer = json_decode($text, true);
        if ($status < 300) {
            return $answer;
        }
        if (!is_array($answer) || !isset($answer['title'])) {
            throw new ControlError("$method $target: HTTP $status, which is no answer of a control API; is this a Mockgento?");
        }
        throw new ControlError("$method $target: {$answer['title']}: {$answer['detail']}; {$answer['remedy']}", $answer);
    }

    /**
     * The same with records where they belong: an array without keys would go out as a list.
     *
     * @param array<mixed> $body
     * @return array<mixed>
     */
    private static function records(array $body): array
    {
        foreach ($body as $name => $value) {
            if ($value === [] && in_array($name, self::RECORDS, true)) {
                $body[$name] = new \stdClass();
            } elseif (is_array($value) && $name !== 'answer') {
                $body[$name] = self::records($value);
            }
        }
        return $body;
    }

    /** @param array<string, mixed> $parameters */
    private static function query(array $parameters): string
    {
        $parts = [];
        foreach ($parameters as $name => $value) {
            foreach (is_array($value) ? $value : [$value] as $one) {
                if ($one !== null) {
                    $parts[] = rawurlencode($name) . '=' . rawurlencode((string) $one);
                }
            }
        }
        return $parts === [] ? '' : '?' . implode('&', $parts);
    }
}
