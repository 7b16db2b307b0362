<?php

declare(strict_types=1);

namespace Mockgento\PHPUnit;

use PHPUnit\Runner\AfterLastTestHook;

/** For PHPUnit 9: configures the server of all tests by the arguments of phpunit.xml, and ends it after the last. */
final class Extension9 implements AfterLastTestHook
{
    /** @param array<string, mixed> $options by the names of Server's parameters */
    public function __construct(array $options = [])
    {
        Servers::configure($options);
    }

    public function executeAfterLastTest(): void
    {
        Servers::stop();
    }
}
