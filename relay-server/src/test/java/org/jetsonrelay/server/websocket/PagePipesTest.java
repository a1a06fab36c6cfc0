// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory that many sockets get by one copy: byte for byte, and as it was when it was sent.
class PagePipesTest {
  private static final int OFFSET = 300;
  private static final int LENGTH = 45_000;

  private final BlockPool pool = new BlockPool(1 << 22);
  private final PagePipes pipes = new PagePipes(PagePipes.MOST);
  private final Random random = new Random(1);
  private KernelSocketPair pair;

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(KernelSocket.supported(), "needs Linux and permissions");
    pair = new KernelSocketPair(new Duplicates(1), pipes, 64 * 1024);
    pair.sending.setOption(StandardSocketOptions.SO_SNDBUF, 256 * 1024);
    pair.sending.configureBlocking(false);
  }

  @AfterEach
  void disconnect() throws Throwable {
    for (int i = pipes.open(); i > 0; i--) {
      Objects.requireNonNull(pipes.take()).close();
    }
    if (pair != null) {
      pair.close();
    }
  }

  private Block filled(byte[] contents, int receivers) {
    Block block = pool.acquire(OFFSET + contents.length);
    block.memory().put(OFFSET, contents);
    block.expectReceivers(receivers);
    return block;
  }

  private byte[] contents() {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return bytes;
  }

  /// Sends a block that so many are to receive, checks that it arrives byte for byte, and tells
  /// whether that was by a copy for all of them: only then there is a pipe.
  private boolean arrivesShared(int receivers) throws IOException {
    byte[] sent = contents();
    Block block = filled(sent, receivers);
    assertThat(pair.socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
    assertThat(pair.receive(LENGTH)).isEqualTo(sent);
    block.release();
    return pipes.open() > 0;
  }

  @Test
  void isSharedForManyReceivers() throws IOException {
    assertThat(arrivesShared(8)).isTrue();
  }

  @Test
  void isCopiedForEachWhereThereShallBeNoPipes() {
    Block block = filled(contents(), 8);
    assertThat(pipes.suit(block, LENGTH)).isTrue();
    assertThat(PagePipes.NONE.suit(block, LENGTH)).isFalse();
    block.release();
  }

  @Test
  void arrivesAsItWasThoughTheMemoryIsUsedAgain() throws IOException {
    byte[] sent = contents();
    Block block = filled(sent, 8);
    long address = block.address();
    assertThat(pair.socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
    block.release();
    for (int i = 0; i < 3; i++) {
      Block next = filled(contents(), 8);
      assertThat(next.address()).isEqualTo(address);
      next.release();
    }
    assertThat(pair.receive(LENGTH)).isEqualTo(sent);
  }

  @Test
  void keepsFramesApartThatLieInTheSameMemory() throws IOException {
    for (int i = 0; i < 4; i++) {
      byte[] sent = contents();
      Block block = filled(sent, 8);
      for (int viewer = 0; viewer < 2; viewer++) {
        assertThat(pair.socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
        assertThat(pair.receive(LENGTH)).isEqualTo(sent);
      }
      assertThat(pair.socket.trySend(block, OFFSET + 1, LENGTH - 1, false)).isEqualTo(LENGTH - 1);
      assertThat(pair.receive(LENGTH - 1)).isEqualTo(Arrays.copyOfRange(sent, 1, LENGTH));
      block.release();
    }
  }

  @Test
  void goesToManySocketsAndGivesWayToTheNextFrame() throws IOException {
    for (int viewers : new int[] {50, 3, 50}) {
      byte[] sent = contents();
      Block block = filled(sent, 50);
      for (int viewer = 0; viewer < viewers; viewer++) {
        assertThat(pair.socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
        assertThat(pair.receive(LENGTH)).isEqualTo(sent);
      }
      block.release();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void goesWithWhatFollows(int receivers) throws IOException {
    byte[] sent = contents();
    Block block = filled(sent, receivers);
    Unit ping = new Unit(pool);
    for (int i = 0; i < 20; i++) {
      assertThat(pair.socket.trySend(block, OFFSET, LENGTH, true)).isEqualTo(LENGTH);
      ping.addPing(i);
      pair.socket.trySend(ping);
      assertThat(ping.remaining()).isZero();
      assertThat(pair.receive(LENGTH)).isEqualTo(sent);
      byte[] expected = ControlFrames.ping(i);
      assertThat(pair.receive(expected.length)).isEqualTo(expected);
    }
    block.release();
  }

  @Test
  void goesInPartWhenTheSocketIsFull() throws IOException {
    byte[] sent = contents();
    Block block = filled(sent, 8);
    long all = 0;
    long last;
    do {
      last = pair.socket.trySend(block, OFFSET, LENGTH, false);
      assertThat(last).isBetween(0L, (long) LENGTH);
      all += last;
      assertThat(all).as("buffers are small").isLessThan(100L * LENGTH);
    } while (last == LENGTH);
    assertThat(pair.socket.trySend(block, OFFSET, LENGTH, false)).isBetween(0L, LENGTH - last);
    block.release();
    byte[] got = pair.receive((int) all);
    for (int i = 0; i < got.length; i++) {
      if (got[i] != sent[i % LENGTH]) {
        throw new AssertionError("byte " + i);
      }
    }
  }

  @Test
  void isCopiedForFewReceivers() throws IOException {
    assertThat(arrivesShared(7)).isFalse();
  }

  @Test
  void isCopiedToASocketThatWouldBlock() throws IOException {
    pair.sending.configureBlocking(true);
    assertThat(arrivesShared(8)).isFalse();
  }

  @Test
  void isNeitherForLittleNorForMoreThanAPipeHolds() {
    Block block = filled(contents(), 8);
    assertThat(pipes.suit(block, PagePipes.SMALLEST_BYTES)).isTrue();
    assertThat(pipes.suit(block, PagePipes.SMALLEST_BYTES - 1)).isFalse();
    assertThat(pipes.suit(block, PagePipe.MOST_BYTES)).isTrue();
    assertThat(pipes.suit(block, PagePipe.MOST_BYTES + 1)).isFalse();
    block.release();
  }

  @Test
  void takesAsMuchAsAPipeHolds() throws IOException {
    byte[] sent = new byte[PagePipe.MOST_BYTES];
    random.nextBytes(sent);
    Block block = filled(sent, 8);
    assertThat(pair.socket.trySend(block, OFFSET, sent.length, false)).isEqualTo(sent.length);
    assertThat(pair.receive(sent.length)).isEqualTo(sent);
    assertThat(pipes.open()).as("kept, so nothing was left in it").isEqualTo(1);
    block.release();
  }

  private boolean suits() {
    Block block = filled(contents(), 8);
    boolean suits = pipes.suit(block, LENGTH);
    block.release();
    return suits;
  }

  private static List<PagePipe> takeAll(PagePipes pipes) {
    List<PagePipe> taken = new ArrayList<>();
    for (int i = 0; i < PagePipes.MOST; i++) {
      taken.add(Objects.requireNonNull(pipes.take()));
    }
    return taken;
  }

  @Test
  void opensNoMoreThanEightPipes() throws Throwable {
    List<PagePipe> taken = takeAll(pipes);
    assertThat(pipes.take()).isNull();
    Block block = filled(contents(), 8);
    assertThat(pipes.send(-1, block, OFFSET, LENGTH, false)).as("without a pipe").isZero();
    block.release();
    assertThat(pipes.open()).isEqualTo(PagePipes.MOST);
    taken.forEach(pipes::putBack);
    PagePipe again = Objects.requireNonNull(pipes.take());
    assertThat(taken).contains(again);
    pipes.putBack(again);
  }

  @Test
  void closesAPipeThatStillHoldsSomething() throws Throwable {
    Block block = filled(contents(), 8);
    assertThat(pipes.send(-1, block, OFFSET, LENGTH, false)).as("to nowhere").isNegative();
    assertThat(pipes.open()).isZero();
    block.release();
  }

  @Test
  void doesNotTakeAWantOfPipesForARefusal() throws Throwable {
    List<PagePipe> taken = takeAll(pipes);
    try {
      for (int i = 0; i <= PagePipes.MOST_REFUSALS; i++) {
        arrivesShared(8);
      }
    } finally {
      taken.forEach(pipes::putBack);
    }
    assertThat(suits()).isTrue();
  }

  @Test
  void givesUpWhereSocketsTakeOnlyCopies() {
    for (int i = 0; i < PagePipes.MOST_REFUSALS; i++) {
      assertThat(suits()).as("after %s refusals", i).isTrue();
      pipes.copyingWorks();
    }
    assertThat(suits()).isFalse();
  }
}
