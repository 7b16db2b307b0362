"""Where the program is: named by MOCKGENTO_BIN, installed with this package, or on the path."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from pathlib import Path


class BinaryNotFound(RuntimeError):
    """There is no program to start."""


def find_binary() -> str:
    """The program's path.

    Raises BinaryNotFound, which says where it was looked for.
    """
    named = os.environ.get("MOCKGENTO_BIN")
    if named:
        if Path(named).is_file():
            return named
        raise BinaryNotFound(f"MOCKGENTO_BIN is {named}, and there is no such file; name the program, or unset it")
    name = "mockgento.exe" if sys.platform == "win32" else "mockgento"
    looked = [str(Path(folder) / name) for folder in _script_folders()]
    for path in looked:
        if Path(path).is_file():
            return path
    found = shutil.which(name)
    if found:
        return found
    raise BinaryNotFound(
        f"no mockgento program for {platform.system()} {platform.machine()}: looked at {', '.join(looked)} and on the path. "
        "Install a wheel for this platform (pip install --only-binary :all: mockgento), or build the program with Rust "
        "and name it in MOCKGENTO_BIN."
    )


def _script_folders() -> list[str]:
    """Where pip puts programs: of this environment, of --user, and beside the package for --target and --prefix."""
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    user = sysconfig.get_preferred_scheme("user") if sys.version_info >= (3, 10) else f"{os.name}_user"
    folders.append(sysconfig.get_path("scripts", scheme=user))
    package = Path(__file__).resolve().parent
    folders.append(str(package.parent / "bin"))
    if len(package.parents) > 3:
        folders.append(str(package.parents[3] / "bin"))
    return list(dict.fromkeys(folder for folder in folders if folder))
