// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jetsonrelay.server.protocol.RelayMessage;
import org.jetsonrelay.server.protocol.RelayMessages;
import org.jetsonrelay.server.remote.RemoteContext;

/// The link to a relay above: this relay is its viewer. Its cameras are shown here, and asked for
/// while somebody watches them here; the relay above paces this one as it does any viewer.
///
/// A virtual thread connects, again and again, and alone sends; frames pass by on the client's
/// threads, see [Reception].
public final class Upstream implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Upstream.class.getName());
  private static final long TICK_MILLIS = 200;
  private static final long PATIENCE_MILLIS = 3_000;

  private final UpstreamSettings settings;
  private final RemoteContext context;
  private final UpstreamCounts counts = new UpstreamCounts();
  private final UpstreamCameras cameras;
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;

  /// Written by the thread, read by request threads.
  private volatile boolean connected;

  /// Written by the thread, read by request threads.
  private volatile String problem = "";

  /// Opened once, by whoever closes.
  private final CountDownLatch closed = new CountDownLatch(1);

  private Upstream(UpstreamSettings settings, RemoteContext context) {
    this.settings = settings;
    this.context = context;
    cameras = new UpstreamCameras(settings, context, this::wake);
    thread = Thread.ofVirtual().name("upstream").unstarted(this::run);
  }

  /// Begins to connect; returns at once.
  public static Upstream open(UpstreamSettings settings, RemoteContext context) {
    Upstream upstream = new Upstream(settings, context);
    upstream.thread.start();
    return upstream;
  }

  /// How it stands.
  public UpstreamStatus status() {
    return new UpstreamStatus(
        settings.address(),
        connected,
        cameras.shown(),
        cameras.refused(),
        counts.frames.sum(),
        counts.bytes.sum(),
        counts.overtaken.sum(),
        problem);
  }

  private void wake() {
    signal.release();
  }

  /// Parts, and lets go of all its cameras.
  @Override
  public void close() {
    closed.countDown();
    wake();
    thread.interrupt();
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean closed() {
    return closed.getCount() == 0;
  }

  // ---- the thread ----

  private void run() {
    HttpClient client = HttpClient.newBuilder().connectTimeout(settings.connectLimit()).build();
    try {
      long retryMillis = settings.firstRetry().toMillis();
      boolean over = closed();
      while (!over) {
        boolean wasConnected = session(client);
        retryMillis =
            wasConnected
                ? settings.firstRetry().toMillis()
                : Math.min(retryMillis * 2, settings.lastRetry().toMillis());
        // Not all edges of a relay that comes back at the same moment.
        long pause = ThreadLocalRandom.current().nextLong(retryMillis / 2, retryMillis + 1);
        over = closed.await(pause, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    } finally {
      client.shutdownNow(); // closing would wait for an attempt to connect
    }
  }

  /// One connection from its beginning to its end.
  ///
  /// @return whether there was one
  private boolean session(HttpClient client) throws InterruptedException {
    Reception reception = new Reception(settings, cameras::named, counts, this::wake);
    WebSocket socket;
    try {
      WebSocket.Builder builder =
          client.newWebSocketBuilder().connectTimeout(settings.connectLimit());
      if (!settings.token().isEmpty()) {
        builder.header("Authorization", "Bearer " + settings.token());
      }
      socket =
          builder
              .buildAsync(URI.create(settings.address()), reception)
              .get(settings.connectLimit().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      failed(String.valueOf(e.getCause()));
      return false;
    } catch (TimeoutException e) {
      failed("no answer");
      return false;
    }
    connected = true;
    LOG.log(System.Logger.Level.INFO, "connected to the relay above, {0}", settings.address());
    String why = "";
    try {
      send(socket, RelayMessages.register());
      why = serve(socket, reception);
    } catch (IOException e) {
      why = String.valueOf(e.getMessage());
    } finally {
      connected = false;
      socket.abort();
      cameras.clear();
    }
    if (!closed()) {
      failed(why);
    }
    return true;
  }

  private String serve(WebSocket socket, Reception reception)
      throws IOException, InterruptedException {
    List<String> asked = List.of();
    long pingedNanos = context.nanoTime().getAsLong();
    while (!closed()) {
      boolean _ = signal.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS);
      signal.drainPermits();
      if (!reception.end().isEmpty()) {
        return reception.end();
      }
      RelayMessage.Cameras list = reception.takeList();
      if (list != null) {
        cameras.list(list.cameras());
      }
      cameras.show();
      List<String> wanted = cameras.wanted();
      if (!wanted.equals(asked)) {
        send(socket, RelayMessages.request(wanted));
        asked = wanted;
      }
      long nowNanos = context.nanoTime().getAsLong();
      if (nowNanos - reception.heardNanos() > settings.silence().toNanos()) {
        return "it has been silent for " + settings.silence().toSeconds() + " s";
      }
      if (nowNanos - pingedNanos > settings.ping().toNanos()) {
        pingedNanos = nowNanos;
        send(socket, RelayMessages.ping());
      }
    }
    return "";
  }

  /// Waits until it is sent: the client takes one message after the other.
  private void send(WebSocket socket, byte[] json) throws IOException, InterruptedException {
    try {
      socket
          .sendText(new String(json, StandardCharsets.UTF_8), true)
          .get(settings.silence().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("it takes no message: " + e.getMessage(), e);
    }
  }

  /// Says each reason once, not at each attempt.
  private void failed(String why) {
    if (!why.equals(problem)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "no connection to the relay above, {0}: {1}; trying again",
          settings.address(),
          why);
    }
    problem = why;
  }
}
