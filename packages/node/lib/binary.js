// Where the program is: named by MOCKGENTO_BIN, in the package of this platform, or on the path.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

class BinaryNotFound extends Error {
  name = "BinaryNotFound";
}

/** The package that has the program of a platform. */
const packageOf = (platform, arch) => `@mockgento/${platform}-${arch}`;

/** The program's path; throws BinaryNotFound, which says where it was looked for. */
function findBinary() {
  const named = process.env.MOCKGENTO_BIN;
  if (named) {
    if (isFile(named)) return named;
    throw new BinaryNotFound(`MOCKGENTO_BIN is ${named}, and there is no such file; name the program, or unset it`);
  }
  const file = process.platform === "win32" ? "mockgento.exe" : "mockgento";
  const from = packageOf(process.platform, process.arch);
  try {
    return require.resolve(`${from}/bin/${file}`);
  } catch {
    // Not installed: optional dependencies were left out, or there is none for this platform.
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const found = folders.map((folder) => path.join(folder, file)).find(isProgram);
  if (found) return found;
  throw new BinaryNotFound(
    `no mockgento program for ${process.platform} ${process.arch}: the package ${from} is not installed, and none is on the ` +
      "path. Install again without --omit=optional (--no-optional), or build the program with Rust and name it in MOCKGENTO_BIN.",
  );
}

function isFile(file) {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** npm puts a script of this package's own name on the path, which would only start us again. */
function isProgram(file) {
  return isFile(file) && !fs.realpathSync(file).endsWith(path.join("bin", "mockgento.js"));
}

module.exports = { BinaryNotFound, findBinary, packageOf };
