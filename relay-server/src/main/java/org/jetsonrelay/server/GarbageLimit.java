// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.LongSupplier;

/// Has old garbage collected before there is much of it. The serial collector lets it pile up to
/// `-Xmx`, and all of that stays resident, though what lives is a small part.
///
/// A collection of the old generation stops all threads, for some 40 ms with a hundred viewers.
/// What it takes goes by what lives, not by what is garbage, so an early one is no worse than a
/// late one, and there are few: little gets old here.
///
/// For one thread, the timer.
final class GarbageLimit {

  /// Where the serial collector keeps what is old; other collectors look after themselves.
  private static final String SERIAL_OLD = "Tenured Gen";

  /// How much may pile up, in bytes.
  static final long LEAST_BYTES = 64L << 20;

  /// Or this part of what lives, if that is more: a collection takes as long as that is large.
  static final double PART = 0.5;

  private final LongSupplier used;
  private final LongSupplier lived;
  private final Runnable collect;

  /// @param used bytes of the old generation in use
  /// @param lived the same right after its last collection
  GarbageLimit(LongSupplier used, LongSupplier lived, Runnable collect) {
    this.used = used;
    this.lived = lived;
    this.collect = collect;
  }

  /// For this process; does nothing where another collector runs.
  static GarbageLimit ofThisProcess() {
    return of(ManagementFactory.getMemoryPoolMXBeans(), System::gc);
  }

  static GarbageLimit of(List<MemoryPoolMXBean> pools, Runnable collect) {
    return pools.stream()
        .filter(pool -> pool.getName().equals(SERIAL_OLD))
        .findFirst()
        .map(pool ->
            new GarbageLimit(
                () -> bytes(pool.getUsage()), () -> bytes(pool.getCollectionUsage()), collect))
        .orElseGet(() -> new GarbageLimit(() -> 0, () -> 0, collect));
  }

  private static long bytes(MemoryUsage usage) {
    return usage == null ? 0 : usage.getUsed(); // null: the pool is gone, or knows nothing yet
  }

  /// Collects when there is too much.
  void tick(long nowNanos) {
    long living = lived.getAsLong();
    if (used.getAsLong() - living > Math.max(LEAST_BYTES, (long) (PART * living))) {
      collect.run();
    }
  }
}
