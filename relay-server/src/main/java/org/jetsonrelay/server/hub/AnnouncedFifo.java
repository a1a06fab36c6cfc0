// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The announced payloads of one camera that wait for one viewer: in order, bounded by count and by
/// bytes.
///
/// What does not fit is lost in a way the viewer's decoder survives. An H.264 stream is cut: all of
/// it that waits is dropped, and so is all that comes until the next key frame. A complete video is
/// dropped whole, and nothing else with it.
///
/// The camera's reader thread adds, the holder of the viewer's claim takes, the hub closes: guarded
/// by its own monitor, held for a few pointer moves and never across a call to the outside. Each
/// payload in here has one reference that belongs to the FIFO.
final class AnnouncedFifo {

  private final int maxCount;
  private final int maxBytes;
  private final ArrayDeque<Announced> waiting = new ArrayDeque<>();
  private int bytes;
  private boolean cut;
  private boolean closed;

  /// Written under the monitor after each change, read by the taker. True before the first payload,
  /// so a camera without any costs a viewer one read.
  private volatile boolean empty = true;

  AnnouncedFifo(int maxCount, int maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /// Adds a payload, with a reference of its own, or drops what the rule above says.
  ///
  /// @return how many payloads were dropped, this one included
  synchronized int add(Announced announced) {
    if (closed) {
      return 0;
    }
    if (!announced.kind().isStream()) {
      return fits(announced) ? append(announced) : 1;
    }
    if (cut && !announced.keyFrame()) {
      return 1;
    }
    if (fits(announced)) {
      cut = false;
      return append(announced);
    }
    int dropped = dropStream();
    if (announced.keyFrame() && fits(announced)) {
      cut = false;
      append(announced);
      return dropped;
    }
    cut = true;
    return dropped + 1;
  }

  /// Takes the oldest payload; its reference passes to the caller.
  synchronized @Nullable Announced poll() {
    Announced oldest = waiting.poll();
    if (oldest != null) {
      bytes -= oldest.length();
    }
    empty = waiting.isEmpty();
    return oldest;
  }

  /// Whether nothing waits. Takes no lock: it is asked for each viewer and frame.
  boolean isEmpty() {
    return empty;
  }

  /// How many wait.
  synchronized int size() {
    return waiting.size();
  }

  /// Frees all that waits and lets nothing in any more.
  synchronized void close() {
    closed = true;
    waiting.forEach(Announced::release);
    waiting.clear();
    bytes = 0;
    empty = true;
  }

  private boolean fits(Announced announced) {
    return waiting.size() < maxCount && announced.length() <= maxBytes - bytes;
  }

  private int append(Announced announced) {
    waiting.add(announced.retain());
    bytes += announced.length();
    empty = false;
    return 0;
  }

  private int dropStream() {
    int dropped = 0;
    for (Iterator<Announced> each = waiting.iterator(); each.hasNext(); ) {
      Announced one = each.next();
      if (one.kind().isStream()) {
        each.remove();
        bytes -= one.length();
        one.release();
        dropped++;
      }
    }
    empty = waiting.isEmpty();
    return dropped;
  }
}
