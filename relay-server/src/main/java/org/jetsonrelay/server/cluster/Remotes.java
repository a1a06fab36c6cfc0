// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jetsonrelay.server.remote.Figures;
import org.jetsonrelay.server.remote.RemoteCamera;
import org.jetsonrelay.server.remote.RemoteContext;
import org.jspecify.annotations.Nullable;

/// The cameras of other relays in this one's hub: attaches and detaches them as relays come and go,
/// and listens to those that are wanted. For the cluster's thread.
final class Remotes {

  /// One of them.
  private static final class Remote {
    private final String shown;
    private final RemoteCamera camera;
    private final FrameOrder order;
    private boolean listening;

    /// Written by the bus when the server knows that this relay listens, read by the cluster's
    /// thread.
    private volatile boolean ready;

    Remote(String shown, RemoteCamera camera, FrameOrder order) {
      this.shown = shown;
      this.camera = camera;
      this.order = order;
    }
  }

  private final ClusterSettings settings;
  private final RemoteContext context;
  private final Bus bus;
  private final Subjects subjects;
  private final BusCounts counts;
  private final Runnable demandChanged;
  private final Map<Naming.Key, Remote> remotes = new LinkedHashMap<>();

  Remotes(
      ClusterSettings settings,
      RemoteContext context,
      Bus bus,
      Subjects subjects,
      BusCounts counts,
      Runnable demandChanged) {
    this.settings = settings;
    this.context = context;
    this.bus = bus;
    this.subjects = subjects;
    this.counts = counts;
    this.demandChanged = demandChanged;
  }

  /// Makes the hub show what is known of other relays.
  ///
  /// @param taken names that others than the cluster have in the hub
  void show(Members members, Set<String> taken) {
    Map<Naming.Key, String> shown = Naming.shown(members.all(), taken);
    // First who goes, then who comes: a name may pass from one to the other.
    remotes
        .entrySet()
        .removeIf(entry -> {
          Remote remote = entry.getValue();
          boolean stays =
              remote.shown.equals(shown.get(entry.getKey())) && !remote.camera.isReplaced();
          if (!stays) {
            close(entry.getKey(), remote);
          }
          return !stays;
        });
    boolean changed = false;
    for (Members.Member member : members.all()) {
      for (Map.Entry<String, Members.Sighting> seen : member.cameras().entrySet()) {
        Naming.Key key = new Naming.Key(member.node(), seen.getKey());
        Remote remote = remotes.get(key);
        String name = shown.get(key);
        if (remote == null && name != null) {
          remote = create(key, name, member.name());
          remotes.put(key, remote);
        }
        if (remote != null) {
          changed |= remote.camera.tell(figures(seen.getValue().entry()));
          if (!remote.camera.attached()) {
            remote.camera.attach(remote.shown);
          }
        }
      }
    }
    if (changed) {
      context.hub().camerasChanged();
    }
  }

  private static Figures figures(BusMessage.Entry entry) {
    return new Figures(
        entry.live(), entry.fps(), entry.bytesPerSecond(), entry.width(), entry.height());
  }

  private Remote create(Naming.Key key, String shown, String node) {
    RemoteCamera camera =
        new RemoteCamera(
            context, node, "relay " + node, List.of(Long.toHexString(key.node())), demandChanged);
    return new Remote(shown, camera, new FrameOrder(key.node()));
  }

  /// Listens to what the hub wants, and to nothing else.
  ///
  /// @return what is wanted, by relay
  Map<Long, List<String>> follow() {
    Map<Long, List<String>> wants = new HashMap<>();
    remotes.forEach((key, remote) -> {
      boolean wanted = remote.camera.wanted();
      if (wanted && remote.ready) {
        wants.computeIfAbsent(key.node(), _ -> new ArrayList<>()).add(key.camera());
      }
      if (wanted && !remote.listening) {
        remote.listening = true;
        bus.listen(
            subjects.frames(key.node(), key.camera()),
            message -> arrived(remote, message),
            () -> {
              remote.ready = true;
              demandChanged.run();
            });
      } else if (!wanted && remote.listening) {
        unlisten(key, remote);
      }
    });
    return wants;
  }

  /// A message of a camera's subject; a thread of the bus, which must not wait: it only overwrites
  /// the slot.
  private void arrived(Remote remote, byte[] message) {
    FrameHeader header = FrameHeader.of(message);
    if (header == null
        || message.length - FrameHeader.BYTES > settings.maxFrameBytes()
        || !RemoteCamera.isImage(message, FrameHeader.BYTES)) {
      counts.malformed.increment();
      return;
    }
    if (!remote.order.accepts(header)) {
      counts.outdated.increment();
      return;
    }
    counts.framesIn.increment();
    counts.bytesIn.add(message.length);
    if (remote.camera.offer(message, FrameHeader.BYTES, header.capturedAtMillis())) {
      counts.overtaken.increment();
    }
  }

  private void unlisten(Naming.Key key, Remote remote) {
    remote.listening = false;
    remote.ready = false;
    bus.unlisten(subjects.frames(key.node(), key.camera()));
  }

  private void close(Naming.Key key, Remote remote) {
    if (remote.listening) {
      unlisten(key, remote);
    }
    remote.camera.close();
  }

  /// Names that the cluster has in the hub.
  Set<String> names() {
    Set<String> names = new HashSet<>();
    for (Remote remote : remotes.values()) {
      if (remote.camera.attached()) {
        names.add(remote.shown);
      }
    }
    return names;
  }

  void close() {
    remotes.forEach(this::close);
    remotes.clear();
  }

  /// Lets each frame of a camera pass once, and none after a newer one. Threads of the bus.
  private static final class FrameOrder {
    private final long node;
    // Guarded by its own monitor: a new connection has a new thread.
    private @Nullable FrameHeader newest;

    FrameOrder(long node) {
      this.node = node;
    }

    synchronized boolean accepts(FrameHeader header) {
      FrameHeader before = newest;
      if (header.node() != node || (before != null && !header.isNewerThan(before))) {
        return false;
      }
      newest = header;
      return true;
    }
  }
}
