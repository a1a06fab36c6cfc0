// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.hub.Announced.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnouncedFifoTest {

  private final TestFrames frames = new TestFrames();
  private final AnnouncedFifo fifo = new AnnouncedFifo(3, 1_000);

  @AfterEach
  void nothingIsLeftOnceItIsClosed() {
    fifo.close();
    assertThat(frames.held()).isZero();
  }

  @Test
  void givesThemInOrder() {
    assertThat(add(Kind.H264_FRAME, 10, true)).isZero();
    assertThat(add(Kind.COMPLETE_VIDEO, 20, false)).isZero();
    assertThat(add(Kind.H264_CHUNK, 30, false)).isZero();

    assertThat(lengths()).containsExactly(10, 20, 30);
    assertThat(fifo.poll()).isNull();
  }

  @Test
  void cutsAStreamAtTheLimitPlusOneUntilTheNextKeyFrame() {
    add(Kind.H264_FRAME, 10, true);
    add(Kind.H264_FRAME, 11, false);
    add(Kind.H264_FRAME, 12, false);

    assertThat(add(Kind.H264_FRAME, 13, false)).as("three waiting and the new one").isEqualTo(4);
    assertThat(fifo.size()).isZero();
    assertThat(add(Kind.H264_FRAME, 14, false)).as("no decoder could use it").isEqualTo(1);
    assertThat(add(Kind.H264_FRAME, 15, true)).isZero();
    assertThat(add(Kind.H264_FRAME, 16, false)).isZero();

    assertThat(lengths()).containsExactly(15, 16);
  }

  @Test
  void resumesAtOnceWhenTheOneTooManyIsAKeyFrame() {
    add(Kind.H264_CHUNK, 10, true);
    add(Kind.H264_CHUNK, 11, false);
    add(Kind.H264_CHUNK, 12, false);

    assertThat(add(Kind.H264_CHUNK, 13, true)).isEqualTo(3);

    assertThat(lengths()).containsExactly(13);
  }

  @Test
  void countsBytesAsWellAsPayloads() {
    assertThat(add(Kind.COMPLETE_VIDEO, 600, false)).isZero();
    assertThat(add(Kind.COMPLETE_VIDEO, 401, false)).as("one byte too many").isEqualTo(1);
    assertThat(add(Kind.COMPLETE_VIDEO, 400, false)).as("exactly full").isZero();
    assertThat(add(Kind.COMPLETE_VIDEO, 1, false)).isEqualTo(1);

    assertThat(lengths()).containsExactly(600, 400);
    assertThat(add(Kind.COMPLETE_VIDEO, 1_000, false)).as("taking made room").isZero();
  }

  @Test
  void dropsAVideoWholeAndNothingElse() {
    add(Kind.H264_FRAME, 10, true);
    add(Kind.COMPLETE_VIDEO, 20, false);
    add(Kind.H264_FRAME, 30, false);

    assertThat(add(Kind.COMPLETE_VIDEO, 40, false)).isEqualTo(1);

    assertThat(lengths()).containsExactly(10, 20, 30);
  }

  @Test
  void leavesVideosAloneWhenItCutsAStream() {
    add(Kind.COMPLETE_VIDEO, 20, false);
    add(Kind.H264_FRAME, 10, true);
    add(Kind.COMPLETE_VIDEO, 21, false);

    assertThat(add(Kind.H264_FRAME, 11, false)).isEqualTo(2);

    assertThat(lengths()).containsExactly(20, 21);
  }

  @Test
  void staysCutWhenNotEvenAKeyFrameFits() {
    assertThat(add(Kind.H264_FRAME, 1_001, true)).isEqualTo(1);
    assertThat(add(Kind.H264_FRAME, 10, false)).isEqualTo(1);
    assertThat(add(Kind.H264_FRAME, 11, true)).isZero();

    assertThat(lengths()).containsExactly(11);
  }

  @Test
  void relaysAStreamFromWhereverAViewerJoins() {
    assertThat(add(Kind.H264_CHUNK, 10, false)).isZero();

    assertThat(lengths()).containsExactly(10);
  }

  @Test
  void letsNothingInAfterClosing() {
    add(Kind.H264_CHUNK, 10, false);
    fifo.close();

    assertThat(frames.held()).isZero();
    assertThat(add(Kind.H264_CHUNK, 10, true)).isZero();
    assertThat(fifo.poll()).isNull();
  }

  @Test
  void refusesAPairOutsideOfItsBlock() {
    Announced whole = frames.announced(Kind.H264_CHUNK, 100, false);
    int capacity = whole.block().capacity();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Announced(Kind.H264_CHUNK, whole.block(), 1, capacity, 10, false, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Announced(Kind.H264_CHUNK, whole.block(), 0, 10, 11, false, 0));
    whole.release();
  }

  private int add(Kind kind, int length, boolean keyFrame) {
    Announced one = frames.announced(kind, length, keyFrame);
    int dropped = fifo.add(one);
    one.release();
    return dropped;
  }

  private List<Integer> lengths() {
    List<Integer> lengths = new ArrayList<>();
    for (Announced one = fifo.poll(); one != null; one = fifo.poll()) {
      lengths.add(one.length());
      one.release();
    }
    return lengths;
  }
}
