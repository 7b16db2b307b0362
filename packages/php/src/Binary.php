<?php

declare(strict_types=1);

namespace Mockgento;

/** Where the program is: named by MOCKGENTO_BIN, in this package for this platform, or on the path. */
final class Binary
{
    /**
     * The program's path.
     *
     * @throws BinaryNotFound which says where it was looked for
     */
    public static function find(): string
    {
        $named = getenv('MOCKGENTO_BIN');
        if (is_string($named) && $named !== '') {
            if (is_file($named)) {
                return $named;
            }
            throw new BinaryNotFound("MOCKGENTO_BIN is $named, and there is no such file; name the program, or unset it");
        }
        $file = PHP_OS_FAMILY === 'Windows' ? 'mockgento.exe' : 'mockgento';
        $packed = dirname(__DIR__) . '/binaries/' . self::platform() . "/$file";
        if (is_file($packed)) {
            // Archives do not always keep the right to execute.
            if (!is_executable($packed)) {
                @chmod($packed, 0755);
            }
            return $packed;
        }
        foreach (explode(PATH_SEPARATOR, (string) getenv('PATH')) as $folder) {
            // Composer puts a script of this package's own name on the path, which would only start us again.
            if ($folder !== '' && is_file("$folder/$file") && !self::isScript("$folder/$file")) {
                return "$folder/$file";
            }
        }
        throw new BinaryNotFound(
            'no mockgento program for ' . self::platform() . ": looked at $packed and on the path. Install a release of this "
            . 'package that has one, or build the program with Rust and name it in MOCKGENTO_BIN.'
        );
    }

    /** Such as linux-x86_64, windows-x86_64, darwin-aarch64. */
    public static function platform(): string
    {
        $machine = strtolower(php_uname('m'));
        $machine = ['amd64' => 'x86_64', 'arm64' => 'aarch64'][$machine] ?? $machine;
        return strtolower(PHP_OS_FAMILY) . "-$machine";
    }

    private static function isScript(string $path): bool
    {
        return file_get_contents($path, false, null, 0, 2) === '#!';
    }
}
