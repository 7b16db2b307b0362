<?php

declare(strict_types=1);

namespace Mockgento;

/** The shop refused what was asked of it; the message says why and what to do. */
final class ControlError extends MockgentoException
{
    /** @param array{title: string, status: int, detail: string, remedy: string}|null $problem as the shop sent it */
    public function __construct(string $message, public readonly ?array $problem = null, ?\Throwable $previous = null)
    {
        parent::__construct($message, 0, $previous);
    }
}
