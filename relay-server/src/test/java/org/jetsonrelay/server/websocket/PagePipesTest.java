// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.system.Pages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory that goes to sockets without being copied: byte for byte, and as it was when it was sent.
class PagePipesTest {
  private static final int OFFSET = 300;
  private static final int LENGTH = 45_000;

  private final BlockPool pool = new BlockPool(1 << 22);
  private final PagePipes pipes = new PagePipes();
  private final Random random = new Random(1);
  private SocketChannel sending;
  private SocketChannel receiving;
  private KernelSocket socket;

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(KernelSocket.supported() && Pages.areRenewable(), "needs Linux and permissions");
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.setOption(StandardSocketOptions.SO_RCVBUF, 64 * 1024);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      receiving = SocketChannel.open();
      receiving.setOption(StandardSocketOptions.SO_RCVBUF, 64 * 1024);
      receiving.connect(server.getLocalAddress());
      sending = server.accept();
    }
    sending.setOption(StandardSocketOptions.SO_SNDBUF, 256 * 1024);
    sending.configureBlocking(false);
    socket = Objects.requireNonNull(KernelSocket.of(sending, new Duplicates(1)));
  }

  @AfterEach
  void disconnect() throws IOException {
    if (socket != null) {
      sending.close();
      receiving.close();
      socket.close();
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

  private byte[] received(long bytes) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) bytes);
    while (all.hasRemaining()) {
      assertThat(receiving.read(all)).isPositive();
    }
    return all.array();
  }

  /// Whether the memory of a block that is given back got new pages, so whether it had been lent.
  private boolean wasLent(Block block) {
    long address = block.address();
    byte last = block.memory().get(OFFSET + LENGTH - 1);
    block.release();
    Block again = pool.acquire(OFFSET + LENGTH);
    assertThat(again.address()).isEqualTo(address);
    boolean lent = again.memory().get(OFFSET + LENGTH - 1) != last;
    again.release();
    return lent;
  }

  /// Sends a block that so many are to receive, checks that it arrives byte for byte, and tells
  /// whether its memory had been lent for that.
  private boolean arrivesLent(int receivers) throws IOException {
    byte[] sent = contents();
    sent[LENGTH - 1] = 7; // new pages are zero
    Block block = filled(sent, receivers);
    assertThat(socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
    assertThat(received(LENGTH)).isEqualTo(sent);
    return wasLent(block);
  }

  @Test
  void isLentForManyReceivers() throws IOException {
    assertThat(arrivesLent(8)).isTrue();
  }

  @Test
  void arrivesAsItWasThoughTheMemoryIsUsedAgain() throws IOException {
    byte[] sent = contents();
    Block block = filled(sent, 8);
    long address = block.address();
    assertThat(socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
    block.release();
    for (int i = 0; i < 3; i++) {
      Block next = filled(contents(), 8);
      assertThat(next.address()).isEqualTo(address);
      next.release();
    }
    assertThat(received(LENGTH)).isEqualTo(sent);
  }

  @Test
  void keepsFramesApartThatLieInTheSameMemory() throws IOException {
    for (int i = 0; i < 4; i++) {
      byte[] sent = contents();
      Block block = filled(sent, 8);
      for (int viewer = 0; viewer < 2; viewer++) {
        assertThat(socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
        assertThat(received(LENGTH)).isEqualTo(sent);
      }
      assertThat(socket.trySend(block, OFFSET + 1, LENGTH - 1, false)).isEqualTo(LENGTH - 1);
      assertThat(received(LENGTH - 1)).isEqualTo(Arrays.copyOfRange(sent, 1, LENGTH));
      block.release();
    }
  }

  @Test
  void goesToManySocketsAndGivesWayToTheNextFrame() throws IOException {
    for (int viewers : new int[] {50, 3, 50}) {
      byte[] sent = contents();
      Block block = filled(sent, 50);
      for (int viewer = 0; viewer < viewers; viewer++) {
        assertThat(socket.trySend(block, OFFSET, LENGTH, false)).isEqualTo(LENGTH);
        assertThat(received(LENGTH)).isEqualTo(sent);
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
      assertThat(socket.trySend(block, OFFSET, LENGTH, true)).isEqualTo(LENGTH);
      ping.addPing(i);
      socket.trySend(ping);
      assertThat(ping.remaining()).isZero();
      assertThat(received(LENGTH)).isEqualTo(sent);
      byte[] expected = ControlFrames.ping(i);
      assertThat(received(expected.length)).isEqualTo(expected);
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
      last = socket.trySend(block, OFFSET, LENGTH, false);
      assertThat(last).isBetween(0L, (long) LENGTH);
      all += last;
      assertThat(all).as("buffers are small").isLessThan(100L * LENGTH);
    } while (last == LENGTH);
    assertThat(socket.trySend(block, OFFSET, LENGTH, false)).isBetween(0L, LENGTH - last);
    block.release();
    byte[] got = received(all);
    for (int i = 0; i < got.length; i++) {
      if (got[i] != sent[i % LENGTH]) {
        throw new AssertionError("byte " + i);
      }
    }
  }

  @Test
  void isCopiedForFewReceivers() throws IOException {
    assertThat(arrivesLent(7)).isFalse();
  }

  @Test
  void isCopiedToASocketThatWouldBlock() throws IOException {
    sending.configureBlocking(true);
    assertThat(arrivesLent(8)).isFalse();
  }

  @Test
  void isNeitherForLittleNorForMoreThanAPipeHolds() {
    long page = 3L * Pages.bytes();
    int most = PagePipe.PAGES * Pages.bytes();
    assertThat(pipes.suit(page, PagePipes.SMALLEST_BYTES)).isTrue();
    assertThat(pipes.suit(page, PagePipes.SMALLEST_BYTES - 1)).isFalse();
    assertThat(pipes.suit(page, most)).isTrue();
    assertThat(pipes.suit(page, most + 1)).isFalse();
    assertThat(pipes.suit(page + 1, most)).isFalse();
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
    assertThat(taken).contains(pipes.take());
    for (PagePipe pipe : taken) {
      pipe.close();
    }
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
    List<PagePipe> taken = takeAll(PagePipes.ALL);
    try {
      for (int i = 0; i <= PagePipes.MOST_REFUSALS; i++) {
        assertThat(arrivesLent(8)).as("looked for a pipe, so was lent").isTrue();
      }
    } finally {
      taken.forEach(PagePipes.ALL::putBack);
    }
    assertThat(PagePipes.ALL.suit(0, LENGTH)).isTrue();
  }

  @Test
  void givesUpWhereSocketsTakeOnlyCopies() {
    for (int i = 0; i < PagePipes.MOST_REFUSALS; i++) {
      assertThat(pipes.suit(0, LENGTH)).as("after %s refusals", i).isTrue();
      pipes.copyingWorks();
    }
    assertThat(pipes.suit(0, LENGTH)).isFalse();
  }
}
