"""``python -m mockgento``: the program itself, where the scripts of the environment are not on the path."""

import os
import subprocess
import sys

from ._binary import BinaryNotFound, find_binary


def main() -> int:
    try:
        command = [find_binary(), *sys.argv[1:]]
    except BinaryNotFound as error:
        print(error, file=sys.stderr)
        return 2
    if sys.platform != "win32":
        os.execv(command[0], command)
    return subprocess.call(command)


if __name__ == "__main__":
    raise SystemExit(main())
