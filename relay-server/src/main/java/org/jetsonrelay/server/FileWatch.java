// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Looks once a second whether files that an operator may change have changed, and says so on a
/// thread of its own, since reading files may wait. Asking is enough and works on every file
/// system, in containers and through symbolic links, where notifications do not.
final class FileWatch implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(FileWatch.class.getName());
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// What is known of a file without reading it. A rename in its place changes the key.
  private record Stamp(long modifiedNanos, long bytes, @Nullable Object key) {
    static final Stamp ABSENT = new Stamp(0, -1, null);
  }

  /// Only the watching thread's, once it has started.
  private static final class Watched {
    private final List<Path> paths;
    private final Runnable changed;
    private List<Stamp> stamps;

    Watched(List<Path> paths, Runnable changed) {
      this.paths = paths;
      this.changed = changed;
      stamps = stamps(paths);
    }

    void look() {
      List<Stamp> now = stamps(paths);
      if (!now.equals(stamps)) {
        stamps = now;
        changed.run();
      }
    }
  }

  private final List<Watched> all = new ArrayList<>();
  private final Thread thread = Thread.ofPlatform().name("files").daemon().unstarted(this::run);

  /// Written by whoever stops the relay, read by the thread.
  private volatile boolean over;

  /// Before the start.
  void watch(List<Path> paths, Runnable changed) {
    all.add(new Watched(List.copyOf(paths), changed));
  }

  void start() {
    if (!all.isEmpty()) {
      thread.start();
    }
  }

  private void run() {
    while (!over) {
      LockSupport.parkNanos(PERIOD_NANOS);
      for (Watched watched : all) {
        try {
          watched.look();
        } catch (RuntimeException e) {
          LOG.log(System.Logger.Level.ERROR, "reading " + watched.paths + " again failed", e);
        }
      }
    }
  }

  private static List<Stamp> stamps(List<Path> paths) {
    return paths.stream().map(FileWatch::stamp).toList();
  }

  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime().to(TimeUnit.NANOSECONDS), now.size(), now.fileKey());
    } catch (NoSuchFileException e) {
      return Stamp.ABSENT;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot look at " + path, e);
      return Stamp.ABSENT;
    }
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(thread);
  }
}
