// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Accepted connections whose first request is not complete, so that whoever sends none, or one
/// byte now and then, does not keep a socket and a thread: after the limit it is told 408 and cut.
///
/// The listener thread adds, reader threads take out what has sent its headers, the timer calls
/// [#sweep]. Nothing here reads: whatever has arrived, only the end of the headers counts.
final class FirstRequests {
  private static final byte[] TIMEOUT = timeout();

  private static final int WAITING = 0;
  private static final int ARRIVED = 1;
  private static final int EXPIRED = 2;

  /// The two ends name a connection. The remote one alone would not: a server may have several
  /// addresses.
  private record Ends(SocketAddress local, SocketAddress remote) {}

  private record Newcomer(SocketChannel channel, long acceptedNanos, AtomicInteger state) {}

  private final Map<Ends, Newcomer> newcomers = new ConcurrentHashMap<>();
  private final boolean encrypted;
  private final Consumer<EngineLimit> limitMet;

  /// @param encrypted whether the connections do TLS: an answer in plain text would be none there,
  ///   and may lie between two records, so they are only cut
  /// @param limitMet told of each one whose time is over
  FirstRequests(boolean encrypted, Consumer<EngineLimit> limitMet) {
    this.encrypted = encrypted;
    this.limitMet = limitMet;
  }

  /// A connection was accepted.
  void accepted(SocketChannel channel, long nowNanos) throws IOException {
    SocketAddress local = channel.getLocalAddress();
    SocketAddress remote = channel.getRemoteAddress();
    if (local != null && remote != null) {
      newcomers.put(
          new Ends(local, remote), new Newcomer(channel, nowNanos, new AtomicInteger(WAITING)));
    }
  }

  /// A request's headers are complete.
  ///
  /// @return false when they came too late and the connection has been told so
  boolean arrived(SocketAddress local, SocketAddress remote) {
    Ends ends = new Ends(local, remote);
    Newcomer newcomer = newcomers.get(ends);
    if (newcomer == null) {
      return true; // a further request of a connection that has shown itself before
    }
    if (!newcomer.state().compareAndSet(WAITING, ARRIVED)) {
      return false;
    }
    newcomers.remove(ends, newcomer);
    return true;
  }

  /// Ends the time of those who have had more than `limit`. The answer and the end of the stream go
  /// out in one sweep and the socket is closed in the next, so that a reset, which bytes still
  /// unread would cause, does not overtake the answer.
  void sweep(long nowNanos, Duration limit) {
    newcomers.values().removeIf(newcomer -> isOver(newcomer, nowNanos, limit.toNanos()));
  }

  int size() {
    return newcomers.size();
  }

  private boolean isOver(Newcomer newcomer, long nowNanos, long limitNanos) {
    SocketChannel channel = newcomer.channel();
    if (!channel.isOpen()) {
      return true;
    }
    if (nowNanos - newcomer.acceptedNanos() <= limitNanos) {
      return false;
    }
    if (newcomer.state().compareAndSet(WAITING, EXPIRED)) {
      limitMet.accept(EngineLimit.HANDSHAKE_TIME);
      if (encrypted) {
        close(channel);
        return true;
      }
      try {
        // Nothing was ever sent here, so these few bytes find room and the write does not wait.
        channel.write(ByteBuffer.wrap(TIMEOUT));
        channel.shutdownOutput();
        return false;
      } catch (IOException alreadyGone) {
        close(channel);
        return true;
      }
    }
    if (newcomer.state().get() == EXPIRED) {
      close(channel);
    }
    return true;
  }

  private static byte[] timeout() {
    String body = new Refusal(408, "request_timeout", "The request took too long to come").json();
    String head =
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\n"
            + "Connection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      // closed is closed
    }
  }
}
