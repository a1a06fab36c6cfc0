// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.tls.Tls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;

/// Sends every message back as it came, on any path: for conformance suites and for tests.
public final class EchoServer implements AutoCloseable {
  static final WebSocketSettings SETTINGS =
      new WebSocketSettings(
          1_000,
          64 << 20,
          64 << 20,
          100_000,
          new MessageLimits(Integer.MAX_VALUE, 1L << 40),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5));

  private static final int MAX_WAITING = 1_024;
  private static final int MAX_REMEMBERED = 1_000;

  /// Why connections ended, oldest first; of the latest [#MAX_REMEMBERED].
  final List<CloseReason> closed = new CopyOnWriteArrayList<>();

  final TestServer server;
  private final Set<WebSocket> open = ConcurrentHashMap.newKeySet();

  /// Starts on this port of the loop-back address; 0 takes a free one.
  public EchoServer(int port) {
    this(port, SETTINGS);
  }

  /// As above, with limits of the caller's choice.
  public EchoServer(int port, WebSocketSettings settings) {
    this("127.0.0.1", port, settings, Tls.builder().enabled(false).build());
  }

  EchoServer(int port, WebSocketSettings settings, Tls tls) {
    this("127.0.0.1", port, settings, tls);
  }

  private EchoServer(String host, int port, WebSocketSettings settings, Tls tls) {
    server = new TestServer(settings, new Endpoint(), host, port, tls);
  }

  /// Starts on the given host and port, says so, and runs until the process is stopped.
  public static void main(String[] arguments) throws InterruptedException {
    String host = arguments[0];
    int port = Integer.parseInt(arguments[1]);
    EchoServer echo = new EchoServer(host, port, SETTINGS, Tls.builder().enabled(false).build());
    Runtime.getRuntime().addShutdownHook(new Thread(echo::close, "echo-stop"));
    System.getLogger(EchoServer.class.getName())
        .log(
            System.Logger.Level.INFO, "echoing on ws://{0}:{1}", host, String.valueOf(echo.port()));
    Thread.currentThread().join();
  }

  /// Where it listens.
  public int port() {
    return server.port();
  }

  /// Starts the closing handshake of each open connection.
  public void closeAll(int code, String text) {
    open.forEach(socket -> socket.close(code, text));
  }

  /// Why connections ended since the last [#forget], oldest first.
  public List<CloseReason> closed() {
    return List.copyOf(closed);
  }

  /// Forgets why connections ended.
  public void forget() {
    closed.clear();
  }

  /// Whether no connection is open and every block of memory was given back.
  public boolean isIdle() {
    return server.transport.connections() == 0 && server.pool.outstanding() == 0;
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
      open.add(socket);
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
      byte[] header = header(first, length);
      boolean full;
      synchronized (this) {
        full = waiting.size() == MAX_WAITING;
        if (over || full) {
          block.release();
        } else {
          waiting.add(new Message(header, block, offset, length));
        }
      }
      if (full) {
        socket.close(1008, "echoes are not being read");
      } else {
        socket.signal();
      }
    }

    private static byte[] header(int first, int length) {
      if (length <= 125) {
        return new byte[] {(byte) first, (byte) length};
      }
      if (length <= 0xffff) {
        return ByteBuffer.allocate(4)
            .put((byte) first)
            .put((byte) 126)
            .putShort((short) length)
            .array();
      }
      return ByteBuffer.allocate(10).put((byte) first).put((byte) 127).putLong(length).array();
    }

    @Override
    public void onPong(ByteBuffer payload) {
      // nothing was asked
    }

    @Override
    public void onClosed(CloseReason reason) {
      open.remove(socket);
      if (closed.size() == MAX_REMEMBERED) { // it may run for days
        closed.removeFirst();
      }
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

    /// What came before the peer's close frame is echoed before the answer to it.
    @Override
    public boolean farewell(Gather out) {
      return next(out, 0) == 0;
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
