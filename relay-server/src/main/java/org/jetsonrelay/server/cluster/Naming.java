// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Which camera of which relay is shown here under which name: a camera of this relay always keeps
/// its name, and of those of others the one whose publisher connected last gets it, as a robot does
/// that comes back at another relay. The others are shown as `name@relay`. Pure.
final class Naming {

  /// A camera of another relay.
  record Key(long node, String camera) {}

  private Naming() {}

  /// @param taken names that others than the cluster have in this relay's hub
  static Map<Key, String> shown(Collection<Members.Member> members, Set<String> taken) {
    Map<String, Key> newest = new HashMap<>();
    Map<String, Long> since = new HashMap<>();
    for (Members.Member member : members) {
      member
          .cameras()
          .forEach((name, sighting) -> {
            Long best = since.get(name);
            if (best == null || sighting.sinceNanos() - best > 0) {
              since.put(name, sighting.sinceNanos());
              newest.put(name, new Key(member.node(), name));
            }
          });
    }
    Map<Key, String> shown = new LinkedHashMap<>();
    for (Members.Member member : members) {
      for (String name : member.cameras().keySet()) {
        Key key = new Key(member.node(), name);
        boolean plain = key.equals(newest.get(name)) && !taken.contains(name);
        shown.put(key, plain ? name : name + '@' + member.name());
      }
    }
    return shown;
  }
}
