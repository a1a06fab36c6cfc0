// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All TCP connections of one server, whatever they speak, in total and by address, so that neither
/// one address nor all together can take the descriptors the relay needs for itself.
///
/// The listener thread admits, the timer sweeps. That a connection is closed is only seen by
/// looking, so a limit that seems to be met is looked at again before anybody is refused.
final class OpenConnections {

  private final int max;
  private final int maxPerAddress;
  private final boolean sparesLoopback;

  // Guarded by `this`.
  private final IdentityHashMap<SocketChannel, InetAddress> open = new IdentityHashMap<>();
  private final Map<InetAddress, Integer> byAddress = new HashMap<>();

  /// @param sparesLoopback whether this machine itself has only the limit for all
  OpenConnections(int max, int maxPerAddress, boolean sparesLoopback) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
    this.sparesLoopback = sparesLoopback;
  }

  /// Takes a connection in.
  ///
  /// @return the limit that forbids it, null when it is taken
  synchronized @Nullable EngineLimit admit(SocketChannel channel, InetAddress address) {
    EngineLimit met = met(address);
    if (met != null) {
      sweep();
      met = met(address);
    }
    if (met == null) {
      open.put(channel, address);
      byAddress.merge(address, 1, Integer::sum);
    }
    return met;
  }

  private @Nullable EngineLimit met(InetAddress address) {
    if (open.size() >= max) {
      return EngineLimit.CONNECTIONS;
    }
    boolean spared = sparesLoopback && address.isLoopbackAddress();
    return !spared && byAddress.getOrDefault(address, 0) >= maxPerAddress
        ? EngineLimit.CONNECTIONS_PER_ADDRESS
        : null;
  }

  /// Forgets what has been closed.
  synchronized void sweep() {
    Iterator<Map.Entry<SocketChannel, InetAddress>> entries = open.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<SocketChannel, InetAddress> entry = entries.next();
      if (!entry.getKey().isOpen()) {
        byAddress.computeIfPresent(entry.getValue(), (_, n) -> n == 1 ? null : n - 1);
        entries.remove();
      }
    }
  }

  synchronized int size() {
    return open.size();
  }

  synchronized int addresses() {
    return byAddress.size();
  }
}
