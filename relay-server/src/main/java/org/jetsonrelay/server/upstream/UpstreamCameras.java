// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.protocol.CameraNames;
import org.jetsonrelay.server.protocol.RelayMessage;
import org.jetsonrelay.server.remote.Figures;
import org.jetsonrelay.server.remote.RemoteCamera;
import org.jetsonrelay.server.remote.RemoteContext;
import org.jspecify.annotations.Nullable;

/// The cameras of the relay above in this one's hub. A camera that has come through this relay
/// before, or through too many others, is refused: so relays may point at each other in any way.
///
/// For the link's thread, but for [#named] and the two figures.
final class UpstreamCameras {

  /// One of them.
  ///
  /// @param shown its name here
  /// @param camera what the hub sees
  private record Entry(String shown, RemoteCamera camera) {}

  private final UpstreamSettings settings;
  private final RemoteContext context;
  private final String address;
  private final String node;
  private final Runnable demandChanged;

  /// By the name there. Written by the link's thread, read by the client's.
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  // Only the link's thread's.
  private Map<String, RelayMessage.Listed> listed = Map.of();

  /// Written by the link's thread, read by request threads.
  private volatile int refused;

  UpstreamCameras(UpstreamSettings settings, RemoteContext context, Runnable demandChanged) {
    this.settings = settings;
    this.context = context;
    this.demandChanged = demandChanged;
    URI uri = URI.create(settings.address());
    address = "upstream " + uri.getAuthority();
    String host = uri.getHost();
    node =
        host.length() <= CameraNames.MAX_NODE_CHARS && CameraNames.validNode(host)
            ? host
            : "upstream";
  }

  /// The camera of this name there; null when it is not shown. The client's threads.
  @Nullable RemoteCamera named(String name) {
    Entry entry = entries.get(name);
    return entry == null ? null : entry.camera;
  }

  /// How many are shown.
  int shown() {
    return entries.size();
  }

  /// How many were refused.
  int refused() {
    return refused;
  }

  /// What there is from now on.
  void list(List<RelayMessage.Listed> all) {
    Map<String, RelayMessage.Listed> accepted = new HashMap<>();
    int looping = 0;
    String self = context.hub().nodeId();
    for (RelayMessage.Listed each : all) {
      if (each.hops().contains(self) || each.hops().size() > settings.maxHops()) {
        looping++;
      } else if (accepted.size() < settings.maxCameras()) {
        accepted.put(each.name(), each);
      }
    }
    refused = looping;
    listed = accepted;
  }

  /// Makes the hub show what is listed.
  void show() {
    Set<String> taken = takenByOthers();
    entries
        .entrySet()
        .removeIf(each -> {
          RelayMessage.Listed now = listed.get(each.getKey());
          Entry entry = each.getValue();
          boolean stays =
              now != null
                  && now.hops().equals(entry.camera.hops())
                  && !entry.camera.isReplaced()
                  && entry.shown.equals(name(now, taken));
          if (!stays) {
            entry.camera.close();
          }
          return !stays;
        });
    boolean changed = false;
    for (RelayMessage.Listed each : listed.values()) {
      Entry entry = entries.get(each.name());
      if (entry == null) {
        String name = name(each, taken);
        if (name == null) {
          continue;
        }
        entry = new Entry(name, camera(each));
        entries.put(each.name(), entry);
      }
      changed |=
          entry.camera.tell(new Figures(each.live(), each.fps(), 0, each.width(), each.height()));
      if (!entry.camera.attached()) {
        entry.camera.attach(entry.shown);
      }
    }
    if (changed) {
      context.hub().camerasChanged();
    }
  }

  private RemoteCamera camera(RelayMessage.Listed each) {
    return new RemoteCamera(
        context, each.node().isEmpty() ? node : each.node(), address, each.hops(), demandChanged);
  }

  /// Its own name, or one with its relay behind it where that is taken; null when that is, too.
  private @Nullable String name(RelayMessage.Listed each, Set<String> taken) {
    if (!taken.contains(each.name())) {
      return each.name();
    }
    String longer = each.name() + '@' + (each.node().isEmpty() ? node : each.node());
    return CameraNames.watchable(longer) && !taken.contains(longer) ? longer : null;
  }

  private Set<String> takenByOthers() {
    Set<String> ours = new HashSet<>();
    for (Entry entry : entries.values()) {
      if (entry.camera.attached()) {
        ours.add(entry.shown);
      }
    }
    Set<String> taken = new HashSet<>();
    for (CameraRow row : context.hub().cameraRows(context.nanoTime().getAsLong())) {
      if (row.local() || !ours.contains(row.name())) {
        taken.add(row.name());
      }
    }
    return taken;
  }

  /// Names there of what is wanted here, as many as may be chosen.
  List<String> wanted() {
    List<String> wanted = new ArrayList<>();
    entries.forEach((name, entry) -> {
      if (entry.camera.wanted()) {
        wanted.add(name);
      }
    });
    wanted.sort(null);
    return wanted.size() <= settings.maxWanted() ? wanted : wanted.subList(0, settings.maxWanted());
  }

  /// Forgets all.
  void clear() {
    listed = Map.of();
    entries.values().forEach(entry -> entry.camera.close());
    entries.clear();
  }
}
