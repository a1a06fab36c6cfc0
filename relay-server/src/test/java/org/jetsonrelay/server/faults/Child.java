// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// A process of our own: started, signalled by its id, and what the kernel knows of it. None of
/// them outlives this JVM.
public final class Child implements AutoCloseable {

  private static final Queue<Process> STARTED = new ConcurrentLinkedQueue<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly), "children"));
  }

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /// Starts a command that replaces its shell, so that the process id is the program's.
  ///
  /// @param space what it is started under, for example `ip netns exec NAME`; may be empty
  /// @param command one for `sh`
  public static Child start(
      String name, List<String> space, String command, Map<String, String> environment, Path logs)
      throws IOException {
    Path log = logs.resolve(name + ".log");
    List<String> words = new ArrayList<>(space);
    words.addAll(List.of("sh", "-c", "exec " + command));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    STARTED.removeIf(one -> !one.isAlive());
    STARTED.add(process);
    return new Child(name, process, log);
  }

  /// Runs a command to its end and returns what it printed.
  public static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output);
    }
    return output;
  }

  long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /// Sends a signal by its name, for example `STOP`.
  void signal(String signal) throws IOException, InterruptedException {
    run("kill", "-" + signal, Long.toString(pid()));
  }

  /// Kills it, as power cut does, and waits until the kernel has cleaned up.
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /// Whether it ended in time; its exit code is there from then on.
  boolean endedWithin(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  int exitCode() {
    return process.exitValue();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /// The log's last lines, for a message.
  public String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return name
          + ":\n    "
          + String.join("\n    ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    } catch (IOException e) {
      return name + " left no log: " + e;
    }
  }

  /// Platform threads.
  long threads() throws IOException {
    return status("Threads:");
  }

  /// Resident memory.
  long residentBytes() throws IOException {
    return status("VmRSS:") * 1024;
  }

  int descriptors() {
    return open().length;
  }

  /// Descriptors that are sockets.
  int sockets() {
    int count = 0;
    for (File one : open()) {
      try {
        count += Files.readSymbolicLink(one.toPath()).toString().startsWith("socket:") ? 1 : 0;
      } catch (IOException _) {
        // closed meanwhile
      }
    }
    return count;
  }

  private File[] open() {
    File[] open = new File("/proc/" + pid() + "/fd").listFiles();
    return open == null ? new File[0] : open;
  }

  private long status(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no " + key + " of " + name);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    STARTED.remove(process);
  }
}
