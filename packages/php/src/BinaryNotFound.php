<?php

declare(strict_types=1);

namespace Mockgento;

/** There is no program to start. */
final class BinaryNotFound extends MockgentoException
{
}
