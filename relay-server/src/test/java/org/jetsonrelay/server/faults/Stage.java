// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Where faults are tried: a relay, the camera that suffers, one that nothing is done to, and two
/// viewers of both.
final class Stage implements AutoCloseable {

  static final double FPS = 10;
  static final String VICTIM = PictureBook.name(0);
  static final String BYSTANDER = PictureBook.name(1);

  /// How long others' pictures may stay away, and how old they may be, at ten frames a second and
  /// on a machine that is busy with other things.
  private static final long GAP_LIMIT_MILLIS = 1_500;

  private static final long AGE_LIMIT_MILLIS = 500;

  /// Within what a camera has to be seen again once it can be.
  static final long RECOVERY_LIMIT_MILLIS = 2_000;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "WRITE_LIMIT", "3s",
          "SILENCE_LIMIT", "4s",
          "PING_PERIOD", "1s",
          "LINGER", "1s",
          "JAVA_OPTS", "-XX:SoftRefLRUPolicyMSPerMB=0");

  /// Connections on which we ask for statistics: a client may keep some.
  private static final int OUR_REQUESTS = 3;

  /// What the trials are given.
  ///
  /// @param relay command that starts a relay
  /// @param agent command that starts an agent
  /// @param logs where to leave logs and pictures
  /// @param patient whether there is time for the long ones
  record Means(String relay, String agent, Path logs, boolean patient) {}

  final Scene scene;
  final Means means;
  final AgentChild bystander;
  final List<Watcher> observers;
  private final Ages ages = new Ages();
  private final long sockets;
  private final long threads;

  private Stage(Scene scene, Means means) throws IOException, InterruptedException {
    this.scene = scene;
    this.means = means;
    bystander = scene.agent(BYSTANDER, FPS);
    observers =
        List.of(scene.watcher(0, Watcher.all(), ages), scene.watcher(0, Watcher.all(), ages));
    scene.await("the bystander streams", 30_000, () -> observers.getLast().has(BYSTANDER));
    sockets = scene.relay.process().sockets();
    threads = scene.relay.process().threads();
    observers.forEach(Watcher::forget);
  }

  static Stage set(Means means, String name) throws IOException, InterruptedException {
    return set(means, name, means.relay(), Map.of());
  }

  /// @param command starts the relay
  /// @param more settings of the relay
  static Stage set(Means means, String name, String command, Map<String, String> more)
      throws IOException, InterruptedException {
    Path logs = means.logs().resolve(name.replace(' ', '-'));
    PictureBook book = PictureBook.write(logs.resolve("pictures"), 3, 20_000, 7);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.putAll(more);
    RelayChild relay = RelayChild.start(command, logs, "0.0.0.0", settings);
    Scene scene = new Scene(relay, book, means.agent(), logs);
    try {
      return new Stage(scene, means);
    } catch (IOException | InterruptedException | RuntimeException e) {
      scene.close();
      throw e;
    }
  }

  /// The camera that suffers, seen by all.
  AgentChild victim() throws IOException, InterruptedException {
    AgentChild victim = scene.agent(VICTIM, FPS);
    awaitVictim("the victim streams", 30_000);
    return victim;
  }

  /// Waits until every observer has seen the victim after now.
  long awaitVictim(String what, long limitMillis) throws InterruptedException {
    return awaitSince(what, System.nanoTime(), limitMillis);
  }

  long awaitSince(String what, long sinceNanos, long limitMillis) throws InterruptedException {
    return scene.await(
        what,
        limitMillis,
        () ->
            observers.stream()
                .allMatch(one -> one.lastArrivalNanos(VICTIM, sinceNanos) - sinceNanos > 0));
  }

  /// Whether the relay lists the victim as a camera.
  boolean registered() throws IOException, InterruptedException {
    return RelayChild.rows(scene.relay.stats(), "cameras").stream()
        .anyMatch(row -> row.stringValue("name", "").equals(VICTIM));
  }

  /// Whether it lists it as live.
  boolean live() throws IOException, InterruptedException {
    return RelayChild.rows(scene.relay.stats(), "cameras").stream()
        .anyMatch(
            row -> row.stringValue("name", "").equals(VICTIM) && row.booleanValue("live", false));
  }

  void expect(boolean holds, String otherwise) {
    if (!holds) {
      scene.wrong.add(otherwise);
    }
  }

  /// What the others noticed of it: nothing, it is to be hoped.
  String others() {
    long gap =
        observers.stream().mapToLong(one -> one.longestGapMillis(BYSTANDER)).max().orElse(-1);
    long age = ages.percentile(99);
    expect(gap >= 0 && gap < GAP_LIMIT_MILLIS, "others had no picture for " + gap + " ms");
    expect(age < AGE_LIMIT_MILLIS, "others' pictures were " + age + " ms old (p99)");
    scene.listen(observers);
    return String.format(Locale.ROOT, "others: longest gap %d ms, age p99 %d ms", gap, age);
  }

  /// Everything that came with the fault is gone: the relay holds what it held before.
  ///
  /// @param moreSockets that are rightly there, of a camera, say
  String base(int moreSockets) throws IOException, InterruptedException {
    Child relay = scene.relay.process();
    scene.await(
        "sockets are as before",
        10_000,
        () -> relay.sockets() <= sockets + moreSockets + OUR_REQUESTS);
    scene.await("threads are as before", 10_000, () -> relay.threads() <= threads + 6);
    scene.await("blocks are", 10_000, () -> scene.relay.metric("relay_frame_blocks") <= 8);
    return String.format(
        Locale.ROOT,
        "sockets %d → %d, threads %d → %d",
        sockets,
        relay.sockets(),
        threads,
        relay.threads());
  }

  static void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  @Override
  public void close() throws IOException {
    scene.close();
  }
}
