// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.protocol.CameraNames;

/// Decides when to say what to the other relays: changes at once, everything again before it
/// expires. For the cluster's thread.
final class Talk {

  private final ClusterSettings settings;
  private final BusMessage.Sender self;
  private final Bus bus;
  private final Subjects subjects;
  private final Consumer<String> problem;

  /// What was said last, without the figures that change all the time: each camera's name, and
  /// whether it is live.
  private Map<String, Boolean> said = Map.of();

  private Map<Long, List<String>> saidWants = Map.of();
  private boolean tableDue = true;
  private boolean wantsDue = true;
  private boolean started;
  private long tableNanos;
  private long beatNanos;
  private long wantsNanos;

  /// @param problem told what is wrong, again and again
  Talk(
      ClusterSettings settings,
      BusMessage.Sender self,
      Bus bus,
      Subjects subjects,
      Consumer<String> problem) {
    this.problem = problem;
    this.settings = settings;
    this.self = self;
    this.bus = bus;
    this.subjects = subjects;
  }

  /// Somebody does not know yet what was said before.
  void newcomer() {
    tableDue = true;
    wantsDue = true;
  }

  /// Says what is due.
  ///
  /// @param rows all cameras of the hub
  /// @param wants what is wanted of others
  void say(List<CameraRow> rows, Map<Long, List<String>> wants, long nowNanos) {
    if (!started) {
      started = true;
      tableNanos = nowNanos;
      beatNanos = nowNanos;
      wantsNanos = nowNanos;
    }
    Map<String, Boolean> now = new HashMap<>();
    List<BusMessage.Entry> entries = new ArrayList<>();
    for (CameraRow row : rows) {
      // Cameras of other relays are theirs to tell.
      if (row.local() && CameraNames.valid(row.name())) {
        now.put(row.name(), row.live());
        entries.add(entry(row));
      }
    }
    if (tableDue
        || !now.equals(said)
        || isOver(settings.refresh().toNanos(), tableNanos, nowNanos)) {
      byte[] table = BusCodec.encode(new BusMessage.Table(self, entries));
      if (bus.maxBytes() > 0 && table.length > bus.maxBytes()) {
        problem.accept(
            "the list of %d cameras has %d bytes, the NATS server takes %d: raise max_payload in its configuration"
                .formatted(entries.size(), table.length, bus.maxBytes()));
      }
      if (bus.tell(subjects.tables(), table)) {
        tableDue = false;
        said = now;
        tableNanos = nowNanos;
        beatNanos = nowNanos;
      }
    } else if (isOver(settings.beat().toNanos(), beatNanos, nowNanos)
        && bus.tell(subjects.beats(), BusCodec.encode(new BusMessage.Beat(self, false)))) {
      beatNanos = nowNanos;
    }
    sayWants(wants, nowNanos);
  }

  private void sayWants(Map<Long, List<String>> wants, long nowNanos) {
    if (!wantsDue
        && wants.equals(saidWants)
        && !isOver(settings.beat().toNanos(), wantsNanos, nowNanos)) {
      return;
    }
    boolean all = true;
    for (Map.Entry<Long, List<String>> want : wants.entrySet()) {
      all &= tell(want.getKey(), want.getValue());
    }
    for (Long node : saidWants.keySet()) {
      if (!wants.containsKey(node)) {
        all &= tell(node, List.of());
      }
    }
    if (all) {
      saidWants = wants;
      wantsDue = false;
      wantsNanos = nowNanos;
    }
  }

  private boolean tell(long node, List<String> cameras) {
    return bus.tell(subjects.wants(node), BusCodec.encode(new BusMessage.Wants(self, cameras)));
  }

  /// The last words.
  void goodbye() {
    bus.tell(subjects.beats(), BusCodec.encode(new BusMessage.Beat(self, true)));
  }

  private static boolean isOver(long periodNanos, long sinceNanos, long nowNanos) {
    return nowNanos - sinceNanos >= periodNanos;
  }

  private static BusMessage.Entry entry(CameraRow row) {
    return new BusMessage.Entry(
        row.name(),
        row.live(),
        row.connectedMillis(),
        (float) Math.max(0, row.fps()),
        (float) Math.max(0, row.bytesPerSecond()),
        row.width(),
        row.height());
  }
}
