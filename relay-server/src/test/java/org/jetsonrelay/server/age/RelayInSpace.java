// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.faults.Child;

/// A relay in a process of its own that lives in a network name space, where any port is free. It
/// does not outlive this JVM.
final class RelayInSpace implements AutoCloseable {

  static final int PORT = 8080;

  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  /// From util-linux: has the kernel kill the relay when the thread that started it is gone, which
  /// even holds when this JVM is killed.
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  private final Child child;

  private RelayInSpace(Child child) {
    this.child = child;
  }

  /// Starts it and waits until it listens.
  static RelayInSpace start(NetworkSpace space, Contender contender, Path logs)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(contender.environment());
    environment.putAll(Map.of("HOST", "0.0.0.0", "PORT", Integer.toString(PORT), "MDNS", "off"));
    List<String> under =
        Files.isExecutable(SETPRIV)
            ? List.of(SETPRIV.toString(), "--pdeathsig", "KILL")
            : List.of();
    String log = "relay-" + contender.name().replaceAll("[^A-Za-z0-9]+", "-");
    Child child = space.call(() -> Child.start(log, under, contender.command(), environment, logs));
    try {
      long begin = System.nanoTime();
      while (!space.call(RelayInSpace::listens)) {
        if (!child.alive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
          throw new IOException(
              contender.name() + " does not listen on $PORT; " + child.lastWords());
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
      return new RelayInSpace(child);
    } catch (IOException | InterruptedException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  private static boolean listens() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /// The end of its log.
  String lastWords() {
    return child.lastWords();
  }

  @Override
  public void close() {
    try {
      child.kill();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      child.close();
    }
  }
}
