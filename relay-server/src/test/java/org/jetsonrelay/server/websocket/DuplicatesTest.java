// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  private static final class Pair implements AutoCloseable {
    final SocketChannel sending;
    final SocketChannel receiving;
    final KernelSocket socket;

    Pair(Duplicates duplicates) throws IOException {
      try (ServerSocketChannel server = ServerSocketChannel.open()) {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        receiving = SocketChannel.open(server.getLocalAddress());
        sending = server.accept();
      }
      socket = Objects.requireNonNull(KernelSocket.of(sending, duplicates));
    }

    byte[] receive(int bytes) throws IOException {
      ByteBuffer all = ByteBuffer.allocate(bytes);
      while (all.hasRemaining()) {
        assertThat(receiving.read(all)).isPositive();
      }
      return all.array();
    }

    @Override
    public void close() throws IOException {
      end();
    }

    void end() throws IOException {
      sending.close();
      receiving.close();
      socket.close();
    }
  }

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

  private void sendsAFrame(Pair pair) throws IOException {
    assertThat(pair.socket.trySend(frame, 0, FRAME_BYTES, false)).isEqualTo(FRAME_BYTES);
    assertThat(pair.receive(FRAME_BYTES)).isEqualTo(contents);
  }

  private void sendsControl(Pair pair) throws IOException {
    Unit unit = new Unit(pool);
    unit.add(CONTROL);
    pair.socket.trySend(unit);
    assertThat(unit.remaining()).isZero();
    assertThat(pair.receive(CONTROL.length)).isEqualTo(CONTROL);
  }

  @Test
  void isNotKeptForWhoGetsNoFrames() throws IOException {
    Duplicates duplicates = new Duplicates(1);
    try (Pair pair = new Pair(duplicates)) {
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
    try (Pair pair = new Pair(duplicates)) {
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
    try (Pair one = new Pair(duplicates);
        Pair other = new Pair(duplicates)) {
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
    try (Pair late = new Pair(duplicates)) {
      try (Pair first = new Pair(duplicates)) {
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
    try (Pair pair = new Pair(duplicates)) {
      sendsAFrame(pair);
      assertThat(duplicates.lacking()).isOne();
    }
    assertThat(duplicates.lacking()).isZero();
  }

  @Test
  void isNotMadeOfAClosedChannel() throws IOException {
    Duplicates duplicates = new Duplicates(1);
    try (Pair pair = new Pair(duplicates)) {
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
    try (Pair stays = new Pair(duplicates);
        Pair goes = new Pair(duplicates)) {
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
        Pair pair = new Pair(round % 2 == 0 ? duplicates : new Duplicates(0));
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
