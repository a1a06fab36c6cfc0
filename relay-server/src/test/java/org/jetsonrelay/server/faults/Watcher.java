// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jspecify.annotations.Nullable;

/// A viewer that insists on what it was promised: texts and pictures in pairs, sizes as announced,
/// each picture one of its camera's, to the byte, and each camera's in order. It can also behave as
/// badly as viewers do.
///
/// Its own virtual thread reads; whoever tries it calls the rest.
final class Watcher implements AutoCloseable {

  private static final String REGISTER =
      "{\"type\":\"client_type\",\"clientType\":\"flutter\",\"features\":[\"frame_details\"]}";
  private static final int MAX_PICTURE_BYTES = 4 << 20;
  private static final long PEACE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int READY_LIMIT_MILLIS = 10_000;

  private final PictureBook book;
  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Ages ages;
  private final Thread thread;
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  // Written by the reader thread, read by any.
  private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
  private final Map<String, Long> gaps = new ConcurrentHashMap<>();
  private volatile long lastAgeMillis = -1;
  private volatile String id = "";
  private volatile long received;
  private volatile long receivedBytes;
  private volatile int closeCode;
  private volatile boolean over;

  // Written by the one who tries it, read by the reader thread.
  private volatile long readsAgainNanos = System.nanoTime() - PEACE_NANOS;

  /// Whether its end would be no surprise: it leaves, or the relay may have had enough of it.
  private volatile boolean endExpected;

  // The reader's thread's.
  private final Map<String, Long> lastSequence = new HashMap<>();
  private byte[] payload = new byte[64 << 10];
  private @Nullable JsonObject announced;

  private Watcher(Socket socket, PictureBook book, Ages ages) throws IOException {
    this.socket = socket;
    this.book = book;
    this.ages = ages;
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16 << 10));
    out = socket.getOutputStream();
    thread = Thread.ofVirtual().name("watcher-" + socket.getLocalPort()).unstarted(this::run);
  }

  /// Connects, registers and asks.
  ///
  /// @param receiveBufferBytes 0 for the system's choice
  /// @param request `request_stream` or what else comes behind the registration
  /// @param ages where the pictures' ages are counted
  static Watcher connect(
      InetSocketAddress relay, int receiveBufferBytes, String request, PictureBook book, Ages ages)
      throws IOException {
    Socket socket = new Socket();
    try {
      if (receiveBufferBytes > 0) {
        socket.setReceiveBufferSize(receiveBufferBytes);
      }
      socket.setTcpNoDelay(true);
      socket.connect(relay, READY_LIMIT_MILLIS);
      socket.setSoTimeout(READY_LIMIT_MILLIS);
      Watcher watcher = new Watcher(socket, book, ages);
      watcher.shakeHands(relay.getHostString() + ":" + relay.getPort());
      socket.setSoTimeout(0);
      watcher.say(REGISTER);
      watcher.say(request);
      watcher.thread.start();
      return watcher;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// All cameras.
  static String all() {
    return "{\"type\":\"request_stream\"}";
  }

  private void shakeHands(String host) throws IOException {
    out.write(
        ("GET /ws HTTP/1.1\r\nHost: "
                + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    if (!head.toString().startsWith("HTTP/1.1 101")) {
      throw new ProtocolException("the relay answers " + head.toString().lines().findFirst());
    }
  }

  // ---- behaviour ----

  /// Sends a text message.
  void say(String json) throws IOException {
    frame(0x81, json.getBytes(StandardCharsets.UTF_8));
  }

  private void frame(int first, byte[] bytes) throws IOException {
    synchronized (out) {
      out.write(RawWebSocket.encode(first, bytes));
    }
  }

  /// Takes nothing for so long; for longer than `patienceMillis` the relay may cut it.
  void stall(long millis, long patienceMillis) {
    if (millis >= patienceMillis) {
      endExpected = true;
    }
    readsAgainNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  void resume() {
    readsAgainNanos = System.nanoTime();
    LockSupport.unpark(thread);
  }

  boolean stalled() {
    return readsAgainNanos - System.nanoTime() > 0;
  }

  /// Says goodbye, and lets the relay finish.
  void leave() {
    endExpected = true;
    resume();
    try {
      frame(0x88, new byte[] {3, (byte) 0xe8});
      socket.setSoTimeout(READY_LIMIT_MILLIS);
    } catch (IOException gone) {
      over = true;
    }
  }

  /// Goes in the middle of whatever there is, with a reset or an orderly end of the stream.
  void vanish(boolean reset) throws IOException {
    endExpected = true;
    if (reset) {
      socket.setSoLinger(true, 0);
    }
    socket.close();
    resume();
  }

  @Override
  public void close() throws IOException {
    vanish(false);
  }

  // ---- what is known of it ----

  /// What it did not like, null when all was well.
  @Nullable String failure() {
    return failure.get();
  }

  /// Its client id; empty before the welcome.
  String id() {
    return id;
  }

  long received() {
    return received;
  }

  long receivedBytes() {
    return receivedBytes;
  }

  boolean over() {
    return over;
  }

  /// The code the relay closed with, 0 when it did not.
  int closeCode() {
    return closeCode;
  }

  /// Whether a picture of this camera has come.
  boolean has(String camera) {
    return arrivals.containsKey(camera);
  }

  /// When a camera's last picture came, [System#nanoTime()]; `otherwise` when none has.
  long lastArrivalNanos(String camera, long otherwise) {
    return arrivals.getOrDefault(camera, otherwise);
  }

  /// The longest time between two pictures of this camera since [#forget], up to now.
  long longestGapMillis(String camera) {
    long now = System.nanoTime();
    long open = now - arrivals.getOrDefault(camera, now);
    return TimeUnit.NANOSECONDS.toMillis(Math.max(open, gaps.getOrDefault(camera, 0L)));
  }

  /// Begins anew with the longest times.
  void forget() {
    gaps.clear();
  }

  /// What the relay said of the last picture's age; -1 before the first.
  long lastAgeMillis() {
    return lastAgeMillis;
  }

  // ---- the reader ----

  private void run() {
    try {
      while (!over) {
        long left = readsAgainNanos - System.nanoTime();
        if (left > 0) {
          LockSupport.parkNanos(this, left);
        } else {
          message();
        }
      }
    } catch (ProtocolException e) {
      failure.compareAndSet(null, id + ": " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      if (!endExpected) {
        failure.compareAndSet(null, id + ": lost the relay: " + e);
      }
    } finally {
      over = true;
      try {
        socket.close();
      } catch (IOException _) {
        // closed is closed
      }
    }
  }

  private void message() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    long length =
        switch (second) {
          case 127 -> in.readLong();
          case 126 -> in.readUnsignedShort();
          default -> second;
        };
    if ((first & 0xf0) != 0x80 || second > 127 || length < 0 || length > MAX_PICTURE_BYTES) {
      throw new ProtocolException(
          "a masked, fragmented, reserved or huge frame: %x, %d bytes".formatted(first, length));
    }
    if (payload.length < length) {
      payload = new byte[(int) length];
    }
    in.readFully(payload, 0, (int) length);
    switch (first & 0x0f) {
      case RawWebSocket.TEXT -> text(new String(payload, 0, (int) length, StandardCharsets.UTF_8));
      case RawWebSocket.BINARY -> picture((int) length);
      case RawWebSocket.PING -> {
        byte[] answer = new byte[(int) length];
        System.arraycopy(payload, 0, answer, 0, answer.length);
        frame(0x8a, answer);
      }
      case RawWebSocket.PONG -> {}
      case RawWebSocket.CLOSE -> {
        closeCode = length < 2 ? 1005 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
        over = true;
      }
      default -> throw new ProtocolException("opcode " + first);
    }
  }

  private void text(String text) throws ProtocolException {
    if (announced != null) {
      throw new ProtocolException("between image_frame and its picture came " + text);
    }
    JsonObject json = JsonParser.create(text.getBytes(StandardCharsets.UTF_8)).readJsonObject();
    switch (json.stringValue("type", "")) {
      case "image_frame" -> announced = json;
      case "welcome" -> id = json.stringValue("clientId", "");
      case "error" -> {
        if (!json.stringValue("code", "").equals("unknown_camera")) {
          throw new ProtocolException(text);
        }
      }
      case "registration_success", "pong", "server_shutdown" -> {}
      default -> throw new ProtocolException("unexpected: " + text);
    }
  }

  private void picture(int length) throws ProtocolException {
    JsonObject about = announced;
    announced = null;
    if (about == null || about.intValue("size", -1) != length) {
      throw new ProtocolException("a picture of " + length + " bytes, announced was " + about);
    }
    String camera = about.stringValue("camera", "");
    if (!book.has(camera, payload, length)) {
      throw new ProtocolException("not one of " + camera + "'s pictures");
    }
    // A camera that has gone and come again counts anew.
    String feed = camera + about.stringValue("from", "");
    long sequence = about.longValue("sequence", -1);
    if (sequence <= lastSequence.getOrDefault(feed, 0L)) {
      throw new ProtocolException("%s: %d again".formatted(camera, sequence));
    }
    lastSequence.put(feed, sequence);
    long now = System.nanoTime();
    Long before = arrivals.put(camera, now);
    if (before != null && readsAgainNanos - now <= -PEACE_NANOS) {
      // The first is the camera's latest, whatever its age; what waited while this one stalled is
      // old by its own doing.
      Instant captured = Instant.parse(about.stringValue("capturedAt", ""));
      ages.add(captured.until(Instant.now()).toMillis());
    }
    if (before != null) {
      gaps.merge(camera, now - before, Math::max);
    }
    lastAgeMillis = about.longValue("ageMs", -1);
    count(length);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the reader thread writes
  private void count(int length) {
    receivedBytes += length;
    received++;
  }
}
