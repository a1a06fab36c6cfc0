// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.Assumptions;

/** What the tests find on the machine, and processes of their own with the test double. */
final class Installed {

  private static final Path PLUGINS =
      Path.of("target", "native", "host", "plugins").toAbsolutePath();
  private static final Path DOUBLE = PLUGINS.resolve("libgstjetsondouble.so");

  /** How a process ended and what it printed. */
  record Run(int code, String output) {}

  private Installed() {}

  /** The library; the test is left out where GStreamer is missing, and only there. */
  static GstLibrary library() throws SourceException {
    try {
      return GstLibrary.load();
    } catch (SourceException e) {
      String message = String.valueOf(e.getMessage());
      Assumptions.assumeFalse(
          message.contains("has no capture library") || message.contains("is not installed"),
          message);
      throw e;
    }
  }

  /** Runs {@link PullFrames} with NVIDIA's elements doubled and their faults set. */
  static Run pullWithDouble(Map<String, String> faults, String... arguments)
      throws IOException, InterruptedException, SourceException {
    library();
    Map<String, String> environment = new HashMap<>(faults);
    environment.put("GST_PLUGIN_PATH", PLUGINS.toString());
    environment.put(
        "GST_REGISTRY", Path.of("target", "gst-double.bin").toAbsolutePath().toString());
    if (!Files.exists(DOUBLE)) {
      throw new IllegalStateException(DOUBLE + " was not built beside the library");
    }
    return pull(environment, List.of(), arguments);
  }

  static Run pull(Map<String, String> environment, List<String> flags, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-Xms64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    command.addAll(flags);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PullFrames.class.getName());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("pull", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(120, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new Run(ended ? process.exitValue() : -1, Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }
}
