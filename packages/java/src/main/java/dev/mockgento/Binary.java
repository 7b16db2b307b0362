package dev.mockgento;

import dev.mockgento.MockgentoException.BinaryNotFound;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Where the program is: named by MOCKGENTO_BIN, in this library for this platform, or on the path. */
final class Binary {
    private static Path unpacked;

    private Binary() {}

    /**
     * The program's path.
     *
     * @throws BinaryNotFound which says where it was looked for
     */
    static synchronized Path find() {
        return find(System.getenv("MOCKGENTO_BIN"), System.getenv("PATH"));
    }

    static synchronized Path find(String named, String path) {
        if (named != null && !named.isEmpty()) {
            if (Files.isRegularFile(Path.of(named))) {
                return Path.of(named);
            }
            throw new BinaryNotFound(
                    "MOCKGENTO_BIN is " + named + ", and there is no such file; name the program, or unset it", null);
        }
        if (unpacked != null && Files.isRegularFile(unpacked)) {
            return unpacked;
        }
        String file = platform().startsWith("windows") ? "mockgento.exe" : "mockgento";
        String resource = "/mockgento/" + platform() + "/" + file;
        try (InputStream packed = Binary.class.getResourceAsStream(resource)) {
            if (packed != null) {
                unpacked = unpack(packed, file);
                return unpacked;
            }
        } catch (IOException error) {
            throw new BinaryNotFound("cannot unpack " + resource + ": " + error.getMessage(), error);
        }
        for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, file))) {
                return Path.of(folder, file);
            }
        }
        throw new BinaryNotFound(
                "no mockgento program for " + platform() + ": looked for " + resource + " in this library and on the path. "
                        + "Use a release that has one, or build the program with Rust and name it in MOCKGENTO_BIN.",
                null);
    }

    /** Such as linux-x86_64, windows-x86_64, darwin-aarch64. */
    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String name = system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "darwin" : system;
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name + "-" + (machine.equals("amd64") ? "x86_64" : machine.equals("arm64") ? "aarch64" : machine);
    }

    /** Into a folder of this process's own, so that no two processes write one file; it goes with the process. */
    private static Path unpack(InputStream packed, String file) throws IOException {
        Path folder = Files.createTempDirectory("mockgento-");
        Path program = folder.resolve(file);
        folder.toFile().deleteOnExit();
        program.toFile().deleteOnExit();
        Files.copy(packed, program);
        if (!program.toFile().setExecutable(true, true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return program;
    }
}
