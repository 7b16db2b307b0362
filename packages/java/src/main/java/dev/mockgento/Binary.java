package dev.mockgento;

import dev.mockgento.MockgentoException.BinaryNotFound;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Where the program is: named by MOCKGENTO_BIN, in this library for this platform, or on the path. */
final class Binary {
    static final String PREFIX = "mockgento-java-";
    static final String LOCK = "lock";
    private static Path unpacked;
    /** Held as long as this process runs, by which others know that its folder is in use. */
    private static FileChannel lock;

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
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path folder = Files.createTempDirectory(temporary, PREFIX);
        Path held = folder.resolve(LOCK);
        Path program = folder.resolve(file);
        for (Path made : List.of(folder, held, program)) {
            made.toFile().deleteOnExit();
        }
        lock = FileChannel.open(held, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        removeLeftOver(temporary, folder);
        Files.copy(packed, program);
        if (!program.toFile().setExecutable(true, true)) {
            throw new IOException(program + " cannot be made executable");
        }
        return program;
    }

    /** Removes what processes left that were killed: folders of the owner of {@code own} whose lock nobody holds. */
    static void removeLeftOver(Path temporary, Path own) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : folders) {
                boolean isOurs = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
                if (isOurs && !folder.equals(own) && isLeftOver(folder.resolve(LOCK))) {
                    for (String file : List.of("mockgento", "mockgento.exe", LOCK)) {
                        Files.deleteIfExists(folder.resolve(file));
                    }
                    Files.deleteIfExists(folder);
                }
            }
        } catch (IOException | DirectoryIteratorException inUse) {
            // The next process tries again.
        }
    }

    /** A lock that was made just now may not be held yet. */
    private static boolean isLeftOver(Path lock) throws IOException {
        Instant longAgo = Instant.now().minus(Duration.ofMinutes(1));
        if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS) || Files.getLastModifiedTime(lock).toInstant().isAfter(longAgo)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            return held != null;
        } catch (OverlappingFileLockException ours) {
            return false;
        }
    }
}
