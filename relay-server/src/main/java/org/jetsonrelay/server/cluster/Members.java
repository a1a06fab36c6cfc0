// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The other relays and their cameras, as far as they said so lately. Bounded in relays and in
/// cameras. For one thread; the time is passed in.
final class Members {

  /// One other relay.
  static final class Member {
    private final BusMessage.Sender sender;
    private final Map<String, Sighting> cameras = new LinkedHashMap<>();
    private long heardNanos;

    private Member(BusMessage.Sender sender) {
      this.sender = sender;
    }

    long node() {
      return sender.node();
    }

    String name() {
      return sender.name();
    }

    long heardNanos() {
      return heardNanos;
    }

    Map<String, Sighting> cameras() {
      return cameras;
    }
  }

  /// A camera that was announced.
  ///
  /// @param entry what was said last
  /// @param sinceNanos when its publisher connected there, by this relay's clock
  record Sighting(BusMessage.Entry entry, long sinceNanos) {}

  /// What a message came to.
  enum Heard {
    /// From a relay that was not known.
    NEWCOMER,
    /// From a known one.
    KNOWN,
    /// From a second relay of the same name, while the first one lives.
    NAME_CLASH,
    /// There are too many relays.
    FULL
  }

  /// By how much the age of a publisher may seem to shrink and still be the same one's: what a
  /// message may be late.
  private static final long SAME_PUBLISHER_NANOS = 1_000_000_000L;

  private final ClusterSettings settings;
  private final long self;
  private final Map<Long, Member> members = new LinkedHashMap<>();
  private int cameras;
  private boolean truncated;

  Members(ClusterSettings settings, long self) {
    this.settings = settings;
    this.self = self;
  }

  /// A sign of life.
  Heard heard(BusMessage.Sender sender, long nowNanos) {
    Member member = members.get(sender.node());
    if (member != null && !member.name().equals(sender.name())) {
      return Heard.NAME_CLASH; // nobody changes its name
    }
    if (member == null) {
      boolean taken = sender.name().equals(settings.node()) || named(sender.name()) != null;
      if (sender.node() == self || taken) {
        return Heard.NAME_CLASH;
      }
      if (members.size() >= settings.maxNodes()) {
        return Heard.FULL;
      }
      Member created = new Member(sender);
      created.heardNanos = nowNanos;
      members.put(sender.node(), created);
      return Heard.NEWCOMER;
    }
    member.heardNanos = nowNanos;
    return Heard.KNOWN;
  }

  /// The cameras of a relay that was heard.
  void table(long node, List<BusMessage.Entry> entries, long nowNanos) {
    Member member = members.get(node);
    if (member == null) {
      return;
    }
    Map<String, Sighting> before = Map.copyOf(member.cameras);
    cameras -= member.cameras.size();
    member.cameras.clear();
    truncated = false;
    for (BusMessage.Entry entry : entries) {
      if (cameras >= settings.maxRemoteCameras()) {
        truncated = true;
        return;
      }
      cameras++;
      member.cameras.put(entry.name(), sighting(entry, before.get(entry.name()), nowNanos));
    }
  }

  private static Sighting sighting(
      BusMessage.Entry entry, @Nullable Sighting before, long nowNanos) {
    long since = nowNanos - entry.attachedMillis() * 1_000_000;
    if (before != null && Math.abs(since - before.sinceNanos) < SAME_PUBLISHER_NANOS) {
      // What is said of the same publisher twice must not change who came first.
      since = before.sinceNanos;
    }
    return new Sighting(entry, since);
  }

  /// The relay has said goodbye.
  boolean leave(long node) {
    Member member = members.remove(node);
    if (member == null) {
      return false;
    }
    cameras -= member.cameras.size();
    return true;
  }

  /// Forgets who has been silent for a lease; returns their names.
  List<String> expire(long nowNanos) {
    List<String> gone = new ArrayList<>();
    members
        .values()
        .removeIf(member -> {
          boolean silent = nowNanos - member.heardNanos >= settings.lease().toNanos();
          if (silent) {
            gone.add(member.name());
            cameras -= member.cameras.size();
          }
          return silent;
        });
    return gone;
  }

  /// The relay; null when it is not known.
  @Nullable Member member(long node) {
    return members.get(node);
  }

  Collection<Member> all() {
    return members.values();
  }

  /// Cameras of all of them.
  int cameras() {
    return cameras;
  }

  /// Whether the last table was cut off because there are too many cameras.
  boolean truncated() {
    return truncated;
  }

  private @Nullable Member named(String name) {
    for (Member member : members.values()) {
      if (member.name().equals(name)) {
        return member;
      }
    }
    return null;
  }
}
