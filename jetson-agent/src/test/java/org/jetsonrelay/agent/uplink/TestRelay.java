// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A test double of a relay: just enough of RFC 6455 to play any part, good or bad, in front of an
 * agent. One thread accepts, one per connection reads; tests call the rest.
 */
public final class TestRelay implements Closeable {

  /** One message of an agent. */
  public static final class Message {

    private final int opcode;
    private final byte[] payload;

    private Message(int opcode, byte[] payload) {
      this.opcode = opcode;
      this.payload = payload;
    }

    public int opcode() {
      return opcode;
    }

    public byte[] payload() {
      return payload;
    }

    /** As UTF-8. */
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }
  }

  private final List<Connection> connections = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final Thread accepting;

  /** Sent instead of a handshake's answer, when set before a connection is made. */
  private volatile Optional<String> refusal = Optional.empty();

  private volatile boolean welcoming = true;
  private volatile boolean answeringPings = true;
  private volatile boolean reading = true;

  /** Listens at a free port of 127.0.0.1. */
  public TestRelay() throws IOException {
    this(0);
  }

  /** Listens at a port, such as that of a relay that was closed. */
  public TestRelay(int port) throws IOException {
    this(new ServerSocket(), port);
  }

  /** Listens at a free port and does TLS. */
  public TestRelay(SSLContext context) throws IOException {
    this(context.getServerSocketFactory().createServerSocket(), 0);
  }

  private TestRelay(ServerSocket unbound, int port) throws IOException {
    server = unbound;
    server.setReuseAddress(true);
    server.setReceiveBufferSize(64 * 1024);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    accepting = start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  public URI uri() {
    String scheme = server instanceof SSLServerSocket ? "wss" : "ws";
    return URI.create(scheme + "://127.0.0.1:" + port() + "/ws");
  }

  /** Answers handshakes with this status line from now on. */
  public TestRelay refusing(String statusLine) {
    refusal = Optional.of(statusLine);
    return this;
  }

  /** Does not answer registrations. */
  public TestRelay ignoring() {
    welcoming = false;
    return this;
  }

  /** Does not answer pings. */
  public TestRelay deaf() {
    answeringPings = false;
    return this;
  }

  /** Does not read after the handshake. */
  public TestRelay stalled() {
    reading = false;
    return this;
  }

  /** All connections so far, in order. */
  public List<Connection> connections() {
    return connections;
  }

  /** The connection made last. */
  public Connection last() {
    return connections.get(connections.size() - 1);
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task, "test-relay");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        Connection connection = new Connection(server.accept());
        start(connection::serve);
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** Stops listening and drops all connections without a word. */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      // The port is free only when accept() has returned.
      accepting.join();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    for (Connection connection : connections) {
      connection.drop();
    }
  }

  /** One agent's connection. */
  public final class Connection {

    private final Socket socket;
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final List<Message> frames = new CopyOnWriteArrayList<>();
    private volatile String request = "";
    private volatile boolean ended;
    private volatile int closeCode;

    private Connection(Socket socket) {
      this.socket = socket;
    }

    /** Data messages in order of arrival. */
    public List<Message> messages() {
      return messages;
    }

    /** Pings and data messages in order of arrival. */
    public List<Message> frames() {
      return frames;
    }

    /** The handshake's request. */
    public String request() {
      return request;
    }

    /** The images among the messages. */
    public List<byte[]> images() {
      return messages.stream().filter(m -> m.opcode() == 2).map(Message::payload).toList();
    }

    public boolean ended() {
      return ended;
    }

    /** The code of the agent's close; 0 before it. */
    public int closeCode() {
      return closeCode;
    }

    public boolean registered() {
      return messages.stream().anyMatch(m -> m.text().contains("client_type"));
    }

    public void say(String json) {
      frame(0x81, json.getBytes(StandardCharsets.UTF_8));
    }

    public void startStreaming() {
      say(
          "{\"type\":\"start_streaming\",\"requestedBy\":\"client_1_abc\",\"timestamp\":\"2025-08-25T06:13:46.000Z\"}");
    }

    public void stopStreaming() {
      say(
          "{\"type\":\"stop_streaming\",\"requestedBy\":\"client_1_abc\",\"timestamp\":\"2025-08-25T06:13:46.000Z\"}");
    }

    public void closeWith(int code, String reason) {
      byte[] words = reason.getBytes(StandardCharsets.UTF_8);
      frame(0x88, ByteBuffer.allocate(2 + words.length).putShort((short) code).put(words).array());
    }

    public void drop() throws IOException {
      socket.close();
    }

    /** Writes one frame; {@code first} is its first byte. */
    public synchronized void frame(int first, byte[] payload) {
      try {
        OutputStream out = socket.getOutputStream();
        ByteBuffer header = ByteBuffer.allocate(10).put((byte) first);
        if (payload.length < 126) {
          header.put((byte) payload.length);
        } else if (payload.length < 65_536) {
          header.put((byte) 126).putShort((short) payload.length);
        } else {
          header.put((byte) 127).putLong(payload.length);
        }
        out.write(header.array(), 0, header.position());
        out.write(payload);
        out.flush();
      } catch (IOException e) {
        // The agent is gone; the test sees that by itself.
        ended = true;
      }
    }

    private void serve() {
      try (socket) {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        request = head(in);
        if (refusal.isPresent()) {
          socket
              .getOutputStream()
              .write(
                  ("HTTP/1.1 " + refusal.get() + "\r\nContent-Length: 0\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
          connections.add(this);
          return;
        }
        socket.getOutputStream().write(accepted(request).getBytes(StandardCharsets.US_ASCII));
        say(
            "{\"type\":\"welcome\",\"clientId\":\"client_7_me\",\"serverTime\":\"2025-08-25T06:13:46.000Z\",\"message\":\"Connected\"}");
        connections.add(this);
        while (reading && frame(in)) {
          // Until the agent closes.
        }
        while (!reading && !socket.isClosed()) {
          LockSupport.parkNanos(1_000_000);
        }
      } catch (IOException e) {
        // Dropped by one side.
      } finally {
        ended = true;
      }
    }

    private boolean frame(DataInputStream in) throws IOException {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      if ((second & 0x80) == 0) {
        throw new IOException("a client must mask");
      }
      long length = second & 0x7F;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes((int) length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      switch (first & 0x0F) {
        case 1, 2 -> {
          if ((first & 0x80) == 0) {
            throw new IOException("this double takes no fragments");
          }
          Message message = new Message(first & 0x0F, payload);
          messages.add(message);
          frames.add(message);
          if (welcoming && message.text().contains("client_type")) {
            say(
                "{\"type\":\"registration_success\",\"clientType\":\"jetson\",\"message\":\"Registered as jetson client\"}");
          }
        }
        case 8 -> {
          closeCode = length >= 2 ? ByteBuffer.wrap(payload).getShort() & 0xFFFF : 1005;
          frame(0x88, payload);
          return false;
        }
        case 9 -> {
          frames.add(new Message(9, payload));
          if (answeringPings) {
            frame(0x8A, payload);
          }
        }
        default -> {}
      }
      return true;
    }

    private static String head(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException();
        }
        head.append((char) next);
      }
      return head.toString();
    }

    private static String accepted(String request) {
      String key =
          request
              .lines()
              .filter(line -> line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18))
              .map(line -> line.substring(18).strip())
              .findFirst()
              .orElseThrow(() -> new UncheckedIOException(new IOException("no key")));
      try {
        byte[] hash =
            MessageDigest.getInstance("SHA-1")
                .digest(
                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                        .getBytes(StandardCharsets.US_ASCII));
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(hash)
            + "\r\n\r\n";
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    }
  }
}
