<?php

declare(strict_types=1);

namespace Mockgento;

/** `mockgento serve` on a free port of this machine; it ends with stop(), and when this process ends in any way. */
final class Server
{
    private const POLL_MICROSECONDS = 5000;
    private const STOP_SECONDS = 5.0;
    private const LOG_BYTES = 2000;
    /** The checkpoint that each test begins with. */
    private const PREPARED = 'prepared for each test';

    /** @var resource|null */
    private $process = null;
    /** @var resource|null its standard input, which closes when this process is gone, which ends it */
    private $input = null;
    /** What it prints: its address first. */
    private ?Said $printed = null;
    private ?Said $log = null;
    /** The process that started it; one that was forked off has no business ending it. */
    private int $owner = 0;
    private ?Shop $shop = null;
    /** How it ended: PHP tells once only. */
    private ?string $end = null;
    private readonly string $key;
    private readonly ?string $kind;

    /**
     * @param string|null $seed a seed file, or the name of a shop that comes with the program
     * @param string|null $bridge release of the OroCRM bridge, or "none"
     * @param string|null $flavor which Magento or OpenMage it poses as
     * @param bool $wsi WS-I document/literal instead of RPC/encoded
     * @param string|null $now freezes the shop's clock there, such as 2026-01-31T09:00:00Z
     * @param string $listen address and port; port 0 takes any free one
     * @param list<string> $args more arguments of `mockgento serve`
     * @param (\Closure(Shop): mixed)|null $prepare called with the shop after each start; what it leaves is what each test begins with
     */
    public function __construct(
        private readonly ?string $seed = null,
        private readonly ?string $bridge = null,
        private readonly ?string $flavor = null,
        private readonly bool $wsi = false,
        private readonly ?string $now = null,
        private readonly string $user = 'tester',
        ?string $key = null,
        private readonly string $listen = '127.0.0.1:0',
        private readonly array $args = [],
        private readonly ?\Closure $prepare = null,
        private readonly float $startSeconds = 20.0,
    ) {
        $this->key = $key ?? bin2hex(random_bytes(8));
        $how = [$seed, $bridge, $flavor, $wsi, $now, $user, $key, $listen, $args, $startSeconds];
        $this->kind = $prepare === null ? serialize($how) : null;
    }

    /** The same for servers that are started in the same way; null for one that is prepared, of which that cannot be known. */
    public function kind(): ?string
    {
        return $this->kind;
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function shop(): Shop
    {
        return $this->shop ?? throw new StartError('the server is not started; call start() first');
    }

    public function pid(): ?int
    {
        return $this->process === null ? null : proc_get_status($this->process)['pid'];
    }

    public function isRunning(): bool
    {
        return $this->process !== null && $this->ended() === null;
    }

    /**
     * Starts it and waits until clients can call it.
     *
     * @throws BinaryNotFound
     * @throws StartError
     */
    public function start(): Shop
    {
        $this->stop();
        $binary = Binary::find();
        $command = [$binary, 'serve', '--listen', $this->listen, '--user', $this->user];
        foreach (['seed' => $this->seed, 'bridge' => $this->bridge, 'flavor' => $this->flavor, 'now' => $this->now] as $name => $value) {
            if ($value !== null) {
                array_push($command, "--$name", $value);
            }
        }
        if ($this->wsi) {
            $command[] = '--wsi';
        }
        array_push($command, ...$this->args, ...['--log-format', 'json', '--die-with-parent']);
        [$this->printed, $this->log, $this->owner] = [new Said(), new Said(), getmypid()];
        $environment = ['MOCKGENTO_API_KEY' => $this->key, 'NO_COLOR' => '1'] + getenv();
        $streams = [['pipe', 'r'], $this->printed->stream(), $this->log->stream()];
        $process = @proc_open($command, $streams, $pipes, null, $environment);
        if ($process === false) {
            $this->stop();
            throw new StartError("cannot start $binary: " . (error_get_last()['message'] ?? 'the system does not say why'));
        }
        [$this->process, $this->input, $this->end] = [$process, $pipes[0], null];
        try {
            $ready = $this->ready();
            $this->shop = new Shop($ready['url'], $ready['wsdl'], $this->user, $this->key, $this->explain(...));
            if ($this->prepare !== null) {
                ($this->prepare)($this->shop);
                $this->shop->saveCheckpoint(self::PREPARED);
                $this->shop->forgetRequests();
            }
        } catch (\Throwable $error) {
            // Whoever tries again is told the same.
            $this->stop();
            throw $error;
        }
        return $this->shop;
    }

    /** The shop as it was started and prepared, whatever was done to it: put back, or started again where it died or lost its seed. */
    public function fresh(): Shop
    {
        if (!$this->isRunning() || $this->shop()->hasOtherSeed()) {
            $this->start();
        }
        try {
            $this->putBack();
        } catch (ServerDied) {
            // It was dying when we looked.
            $this->start();
            $this->putBack();
        }
        return $this->shop();
    }

    /** A new one too: what is saved from here on is a test's own. */
    private function putBack(): void
    {
        $this->shop()->reset();
        if ($this->prepare !== null) {
            $this->shop()->restoreCheckpoint(self::PREPARED);
        }
    }

    /** Ends it; nothing happens when it is not there. */
    public function stop(): void
    {
        $this->shop = null;
        if ($this->process !== null) {
            fclose($this->input);
            if ($this->owner === getmypid()) {
                $this->end();
            }
            $this->process = $this->input = null;
        }
        $this->printed = $this->log = null;
    }

    private function end(): void
    {
        if ($this->ended() === null) {
            proc_terminate($this->process);
            $limit = microtime(true) + self::STOP_SECONDS;
            while ($this->ended() === null && microtime(true) < $limit) {
                usleep(self::POLL_MICROSECONDS);
            }
            if ($this->ended() === null) {
                proc_terminate($this->process, 9);
            }
        }
        proc_close($this->process);
    }

    /** @return array{url: string, wsdl: string} */
    private function ready(): array
    {
        $limit = microtime(true) + $this->startSeconds;
        while (!str_contains($this->printed->text(), "\n")) {
            $how = $this->ended() ?? (microtime(true) > $limit ? "was not ready after $this->startSeconds s" : null);
            if ($how !== null) {
                throw new StartError("mockgento serve $how before it was ready; it said:\n{$this->said()}");
            }
            usleep(self::POLL_MICROSECONDS);
        }
        $line = strtok($this->printed->text(), "\n");
        $ready = json_decode($line, true);
        return is_array($ready) ? $ready : throw new StartError("this is no mockgento of this release; it printed: $line");
    }

    /** How it ended, in words; null while it runs. */
    private function ended(): ?string
    {
        if ($this->end === null) {
            $status = proc_get_status($this->process);
            $this->end = match (true) {
                $status['running'] => null,
                $status['signaled'] => "was ended by signal {$status['termsig']}",
                default => "ended with exit code {$status['exitcode']}",
            };
        }
        return $this->end;
    }

    private function said(): string
    {
        $lines = array_map(self::plain(...), explode("\n", trim((string) $this->log?->text())));
        return substr(implode("\n", $lines), -self::LOG_BYTES) ?: 'nothing';
    }

    /** The message of a line of the log; other lines as they are. */
    private static function plain(string $line): string
    {
        $fields = json_decode($line, true)['fields'] ?? null;
        if (!isset($fields['message'])) {
            return $line;
        }
        $rest = array_diff_key($fields, ['message' => 0]);
        $named = array_map(fn ($name, $value) => $name . '=' . (is_scalar($value) ? $value : json_encode($value)), array_keys($rest), $rest);
        return implode(' ', [$fields['message'], ...$named]);
    }

    /** What a failed request to the control API means. */
    private function explain(string $error): MockgentoException
    {
        if ($this->process === null) {
            return new ServerDied('the server was stopped; this shop belongs to one that is gone');
        }
        // A process that just broke a connection may take a moment to be gone.
        for ($tries = 0; $tries < 100; $tries++) {
            $how = $this->ended();
            if ($how !== null) {
                return new ServerDied("mockgento serve $how in the middle of a test; it said:\n{$this->said()}");
            }
            usleep(self::POLL_MICROSECONDS);
        }
        return new ControlError("the shop does not answer: $error");
    }
}
