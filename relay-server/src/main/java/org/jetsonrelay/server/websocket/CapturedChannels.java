// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Socket options that remember each accepted channel, so that the upgrader can claim the one below
/// a WebSocket: Helidon itself does not hand it out.
///
/// A channel that is never claimed (plain HTTP) stays until it is closed and the next sweep comes
/// by; a sweep runs whenever there are twice as many as the last one left, so the map never holds
/// more than about twice the open connections. Helidon's listener thread adds, the connections'
/// reader threads claim.
final class CapturedChannels implements SocketOptions {
  /// Below this there is no sweep.
  static final int MIN_SWEEP = 256;

  private static final byte[] FULL =
      """
      HTTP/1.1 503 Service Unavailable
      Retry-After: 5
      Connection: close
      Content-Length: 0

      """
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private record Ends(SocketAddress local, SocketAddress remote) {}

  /// Ends a connection before it begins; Helidon closes its socket. Without a stack trace: there
  /// may be many.
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(EngineLimit limit) {
      super(limit.label(), null, false, false);
    }
  }

  private final SocketOptions options;
  private final FirstRequests firstRequests;
  private final OpenConnections open;
  private final boolean encrypted;
  private final Consumer<EngineLimit> limitMet;
  private final Map<Ends, SocketChannel> channels = new ConcurrentHashMap<>();
  // Written and read by the listener thread; volatile because a server may have several.
  private volatile int sweepAt = MIN_SWEEP;

  /// @param encrypted whether the connections do TLS: then nobody is told anything here
  /// @param limitMet told of each connection that is refused
  CapturedChannels(
      SocketOptions options,
      FirstRequests firstRequests,
      OpenConnections open,
      boolean encrypted,
      Consumer<EngineLimit> limitMet) {
    this.options = options;
    this.firstRequests = firstRequests;
    this.open = open;
    this.encrypted = encrypted;
    this.limitMet = limitMet;
  }

  @Override
  public void configureSocket(SocketChannel channel) {
    admit(channel);
    options.configureSocket(channel);
    try {
      SocketAddress local = channel.getLocalAddress();
      SocketAddress remote = channel.getRemoteAddress();
      if (local != null && remote != null) {
        channels.put(new Ends(local, remote), channel);
      }
      firstRequests.accepted(channel, System.nanoTime());
    } catch (IOException alreadyClosed) {
      return;
    }
    if (channels.size() >= sweepAt) {
      channels.values().removeIf(c -> !c.isOpen());
      sweepAt = Math.max(MIN_SWEEP, 2 * channels.size());
    }
  }

  /// @throws Refused when there are too many: Helidon then closes the socket and goes on
  private void admit(SocketChannel channel) {
    EngineLimit met;
    try {
      met =
          channel.getRemoteAddress() instanceof InetSocketAddress peer
              ? open.admit(channel, peer.getAddress())
              : null;
    } catch (IOException alreadyClosed) {
      return;
    }
    if (met == null) {
      return;
    }
    limitMet.accept(met);
    if (!encrypted) {
      try {
        // Nothing was ever sent here, so these few bytes find room and the write does not wait.
        channel.write(ByteBuffer.wrap(FULL));
      } catch (IOException alreadyGone) {
        // then it need not be told
      }
    }
    throw new Refused(met);
  }

  /// Takes the channel of a connection out of the map; null when it is not there.
  @Nullable SocketChannel claim(SocketAddress local, SocketAddress remote) {
    return channels.remove(new Ends(local, remote));
  }

  /// The channel of a connection that no WebSocket has claimed; null when it is not there.
  @Nullable SocketChannel find(SocketAddress local, SocketAddress remote) {
    return channels.get(new Ends(local, remote));
  }

  int size() {
    return channels.size();
  }

  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
