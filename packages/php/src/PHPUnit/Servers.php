<?php

declare(strict_types=1);

namespace Mockgento\PHPUnit;

use Mockgento\Server;

/** The servers of this process, one for all classes that want the same; each is started when it is first asked for. */
final class Servers
{
    /** @var array<string, Server> by class */
    private static array $servers = [];
    /** @var array<string, Server> by how they are started */
    private static array $shared = [];
    /** @var array<string, mixed> */
    private static array $options = [];

    /**
     * How the server is started of classes that do not say otherwise.
     *
     * @param array<string, mixed> $options by the names of Server's parameters; texts will do for all
     */
    public static function configure(array $options): void
    {
        $known = array_column((new \ReflectionMethod(Server::class, '__construct'))->getParameters(), 'name');
        foreach (array_keys($options) as $name) {
            if (!in_array($name, $known, true)) {
                $names = implode(', ', $known);
                throw new \InvalidArgumentException("the extension of Mockgento knows no parameter \"$name\"; there are $names");
            }
        }
        if (isset($options['wsi'])) {
            $options['wsi'] = filter_var($options['wsi'], FILTER_VALIDATE_BOOL);
        }
        if (isset($options['args']) && is_string($options['args'])) {
            $options['args'] = preg_split('/\s+/', $options['args'], -1, PREG_SPLIT_NO_EMPTY);
        }
        if (isset($options['startSeconds'])) {
            $options['startSeconds'] = (float) $options['startSeconds'];
        }
        self::$options = $options;
    }

    /** A server as configured, not started yet. */
    public static function configured(): Server
    {
        return new Server(...self::$options);
    }

    /** @param \Closure(): Server $make asked once a class: a method that is inherited may say something else in each */
    public static function of(string $class, \Closure $make): Server
    {
        return self::$servers[$class] ??= self::shared($make());
    }

    private static function shared(Server $server): Server
    {
        $kind = $server->kind();
        return $kind === null ? $server : self::$shared[$kind] ??= $server;
    }

    /** After the last test of a class: ends the server that it alone has. */
    public static function leave(string $class): void
    {
        $server = self::$servers[$class] ?? null;
        if ($server !== null && $server->kind() === null) {
            $server->stop();
            unset(self::$servers[$class]);
        }
    }

    /** Ends all; they end with the process too. */
    public static function stop(): void
    {
        foreach (self::$servers as $server) {
            $server->stop();
        }
        self::$servers = self::$shared = [];
    }
}
