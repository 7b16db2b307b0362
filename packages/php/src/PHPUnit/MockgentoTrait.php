<?php

declare(strict_types=1);

namespace Mockgento\PHPUnit;

use Mockgento\Calls;
use Mockgento\Server;
use Mockgento\Shop;
use PHPUnit\Framework\Assert;

/**
 * A fake shop for the tests of a class: one server for the process, the shop as it was started for each test.
 *
 * Override mockgentoServer() to start it otherwise.
 */
trait MockgentoTrait
{
    private ?Shop $mockgentoShop = null;

    /** What the server is started with: as the extension is configured. Classes that start theirs in the same way share one. */
    protected static function mockgentoServer(): Server
    {
        return Servers::configured();
    }

    /** The shop of this test, as it was started the first time it is asked for. */
    protected function mockgento(): Shop
    {
        return $this->mockgentoShop ??= Servers::of(static::class, static::mockgentoServer(...))->fresh();
    }

    /** @after */
    #[\PHPUnit\Framework\Attributes\After]
    protected function forgetMockgentoShop(): void
    {
        $this->mockgentoShop = null;
    }

    /** @afterClass */
    #[\PHPUnit\Framework\Attributes\AfterClass]
    public static function leaveMockgento(): void
    {
        Servers::leave(static::class);
    }

    /**
     * Fails unless the operation was called, exactly $times times where that is given, with arguments like these: values, or
     * conditions such as ['regex' => '@example']. The message tells of the calls that come nearest.
     *
     * @param array<string, mixed> $with
     */
    protected function assertShopCalled(string $operation, ?int $times = null, array $with = []): void
    {
        $count = $times === null ? [] : ['count' => $times];
        $this->failOfShop($this->mockgento()->verify([['to' => $operation, 'with' => $with] + $count]));
    }

    /** @param array<string, mixed> $with */
    protected function assertShopNotCalled(string $operation, array $with = []): void
    {
        $this->assertShopCalled($operation, 0, $with);
    }

    /** Fails when a call was answered with a fault or an error page, and tells why. */
    protected function assertShopHadNoFaults(): void
    {
        $problem = Calls::failures($this->mockgento()->requests());
        $this->failOfShop($problem);
    }

    private function failOfShop(?string $problem): void
    {
        if ($problem !== null) {
            Assert::fail($problem);
        }
        $this->addToAssertionCount(1);
    }
}
