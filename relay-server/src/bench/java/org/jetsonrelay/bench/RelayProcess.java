// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A relay in a process of its own, on 127.0.0.1, and what the kernel knows about it. Stopped by
/// its process id when closed.
final class RelayProcess implements AutoCloseable {
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
  // USER_HZ, the unit of /proc/PID/stat: 100 on every Linux that Java runs on.
  private static final double TICKS_PER_SECOND = 100;

  private final Process process;
  private final InetSocketAddress address;
  private final Path log;
  private final double listeningAfterSeconds;

  private RelayProcess(
      Process process, InetSocketAddress address, Path log, double listeningAfterSeconds) {
    this.process = process;
    this.address = address;
    this.log = log;
    this.listeningAfterSeconds = listeningAfterSeconds;
  }

  /// Starts it and waits until it listens. The command is one for `sh`, which it replaces; it finds
  /// the port in `PORT`.
  ///
  /// @param pin what to run it under, for example `taskset -c 0`
  static RelayProcess start(Relay relay, List<String> pin, Path logs)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path log = logs.resolve(relay.name().replaceAll("[^A-Za-z0-9]+", "-") + ".log");
    List<String> command = new ArrayList<>(pin);
    command.addAll(List.of("sh", "-c", "exec " + relay.command()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("HOST", "127.0.0.1");
    builder.environment().put("MAX_CLIENTS", "60000");
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
    long begin = System.nanoTime();
    Process process = builder.start();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    while (!listens(address)) {
      if (!process.isAlive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
        process.destroyForcibly();
        throw new IOException(
            relay.name()
                + " does not listen on "
                + address
                + "; its log: "
                + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return new RelayProcess(process, address, log, (System.nanoTime() - begin) / 1e9);
  }

  private static boolean listens(InetSocketAddress address) {
    try (Socket probe = new Socket()) {
      probe.connect(address, 200);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  InetSocketAddress address() {
    return address;
  }

  double listeningAfterSeconds() {
    return listeningAfterSeconds;
  }

  /// Processor time so far, user and system, of all its threads.
  double cpuSeconds() throws IOException {
    String stat = Files.readString(proc("stat"));
    // The second field is the name in parentheses, which may contain anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  double rssMegabytes() throws IOException {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
          .findFirst()
          .orElse(Double.NaN);
    }
  }

  /// What went wrong, with the end of its log.
  IOException failed(Relay relay, Exception e) {
    String tail;
    try {
      List<String> lines = Files.readAllLines(log);
      tail = String.join("\n  ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException _) {
      tail = "(unreadable)";
    }
    return new IOException(relay.name() + ": " + e.getMessage() + "\n  its log: " + tail, e);
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(process.pid()), file);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
