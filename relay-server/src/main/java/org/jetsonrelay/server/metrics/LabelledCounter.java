// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts by label, for labels that may come from a peer (close codes): after [#MAX_LABELS]
/// different ones the rest are counted together as [#OTHER], so no peer can make it grow.
///
/// Any thread may call any method.
public final class LabelledCounter {

  /// How many different labels are kept apart.
  public static final int MAX_LABELS = 64;

  /// The label that stands for all further ones.
  public static final String OTHER = "other";

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final LongAdder others = new LongAdder();

  /// Counts one event.
  public void increment(String label) {
    adder(label).increment();
  }

  private LongAdder adder(String label) {
    LongAdder known = counts.get(label);
    if (known != null) {
      return known;
    }
    // The lock is taken for a new label only; without it two threads could pass the limit together.
    synchronized (counts) {
      if (counts.size() >= MAX_LABELS && !counts.containsKey(label)) {
        return others;
      }
      return counts.computeIfAbsent(label, _ -> new LongAdder());
    }
  }

  /// The count under one label.
  public long count(String label) {
    LongAdder known = counts.get(label);
    return (known == null ? 0 : known.sum()) + (label.equals(OTHER) ? others.sum() : 0);
  }

  /// All counts as they stand, in the order of their labels.
  public SortedMap<String, Long> snapshot() {
    SortedMap<String, Long> all = new TreeMap<>();
    counts.forEach((label, adder) -> all.put(label, adder.sum()));
    long rest = others.sum();
    if (rest > 0) {
      all.merge(OTHER, rest, Long::sum);
    }
    return all;
  }

  /// All labels together.
  public long total() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum() + others.sum();
  }
}
