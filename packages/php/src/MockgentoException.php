<?php

declare(strict_types=1);

namespace Mockgento;

/** What goes wrong with a fake shop, rather than with the code under test. */
class MockgentoException extends \RuntimeException
{
}
