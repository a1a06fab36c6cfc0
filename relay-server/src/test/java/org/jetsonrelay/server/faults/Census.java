// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a relay's process holds, after a full collection.
///
/// @param heapBytes of all live objects
/// @param subscriptions live objects of that class: a viewer's holds on cameras
/// @param mailboxes live objects of that class
/// @param sessions live objects of that class: registered or not
/// @param connections live WebSocket connections
/// @param virtualThreads live objects of that class
/// @param threads platform threads
/// @param descriptors open files of any kind
/// @param sockets of them
/// @param blocks of frame memory that somebody holds
/// @param directBytes direct buffers, held or idle in the pool
/// @param residentBytes of the process
record Census(
    long heapBytes,
    long subscriptions,
    long mailboxes,
    long sessions,
    long connections,
    long virtualThreads,
    long threads,
    long descriptors,
    long sockets,
    long blocks,
    long directBytes,
    long residentBytes) {

  private static final String PACKAGE = "org.jetsonrelay.server.";

  /// How much live heap may differ: caches of the JDK and the web server, counters by label.
  private static final long HEAP_SLACK_BYTES = 1_000_000;

  /// Direct memory that lies idle, ready to be used again, is bounded by a setting (64 MiB).
  private static final long IDLE_BYTES = 64L << 20;

  private static final int COLLECTIONS = 5;

  /// What code, caches of malloc and a heap that has breathed may add to a process.
  private static final long RESIDENT_SLACK_BYTES = 48L << 20;

  /// The system's and the virtual threads' own platform threads come and go.
  private static final long THREAD_SLACK = 4;

  /// @param histogram where to leave the live objects by class
  static Census of(RelayChild relay, Path histogram) throws IOException, InterruptedException {
    Child process = relay.process();
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String pid = Long.toString(process.pid());
    // Again and again: what one collection finds dead has to be cleaned up, and a heap that has
    // grown is given back in steps, all of it only with the fourth.
    for (int i = 0; i < COLLECTIONS; i++) {
      Child.run(jcmd, pid, "GC.run");
    }
    String live = Child.run(jcmd, pid, "GC.class_histogram");
    Files.writeString(histogram, live);
    double blocks = relay.metric("relay_frame_blocks");
    long direct =
        relay.stats().objectValue("memory").orElseThrow().longValue("external").orElseThrow();
    return new Census(
        total(live),
        count(live, PACKAGE + "hub.Subscription"),
        count(live, PACKAGE + "hub.Mailbox"),
        count(live, PACKAGE + "session.ClientSession"),
        count(live, PACKAGE + "websocket.WebSocketConnection"),
        count(live, "java.lang.VirtualThread"),
        process.threads(),
        process.descriptors(),
        process.sockets(),
        Math.round(blocks),
        direct,
        process.residentBytes());
  }

  /// In what this one has more than `base`, a sentence each.
  List<String> leaksSince(Census base) {
    List<String> leaks = new ArrayList<>();
    compare(leaks, "live heap bytes", base.heapBytes + HEAP_SLACK_BYTES, heapBytes);
    compare(leaks, "subscriptions", base.subscriptions, subscriptions);
    compare(leaks, "mailboxes", base.mailboxes, mailboxes);
    compare(leaks, "sessions", base.sessions, sessions);
    compare(leaks, "connections", base.connections, connections);
    // The one that answers the census is among them.
    compare(leaks, "virtual threads", base.virtualThreads + 2, virtualThreads);
    compare(leaks, "platform threads", base.threads + THREAD_SLACK, threads);
    compare(leaks, "sockets", base.sockets + 1, sockets);
    compare(leaks, "descriptors", base.descriptors + 2, descriptors);
    compare(leaks, "frame blocks", base.blocks, blocks);
    compare(leaks, "resident bytes", base.residentBytes + RESIDENT_SLACK_BYTES, residentBytes);
    compare(
        leaks, "direct bytes", Math.max(base.directBytes, IDLE_BYTES) + (4L << 20), directBytes);
    return leaks;
  }

  private static void compare(List<String> leaks, String what, long most, long now) {
    if (now > most) {
      leaks.add("%s: %,d, and no more than %,d are explained".formatted(what, now, most));
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "heap %.2f MB, direct %.1f MB, resident %.0f MB, %d blocks, %d subscriptions, %d mailboxes,"
            + " %d sessions, %d connections, %d virtual and %d platform threads, %d descriptors,"
            + " %d sockets",
        heapBytes / 1e6,
        directBytes / 1e6,
        residentBytes / 1e6,
        blocks,
        subscriptions,
        mailboxes,
        sessions,
        connections,
        virtualThreads,
        threads,
        descriptors,
        sockets);
  }

  // "   1:    4711    123456  java.lang.String (java.base@25)"
  private static long count(String histogram, String type) {
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(words -> words.length >= 4 && words[3].equals(type))
        .mapToLong(words -> Long.parseLong(words[1]))
        .sum();
  }

  // "Total    81234    5678901", less what the collector fills its gaps with
  private static long total(String histogram) {
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .mapToLong(words ->
            words[0].equals("Total")
                ? Long.parseLong(words[2])
                : words.length >= 4 && words[3].contains("jdk.internal.vm.Filler")
                    ? -Long.parseLong(words[2])
                    : 0)
        .sum();
  }
}
