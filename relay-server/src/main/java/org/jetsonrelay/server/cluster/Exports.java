// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jetsonrelay.server.protocol.ClientIds;

/// The cameras of this relay that others want. For the cluster's thread.
final class Exports {

  private final Export.Context context;
  private final ClientIds ids;
  private final Subjects subjects;
  private final Map<String, Export> exports = new HashMap<>();

  Exports(Export.Context context, ClientIds ids, Subjects subjects) {
    this.context = context;
    this.ids = ids;
    this.subjects = subjects;
  }

  /// Sends these and no others.
  ///
  /// @param wanted each camera with the relays that want it
  void serve(Map<String, Set<Long>> wanted, Members members) {
    exports
        .entrySet()
        .removeIf(entry -> {
          boolean over = !wanted.containsKey(entry.getKey());
          if (over) {
            entry.getValue().close();
          }
          return over;
        });
    wanted.forEach((camera, nodes) -> {
      Export export = exports.get(camera);
      if (export == null) {
        try {
          export =
              Export.open(context, ids.next(), camera, subjects.frames(context.node(), camera));
        } catch (IllegalStateException e) {
          context.problem().accept("camera " + camera + " is not sent: " + e.getMessage());
          return; // there may be room the next time
        }
        exports.put(camera, export);
      }
      export.wantedBy(
          nodes.stream()
              .map(members::member)
              .filter(member -> member != null)
              .map(Members.Member::name)
              .sorted()
              .collect(Collectors.joining(", ")));
    });
  }

  void close() {
    exports.values().forEach(Export::close);
    exports.clear();
  }
}
