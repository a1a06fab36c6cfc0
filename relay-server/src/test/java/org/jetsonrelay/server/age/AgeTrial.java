// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.age.AgeViewer.Arrival;
import org.jetsonrelay.server.pacing.Link;

/// One run: a fresh relay, warmed up over loopback, then one viewer behind a link.
///
/// @param down the link from the relay to the viewer
/// @param up the link from the viewer to the relay
/// @param congestionControl of TCP on both sides
/// @param answering how the viewer answers pings
/// @param picture what the camera sends, without a stamp
/// @param fps how often
/// @param warmSeconds over loopback
/// @param settleSeconds over the link, which do not count
/// @param seconds which do
@SuppressWarnings("ArrayRecordComponent") // read by one camera at a time, compared by nobody
record AgeTrial(
    Link down,
    Link up,
    String congestionControl,
    Answering answering,
    byte[] picture,
    double fps,
    double warmSeconds,
    double settleSeconds,
    double seconds) {

  private static final double WARM_FPS = 60;
  private static final double MOST_SECONDS = 600;

  AgeTrial {
    within("warm-up", warmSeconds, 0, MOST_SECONDS);
    within("settling", settleSeconds, 0, MOST_SECONDS);
    within("the measurement", seconds, 0.5, MOST_SECONDS);
    if (!(fps >= 1 && fps <= 240)) {
      throw new IllegalArgumentException("a camera sends 1 to 240 frames a second, not " + fps);
    }
  }

  private static void within(String what, double seconds, double least, double most) {
    if (!(seconds >= least && seconds <= most)) {
      throw new IllegalArgumentException(
          "%s takes %s to %s seconds, not %s".formatted(what, least, most, seconds));
    }
  }

  /// What came of it.
  ///
  /// @param link what the emulator did
  record Outcome(AgeFigures figures, Emulator.Report link) {}

  /// @param seed of the link's loss and jitter
  Outcome run(Contender contender, long seed, Path logs) throws IOException, InterruptedException {
    try (LinkedSpaces spaces = LinkedSpaces.open(congestionControl)) {
      for (Map.Entry<String, String> setting : contender.settings().entrySet()) {
        spaces.relaySide().set(setting.getKey(), setting.getValue());
      }
      try (RelayInSpace relay = RelayInSpace.start(spaces.relaySide(), contender, logs)) {
        try {
          warmUp(spaces.relaySide());
          return watch(spaces, seed);
        } catch (IOException e) {
          throw new IOException(
              "%s: %s; %s".formatted(contender.name(), e.getMessage(), relay.lastWords()), e);
        }
      }
    }
  }

  private void warmUp(NetworkSpace relaySide) throws IOException, InterruptedException {
    if (warmSeconds == 0) {
      return;
    }
    InetSocketAddress beside =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), RelayInSpace.PORT);
    try (AgeCamera camera = AgeCamera.open(relaySide, RelayInSpace.PORT, "warm-up", picture);
        AgeViewer viewer = AgeViewer.open(relaySide, beside, Answering.NORMAL)) {
      camera.film(WARM_FPS, nanos(warmSeconds));
      List<Arrival> seen = viewer.leave();
      if (seen.isEmpty()) {
        throw new IOException("no frame has come over loopback");
      }
    }
  }

  private Outcome watch(LinkedSpaces spaces, long seed) throws IOException, InterruptedException {
    InetSocketAddress far = new InetSocketAddress(LinkedSpaces.RELAY, RelayInSpace.PORT);
    try (AgeCamera camera =
        AgeCamera.open(spaces.relaySide(), RelayInSpace.PORT, "front", picture)) {
      Emulator emulator = spaces.join(down, up, seed);
      try (AgeViewer viewer = AgeViewer.open(spaces.viewerSide(), far, answering)) {
        long from = System.nanoTime() + nanos(settleSeconds);
        long to = from + nanos(seconds);
        camera.film(fps, nanos(settleSeconds + seconds));
        List<Arrival> arrivals = viewer.leave();
        Emulator.Report report = spaces.part();
        double mostFps =
            down.mostFps(
                picture.length,
                fps,
                (from - emulator.startNanos()) / 1e9,
                (to - emulator.startNanos()) / 1e9);
        return new Outcome(AgeFigures.of(arrivals, from, to, mostFps, report.lateMillis()), report);
      }
    }
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * TimeUnit.SECONDS.toNanos(1));
  }
}
