// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection to a NATS server, made anew whenever it is lost. The client's own way to
/// reconnect is not used: it keeps what was not sent and sends it when the server is back, and a
/// picture from before an outage must not be shown after it.
///
/// A virtual thread connects and waits for the end; any thread may send and listen.
final class NatsLink implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(NatsLink.class.getName());

  private static final Duration END_LIMIT = Duration.ofMillis(500);
  private static final int MAX_INCOMING_MESSAGES = 4_096;
  private static final long MAX_INCOMING_BYTES = 64L << 20;
  private static final long ROOM_NANOS = 500_000;

  private record Live(Connection connection, Dispatcher dispatcher) {}

  private final ClusterSettings settings;
  private final String label;
  private final Runnable changed;
  private final Thread thread;

  // Guarded by the lock: what is to be received, and what is subscribed to on the live connection.
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Consumer<byte[]>> handlers = new HashMap<>();
  private final Map<String, Subscription> subscriptions = new HashMap<>();

  /// Written under the lock, read by any thread.
  private volatile @Nullable Live live;

  /// Written by whoever closes, read by the thread.
  private volatile boolean closed;

  // Only the thread's.
  private String lastFailure = "";
  private NatsComplaints complaints;

  NatsLink(ClusterSettings settings, String label, Runnable changed) {
    this.settings = settings;
    this.label = label;
    this.changed = changed;
    complaints = new NatsComplaints(label, this::connected);
    thread = Thread.ofVirtual().name("bus-link-" + label).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  // ---- any thread ----

  boolean connected() {
    return live != null;
  }

  String server() {
    Live now = live;
    String url = now == null ? null : now.connection().getConnectedUrl();
    return url == null ? "" : url.replaceFirst("//[^/@]*@", "//");
  }

  long maxBytes() {
    Live now = live;
    return now == null ? 0 : Math.max(0, now.connection().getMaxPayload());
  }

  boolean send(String subject, byte[] message) {
    Live now = live;
    if (now == null) {
      return false;
    }
    try {
      now.connection().publish(subject, message);
      return true;
    } catch (IllegalStateException | IllegalArgumentException e) {
      LOG.log(System.Logger.Level.DEBUG, "not sent to " + subject, e);
      return false; // it has just been closed, or the server takes less than it did
    }
  }

  /// Asking how much waits waits for the write that is going on, so a slow server slows down
  /// whoever asks, and the mailboxes skip.
  boolean awaitRoom() throws InterruptedException {
    while (true) {
      Live now = live;
      if (now == null) {
        return false;
      }
      if (now.connection().outgoingPendingBytes() < settings.maxPendingBytes()) {
        return true;
      }
      LockSupport.parkNanos(this, ROOM_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  void listen(String subject, Consumer<byte[]> handler) {
    lock.lock();
    try {
      handlers.put(subject, handler);
      Live now = live;
      if (now != null) {
        subscribe(now, subject, handler);
      }
    } finally {
      lock.unlock();
    }
  }

  void unlisten(String subject) {
    lock.lock();
    try {
      handlers.remove(subject);
      Subscription subscription = subscriptions.remove(subject);
      Live now = live;
      if (now != null && subscription != null) {
        now.dispatcher().unsubscribe(subscription);
      }
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.DEBUG, "the connection is closing", e);
    } finally {
      lock.unlock();
    }
  }

  private void subscribe(Live to, String subject, Consumer<byte[]> handler) {
    if (subscriptions.containsKey(subject)) {
      return; // twice would bring every frame twice
    }
    try {
      subscriptions.put(
          subject,
          to.dispatcher()
              .subscribe(subject, (Message message) -> handler.accept(message.getData())));
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.DEBUG, "the connection is closing", e);
    }
  }

  /// Sends what was taken, as far as that is possible in a moment.
  void flush(Duration limit) {
    Live now = live;
    if (now != null) {
      try {
        now.connection().flush(limit);
      } catch (TimeoutException | IllegalStateException e) {
        LOG.log(System.Logger.Level.DEBUG, "not flushed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Begins to end; [#close] waits for it.
  void end() {
    closed = true;
    thread.interrupt();
  }

  @Override
  public void close() {
    end();
    try {
      thread.join(END_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the thread ----

  private void run() {
    while (!closed) {
      try {
        connectAndWait();
      } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
        failed(e);
      } catch (InterruptedException e) {
        // Only closing interrupts; the loop looks.
      }
      if (!closed) {
        LockSupport.parkNanos(this, settings.reconnect().toNanos());
      }
    }
  }

  private void connectAndWait() throws IOException, GeneralSecurityException, InterruptedException {
    // One for each attempt: what an old connection says late is of no interest.
    Semaphore over = new Semaphore(0);
    complaints = new NatsComplaints(label, this::connected);
    Connection connection =
        Nats.connect(NatsOptions.of(settings, label, complaints, over::release));
    try {
      live(connection);
      over.acquire();
    } finally {
      lost(connection);
    }
  }

  private void live(Connection connection) {
    Dispatcher dispatcher = connection.createDispatcher();
    dispatcher.setPendingLimits(MAX_INCOMING_MESSAGES, MAX_INCOMING_BYTES);
    Live now = new Live(connection, dispatcher);
    lock.lock();
    try {
      subscriptions.clear();
      live = now;
      handlers.forEach((subject, handler) -> subscribe(now, subject, handler));
    } finally {
      lock.unlock();
    }
    lastFailure = "";
    LOG.log(System.Logger.Level.INFO, "bus connection {0}: connected to {1}", label, server());
    changed.run();
  }

  private void lost(Connection connection) throws InterruptedException {
    lock.lock();
    try {
      live = null;
      subscriptions.clear();
    } finally {
      lock.unlock();
    }
    String why = connection.getLastError();
    boolean interrupted = Thread.interrupted(); // closing the client waits for its threads
    connection.close();
    if (!closed) {
      LOG.log(
          System.Logger.Level.WARNING,
          "bus connection {0}: lost{1}; cameras of this relay are not affected",
          label,
          why == null || why.isEmpty() ? "" : " (" + why + ')');
    }
    changed.run();
    if (interrupted) {
      throw new InterruptedException();
    }
  }

  /// Says why once, not each time.
  private void failed(Exception e) {
    String last = complaints.last();
    String reason = last.isEmpty() ? String.valueOf(e.getMessage()) : last;
    String why = e instanceof AuthenticationException ? "login refused: " + reason : reason;
    if (!why.equals(lastFailure)) {
      lastFailure = why;
      LOG.log(
          System.Logger.Level.WARNING,
          "bus connection {0}: cannot connect ({1}); trying again every {2} ms",
          label,
          why,
          Long.toString(settings.reconnect().toMillis()));
    }
  }
}
