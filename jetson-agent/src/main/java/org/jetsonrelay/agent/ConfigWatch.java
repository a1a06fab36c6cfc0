// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jetsonrelay.agent.settings.CameraSettings;

/**
 * Looks whether the configuration file has changed, and hands the cameras on as they are described
 * then. A file that is wrong changes nothing. Owns its thread.
 */
final class ConfigWatch {

  private static final Logger LOG = System.getLogger(ConfigWatch.class.getName());

  private final Path file;
  private final Duration period;
  private final Callable<List<CameraSettings>> reader;
  private final Consumer<List<CameraSettings>> changed;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "config");

  /**
   * What the file looked like when it was read last. Set before the thread starts, then its own.
   */
  private String seen;

  ConfigWatch(
      Path file,
      Duration period,
      Callable<List<CameraSettings>> reader,
      Consumer<List<CameraSettings>> changed) {
    this.file = file;
    this.period = period;
    this.reader = reader;
    this.changed = changed;
    seen = look();
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void stop() {
    ended.countDown();
  }

  private void run() {
    try {
      while (!ended.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
        String now = look();
        if (!now.equals(seen)) {
          seen = now;
          apply();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void apply() {
    try {
      changed.accept(reader.call());
    } catch (Exception e) {
      LOG.log(Level.WARNING, "the changed file is not used: {0}", e.getMessage());
    }
  }

  /** What tells one version of the file from another. */
  private String look() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    } catch (IOException e) {
      return "cannot be read";
    }
  }
}
