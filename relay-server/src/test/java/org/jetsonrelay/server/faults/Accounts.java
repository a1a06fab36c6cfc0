// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import io.helidon.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Whether every frame is accounted for: `offered` = `delivered` + `skipped` by cause + `waiting`,
/// for each viewer in `/stats`, and whether the viewers agree.
final class Accounts {

  private Accounts() {}

  /// What does not add up while frames flow: the numbers of a row are not read at one instant, so a
  /// few frames may be between two of them.
  static List<String> flowing(JsonObject stats, int slack) {
    List<String> wrong = new ArrayList<>();
    for (JsonObject row : RelayChild.rows(stats, "viewers")) {
      long off = Math.abs(difference(row));
      if (off > slack) {
        wrong.add(row.stringValue("id", "") + " is off by " + off + ": " + row);
      }
    }
    return wrong;
  }

  /// What does not add up at rest: nothing flows, nothing waits, and each of these viewers has
  /// received exactly what the relay says it delivered to it.
  static List<String> atRest(JsonObject stats, Collection<Watcher> watchers) {
    List<String> wrong = new ArrayList<>();
    Map<String, JsonObject> rows = new HashMap<>();
    RelayChild.rows(stats, "viewers").forEach(row -> rows.put(row.stringValue("id", ""), row));
    for (JsonObject row : rows.values()) {
      if (difference(row) != 0 || row.longValue("waiting", -1) != 0) {
        wrong.add("does not add up: " + row);
      }
    }
    for (Watcher watcher : watchers) {
      JsonObject row = rows.get(watcher.id());
      if (row == null) {
        wrong.add(watcher.id() + " has no row");
      } else if (row.longValue("delivered", -1) != watcher.received()) {
        wrong.add(watcher.id() + " has received " + watcher.received() + ": " + row);
      }
    }
    return wrong;
  }

  private static long difference(JsonObject row) {
    JsonObject causes = row.objectValue("skipped").orElseThrow();
    long skipped =
        causes.keysAsStrings().stream().mapToLong(cause -> causes.longValue(cause, 0)).sum();
    return row.longValue("offered", -1)
        - row.longValue("delivered", -1)
        - skipped
        - row.longValue("waiting", -1);
  }
}
