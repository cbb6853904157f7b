package io.caudal.stream.job;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** Local files, each of which takes its time to be made. */
final class SlowFileSystem extends LocalFileSystem {
  static final String SCHEME = "slow";

  private static final Duration EACH_FILE = Duration.ofMillis(1500);

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
    LockSupport.parkNanos(EACH_FILE.toNanos());
    return super.create(path, mode);
  }

  /** Found by {@link java.util.ServiceLoader}. */
  public static final class Factory implements FileSystemFactory {
    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new SlowFileSystem();
    }
  }
}
