// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.Latency;
import org.jspecify.annotations.Nullable;

/// A relay that says what a test wants it to say. Fields are set before the request is sent.
final class FakeReadings implements RelayReadings {

  volatile List<String> troubles = List.of();
  volatile List<String> degradations = List.of();
  volatile List<FrameHops> trace = List.of();
  volatile List<CameraRow> cameras = List.of();
  volatile List<ViewerRow> viewers = List.of();

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public Instant startTime() {
    return Instant.parse("2025-08-25T06:13:46Z");
  }

  @Override
  public long uptimeMillis() {
    return 4_321;
  }

  @Override
  public List<String> troubles() {
    return troubles;
  }

  @Override
  public List<String> degradations() {
    return degradations;
  }

  @Override
  public @Nullable List<FrameHops> trace(String camera) {
    return camera.equals("front") ? trace : null;
  }

  @Override
  public Clients clients() {
    return new Clients(6, 2, 3);
  }

  @Override
  public Totals totals() {
    return new Totals(11, 222, 3_333, Map.of("stalled", 1L, "link", 7L, "rate", 5L));
  }

  @Override
  public List<CameraRow> cameras() {
    return cameras;
  }

  @Override
  public List<ViewerRow> viewers() {
    return viewers;
  }

  static CameraRow camera(String name, double fps) {
    return new CameraRow(
        name,
        "client_1",
        "10.0.0.9:40000",
        "live",
        true,
        fps,
        450_000.456,
        1280,
        720,
        77,
        78,
        12,
        3,
        60_000,
        "",
        List.of(),
        new ClockEstimate(0, 0, 1_400_000, 12e-6, 30e-6, 800_000),
        Map.of(Hop.TO_RELAY, new Latency(12.3, 20.04, 31, 1.456, 300)));
  }

  static ViewerRow viewer(String id) {
    return new ViewerRow(
        id,
        "10.0.0.5:50000",
        List.of("front", "rear"),
        29.97,
        1_234_567.891,
        1_000,
        1_005,
        Map.of("link", 4L),
        1,
        1,
        2,
        8.126,
        -1,
        -1,
        5_000,
        Map.of("front", Map.of(Hop.DELIVERY, new Latency(2, 3, 4, 0.1, 290))));
  }
}
