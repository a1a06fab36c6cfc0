// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which other relays want which of this relay's cameras, and until when: a relay that is gone is
/// forgotten when its lease ends. Bounded by the cameras there are and the relays that are known.
/// For one thread; the time is passed in.
final class Leases {

  private record Lease(Set<String> cameras, long endsNanos) {}

  private final long leaseNanos;
  private final Map<Long, Lease> leases = new HashMap<>();

  Leases(long leaseNanos) {
    this.leaseNanos = leaseNanos;
  }

  /// All that a relay wants from now on, in place of what it wanted before.
  ///
  /// @param wanted names; those that are not in `existing` are ignored
  void grant(long node, Collection<String> wanted, Set<String> existing, long nowNanos) {
    Set<String> cameras = new HashSet<>();
    for (String camera : wanted) {
      if (existing.contains(camera)) {
        cameras.add(camera);
      }
    }
    if (cameras.isEmpty()) {
      leases.remove(node);
    } else {
      leases.put(node, new Lease(cameras, nowNanos + leaseNanos));
    }
  }

  /// The relay is gone.
  void drop(long node) {
    leases.remove(node);
  }

  /// Ends what is over.
  void expire(long nowNanos) {
    Iterator<Lease> each = leases.values().iterator();
    while (each.hasNext()) {
      if (nowNanos - each.next().endsNanos >= 0) {
        each.remove();
      }
    }
  }

  /// Each wanted camera with the relays that want it.
  Map<String, Set<Long>> wanted() {
    Map<String, Set<Long>> wanted = new HashMap<>();
    leases.forEach((node, lease) -> {
      for (String camera : lease.cameras) {
        wanted.computeIfAbsent(camera, _ -> new TreeSet<>()).add(node);
      }
    });
    return wanted;
  }
}
