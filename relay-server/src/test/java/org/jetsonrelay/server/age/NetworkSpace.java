// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jetsonrelay.server.faults.Child;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// A network name space without a name, that only this process holds: a thread of its own lives in
/// it, and so do the sockets, devices and processes which that thread makes. When they are gone it
/// is gone, however this process ends, and nothing has to be tidied up.
final class NetworkSpace implements AutoCloseable {

  private final ExecutorService inside;

  private NetworkSpace(String name) {
    inside = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /// Why there can be none on this machine, and the way out; null when there can.
  static @Nullable String impossible() {
    if (!SystemCalls.areUsable()) {
      return "needs 64-bit Linux, and a JVM with --enable-native-access=ALL-UNNAMED";
    }
    try (NetworkSpace probe = create("probe")) {
      probe.call(() -> {
        Kernel.close(Kernel.openTun("probe"));
        return null;
      });
      return null;
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /// With its loopback interface up.
  static NetworkSpace create(String name) throws IOException, InterruptedException {
    NetworkSpace space = new NetworkSpace(name);
    try {
      space.call(() -> {
        Kernel.unshareNetwork();
        return null;
      });
      space.ip("link set lo up");
      return space;
    } catch (IOException | InterruptedException | RuntimeException e) {
      space.close();
      throw e;
    }
  }

  /// Does something on the thread inside, and waits for it.
  <T extends @Nullable Object> T call(Callable<T> task) throws IOException, InterruptedException {
    try {
      return inside.submit(task).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getCause());
    }
  }

  /// Runs iproute2's command inside.
  void ip(String words) throws IOException, InterruptedException {
    call(() -> Child.run(("ip " + words).split(" ", -1)));
  }

  /// Changes a setting of this name space, below `/proc/sys/net`.
  void set(String setting, String value) throws IOException, InterruptedException {
    // Which name space is meant follows from the thread that opens the file.
    call(() -> Files.writeString(Path.of("/proc/sys/net", setting), value));
  }

  /// Ends the thread inside.
  @Override
  public void close() {
    inside.shutdownNow();
  }
}
