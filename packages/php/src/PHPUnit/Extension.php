<?php

declare(strict_types=1);

namespace Mockgento\PHPUnit;

use PHPUnit\Event\TestRunner\Finished;
use PHPUnit\Event\TestRunner\FinishedSubscriber;
use PHPUnit\Runner\Extension\Extension as RunnerExtension;
use PHPUnit\Runner\Extension\Facade;
use PHPUnit\Runner\Extension\ParameterCollection;
use PHPUnit\TextUI\Configuration\Configuration;

/** For PHPUnit 10 and later: configures the server of all tests by parameters of phpunit.xml, and ends it after the last. */
final class Extension implements RunnerExtension
{
    public function bootstrap(Configuration $configuration, Facade $facade, ParameterCollection $parameters): void
    {
        $options = [];
        foreach ((new \ReflectionMethod(\Mockgento\Server::class, '__construct'))->getParameters() as $parameter) {
            if ($parameters->has($parameter->getName())) {
                $options[$parameter->getName()] = $parameters->get($parameter->getName());
            }
        }
        Servers::configure($options);
        $facade->registerSubscriber(new class () implements FinishedSubscriber {
            public function notify(Finished $event): void
            {
                Servers::stop();
            }
        });
    }
}
