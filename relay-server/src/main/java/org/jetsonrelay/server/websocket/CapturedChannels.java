// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

  private record Ends(SocketAddress local, SocketAddress remote) {}

  private final SocketOptions options;
  private final FirstRequests firstRequests;
  private final Map<Ends, SocketChannel> channels = new ConcurrentHashMap<>();
  // Written and read by the listener thread; volatile because a server may have several.
  private volatile int sweepAt = MIN_SWEEP;

  CapturedChannels(SocketOptions options, FirstRequests firstRequests) {
    this.options = options;
    this.firstRequests = firstRequests;
  }

  @Override
  public void configureSocket(SocketChannel channel) {
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
