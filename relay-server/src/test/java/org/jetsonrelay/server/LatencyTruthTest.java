// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the relay claims about the age of pictures, against the truth: pictures carry the time of
/// their capture, and whoever receives them has the same clock. The camera's and the viewer's wall
/// clocks are wrong by an hour, and a day.
class LatencyTruthTest {

  /// Where the figures of each run are left: docs/latency.md has some.
  private static final Path FIGURES = Path.of("target", "latency-truth.txt");

  private static final long HOUR_MILLIS = 3_600_000;
  private static final int IMAGES = 120;

  /// Four figures of a claim, each rounded to hundredths.
  private static final double ROUNDED_MILLIS = 0.02;

  private final TestRelay relay = TestRelay.start();

  @AfterEach
  void stop() {
    relay.close();
  }

  /// One frame: what the relay claims, how wrong it says that may be, and the truth.
  private record Claim(double claimedMillis, double boundMillis, double trueMillis) {
    double wrongMillis() {
      return Math.abs(claimedMillis - trueMillis);
    }
  }

  @Test
  void isRightWithinItsErrorOverLoopback() {
    // A few milliseconds; more on a busy machine, where answers are late.
    compare("loopback", relay.port(), 45_000, 50, 15);
  }

  @Test
  void isRightWithinItsErrorOverASlowLinkToTheViewer() throws IOException {
    // 8 Mbit/s and 40 ms of round trip: a frame of 20 KB takes 20 ms, at 20 a second half the link.
    try (SlowLink link = SlowLink.to(relay.port(), 8_000_000, 20, 1_000)) {
      compare("8 Mbit/s, 40 ms", link.port(), 20_000, 50, 60);
    }
  }

  private void compare(
      String where, int viewersPort, int imageBytes, long gapMillis, double mostBoundMillis) {
    try (TimedClient camera = TimedClient.camera(relay.port(), "front", HOUR_MILLIS);
        TimedClient viewer = TimedClient.viewer(viewersPort, -24 * HOUR_MILLIS)) {
      // Not before both clocks are known as well as they will be.
      await().atMost(20, SECONDS).until(() -> camera.probes() >= 8 && viewer.probes() >= 8);
      long next = System.nanoTime();
      for (int i = 0; i < IMAGES; i++) {
        camera.capture(Jpegs.jpeg(imageBytes, i));
        next += MILLISECONDS.toNanos(gapMillis);
        for (long left; (left = next - System.nanoTime()) > 0; ) {
          LockSupport.parkNanos(left); // the camera's rate, not a wait for something
        }
      }
      // A fast viewer is not asked after each frame.
      await().atMost(10, SECONDS).until(() -> claims(viewer).size() >= IMAGES / 10);
      List<Claim> claims = claims(viewer);
      double[] wrong = claims.stream().mapToDouble(Claim::wrongMillis).sorted().toArray();
      double[] bound = claims.stream().mapToDouble(Claim::boundMillis).sorted().toArray();
      long outside =
          claims.stream()
              .filter(claim -> !(claim.wrongMillis() <= claim.boundMillis() + ROUNDED_MILLIS))
              .count();
      JsonObject stated = stated();
      double[] truth = viewer.agesMillis().values().stream().mapToDouble(x -> x).sorted().toArray();
      leave(
          String.format(
              Locale.ROOT,
              "%s: %d frames, wrong by p50 %.2f p95 %.2f max %.2f ms, bound p50 %.2f ms, %d outside;"
                  + " toViewer stated p50 %.2f p99 %.2f +- %.2f ms, true p50 %.2f p99 %.2f ms",
              where,
              claims.size(),
              at(wrong, 0.5),
              at(wrong, 0.95),
              wrong[wrong.length - 1],
              at(bound, 0.5),
              outside,
              stated.doubleValue("p50", -1),
              stated.doubleValue("p99", -1),
              stated.doubleValue("errorMs", -1),
              at(truth, 0.5),
              at(truth, 0.99)));
      assertThat(at(bound, 0.5)).as("the bound says something").isLessThan(mostBoundMillis);
      assertThat(outside).as("frames outside of their bound").isZero();
      assertThat(at(wrong, 0.5)).as("usual error").isLessThanOrEqualTo(at(bound, 0.5));
      assertThat(stated.doubleValue("p50", -1))
          .as("p50 in /stats, true is %s", at(truth, 0.5))
          .isBetween(
              at(truth, 0.5) - stated.doubleValue("errorMs", -1),
              at(truth, 0.5) + stated.doubleValue("errorMs", -1));
    }
  }

  private static void leave(String figures) {
    try {
      Files.writeString(
          FIGURES,
          figures + System.lineSeparator(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Frames that the relay has traced to the viewer's machine.
  private List<Claim> claims(TimedClient viewer) {
    Map<Long, Double> ages = viewer.agesMillis();
    JsonObject trace = TestClient.json(relay.get("/cameras/front/trace").body());
    List<Claim> claims = new ArrayList<>();
    for (JsonValue value : trace.arrayValue("frames").orElseThrow().values()) {
      JsonObject frame = value.asObject();
      Double age = ages.get(frame.longValue("sequence", -1));
      for (JsonValue one : frame.arrayValue("viewers").orElseThrow().values()) {
        JsonObject delivery = one.asObject();
        double arrived = delivery.doubleValue("arrivedMs", Double.NaN);
        double captured = frame.doubleValue("capturedMs", Double.NaN);
        if (age != null && !Double.isNaN(arrived - captured)) {
          double error =
              frame.doubleValue("errorMs", Double.NaN)
                  + delivery.doubleValue("arrivedErrorMs", Double.NaN);
          claims.add(new Claim(arrived - captured, error, age));
        }
      }
    }
    return claims;
  }

  private JsonObject stated() {
    return relay
        .onlyRow("viewers")
        .objectValue("latency")
        .orElseThrow()
        .objectValue("front")
        .orElseThrow()
        .objectValue("toViewer")
        .orElseThrow();
  }

  private static double at(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }

  @Test
  void reachesTheScreenWhenTheViewerSaysWhenItPainted() {
    try (TimedClient camera = TimedClient.camera(relay.port(), "front", HOUR_MILLIS);
        TimedClient viewer = TimedClient.viewer(relay.port(), -24 * HOUR_MILLIS)) {
      await().atMost(20, SECONDS).until(() -> camera.probes() >= 4 && viewer.probes() >= 4);
      camera.capture(Jpegs.jpeg(5_000, 1));
      await().atMost(10, SECONDS).until(() -> viewer.agesMillis().containsKey(1L));
      LockSupport.parkNanos(MILLISECONDS.toNanos(40)); // decoding takes a while
      double trueMillis = viewer.trueAgeMillis(1);
      viewer.painted("front", 1);
      viewer.painted("front", 1); // too soon to count
      JsonObject painted =
          await()
              .atMost(10, SECONDS)
              .until(() -> front().objectValue("toScreen"), Optional::isPresent)
              .orElseThrow();
      assertThat(painted.doubleValue("p50", -1))
          .isBetween(
              trueMillis - painted.doubleValue("errorMs", -1) - 1,
              trueMillis + painted.doubleValue("errorMs", -1) + 20);
      assertThat(painted.doubleValue("errorMs", -1)).isLessThan(20);
      viewer.say("{\"type\":\"list_cameras\"}");
      await()
          .atMost(10, SECONDS)
          .until(() ->
              viewer.messages().stream()
                  .anyMatch(one -> one.stringValue("type", "").equals("camera_list")));
      assertThat(front().objectValue("toScreen").orElseThrow().longValue("frames", -1))
          .isEqualTo(1);
    }
  }

  private JsonObject front() {
    return relay
        .onlyRow("viewers")
        .objectValue("latency")
        .orElseThrow()
        .objectValue("front")
        .orElse(JsonObject.builder().build());
  }
}
