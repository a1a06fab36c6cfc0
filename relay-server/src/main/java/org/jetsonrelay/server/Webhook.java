// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Tells somebody else's server of events by POST, one after the other, on a thread of its own.
///
/// Any thread leaves an event and never waits: at most [#WAITING] wait, one more is left out and
/// counted. Each is tried once, for no longer than the limit: whoever needs more than a hint asks
/// `/health`. The address is never logged beyond its host: hooks carry secrets in their paths.
final class Webhook implements AutoCloseable {

  /// How many events may wait.
  static final int WAITING = 64;

  private static final System.Logger LOG = System.getLogger(Webhook.class.getName());

  private final URI address;
  private final Duration limit;
  private final HttpClient client;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING);
  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Thread thread;

  /// Only the hook's thread's: what was said of the last failure.
  private @Nullable String complaint;

  /// @param limit for connecting and for the answer
  Webhook(URI address, Duration limit) {
    this.address = address;
    this.limit = limit;
    client =
        HttpClient.newBuilder()
            .connectTimeout(limit)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    thread = Thread.ofVirtual().name("webhook").start(this::run);
  }

  /// Leaves an event, a JSON text.
  void tell(String event) {
    if (!waiting.offer(event)) {
      failed.increment();
    }
  }

  /// Events that wait.
  int waiting() {
    return waiting.size();
  }

  /// Events that were taken with a 2xx.
  long delivered() {
    return delivered.sum();
  }

  /// Events that were not, those left out included.
  long failed() {
    return failed.sum();
  }

  private void run() {
    try {
      while (true) {
        post(waiting.take());
      }
    } catch (InterruptedException closed) {
      // close() interrupts, nobody else does
    }
  }

  private void post(String event) throws InterruptedException {
    try {
      HttpResponse<Void> answer =
          client.send(
              HttpRequest.newBuilder(address)
                  .timeout(limit)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(event))
                  .build(),
              BodyHandlers.discarding());
      if (answer.statusCode() / 100 == 2) {
        delivered.increment();
        complaint = null;
      } else {
        complain("answers " + answer.statusCode());
      }
    } catch (IOException e) {
      complain(e.getClass().getSimpleName());
    }
  }

  private void complain(String why) {
    failed.increment();
    boolean again = why.equals(complaint);
    complaint = why;
    LOG.log(
        again ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
        "the webhook at {0} did not take an event: {1}",
        address.getHost(),
        why);
  }

  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
  }
}
