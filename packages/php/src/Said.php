<?php

declare(strict_types=1);

namespace Mockgento;

/**
 * What a program writes: a file that has no name any more where the system allows that, so that nothing is left of it however this
 * process ends, and no process that is forked off can take it away.
 */
final class Said
{
    /** @var resource */
    private $written;
    /** @var resource */
    private $read;
    /** Where the file is still there. */
    private ?string $path;

    public function __construct()
    {
        $path = tempnam(sys_get_temp_dir(), 'mockgento-');
        if ($path === false) {
            throw new StartError('cannot make a file in ' . sys_get_temp_dir() . '; make room there, or set TMPDIR');
        }
        [$this->written, $this->read] = [fopen($path, 'ab'), fopen($path, 'rb')];
        $this->path = @unlink($path) ? null : $path;
    }

    public function __destruct()
    {
        fclose($this->written);
        fclose($this->read);
        if ($this->path !== null) {
            @unlink($this->path);
        }
    }

    /** @return resource what is given to the program */
    public function stream()
    {
        return $this->written;
    }

    /** All of it so far. */
    public function text(): string
    {
        rewind($this->read);
        return (string) stream_get_contents($this->read);
    }
}
