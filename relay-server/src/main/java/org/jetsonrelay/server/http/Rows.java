// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.Latency;
import org.jspecify.annotations.Nullable;

/// The rows of `/stats` as JSON: sorted, so that a reader can compare two answers, and with numbers
/// that JSON can hold.
final class Rows {

  /// From here on a number has no hundredths that a double could hold.
  private static final double MOST_IN_HUNDREDTHS = 1e15;

  private Rows() {}

  static JsonArray cameras(List<CameraRow> rows, Predicate<String> shown) {
    return JsonArray.create(
        rows.stream()
            .filter(row -> shown.test(row.name()))
            .sorted(Comparator.comparing(CameraRow::name))
            .map(Rows::camera)
            .toList());
  }

  /// @param shown which cameras may be named; who watches others only is left out
  static JsonArray viewers(List<ViewerRow> rows, Predicate<String> shown) {
    return JsonArray.create(
        rows.stream()
            .filter(row -> row.cameras().isEmpty() || row.cameras().stream().anyMatch(shown))
            .sorted(Comparator.comparing(ViewerRow::id))
            .map(row -> viewer(row, row.cameras().stream().filter(shown).toList()))
            .toList());
  }

  /// Skipped frames by cause, in a fixed order.
  static JsonObject skipped(Map<String, Long> byCause) {
    JsonObject.Builder json = JsonObject.builder();
    new TreeMap<>(byCause).forEach(json::set);
    return json.build();
  }

  private static JsonObject camera(CameraRow row) {
    JsonObject.Builder json = JsonObject.builder().set("name", row.name()).set("from", row.from());
    if (!row.local()) {
      json.set("node", row.node());
    }
    return json.set("address", row.address())
        .set("demand", row.demand())
        .set("live", row.live())
        .set("fps", number(row.fps()))
        .set("bytesPerSecond", number(row.bytesPerSecond()))
        .set("width", row.width())
        .set("height", row.height())
        .set("sequence", row.sequence())
        .set("frames", row.frames())
        .set("lastFrameAgeMs", row.lastFrameAgeMillis())
        .set("viewers", row.viewers())
        .set("connectedMs", row.connectedMillis())
        .set("clock", clock(row.clock()))
        .set("latency", latency(row.latency()))
        .build();
  }

  /// What is known of a client's clock; an empty object when nothing is.
  static JsonObject clock(@Nullable ClockEstimate clock) {
    JsonObject.Builder json = JsonObject.builder();
    if (clock != null) {
      json.set("errorMs", number(clock.errorNanos() / 1e6))
          .set("roundTripMs", number(clock.roundTripNanos() / 1e6))
          .set("driftPpm", number(clock.drift() * 1e6));
    }
    return json.build();
  }

  /// Only hops that were measured: none across two clocks unless both are known.
  private static JsonObject latency(Map<Hop, Latency> latency) {
    JsonObject.Builder json = JsonObject.builder();
    new TreeMap<>(latency)
        .forEach((hop, figures) ->
            json.set(
                hop.field(),
                JsonObject.builder()
                    .set("p50", number(figures.p50Millis()))
                    .set("p95", number(figures.p95Millis()))
                    .set("p99", number(figures.p99Millis()))
                    .set("errorMs", number(figures.errorMillis()))
                    .set("frames", figures.frames())
                    .build()));
    return json.build();
  }

  private static JsonObject viewer(ViewerRow row, List<String> cameras) {
    return JsonObject.builder()
        .set("id", row.id())
        .set("address", row.address())
        .setStrings("cameras", cameras)
        .set("deliveredFps", number(row.deliveredFps()))
        .set("bytesPerSecond", number(row.bytesPerSecond()))
        .set("delivered", row.delivered())
        .set("offered", row.offered())
        .set("skipped", skipped(row.skipped()))
        .set("waiting", row.waiting())
        .set("pending", row.pending())
        .set("inFlight", row.inFlight())
        .set("deliveryMs", number(row.deliveryMillis()))
        .set("linkBitsPerSecond", number(row.linkBitsPerSecond()))
        .set("roundTripMs", number(row.roundTripMillis()))
        .set("connectedMs", row.connectedMillis())
        .set("latency", byCamera(row.latency()))
        .build();
  }

  private static JsonObject byCamera(Map<String, Map<Hop, Latency>> latency) {
    JsonObject.Builder json = JsonObject.builder();
    new TreeMap<>(latency).forEach((camera, hops) -> json.set(camera, latency(hops)));
    return json.build();
  }

  /// Two decimals; a rate that is no number, for example over no time at all, is 0.
  static BigDecimal number(double value) {
    if (!Double.isFinite(value)) {
      return BigDecimal.ZERO;
    }
    if (Math.abs(value) >= MOST_IN_HUNDREDTHS) {
      return BigDecimal.valueOf((long) value);
    }
    // Thousands of them for one answer: no more than one object each.
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return BigDecimal.valueOf(hundredths / 100);
    }
    return hundredths % 10 == 0
        ? BigDecimal.valueOf(hundredths / 10, 1)
        : BigDecimal.valueOf(hundredths, 2);
  }
}
