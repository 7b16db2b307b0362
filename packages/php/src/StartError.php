<?php

declare(strict_types=1);

namespace Mockgento;

/** The server did not start; the message has what it said. */
final class StartError extends MockgentoException
{
}
