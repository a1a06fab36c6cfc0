// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// A connection's life as its owner sees it, over real sockets.
class ConnectionTest {
  private static final WebSocketSettings SETTINGS =
      new WebSocketSettings(
          2_000, 1_000, 1 << 20, 4, Duration.ofMillis(400), Duration.ofSeconds(5));

  private final List<Owner> owners = new CopyOnWriteArrayList<>();
  private final TestServer server = new TestServer(SETTINGS, this::open);

  @AfterEach
  void nothingIsLeft() {
    await().atMost(10, SECONDS).until(() -> server.transport.connections() == 0);
    await().atMost(10, SECONDS).until(() -> server.pool.outstanding() == 0);
    for (Owner owner : owners) {
      assertThat(owner.closed).hasSize(1);
      assertThat(owner.discarded).hasValue(1);
    }
    server.close();
  }

  private WebSocketEndpoint.Service open(WebSocket socket, Handshake handshake) {
    if (handshake.query().contains("fail")) {
      throw new IllegalStateException("fails on purpose");
    }
    Owner owner = new Owner(socket);
    owners.add(owner);
    if (handshake.query().contains("early")) {
      owner.send(new byte[] {(byte) 0x81, 1, 'w'});
    }
    return new WebSocketEndpoint.Service(owner, owner);
  }

  private static final class Owner implements WebSocketListener, Outbox {
    final WebSocket socket;
    final ConcurrentLinkedQueue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    final List<CloseReason> closed = new CopyOnWriteArrayList<>();
    final AtomicInteger discarded = new AtomicInteger();
    final AtomicInteger pongs = new AtomicInteger();

    Owner(WebSocket socket) {
      this.socket = socket;
    }

    void send(byte[] frame) {
      waiting.add(frame);
      socket.signal();
    }

    @Override
    public void onText(ByteBuffer utf8) {
      switch (utf8.get()) {
        case 'c' -> socket.close(4_409, "replaced");
        case 'a' -> socket.abort("told to");
        case 'm' -> socket.maxMessageBytes(10, 20);
        case 'p' -> send(ControlFrames.ping(0x0102030405060708L));
        default -> throw new IllegalStateException("fails on purpose");
      }
    }

    @Override
    public void onBinary(Block block, int offset, int length) {
      block.release();
    }

    @Override
    public void onPong(ByteBuffer payload) {
      assertThat(payload.remaining()).isEqualTo(8);
      pongs.incrementAndGet();
    }

    @Override
    public void onClosed(CloseReason reason) {
      closed.add(reason);
    }

    @Override
    public long next(Gather out, long nowNanos) {
      byte[] next = waiting.poll();
      if (next == null) {
        return NOTHING;
      }
      out.add(next);
      return 0;
    }

    @Override
    public void sent(long nowNanos) {}

    @Override
    public void discard() {
      discarded.incrementAndGet();
      waiting.clear();
    }
  }

  private RawWebSocket connect() throws IOException {
    int before = owners.size();
    RawWebSocket client = RawWebSocket.open(server.port(), "/ws");
    await().atMost(10, SECONDS).until(() -> owners.size() == before + 1);
    return client;
  }

  private CloseReason reason() {
    await().atMost(10, SECONDS).until(() -> !owners.getFirst().closed.isEmpty());
    return owners.getFirst().closed.getFirst();
  }

  @Test
  void sendsWhatWaitedBeforeItWasOpen() throws IOException {
    try (RawWebSocket client = RawWebSocket.open(server.port(), "/ws?early=1")) {
      assertThat(client.read().text()).isEqualTo("w");
    }
  }

  @Test
  void closesWithItsOwnersCodeAndTheAnswerEndsIt() throws IOException {
    try (RawWebSocket client = connect()) {
      client.text("c");
      Received close = client.read();
      assertThat(close.closeCode()).isEqualTo(4_409);
      assertThat(close.closeText()).isEqualTo("replaced");
      client.text("ignored, or this would fail");
      client.close(4_409, "");
      assertThat(client.readToEnd()).isEmpty();
      assertThat(reason()).isEqualTo(new CloseReason(4_409, "replaced", false));
    }
  }

  @Test
  void cutsAPeerThatDoesNotAnswerItsClose() throws IOException {
    try (RawWebSocket client = connect()) {
      client.text("c");
      assertThat(client.read().closeCode()).isEqualTo(4_409);
      assertThat(client.readToEnd()).isEmpty(); // without an answer
      assertThat(reason()).isEqualTo(new CloseReason(4_409, "replaced", false));
    }
  }

  @Test
  void cutsAPeerThatTakesNothingEvenForItsClose() throws IOException {
    try (RawWebSocket client = connect()) {
      Owner owner = owners.getFirst();
      byte[] large = new byte[64 << 10];
      large[0] = (byte) 0x82;
      large[1] = 126;
      large[2] = (byte) 0xff;
      large[3] = (byte) 0xfc;
      for (int i = 0; i < 400; i++) {
        owner.send(large);
      }
      await()
          .atMost(10, SECONDS)
          .until(() -> owner.socket.writingForNanos(System.nanoTime()) > 50_000_000);
      owner.socket.close(1_001, "shutting down");
      assertThat(reason()).isEqualTo(new CloseReason(1_001, "shutting down", false));
      assertThat(client.socket().isConnected()).isTrue();
    }
  }

  @Test
  void cutsAtOnceWhenAborted() throws IOException {
    try (RawWebSocket client = connect()) {
      client.text("a");
      assertThat(client.readToEnd()).isEmpty();
      assertThat(reason()).isEqualTo(new CloseReason(1006, "told to", false));
    }
  }

  @Test
  void closesWith1011WhenItsListenerFails() throws IOException {
    try (RawWebSocket client = connect()) {
      client.text("x");
      assertThat(client.read().closeCode()).isEqualTo(1011);
      assertThat(client.readToEnd()).isEmpty();
      assertThat(reason().code()).isEqualTo(1011);
    }
  }

  @Test
  void survivesAnEndpointThatFails() throws IOException {
    try (RawWebSocket client = RawWebSocket.open(server.port(), "/ws?fail=1")) {
      assertThat(client.readToEnd()).isEmpty(); // no HTTP inside of the WebSocket
    }
    assertThat(owners).isEmpty();
  }

  @Test
  void takesNewLimitsAtOnce() throws IOException {
    try (RawWebSocket client = connect()) {
      client.text("m");
      client.frame(RawWebSocket.BINARY, new byte[20]);
      client.frame(RawWebSocket.BINARY, new byte[21]);
      assertThat(client.read().closeCode()).isEqualTo(1009);
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void passesPongsOnAndRemembersWhenItRead() throws IOException {
    try (RawWebSocket client = connect()) {
      long before = System.nanoTime();
      client.text("p");
      Received ping = client.read();
      assertThat(ping.first()).isEqualTo(0x89);
      assertThat(ping.payload()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
      client.frame(RawWebSocket.PONG, ping.payload());
      await().atMost(10, SECONDS).until(() -> owners.getFirst().pongs.get() == 1);
      assertThat(owners.getFirst().socket.lastReadNanos() - before).isPositive();
    }
  }

  @Test
  void refusesToSendAnImpossibleCode() throws IOException {
    try (RawWebSocket client = connect()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> owners.getFirst().socket.close(1006, ""));
      assertThat(client.socket().isConnected()).isTrue();
    }
  }

  @Test
  void saysGoodbyeWhenTheServerStops() throws IOException {
    // A writer thread may be too late: Helidon interrupts the readers right after its polite call.
    Assumptions.assumeTrue(WebSocketTransport.writesWithoutWaiting());
    try (RawWebSocket client = connect()) {
      server.close();
      assertThat(client.read().closeCode()).isEqualTo(1001);
      assertThat(client.readToEnd()).isEmpty();
      assertThat(reason()).isEqualTo(new CloseReason(1001, "server is shutting down", false));
    }
  }

  @Test
  void leaksNoDescriptorInAThousandAbusiveConnections() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors), "needs Linux");
    Random random = new Random(1_000);
    long before = count(descriptors);
    for (int i = 0; i < 1_000; i++) {
      try (RawWebSocket client = RawWebSocket.connect(server.port())) {
        byte[] garbage = new byte[random.nextInt(3_000)];
        random.nextBytes(garbage);
        if (i % 4 != 0) {
          client.shakeHands("/ws");
        }
        if (i % 4 == 1) {
          client.socket().setSoLinger(true, 0); // reset
        }
        client.send(i % 4 == 3 ? RawWebSocket.encode(2, garbage) : garbage);
      } catch (IOException refused) {
        assertThat(i % 4).isNotNegative(); // the server may be faster: it hung up on garbage
      }
    }
    await().atMost(10, SECONDS).until(() -> server.transport.connections() == 0);
    await().atMost(10, SECONDS).until(() -> count(descriptors) <= before + 5);
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  @Test
  void writesWithoutWaitingWhereTheFlagsAreGiven() {
    Assumptions.assumeTrue(
        ConnectionTest.class.getModule().isNativeAccessEnabled()
            && System.getProperty("os.name").equals("Linux"),
        "needs Linux and the flags of the build");
    assertThat(WebSocketTransport.writesWithoutWaiting()).isTrue();
  }
}
