<?php

declare(strict_types=1);

namespace Mockgento;

/** The server ended while it was needed; the message has what it said last. */
final class ServerDied extends MockgentoException
{
}
