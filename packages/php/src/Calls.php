<?php

declare(strict_types=1);

namespace Mockgento;

/** Whether what was received is what a test wants, and which calls come nearest when it is not. */
final class Calls
{
    private const SHOWN_MAX = 5;
    private const VALUE_BYTES_MAX = 120;

    /**
     * Why the calls are not those wanted, or null.
     *
     * @param list<array<string, mixed>> $requests
     * @param array<string, mixed> $arguments those that must be among a call's
     */
    public static function missing(array $requests, string $operation, ?int $times, array $arguments): ?string
    {
        $ofIt = array_filter($requests, fn ($request) => $request['operation'] === $operation);
        $matching = array_filter($ofIt, fn ($request) => self::differences($arguments, $request['arguments']) === []);
        if ($times === null ? $matching !== [] : count($matching) === $times) {
            return null;
        }
        $expected = match ($times) {
            null => 'at least once',
            0 => 'never',
            1 => 'once',
            default => "$times times",
        };
        $lines = ['expected ' . self::call($operation, $arguments) . " $expected, but it was called " . self::count(count($matching))];
        foreach (array_slice($matching, 0, self::SHOWN_MAX) as $request) {
            $lines[] = "  #{$request['number']} " . self::call($operation, $request['arguments']) . self::outcome($request);
        }
        $near = array_diff_key($ofIt, $matching);
        if ($near !== [] && $times !== 0) {
            $distance = fn ($request) => count(self::differences($arguments, $request['arguments']));
            usort($near, fn ($one, $other) => $distance($one) <=> $distance($other));
            $lines[] = count($near) . " call(s) of $operation had other arguments, the nearest first:";
            foreach (array_slice($near, 0, self::SHOWN_MAX) as $request) {
                $differences = implode('; ', self::differences($arguments, $request['arguments']));
                $lines[] = "  #{$request['number']} $differences" . self::outcome($request);
            }
        } elseif ($ofIt === [] && $times !== 0) {
            $lines[] = self::others($requests);
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
            $call = self::call($request['operation'], $request['arguments']);
            $lines[] = "  #{$request['number']} $call" . self::outcome($request) . $why;
        }
        return implode("\n", $lines);
    }

    /** @param list<array<string, mixed>> $requests */
    private static function others(array $requests): string
    {
        // What is no call has a method and a path there, or is the WSDL.
        $isCall = fn ($name) => $name !== 'wsdl' && !str_contains($name, ' ');
        $counts = array_count_values(array_filter(array_column($requests, 'operation'), $isCall));
        if ($counts === []) {
            return "no operation was called at all; does the client use this shop's WSDL?";
        }
        return 'called were: ' . implode(', ', array_map(fn ($name, $calls) => "$name ($calls)", array_keys($counts), $counts));
    }

    /**
     * Where what is wanted is not among what came; an argument counts as equal whether it came as a number or as its text.
     *
     * @param array<string, mixed> $wanted
     * @param array<string, mixed> $got
     * @return list<string>
     */
    private static function differences(array $wanted, array $got, string $path = ''): array
    {
        $found = [];
        foreach ($wanted as $name => $value) {
            $where = "$path$name";
            if (!array_key_exists($name, $got)) {
                $found[] = "$where is missing, expected " . self::shown($value);
            } elseif (self::isRecord($value) && self::isRecord($got[$name])) {
                array_push($found, ...self::differences($value, $got[$name], "$where."));
            } elseif (!self::same($value, $got[$name])) {
                $found[] = "$where is " . self::shown($got[$name]) . ', expected ' . self::shown($value);
            }
        }
        return $found;
    }

    private static function same(mixed $wanted, mixed $got): bool
    {
        if (is_array($wanted) && is_array($got)) {
            if (self::isRecord($wanted)) {
                return self::isRecord($got) && self::differences($wanted, $got) === [];
            }
            return array_is_list($got) && count($wanted) === count($got)
                && !in_array(false, array_map(self::same(...), $wanted, $got), true);
        }
        $isPlain = fn (mixed $value) => is_string($value) || is_int($value) || is_float($value);
        return $isPlain($wanted) && $isPlain($got) ? (string) $wanted === (string) $got : $wanted === $got;
    }

    private static function isRecord(mixed $value): bool
    {
        return is_array($value) && !array_is_list($value);
    }

    /** @param array<string, mixed> $arguments */
    private static function call(string $operation, array $arguments): string
    {
        $shown = array_map(fn ($name, $value) => "$name=" . self::shown($value), array_keys($arguments), $arguments);
        return "$operation(" . implode(', ', $shown) . ')';
    }

    private static function shown(mixed $value): string
    {
        $text = (string) json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR);
        return strlen($text) <= self::VALUE_BYTES_MAX ? $text : substr($text, 0, self::VALUE_BYTES_MAX) . '…';
    }

    /** @param array<string, mixed> $request */
    private static function outcome(array $request): string
    {
        if (isset($request['outcome']['fault'])) {
            ['code' => $code, 'string' => $string] = $request['outcome']['fault'];
            return " -> fault $code $string";
        }
        return $request['http_status'] >= 400 ? " -> HTTP {$request['http_status']}" : '';
    }

    private static function count(int $calls): string
    {
        return match ($calls) {
            0 => 'never',
            1 => 'once',
            default => "$calls times",
        };
    }
}
