// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `scripts/soak.sh`: a relay with many cameras and viewers who come, go, stall and break, for as
/// long as one likes, and a verdict on what is left of it.
@Command(name = "soak", sortOptions = false, mixinStandardHelpOptions = true)
final class Soak implements Callable<Integer> {

  /// The relay's memory at any time, garbage included: what it has with a hundred viewers, what it
  /// lets pile up, and as much again for bursts.
  private static final long MOST_RESIDENT_BYTES = 320_000_000;

  private static final int STEADY = 10;
  private static final long LIVE_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long AGE_LIMIT_MILLIS = 1_000;

  @Option(names = "--seconds", description = "how long, ${DEFAULT-VALUE} by default")
  private long seconds = 60;

  @Option(names = "--hours", description = "the same in hours")
  private double hours;

  @Option(names = "--seed", description = "of all that happens; ${DEFAULT-VALUE} by default")
  private long seed = 1;

  @Option(names = "--cameras", description = "${DEFAULT-VALUE} by default")
  private int cameras = 7;

  @Option(names = "--viewers", description = "${DEFAULT-VALUE} by default")
  private int viewers = 100;

  @Option(names = "--fps", description = "of each camera; ${DEFAULT-VALUE} by default")
  private double fps = 5;

  @Option(names = "--bytes", description = "of a picture; ${DEFAULT-VALUE} by default")
  private int bytes = 20_000;

  @Option(names = "--relay", required = true, description = "command that starts a relay")
  private String relayCommand = "";

  @Option(names = "--agent", required = true, description = "command that starts an agent")
  private String agentCommand = "";

  @Option(names = "--logs", required = true, description = "where to leave logs and pictures")
  private Path logs = Path.of("");

  private final PrintStream out = System.out;
  private final Map<String, Integer> deeds = new HashMap<>();
  private final Map<AgentChild, Long> disturbedNanos = new HashMap<>();
  private final Map<AgentChild, Long> frozenUntilNanos = new HashMap<>();
  private final Ages ages = new Ages();
  private final Ages others = new Ages();
  private Random random = new Random();
  private long gone;
  private long goneBytes;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long total = hours > 0 ? Math.round(hours * 3_600) : seconds;
    random = new Random(seed);
    Files.createDirectories(logs);
    PictureBook book = PictureBook.write(logs.resolve("pictures"), cameras, bytes, seed);
    out.printf(
        "%d cameras at %s fps x %,d bytes, %d viewers, %d s, seed %d%n",
        cameras, fps, bytes, viewers, total, seed);
    try (Scene scene =
        new Scene(
            RelayChild.start(relayCommand, logs, "127.0.0.1", Scene.IMPATIENT),
            book,
            agentCommand,
            logs)) {
      // The same in short, so that all classes are loaded and all caches filled before we compare.
      play(scene, Math.clamp(total / 10, 10, 120));
      Census base = scene.empty();
      out.println("at rest before: " + base);
      ages.clear();
      deeds.clear();
      gone = 0;
      goneBytes = 0;
      play(scene, total);
      Census end = scene.empty();
      out.println("at rest after:  " + end);
      List<String> wrong = new ArrayList<>(scene.wrong);
      end.leaksSince(base).forEach(leak -> wrong.add("leaked " + leak));
      judgeAges(wrong);
      judgeEnd(scene, wrong);
      return verdict(wrong);
    }
  }

  private void judgeAges(List<String> wrong) {
    out.printf(
        "%,d pictures of %,d MB arrived; %,d at viewers who did nothing wrong, aged p50 %d ms, p99 %d"
            + " ms, p99.9 %d ms%n",
        gone,
        goneBytes / 1_000_000,
        ages.count(),
        ages.percentile(50),
        ages.percentile(99),
        ages.percentile(99.9));
    out.println("done to them: " + deeds);
    if (ages.count() == 0) {
      wrong.add("no picture arrived");
    }
    if (ages.percentile(99) > AGE_LIMIT_MILLIS) {
      wrong.add("pictures were old for viewers who did nothing wrong");
    }
  }

  private static void judgeEnd(Scene scene, List<String> wrong)
      throws IOException, InterruptedException {
    String log = scene.relay.process().log();
    log.lines()
        .filter(line -> line.contains("SEVERE") || line.contains("WARNING"))
        .limit(5)
        .forEach(line -> wrong.add("in the relay's log: " + line));
    scene.relay.process().signal("TERM");
    if (!scene.relay.process().endedWithin(Duration.ofSeconds(5))) {
      wrong.add("the relay does not end");
    }
  }

  private int verdict(List<String> wrong) throws IOException {
    if (wrong.isEmpty()) {
      out.println("verdict: no leak, no frame unaccounted for, nobody disturbed by others");
      return 0;
    }
    Files.write(logs.resolve("findings.txt"), wrong);
    // One of each kind: what differs only in its figures is the same finding.
    Map<String, String> kinds = new LinkedHashMap<>();
    wrong.forEach(one -> kinds.putIfAbsent(one.replaceAll("[0-9].*", ""), one));
    kinds.values().stream().limit(20).forEach(one -> out.println("WRONG: " + one));
    out.println("verdict: FAILED, " + wrong.size() + " findings; logs are in " + logs);
    return 1;
  }

  /// Everybody comes, is disturbed for so long, and rests.
  private void play(Scene scene, long forSeconds) throws IOException, InterruptedException {
    for (int i = 0; i < cameras; i++) {
      scene.agent(PictureBook.name(i), fps);
    }
    for (int i = 0; i < viewers; i++) {
      scene.watchers.add(i < STEADY ? steady(scene) : fickle(scene));
    }
    scene.await(
        "all cameras stream at the beginning",
        60_000,
        () -> Scene.hasSeen(scene.watchers.getFirst(), scene.agents));
    long streaming = System.nanoTime();
    scene.agents.forEach(agent -> disturbedNanos.put(agent, streaming));
    Troublemaker trouble = new Troublemaker(scene.relay.address());
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(forSeconds);
    long check = begin;
    long report = begin;
    while (System.nanoTime() - end < 0) {
      disturb(scene, trouble);
      thaw(System.nanoTime());
      replaceTheGone(scene);
      long now = System.nanoTime();
      if (now - check >= 0) {
        check = now + TimeUnit.SECONDS.toNanos(2);
        check(scene);
      }
      if (now - report >= 0) {
        report = now + TimeUnit.SECONDS.toNanos(Math.clamp(forSeconds / 10, 10, 300));
        report(scene, (now - begin) / 1_000_000_000);
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(20, 180));
    }
    rest(scene);
  }

  private void rest(Scene scene) throws IOException, InterruptedException {
    thaw(Long.MAX_VALUE);
    for (Watcher watcher : scene.watchers) {
      watcher.resume();
    }
    long now = System.nanoTime();
    scene.await(
        "all cameras stream again at the end",
        20_000,
        () ->
            scene.watchers.subList(0, STEADY).stream()
                .allMatch(one -> Scene.sees(one, scene.agents, now)));
    TimeUnit.SECONDS.sleep(1);
    replaceTheGone(scene);
    scene.closeTheBooks();
    for (Watcher watcher : scene.watchers) {
      count(watcher);
    }
    disturbedNanos.clear();
  }

  private Watcher steady(Scene scene) throws IOException {
    return Watcher.connect(scene.relay.address(), 0, Watcher.all(), scene.book, ages);
  }

  private Watcher fickle(Scene scene) throws IOException {
    int buffer = random.nextInt(3) == 0 ? 8_192 : 0;
    return Watcher.connect(scene.relay.address(), buffer, choice(), scene.book, others);
  }

  private String choice() {
    String maxFps = random.nextInt(4) == 0 ? ",\"maxFps\":" + random.nextInt(1, 4) : "";
    String names = "\"" + PictureBook.name(random.nextInt(cameras)) + "\"";
    if (random.nextBoolean()) {
      names += ",\"" + PictureBook.name(random.nextInt(cameras)) + "\"";
    }
    return "{\"type\":\"request_stream\",\"cameras\":[" + names + "]" + maxFps + "}";
  }

  private void disturb(Scene scene, Troublemaker trouble) throws IOException, InterruptedException {
    int at = random.nextInt(STEADY, viewers);
    Watcher one = scene.watchers.get(at);
    AgentChild agent = scene.agents.get(random.nextInt(cameras));
    int dice = random.nextInt(1_000);
    if (dice < 250) {
      deed("viewer left");
      one.leave();
      replace(scene, at);
    } else if (dice < 400) {
      deed("viewer vanished");
      one.vanish(random.nextBoolean());
      replace(scene, at);
    } else if (dice < 600) {
      deed("viewer stalled");
      one.stall(random.nextInt(500, 8_000), Scene.PATIENCE_MILLIS);
    } else if (dice < 750) {
      deed("viewer chose anew");
      if (!one.stalled() && !one.over()) {
        one.say(random.nextInt(5) == 0 ? "{\"type\":\"stop_stream\"}" : choice());
      }
    } else if (dice < 850) {
      deed("browser");
      trouble.browse(agent.camera(), random.nextInt(100, 5_000));
      trouble.glance(agent.camera());
    } else if (dice < 980) {
      deed("abuse");
      trouble.abuse(random);
    } else if (frozenUntilNanos.containsKey(agent)
        || System.nanoTime() - disturbedNanos.getOrDefault(agent, 0L) < SETTLE_NANOS / 2) {
      return;
    } else if (dice < 987) {
      deed("agent killed");
      agent.process().kill();
      agent.restart();
      disturbedNanos.put(agent, System.nanoTime());
    } else if (dice < 993) {
      deed("agent stopped");
      agent.process().signal("TERM");
      if (!agent.process().endedWithin(Duration.ofSeconds(5))) {
        scene.wrong.add("an agent does not end: " + agent.process().lastWords());
      }
      agent.restart();
      disturbedNanos.put(agent, System.nanoTime());
    } else {
      deed("agent frozen");
      agent.process().signal("STOP");
      frozenUntilNanos.put(
          agent, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(500, 6_000)));
    }
  }

  private void deed(String what) {
    deeds.merge(what, 1, Integer::sum);
  }

  private void replace(Scene scene, int at) throws IOException {
    count(scene.watchers.get(at));
    scene.watchers.set(at, fickle(scene));
  }

  private void count(Watcher watcher) {
    gone += watcher.received();
    goneBytes += watcher.receivedBytes();
  }

  private void thaw(long nowNanos) throws IOException, InterruptedException {
    for (AgentChild agent : List.copyOf(frozenUntilNanos.keySet())) {
      if (nowNanos == Long.MAX_VALUE
          || nowNanos - frozenUntilNanos.getOrDefault(agent, nowNanos) >= 0) {
        frozenUntilNanos.remove(agent);
        agent.process().signal("CONT");
        disturbedNanos.put(agent, System.nanoTime());
      }
    }
  }

  /// Who stalled for too long has been cut, rightly; anybody else's end is a finding.
  private void replaceTheGone(Scene scene) throws IOException {
    for (int i = 0; i < viewers; i++) {
      Watcher one = scene.watchers.get(i);
      if (one.over()) {
        scene.listen(List.of(one));
        count(one);
        scene.watchers.set(i, i < STEADY ? steady(scene) : fickle(scene));
      }
    }
  }

  /// Everybody else's pictures keep coming, and the books are right, whatever is being done.
  private void check(Scene scene) throws IOException, InterruptedException {
    long now = System.nanoTime();
    for (AgentChild agent : scene.agents) {
      long calm = disturbedNanos.getOrDefault(agent, now);
      if (frozenUntilNanos.containsKey(agent) || now - calm < SETTLE_NANOS) {
        continue;
      }
      for (Watcher watcher : scene.watchers.subList(0, STEADY)) {
        long since = now - watcher.lastArrivalNanos(agent.camera(), calm);
        if (since > LIVE_LIMIT_NANOS) {
          scene.wrong.add(
              "%s had nothing of %s for %d ms"
                  .formatted(watcher.id(), agent.camera(), since / 1_000_000));
        }
      }
    }
    scene.listen(scene.watchers);
    scene.wrong.addAll(Accounts.flowing(scene.relay.stats(), 2 * cameras));
    long resident = scene.relay.process().residentBytes();
    if (resident > MOST_RESIDENT_BYTES) {
      scene.wrong.add("%.0f MB of the relay were resident".formatted(resident / 1e6));
    }
  }

  private void report(Scene scene, long second) throws IOException, InterruptedException {
    Child relay = scene.relay.process();
    out.printf(
        "%6d s: %,d pictures, p99 %d ms, resident %.0f MB, %d blocks, %d threads, %d descriptors,"
            + " %d findings%n",
        second,
        gone + scene.watchers.stream().mapToLong(Watcher::received).sum(),
        ages.percentile(99),
        relay.residentBytes() / 1e6,
        Math.round(scene.relay.metric("relay_frame_blocks")),
        relay.threads(),
        relay.descriptors(),
        scene.wrong.size());
  }
}
