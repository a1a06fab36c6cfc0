// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jspecify.annotations.Nullable;

/// A viewer that notes how old each frame is when its last byte has been read, and insists on the
/// rules: text and picture in pairs, sizes as announced, in order.
///
/// A thread of its own reads; whoever opened it asks.
final class AgeViewer implements AutoCloseable {

  private static final int CONNECT_LIMIT_MILLIS = 20_000;

  /// Longer than any outage of the links; a relay that says nothing for so long has failed.
  private static final int READ_LIMIT_MILLIS = 30_000;

  private static final int MOST_WAITING = 1_024;

  /// A frame that has arrived.
  ///
  /// @param atNanos when, [System#nanoTime()]
  record Arrival(long atNanos, long ageNanos) {}

  private final RawWebSocket socket;
  private final Answering answering;
  private final Thread thread = Thread.ofPlatform().daemon().name("viewer").unstarted(this::run);
  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("viewer-pongs").factory());
  private final CountDownLatch registered = new CountDownLatch(1);

  /// Set by its own thread, or by the one of late pongs.
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  private volatile boolean closing;

  // Written by its own thread, read by others when that has ended.
  private final List<Arrival> arrivals = new ArrayList<>();

  // Its own thread's.
  private int announced = -1;
  private long lastSequence;

  // Pongs that wait: both threads'.
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicReference<byte @Nullable []> latest = new AtomicReference<>();

  private AgeViewer(RawWebSocket socket, Answering answering) {
    this.socket = socket;
    this.answering = answering;
  }

  /// Connects and asks for all cameras; returns when the relay has let it in.
  static AgeViewer open(NetworkSpace space, InetSocketAddress relay, Answering answering)
      throws IOException, InterruptedException {
    RawWebSocket socket =
        space.call(() -> {
          Socket tcp = new Socket();
          tcp.connect(relay, CONNECT_LIMIT_MILLIS);
          return RawWebSocket.of(tcp);
        });
    socket.socket().setSoTimeout(READ_LIMIT_MILLIS);
    AgeViewer viewer = new AgeViewer(socket, answering);
    try {
      socket.shakeHands("/ws");
      viewer.thread.start();
      socket.text("{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
      socket.text("{\"type\":\"request_stream\"}");
      if (!viewer.registered.await(READ_LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
        viewer.check();
        throw new IOException("the relay does not register a viewer");
      }
      return viewer;
    } catch (IOException | InterruptedException | RuntimeException e) {
      viewer.close();
      throw e;
    }
  }

  private void run() {
    try {
      while (true) {
        RawWebSocket.Received received = socket.read();
        switch (received.opcode()) {
          case RawWebSocket.TEXT -> text(received.text());
          case RawWebSocket.BINARY -> picture(received.payload(), System.nanoTime());
          case RawWebSocket.PING -> ping(received.payload());
          case RawWebSocket.PONG -> {}
          default ->
              throw new ProtocolException(
                  "opcode " + received.opcode() + ", code " + received.closeCode());
        }
      }
    } catch (IOException | RuntimeException e) {
      if (!closing) {
        failure.compareAndSet(null, e);
      }
      registered.countDown();
    }
  }

  private void text(String json) throws ProtocolException {
    if (announced >= 0) {
      throw new ProtocolException("between image_frame and its picture came " + json);
    }
    if (json.contains("\"image_frame\"")) {
      String size = json.replaceFirst(".*\"size\":\\s*(\\d+).*", "$1");
      announced = Links.integer("size", size);
    } else if (json.contains("\"registration_success\"")) {
      registered.countDown();
    } else if (json.contains("\"error\"")) {
      throw new ProtocolException("the relay says: " + json);
    }
  }

  private void picture(byte[] picture, long nowNanos) throws ProtocolException {
    if (picture.length != announced || !StampedJpeg.isOne(picture)) {
      throw new ProtocolException(
          "a picture of %d bytes, announced were %d".formatted(picture.length, announced));
    }
    announced = -1;
    long sequence = StampedJpeg.sequence(picture);
    if (sequence <= lastSequence) {
      throw new ProtocolException("picture %d after %d".formatted(sequence, lastSequence));
    }
    lastSequence = sequence;
    arrivals.add(new Arrival(nowNanos, nowNanos - StampedJpeg.sentNanos(picture)));
  }

  private void ping(byte[] payload) throws IOException {
    switch (answering.kind()) {
      case NORMAL -> socket.frame(RawWebSocket.PONG, payload);
      case NEVER -> {}
      case LATE -> answerLater(payload);
      case COALESCES -> {
        if (latest.getAndSet(payload) == null) {
          answerLater(payload);
        }
      }
    }
  }

  private void answerLater(byte[] payload) throws ProtocolException {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      throw new ProtocolException("more than " + MOST_WAITING + " pings to answer");
    }
    var _ =
        later.schedule(
            () -> {
              try {
                byte[] newer = latest.getAndSet(null);
                waiting.decrementAndGet();
                socket.frame(RawWebSocket.PONG, newer == null ? payload : newer);
              } catch (IOException e) {
                if (!closing) {
                  failure.compareAndSet(null, e);
                }
              }
            },
            answering.millis(),
            TimeUnit.MILLISECONDS);
  }

  /// Throws what went wrong.
  private void check() throws IOException {
    Exception e = failure.get();
    if (e != null) {
      throw new IOException("a viewer: " + e.getMessage(), e);
    }
  }

  /// Leaves.
  ///
  /// @return all frames, in their order
  List<Arrival> leave() throws IOException, InterruptedException {
    check();
    close();
    thread.join();
    return List.copyOf(arrivals);
  }

  @Override
  public void close() throws IOException {
    closing = true;
    later.shutdownNow();
    socket.close();
  }
}
