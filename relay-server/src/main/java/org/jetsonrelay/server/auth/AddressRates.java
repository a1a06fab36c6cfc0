// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How often each address may do something: a few times in a row, and then at a steady rate.
///
/// Of each address only one number is kept: the time at which all it has done will have been paid
/// for (the generic cell rate algorithm). An IPv6 network of 64 bits is one address, because a
/// single machine has all of it. The map is bounded; when it is full the address seen longest ago
/// is forgotten, which gives it a fresh start and nobody else. Any thread; the lock is held for a
/// look-up.
public final class AddressRates {

  private static final int NETWORK_BYTES = 8;

  private final long intervalNanos;
  private final long toleranceNanos;
  private final int maxAddresses;
  private final boolean sparesLoopback;

  // Guarded by `this`. Least recently used first.
  private final Map<InetAddress, Long> paidForNanos = new LinkedHashMap<>(16, 0.75f, true);

  /// @param perMinute the steady rate
  /// @param burst how often in a row
  /// @param maxAddresses how many are kept apart
  /// @param sparesLoopback whether this machine itself, so perhaps a proxy in front, has no limit
  public AddressRates(int perMinute, int burst, int maxAddresses, boolean sparesLoopback) {
    if (perMinute < 1 || burst < 1 || maxAddresses < 1) {
      throw new IllegalArgumentException("rates and limits must be positive");
    }
    this.intervalNanos = 60_000_000_000L / perMinute;
    this.toleranceNanos = intervalNanos * (burst - 1L);
    this.maxAddresses = maxAddresses;
    this.sparesLoopback = sparesLoopback;
  }

  /// Does it once.
  ///
  /// @return 0, or after how many nanoseconds it may be tried again; then nothing was done
  public long take(InetAddress address, long nowNanos) {
    return ask(address, nowNanos, true);
  }

  /// What [#take] would say, without doing it.
  public long waitNanos(InetAddress address, long nowNanos) {
    return ask(address, nowNanos, false);
  }

  private long ask(InetAddress address, long nowNanos, boolean take) {
    if (sparesLoopback && address.isLoopbackAddress()) {
      return 0;
    }
    InetAddress who = network(address);
    synchronized (this) {
      @Nullable Long kept = paidForNanos.get(who);
      long paid = kept == null || kept - nowNanos < 0 ? nowNanos : kept;
      long wait = paid - nowNanos - toleranceNanos;
      if (wait > 0) {
        return wait;
      }
      if (take) {
        if (kept == null && paidForNanos.size() >= maxAddresses) {
          Iterator<InetAddress> oldest = paidForNanos.keySet().iterator();
          oldest.next();
          oldest.remove();
        }
        paidForNanos.put(who, paid + intervalNanos);
      }
      return 0;
    }
  }

  synchronized int size() {
    return paidForNanos.size();
  }

  private static InetAddress network(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has as many bytes as it has", e);
    }
  }
}
