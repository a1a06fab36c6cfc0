// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who keeps a second descriptor, who borrows one, and that each is closed once.
class DuplicatesTest {
  private static final int FRAME_BYTES = 3_000;
  private static final byte[] CONTROL = {(byte) 0x89, 0};

  private final BlockPool pool = new BlockPool(1 << 20);
  private final Block frame = pool.acquire(FRAME_BYTES);
  private final byte[] contents = new byte[FRAME_BYTES];

  @BeforeEach
  void fill() {
    assumeTrue(KernelSocket.supported(), "needs Linux and permissions");
    for (int i = 0; i < FRAME_BYTES; i++) {
      contents[i] = (byte) (i * 31);
    }
    frame.memory().put(0, contents);
  }

  @AfterEach
  void nothingIsHeld() {
    frame.release();
    assertThat(pool.outstanding()).isZero();
  }

  private void sendsAFrame(KernelSocketPair pair) throws IOException {
    assertThat(pair.socket.trySend(frame, 0, FRAME_BYTES, false)).isEqualTo(FRAME_BYTES);
    assertThat(pair.receive(FRAME_BYTES)).isEqualTo(contents);
  }

  private void sendsControl(KernelSocketPair pair) throws IOException {
    Unit unit = new Unit(pool);
    unit.add(CONTROL);
    pair.socket.trySend(unit);
    assertThat(unit.remaining()).isZero();
    assertThat(pair.receive(CONTROL.length)).isEqualTo(CONTROL);
  }

  @Test
  void isNotKeptForWhoGetsNoFrames() throws IOException {
    Duplicates duplicates = new Duplicates(1);
    try (KernelSocketPair pair = new KernelSocketPair(duplicates)) {
      long before = openFiles();
      sendsControl(pair);
      sendsControl(pair);
      assertThat(duplicates.kept()).isZero();
      assertThat(openFiles()).isEqualTo(before);
      assertThat(duplicates.lacking()).isZero();
    }
  }

  @Test
  void isKeptFromTheFirstFrameOnUntilTheEnd() throws IOException {
    Duplicates duplicates = new Duplicates(5);
    try (KernelSocketPair pair = new KernelSocketPair(duplicates)) {
      sendsAFrame(pair);
      assertThat(duplicates.kept()).isOne();
      sendsControl(pair);
      sendsAFrame(pair);
      assertThat(duplicates.kept()).isOne();
    }
    assertThat(duplicates.kept()).isZero();
  }

  @Test
  void isKeptForAFrameThatGoesInAUnitAndToAskWhatIsUnacknowledged() throws IOException {
    Duplicates duplicates = new Duplicates(5);
    try (KernelSocketPair one = new KernelSocketPair(duplicates);
        KernelSocketPair other = new KernelSocketPair(duplicates)) {
      Unit unit = new Unit(pool);
      unit.add(CONTROL);
      unit.add(frame, 0, FRAME_BYTES);
      one.socket.trySend(unit);
      assertThat(unit.remaining()).isZero();
      assertThat(duplicates.kept()).isOne();
      assertThat(other.socket.unacknowledgedBytes()).isZero();
      assertThat(duplicates.kept()).isEqualTo(2);
    }
  }

  @Test
  void isBorrowedByWhoComesOneTooLateUntilAnotherOneGoes() throws IOException {
    Duplicates duplicates = new Duplicates(1);
    try (KernelSocketPair late = new KernelSocketPair(duplicates)) {
      try (KernelSocketPair first = new KernelSocketPair(duplicates)) {
        sendsAFrame(first);
        long before = openFiles();
        for (int i = 0; i < 3; i++) {
          sendsAFrame(late);
          assertThat(late.socket.unacknowledgedBytes()).isNotNegative();
        }
        assertThat(openFiles()).isEqualTo(before);
        assertThat(duplicates.kept()).isOne();
        assertThat(duplicates.lacking()).isOne();
      }
      assertThat(duplicates.kept()).isZero();
      sendsAFrame(late);
      assertThat(duplicates.kept()).isOne();
      assertThat(duplicates.lacking()).isZero();
    }
    assertThat(duplicates.kept()).isZero();
  }

  @Test
  void isNotLackedAnyMoreByWhoHasGone() throws IOException {
    Duplicates duplicates = new Duplicates(0);
    try (KernelSocketPair pair = new KernelSocketPair(duplicates)) {
      sendsAFrame(pair);
      assertThat(duplicates.lacking()).isOne();
    }
    assertThat(duplicates.lacking()).isZero();
  }

  @Test
  void makesNoDifferenceToWhetherASocketIsFree() throws IOException {
    try (KernelSocketPair pair = new KernelSocketPair(new Duplicates(1))) {
      assertThat(pair.socket.looksFree()).as("without one").isTrue();
      sendsAFrame(pair);
      assertThat(pair.socket.looksFree()).as("with one").isTrue();
      pair.end();
      assertThat(pair.socket.looksFree()).as("closed").isFalse();
    }
  }

  @Test
  void isNotMadeOfAClosedChannel() throws IOException {
    Duplicates duplicates = new Duplicates(1);
    try (KernelSocketPair pair = new KernelSocketPair(duplicates)) {
      pair.sending.close();
      assertThat(pair.socket.trySend(frame, 0, FRAME_BYTES, false)).isZero();
      assertThat(duplicates.kept()).isZero();
      assertThat(duplicates.lacking()).isZero();
      pair.socket.close();
      assertThat(pair.socket.trySend(frame, 0, FRAME_BYTES, false)).isZero();
    }
  }

  @Test
  void isGivenBackOnceHoweverOftenItsOwnerCloses() throws IOException {
    Duplicates duplicates = new Duplicates(2);
    try (KernelSocketPair stays = new KernelSocketPair(duplicates);
        KernelSocketPair goes = new KernelSocketPair(duplicates)) {
      sendsAFrame(stays);
      sendsAFrame(goes);
      goes.end();
      goes.end();
      assertThat(duplicates.kept()).isOne();
    }
  }

  /// One thread sends, two close: whoever comes first, each duplicate is closed once. A number too
  /// many would close somebody else's file.
  @Test
  void isGivenBackOnceThoughItIsJustBeingUsed()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Duplicates duplicates = new Duplicates(3);
    long before = openFiles();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 300; round++) {
        KernelSocketPair pair =
            new KernelSocketPair(round % 2 == 0 ? duplicates : new Duplicates(0));
        CyclicBarrier start = new CyclicBarrier(3);
        List<Future<?>> all = new ArrayList<>();
        all.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < 5; i++) {
                assertThat(pair.socket.trySend(frame, 0, FRAME_BYTES, false))
                    .isIn(0L, (long) FRAME_BYTES);
              }
              return null;
            }));
        for (int closer = 0; closer < 2; closer++) {
          all.add(
              threads.submit(() -> {
                start.await();
                pair.close();
                return null;
              }));
        }
        for (Future<?> one : all) {
          one.get(10, SECONDS);
        }
        assertThat(duplicates.kept()).isZero();
        assertThat(duplicates.lacking()).isZero();
      }
    }
    assertThat(openFiles()).isEqualTo(before);
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
