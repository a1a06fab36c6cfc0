// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// What happens to the relay and to the machine under it. Each sets its own stage and returns its
/// figures.
final class RelayFaults {

  private static final Path FAKETIME =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

  private RelayFaults() {}

  /// Killed while pictures are on their way to many, and started again.
  static String killed(Stage stage) throws IOException, InterruptedException {
    stage.victim();
    Ages ages = new Ages();
    for (int i = 0; i < 20; i++) {
      stage.scene.watcher(0, Watcher.all(), ages);
    }
    Stage.pause(500);
    stage.scene.relay.process().kill();
    Stage.pause(1_500);
    stage.scene.relay.restart();
    long listens = System.nanoTime();
    List<Watcher> again = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      again.add(
          Watcher.connect(stage.scene.relay.address(), 0, Watcher.all(), stage.scene.book, ages));
    }
    stage.scene.await(
        "all see all cameras again",
        10_000,
        () -> again.stream().allMatch(one -> Scene.hasSeen(one, stage.scene.agents)));
    long back = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - listens);
    stage.expect(
        back <= Stage.RECOVERY_LIMIT_MILLIS, "all cameras were back only after " + back + " ms");
    // Those of before have lost their relay, as they must.
    stage.scene.watchers.clear();
    stage.scene.watchers.addAll(again);
    stage.scene.closeTheBooks();
    return "killed with 22 viewers, down for 1.5 s: 20 viewers see all cameras %d ms after it listens"
        .formatted(back);
  }

  /// Claims more direct memory for messages that never end than there is.
  static String memory(Stage.Means means) throws IOException, InterruptedException {
    try (Stage stage =
        Stage.set(
            means,
            "memory",
            means.relay(),
            Map.of("JAVA_OPTS", "-Xmx48m -XX:MaxDirectMemorySize=24m"))) {
      int port = stage.scene.relay.address().getPort();
      byte[] half = new byte[200_000];
      System.arraycopy(
          RawWebSocket.encode(0x82, Jpegs.jpeg(8_000_000, 3)), 0, half, 0, half.length);
      List<RawWebSocket> greedy = new ArrayList<>();
      int refused = 0;
      for (int i = 0; i < 12; i++) {
        try {
          RawWebSocket one = RawWebSocket.open(port, "/ws");
          greedy.add(one);
          one.text("{\"type\":\"client_type\",\"clientType\":\"jetson\"}");
          one.send(half);
        } catch (IOException _) {
          refused++;
        }
      }
      Stage.pause(3_000);
      stage.expect(stage.scene.relay.process().alive(), "the relay has ended");
      String others = stage.others();
      for (RawWebSocket one : greedy) {
        one.close();
      }
      stage.scene.await(
          "their memory is free again",
          10_000,
          () -> stage.scene.relay.metric("relay_frame_blocks") <= 3);
      stage.victim();
      return finish(
          stage,
          "12 × 8 MB announced with 24 MB to have (%d connections refused); %s"
              .formatted(refused, others));
    }
  }

  /// Nothing that is logged can be written, by the relay and by an agent.
  static String diskFull(Stage.Means means) throws IOException, InterruptedException {
    try (Stage stage =
        Stage.set(
            means, "disk full", means.relay() + " >/dev/full 2>&1", Map.of("LOG_LEVEL", "debug"))) {
      stage.scene.agent(
          Stage.VICTIM,
          Stage.FPS,
          List.of("sh", "-c", "exec \"$@\" >/dev/full 2>&1", "sh"),
          "127.0.0.1");
      stage.awaitVictim("the victim streams", 30_000);
      Troublemaker trouble = new Troublemaker(stage.scene.relay.address());
      Random random = new Random(1);
      for (int i = 0; i < 100; i++) {
        trouble.abuse(random);
      }
      Stage.pause(2_000);
      stage.awaitVictim("it is still seen", Stage.RECOVERY_LIMIT_MILLIS);
      return finish(stage, "relay and agent log to /dev/full at level debug; " + stage.others());
    }
  }

  /// The relay's wall clock jumps an hour ahead, and two hours back.
  static String clock(Stage.Means means) throws IOException, InterruptedException {
    if (!Files.exists(FAKETIME)) {
      return "skipped: libfaketime is not installed";
    }
    Path offset = Files.writeString(means.logs().resolve("clock.offset"), "+0s\n");
    String command =
        "env LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1"
                .formatted(FAKETIME, offset)
            + " FAKETIME_DONT_FAKE_MONOTONIC=1 "
            + means.relay();
    try (Stage stage = Stage.set(means, "clock", command, Map.of())) {
      long worst = 0;
      for (String jump : new String[] {"+3600s", "-3600s", "+0s"}) {
        Files.writeString(offset, jump + "\n");
        Stage.pause(500); // what was on its way has arrived
        for (int i = 0; i < 20; i++) {
          for (Watcher one : stage.observers) {
            worst = Math.max(worst, one.lastAgeMillis());
          }
          Stage.pause(50);
        }
      }
      stage.expect(worst < 1_000, "pictures were said to be " + worst + " ms old");
      stage.expect(
          stage.scene.relay.stats().longValue("uptime", -1) < 600_000,
          "the uptime has jumped, too");
      String gap =
          "longest gap "
              + stage.observers.getFirst().longestGapMillis(Stage.BYSTANDER)
              + " ms, greatest age stated "
              + worst
              + " ms";
      stage.expect(
          stage.observers.getFirst().longestGapMillis(Stage.BYSTANDER) < 1_500,
          "pictures stayed away");
      return finish(stage, "+1 h, −2 h, +1 h: " + gap);
    }
  }

  /// More connections than it may have files open.
  static String descriptors(Stage.Means means) throws IOException, InterruptedException {
    String command = "sh -c 'ulimit -n 160; exec " + means.relay() + "'";
    try (Stage stage = Stage.set(means, "descriptors", command, Map.of())) {
      stage.victim();
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        InetSocketAddress relay = stage.scene.relay.address();
        sockets.add(new Socket(relay.getAddress(), relay.getPort()));
      }
      double cpu = cpuSeconds(stage.scene.relay.process());
      Stage.pause(3_000);
      cpu = (cpuSeconds(stage.scene.relay.process()) - cpu) / 3;
      String others = stage.others();
      for (Socket one : sockets) {
        one.close();
      }
      long begin = System.nanoTime();
      long back =
          stage.scene.await(
              "a new viewer is let in",
              Stage.RECOVERY_LIMIT_MILLIS,
              () -> {
                Watcher one =
                    Watcher.connect(
                        stage.scene.relay.address(),
                        0,
                        Watcher.all(),
                        stage.scene.book,
                        new Ages());
                stage.scene.watchers.add(one);
                while (!one.has(Stage.BYSTANDER) && System.nanoTime() - begin < 2_000_000_000L) {
                  Stage.pause(5);
                }
                return one.has(Stage.BYSTANDER);
              });
      return finish(
          stage,
          String.format(
              Locale.ROOT,
              "300 connections with 160 files: %.0f %% of a core; %s; a new viewer sees %d ms after",
              cpu * 100,
              others,
              back));
    }
  }

  static String finish(Stage stage, String figures) throws IOException, InterruptedException {
    stage.scene.closeTheBooks();
    if (!stage.scene.wrong.isEmpty()) {
      throw new Faults.Failed(stage.scene.wrong);
    }
    return figures;
  }

  private static double cpuSeconds(Child process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    // USER_HZ is 100 on every Linux that Java runs on.
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }
}
