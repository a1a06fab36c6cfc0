// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What viewers do. Each returns its figures.
final class ViewerFaults {

  private ViewerFaults() {}

  /// Reads nothing until the relay has had enough.
  static String stalled(Stage stage) throws IOException, InterruptedException {
    int count = 5;
    Ages ages = new Ages();
    List<Watcher> stalled = new ArrayList<>();
    double before = stage.scene.relay.metric("relay_frame_blocks");
    for (int i = 0; i < count; i++) {
      Watcher one =
          Watcher.connect(
              stage.scene.relay.address(), 4_096, Watcher.all(), stage.scene.book, ages);
      one.stall(60_000, 0);
      stalled.add(one);
    }
    double most = 0;
    long end = System.nanoTime() + 3_000_000_000L;
    while (System.nanoTime() - end < 0) {
      most = Math.max(most, stage.scene.relay.metric("relay_frame_blocks"));
      Stage.pause(50);
    }
    stage.expect(most <= before + 2 * count + 2, "they hold " + most + " blocks");
    long cut =
        stage.scene.await(
            "they are cut",
            12_000,
            () ->
                RelayChild.rows(stage.scene.relay.stats(), "viewers").size()
                    == stage.observers.size());
    for (Watcher one : stalled) {
      one.close();
    }
    return String.format(
        Locale.ROOT,
        "%d viewers held %.0f blocks more at most, and were cut after %.1f s",
        count,
        most - before,
        3 + cut / 1e3);
  }

  /// Reads nothing for a moment, then wants the newest picture, not a backlog.
  static String hesitating(Stage stage) throws IOException, InterruptedException {
    Ages ages = new Ages();
    Watcher one =
        Watcher.connect(stage.scene.relay.address(), 8_192, Watcher.all(), stage.scene.book, ages);
    stage.scene.watchers.add(one);
    stage.scene.await("it sees", 5_000, () -> one.has(Stage.BYSTANDER));
    one.stall(2_000, 5_000);
    Stage.pause(2_000);
    long since = System.nanoTime();
    long back =
        stage.scene.await(
            "it sees a fresh picture",
            Stage.RECOVERY_LIMIT_MILLIS,
            () ->
                one.lastArrivalNanos(Stage.BYSTANDER, since) - since > 0
                    && one.lastAgeMillis() >= 0
                    && one.lastAgeMillis() < 300);
    return "2 s without reading: a fresh picture " + back + " ms later";
  }

  /// A viewer behind a link that dies with it: no FIN, no reset, nothing.
  static String vanished(Stage stage) throws IOException, InterruptedException {
    try (Cable cable = Cable.lay(3)) {
      String java = ProcessHandle.current().info().command().orElse("java");
      String command =
          "%s -Xmx32m -cp %s %s %s %d"
              .formatted(
                  java,
                  System.getProperty("java.class.path"),
                  LoneViewer.class.getName(),
                  cable.host(),
                  stage.scene.relay.address().getPort());
      try (Child viewer =
          Child.start("lone-viewer", cable.otherSide(), command, Map.of(), stage.means.logs())) {
        stage.scene.await(
            "it watches",
            20_000,
            () ->
                RelayChild.rows(stage.scene.relay.stats(), "viewers").stream()
                    .anyMatch(row ->
                        row.longValue("delivered", 0) > 5
                            && row.stringValue("address", "").startsWith("10.")));
        cable.cut();
        viewer.kill();
        long gone =
            stage.scene.await(
                "it is given up",
                12_000,
                () ->
                    RelayChild.rows(stage.scene.relay.stats(), "viewers").size()
                        == stage.observers.size());
        return "given up after " + gone + " ms (silence limit 4 s, write limit 3 s)";
      }
    }
  }
}
