// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.tls.Tls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;

/// Sends every message back as it came, on any path: for conformance suites and for tests.
public final class EchoServer implements AutoCloseable {
  static final WebSocketSettings SETTINGS =
      new WebSocketSettings(
          1_000, 64 << 20, 64 << 20, 100_000, Duration.ofSeconds(2), Duration.ofSeconds(5));

  private static final int MAX_WAITING = 1_024;

  final List<CloseReason> closed = new CopyOnWriteArrayList<>();
  final TestServer server;

  /// Starts on this port; 0 takes a free one.
  public EchoServer(int port) {
    this(port, SETTINGS, Tls.builder().enabled(false).build());
  }

  EchoServer(int port, WebSocketSettings settings, Tls tls) {
    server = new TestServer(settings, new Endpoint(), port, tls);
  }

  /// Starts on the port that is the only argument, and runs until the process is stopped.
  public static void main(String[] arguments) throws InterruptedException {
    int port = arguments.length == 0 ? 9001 : Integer.parseInt(arguments[0]);
    try (EchoServer echo = new EchoServer(port)) {
      System.getLogger(EchoServer.class.getName())
          .log(System.Logger.Level.INFO, "echoing on port {0}", String.valueOf(echo.port()));
      Thread.currentThread().join();
    }
  }

  /// Where it listens.
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Endpoint implements WebSocketEndpoint {
    @Override
    public boolean serves(String path) {
      return !path.equals("/hello");
    }

    @Override
    public Service open(WebSocket socket, Handshake handshake) {
      Echo echo = new Echo(socket, server().pool);
      return new Service(echo, echo);
    }
  }

  private TestServer server() {
    return server;
  }

  /// One connection. The waiting messages are guarded by `this`.
  private final class Echo implements WebSocketListener, Outbox {
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Message(byte[] header, Block block, int offset, int length) {}

    private final WebSocket socket;
    private final BlockPool pool;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private boolean over;

    Echo(WebSocket socket, BlockPool pool) {
      this.socket = socket;
      this.pool = pool;
    }

    @Override
    public void onText(ByteBuffer utf8) {
      int length = utf8.remaining();
      Block block = pool.acquire(Frame.HEADROOM + length);
      block.memory().put(Frame.HEADROOM, utf8, utf8.position(), length);
      add(0x81, block, Frame.HEADROOM, length);
    }

    @Override
    public void onBinary(Block block, int offset, int length) {
      add(0x82, block, offset, length);
    }

    private void add(int first, Block block, int offset, int length) {
      byte[] unmasked = RawWebSocket.encode(first, new byte[length], null);
      byte[] header = Arrays.copyOf(unmasked, unmasked.length - length);
      synchronized (this) {
        if (over || waiting.size() == MAX_WAITING) {
          block.release();
          return;
        }
        waiting.add(new Message(header, block, offset, length));
      }
      socket.signal();
    }

    @Override
    public void onPong(ByteBuffer payload) {
      // nothing was asked
    }

    @Override
    public void onClosed(CloseReason reason) {
      closed.add(reason);
    }

    @Override
    public synchronized long next(Gather out, long nowNanos) {
      Message message = waiting.poll();
      if (message == null) {
        return NOTHING;
      }
      out.add(message.header);
      out.add(message.block, message.offset, message.length);
      message.block.release();
      return 0;
    }

    @Override
    public void sent(long nowNanos) {
      // nothing to account for
    }

    @Override
    public synchronized void discard() {
      over = true;
      waiting.forEach(message -> message.block.release());
      waiting.clear();
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
