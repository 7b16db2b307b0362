<?php

declare(strict_types=1);

namespace Mockgento;

/** What a failed assertion on calls says. */
final class Calls
{
    private const SHOWN_MAX = 5;

    /**
     * What the shop found wrong, a line each, and the calls that come nearest.
     *
     * @param list<array<string, mixed>> $unmet
     */
    public static function told(array $unmet): string
    {
        $lines = [];
        foreach ($unmet as $one) {
            $lines[] = $one['message'];
            foreach (array_slice($one['near'] ?? [], 0, self::SHOWN_MAX) as $near) {
                $difference = fn (array $it) => "{$it['argument']} is {$it['found']}, expected {$it['expected']}";
                $lines[] = "  call {$near['call']} nearly is one: " . implode('; ', array_map($difference, $near['differs']));
            }
        }
        return implode("\n", $lines);
    }

    /**
     * The calls that failed, or null.
     *
     * @param list<array<string, mixed>> $requests
     */
    public static function failures(array $requests): ?string
    {
        $failed = array_filter($requests, fn ($request) => $request['http_status'] >= 400 || isset($request['outcome']['fault']));
        if ($failed === []) {
            return null;
        }
        $lines = [count($failed) . ' call(s) failed:'];
        foreach (array_slice($failed, 0, self::SHOWN_MAX) as $request) {
            $why = isset($request['why']) ? ": {$request['why']}" : '';
            $arguments = json_encode($request['arguments'], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
            $lines[] = "  #{$request['number']} {$request['operation']} $arguments" . self::outcome($request) . $why;
        }
        return implode("\n", $lines);
    }

    /** @param array<string, mixed> $request */
    private static function outcome(array $request): string
    {
        if (isset($request['outcome']['fault'])) {
            ['code' => $code, 'string' => $string] = $request['outcome']['fault'];
            return " -> fault $code $string";
        }
        return " -> HTTP {$request['http_status']}";
    }
}
