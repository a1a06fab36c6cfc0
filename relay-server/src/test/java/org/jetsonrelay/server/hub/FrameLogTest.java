// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.HopHistograms;
import org.jetsonrelay.server.timing.Latency;
import org.junit.jupiter.api.Test;

class FrameLogTest {

  private static final long MILLI = 1_000_000L;
  private static final long CAMERA_MILLIS = 1_755_500_000_000L;

  private final TestFrames frames = new TestFrames();
  private final CameraClock clock = new CameraClock();
  private final FrameLog log = new FrameLog(clock, new HopHistograms());

  private void add(long sequence, long capturedAtMillis, long encoded, long sent, long received) {
    Frame frame = frames.frame(sequence, capturedAtMillis, received);
    log.add(frame, encoded, sent);
    frame.release();
  }

  /// The camera's clock shows this time at 0 of the relay's running time.
  private void exchange() {
    clock.exchanged(new ClockEstimate(0, CAMERA_MILLIS * MILLI, 2 * MILLI, 0, 0, 2 * MILLI));
  }

  private Latency latency(Hop hop, long nowNanos) {
    return Objects.requireNonNull(log.latency(nowNanos).get(hop));
  }

  @Test
  void keepsTheLastFramesAndNoMore() {
    for (int i = 1; i <= FrameLog.FRAMES + 1; i++) {
      add(i, 0, 0, 0, i * MILLI);
    }
    assertThat(log.last()).hasSize(FrameLog.FRAMES);
    assertThat(log.last().getFirst().sequence()).isEqualTo(2);
    assertThat(log.last().getLast().sequence()).isEqualTo(FrameLog.FRAMES + 1);
    assertThat(frames.held()).isZero();
  }

  @Test
  void translatesTheCamerasTimesOnceItsClockIsKnown() {
    add(1, CAMERA_MILLIS + 10, CAMERA_MILLIS + 15, CAMERA_MILLIS + 17, 40 * MILLI);
    exchange();
    add(2, CAMERA_MILLIS + 110, CAMERA_MILLIS + 115, CAMERA_MILLIS + 117, 140 * MILLI);
    add(3, CAMERA_MILLIS + 210, 0, 0, 240 * MILLI);

    List<FrameHops> last = log.last();
    assertThat(last.get(0).capturedNanos()).isEqualTo(FrameHops.UNKNOWN);
    assertThat(last.get(1).capturedNanos()).isEqualTo(110 * MILLI);
    assertThat(last.get(1).encodedNanos()).isEqualTo(115 * MILLI);
    assertThat(last.get(1).sentNanos()).isEqualTo(117 * MILLI);
    assertThat(last.get(1).errorNanos()).isEqualTo(2 * MILLI);
    assertThat(last.get(2).encodedNanos()).isEqualTo(FrameHops.UNKNOWN);
    assertThat(latency(Hop.ENCODE, 300 * MILLI).frames()).isEqualTo(2);
    assertThat(latency(Hop.UPLINK, 300 * MILLI).p50Millis()).isCloseTo(23, Offset.offset(0.2));
    assertThat(latency(Hop.TO_RELAY, 300 * MILLI).p50Millis()).isCloseTo(30, Offset.offset(0.2));
    assertThat(latency(Hop.TO_RELAY, 300 * MILLI).frames()).isEqualTo(2);
    assertThat(log.latency(300 * MILLI)).doesNotContainKeys(Hop.RELAY, Hop.TO_VIEWER);
  }

  @Test
  void doesNotCountAFrameFromTheFuture() {
    exchange();
    add(1, CAMERA_MILLIS + 50, 0, 0, 40 * MILLI);
    assertThat(log.latency(50 * MILLI)).isEmpty();
    add(2, CAMERA_MILLIS + 42, 0, 0, 40 * MILLI); // the clocks may be wrong by that much
    assertThat(latency(Hop.TO_RELAY, 50 * MILLI).p99Millis()).isZero();
  }
}
