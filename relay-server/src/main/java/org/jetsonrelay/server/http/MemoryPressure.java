// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/// Says when the process runs short of memory: of the heap, by what is left after a collection, for
/// what is in use between two says nothing; and of the memory of frames.
///
/// Holds no state but where to look; any thread may call it.
public final class MemoryPressure {

  /// From here on there is little room for the next burst.
  static final double LIMIT = 0.9;

  private final DoubleSupplier heap;
  private final DoubleSupplier direct;

  /// Looks at this process.
  public MemoryPressure() {
    this(MemoryPressure::heapShare, MemoryPressure::directShare);
  }

  MemoryPressure(DoubleSupplier heap, DoubleSupplier direct) {
    this.heap = heap;
    this.direct = direct;
  }

  /// What is short, each a short plain sentence; empty when nothing is.
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>(2);
    add(reasons, heap.getAsDouble(), "of the heap is in use after a collection (-Xmx)");
    add(
        reasons,
        direct.getAsDouble(),
        "of the memory for frames is in use (-XX:MaxDirectMemorySize)");
    return reasons;
  }

  private static void add(List<String> reasons, double share, String what) {
    if (share >= LIMIT) {
      reasons.add("memory pressure: " + Math.round(share * 100) + " % " + what);
    }
  }

  private static double heapShare() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage after = pool.getCollectionUsage(); // null where nothing is collected
      if (pool.getType() == MemoryType.HEAP && after != null) {
        used += after.getUsed();
      }
    }
    return (double) used / Runtime.getRuntime().maxMemory();
  }

  private static double directShare() {
    long used = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      used += pool.getName().equals("direct") ? Math.max(0, pool.getMemoryUsed()) : 0;
    }
    return (double) used / maxDirectBytes();
  }

  private static long maxDirectBytes() {
    HotSpotDiagnosticMXBean hotSpot =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long set =
        hotSpot == null ? 0 : Long.parseLong(hotSpot.getVMOption("MaxDirectMemorySize").getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory(); // 0: as much as the heap
  }
}
