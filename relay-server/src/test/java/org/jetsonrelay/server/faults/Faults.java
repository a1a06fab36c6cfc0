// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `scripts/faults.sh`: does to real processes and links what happens to them in the field, and
/// checks what must hold meanwhile and afterwards.
@Command(name = "faults", sortOptions = false, mixinStandardHelpOptions = true)
final class Faults implements Callable<Integer> {

  /// What must hold did not.
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1;

    Failed(List<String> wrong) {
      super(String.join("\n    ", wrong));
    }
  }

  /// A fault that is tried on a stage with a camera and viewers that it must not disturb.
  @FunctionalInterface
  private interface OnStage {
    String happen(Stage stage) throws IOException, InterruptedException;
  }

  /// A fault that sets its own stage.
  @FunctionalInterface
  private interface Alone {
    String happen(Stage.Means means) throws IOException, InterruptedException;
  }

  @Option(names = "--relay", required = true, description = "command that starts a relay")
  private String relay = "";

  @Option(names = "--agent", required = true, description = "command that starts an agent")
  private String agent = "";

  @Option(names = "--logs", required = true, description = "where to leave logs and pictures")
  private Path logs = Path.of("");

  @Option(names = "--long", description = "take the time of the long ones")
  private boolean patient;

  @Parameters(arity = "0..*", paramLabel = "FAULT", description = "only these; none: all")
  private final List<String> only = new ArrayList<>();

  private final PrintStream out = System.out;
  private final Map<String, Alone> faults = new LinkedHashMap<>();

  private Faults() {
    onStage("agent-killed", CameraFaults::killed);
    onStage("agent-frozen", CameraFaults::frozen);
    onStage("agent-frozen-for-long", CameraFaults::frozenForLong);
    onStage("agent-flapping", CameraFaults::flapping);
    onStage("half-a-picture", CameraFaults::halfPicture);
    onCable("agent-half-open", CameraFaults::halfOpen);
    onCable("link-cut", CameraFaults::linkCut);
    onStage("viewer-stalled", ViewerFaults::stalled);
    onStage("viewer-hesitating", ViewerFaults::hesitating);
    onCable("viewer-vanished", ViewerFaults::vanished);
    faults.put(
        "relay-killed",
        means -> {
          try (Stage stage = Stage.set(means, "relay-killed")) {
            return RelayFaults.finish(stage, RelayFaults.killed(stage));
          }
        });
    faults.put("memory", RelayFaults::memory);
    faults.put("disk-full", RelayFaults::diskFull);
    faults.put("clock", RelayFaults::clock);
    faults.put("descriptors", RelayFaults::descriptors);
  }

  private void onStage(String name, OnStage fault) {
    faults.put(
        name,
        means -> {
          try (Stage stage = Stage.set(means, name)) {
            String figures = fault.happen(stage);
            String others = stage.others();
            // The victim's connection is one more than before.
            String base = stage.base(stage.scene.agents.size() - 1);
            return RelayFaults.finish(stage, figures + "; " + others + "; " + base);
          }
        });
  }

  private void onCable(String name, OnStage fault) {
    onStage(name, stage -> fault.happen(stage));
    Alone trial = faults.get(name);
    faults.put(
        name,
        means ->
            Cable.possible() && trial != null
                ? trial.happen(means)
                : "skipped: needs root and network name spaces");
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Faults()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(logs);
    Stage.Means means = new Stage.Means(relay, agent, logs, patient);
    int failed = 0;
    out.println("| fault | outcome | figures |\n|---|---|---|");
    for (Map.Entry<String, Alone> fault : faults.entrySet()) {
      if (!only.isEmpty() && !only.contains(fault.getKey())) {
        continue;
      }
      String outcome;
      String figures;
      try {
        figures = fault.getValue().happen(means);
        outcome = figures.startsWith("skipped") ? "skipped" : "held";
      } catch (IOException | RuntimeException e) {
        failed++;
        outcome = "FAILED";
        figures = e instanceof Failed ? String.valueOf(e.getMessage()) : e.toString();
      }
      out.printf("| %s | %s | %s |%n", fault.getKey(), outcome, figures);
    }
    out.println(failed == 0 ? "all that must hold has held" : failed + " FAILED; logs: " + logs);
    return failed == 0 ? 0 : 1;
  }
}
