// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkUseTest {

  private static final long FRAME_NANOS = 20_000_000L;

  private final LinkUse use = new LinkUse();
  private long now = -1_000 * FRAME_NANOS; // System.nanoTime() may well be negative

  @BeforeEach
  void theFirstFrame() {
    use.goes(now, 0);
  }

  private void offer(int frames, double everyNanos) {
    for (int i = 0; i < frames; i++) {
      now += (long) everyNanos;
      use.goes(now, FRAME_NANOS);
    }
  }

  @Test
  void believesThatThereIsRoomAfterSixteenFrames() {
    offer(15, 2 * FRAME_NANOS);
    assertThat(use.leavesRoom()).isFalse();
    offer(1, 2 * FRAME_NANOS);

    assertThat(use.leavesRoom()).isTrue();
  }

  @Test
  void findsNoRoomWhereATenthIsLeft() {
    offer(100, FRAME_NANOS / 0.9);

    assertThat(use.leavesRoom()).isFalse();
  }

  @Test
  void doesNotTakeOnePauseOfTheCameraForRoom() {
    offer(100, FRAME_NANOS / 1.4);
    offer(1, 1_000 * FRAME_NANOS);

    assertThat(use.leavesRoom()).isFalse();
  }

  @Test
  void noticesThatTheCameraHasComeToFillTheLink() {
    offer(100, 2 * FRAME_NANOS);
    offer(16, FRAME_NANOS / 1.4);

    assertThat(use.leavesRoom()).isFalse();
  }

  /// Frames wait for a pong then; that the link is idle meanwhile says nothing.
  @Test
  void countsFromWhenAFrameIsThereNotFromWhenItGoes() {
    for (int i = 0; i < 100; i++) {
      use.offered(now + FRAME_NANOS);
      use.offered(now + 2 * FRAME_NANOS);
      offer(1, 3 * FRAME_NANOS);
    }

    assertThat(use.leavesRoom()).isFalse();
  }

  @Test
  void countsTheFramesOfATime() {
    offer(3, 2 * FRAME_NANOS);

    assertThat(use.framesIn(5 * FRAME_NANOS)).isEqualTo(2);
    assertThat(use.framesIn(FRAME_NANOS)).isZero();
    assertThat(use.framesIn(Long.MAX_VALUE)).as("no overflow").isPositive();
  }
}
