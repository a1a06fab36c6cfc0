// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A relay, its cameras' agents and its viewers, and what they have been found guilty of. One
/// thread directs it.
final class Scene implements AutoCloseable {

  /// Settings that make the relay act sooner than it would by default.
  static final Map<String, String> IMPATIENT =
      Map.of(
          "WRITE_LIMIT", "5s",
          "SILENCE_LIMIT", "10s",
          "PING_PERIOD", "3s",
          "LINGER", "2s",
          // Caches of the JDK would make a census depend on when it is taken.
          "JAVA_OPTS", "-XX:SoftRefLRUPolicyMSPerMB=0");

  /// Who stalls for longer may be cut: a write limit of 5 s, less some doubt.
  static final long PATIENCE_MILLIS = 4_000;

  final RelayChild relay;
  final PictureBook book;
  final List<AgentChild> agents = new ArrayList<>();
  final List<Watcher> watchers = new ArrayList<>();
  final List<String> wrong = new ArrayList<>();

  private final String agentCommand;
  private final Path logs;
  private int censuses;

  Scene(RelayChild relay, PictureBook book, String agentCommand, Path logs) {
    this.relay = relay;
    this.book = book;
    this.agentCommand = agentCommand;
    this.logs = logs;
  }

  AgentChild agent(String camera, double fps) throws IOException {
    return agent(camera, fps, List.of(), "127.0.0.1");
  }

  /// @param space what to start the agent under
  /// @param host by which the relay is reached from there
  AgentChild agent(String camera, double fps, List<String> space, String host) throws IOException {
    AgentChild agent =
        AgentChild.start(agentCommand, space, relay.url(host), camera, book, fps, logs);
    agents.add(agent);
    return agent;
  }

  Watcher watcher(int receiveBufferBytes, String request, Ages ages) throws IOException {
    Watcher watcher = Watcher.connect(relay.address(), receiveBufferBytes, request, book, ages);
    watchers.add(watcher);
    return watcher;
  }

  /// Notes what viewers did not like.
  void listen(List<Watcher> to) {
    for (Watcher watcher : to) {
      String failure = watcher.failure();
      if (failure != null) {
        wrong.add(failure);
      }
    }
  }

  /// A condition that has to come true.
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /// Waits for it; the time it took in milliseconds, or -1 with a note when it did not.
  long await(String what, long limitMillis, Condition condition) throws InterruptedException {
    long begin = System.nanoTime();
    Exception last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        }
        last = null;
      } catch (IOException e) {
        last = e;
      }
      if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(limitMillis)) {
        wrong.add("not within " + limitMillis + " ms: " + what + (last == null ? "" : " " + last));
        return -1;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /// Whether each of these cameras has sent this viewer something after that moment.
  static boolean sees(Watcher watcher, List<AgentChild> cameras, long sinceNanos) {
    return cameras.stream()
        .allMatch(one -> watcher.lastArrivalNanos(one.camera(), sinceNanos) - sinceNanos > 0);
  }

  /// Whether each of these cameras has ever sent this viewer something.
  static boolean hasSeen(Watcher watcher, List<AgentChild> cameras) {
    return cameras.stream().allMatch(one -> watcher.has(one.camera()));
  }

  /// Stops the cameras, and checks the books once nothing flows any more.
  void closeTheBooks() throws IOException, InterruptedException {
    for (AgentChild agent : agents) {
      if (agent.process().alive()) {
        agent.process().signal("TERM");
      }
    }
    await("cameras leave", 10_000, () -> RelayChild.rows(relay.stats(), "cameras").isEmpty());
    List<String> off = new ArrayList<>();
    long took =
        await(
            "the books are balanced",
            10_000,
            () -> {
              off.clear();
              JsonObject stats = relay.stats();
              off.addAll(Accounts.atRest(stats, watchers));
              return off.isEmpty();
            });
    if (took < 0) {
      wrong.addAll(off);
    }
    agents.forEach(AgentChild::close);
    agents.clear();
  }

  /// Sends everybody away and takes the census of what is left.
  Census empty() throws IOException, InterruptedException {
    for (Watcher watcher : watchers) {
      watcher.leave();
    }
    await(
        "everybody leaves",
        15_000,
        () ->
            relay.stats().objectValue("currentClients").orElseThrow().intValue("total", -1) == 0
                && RelayChild.rows(relay.stats(), "viewers").isEmpty());
    listen(watchers);
    watchers.clear();
    // Connections that were refused, or said nothing, live until their time limits.
    await("sockets are closed", 15_000, () -> relay.process().sockets() <= 4);
    TimeUnit.SECONDS.sleep(1);
    return Census.of(relay, logs.resolve("census-" + ++censuses + ".txt"));
  }

  @Override
  public void close() throws IOException {
    for (Watcher watcher : watchers) {
      watcher.close();
    }
    agents.forEach(AgentChild::close);
    relay.close();
  }
}
