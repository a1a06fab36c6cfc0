// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.jetsonrelay.server.http.Measurement.counter;
import static org.jetsonrelay.server.http.Measurement.counters;
import static org.jetsonrelay.server.http.Measurement.gauge;
import static org.jetsonrelay.server.http.Measurement.gauges;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// What every Java process exports, by the names that dashboards for Java know. Stateless.
public final class ProcessMeasurements {

  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private ProcessMeasurements() {}

  /// Process, memory, threads and collector.
  public static List<Measurement> all() {
    List<Measurement> all = new ArrayList<>(process());
    all.add(
        gauges(
            "jvm_memory_used_bytes",
            "Memory in use, by area",
            "area",
            () -> areas(MemoryUsage::getUsed)));
    all.add(
        gauges(
            "jvm_memory_committed_bytes",
            "Memory taken from the system, by area",
            "area",
            () -> areas(MemoryUsage::getCommitted)));
    all.add(
        gauge(
            "jvm_memory_heap_max_bytes",
            "Most that the heap may take",
            () -> MEMORY.getHeapMemoryUsage().getMax()));
    all.add(
        gauges(
            "jvm_buffer_pool_used_bytes",
            "Memory outside of the heap, by pool",
            "pool",
            ProcessMeasurements::bufferPools));
    all.add(
        gauge(
            "jvm_threads_current",
            "Platform threads alive",
            ManagementFactory.getThreadMXBean()::getThreadCount));
    all.add(
        counters(
            "jvm_gc_collections_total",
            "Garbage collections, by collector",
            "gc",
            () -> collectors(GarbageCollectorMXBean::getCollectionCount)));
    all.add(
        new Measurement(
            "jvm_gc_collection_seconds_total",
            "Time spent in garbage collections, by collector",
            Measurement.Kind.COUNTER,
            () ->
                collectors(GarbageCollectorMXBean::getCollectionTime).entrySet().stream()
                    .<Measurement.Sample>map(one ->
                        new Measurement.Sample.Value(
                            Map.of("gc", one.getKey()), one.getValue() / 1e3))
                    .toList()));
    return all;
  }

  private static List<Measurement> process() {
    List<Measurement> all = new ArrayList<>();
    long startMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
    all.add(
        gauge("process_start_time_seconds", "When the process started", () -> startMillis / 1e3));
    all.add(
        gauge(
            "process_resident_memory_bytes",
            "Memory that the process has in RAM",
            ProcessFigures::residentBytes));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      all.add(
          counter(
              "process_cpu_seconds_total",
              "Processor time used",
              () -> Math.max(0, unix.getProcessCpuTime()) / 1e9));
      all.add(gauge("process_open_fds", "Open files", unix::getOpenFileDescriptorCount));
      all.add(gauge("process_max_fds", "Most open files", unix::getMaxFileDescriptorCount));
      all.add(
          gauge(
              "process_processors",
              "Processors that the process may use",
              unix::getAvailableProcessors));
    }
    return all;
  }

  private static Map<String, Long> areas(ToLongFunction<MemoryUsage> figure) {
    return Map.of(
        "heap", figure.applyAsLong(MEMORY.getHeapMemoryUsage()),
        "nonheap", figure.applyAsLong(MEMORY.getNonHeapMemoryUsage()));
  }

  private static Map<String, Long> bufferPools() {
    Map<String, Long> pools = new TreeMap<>();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      pools.put(pool.getName(), Math.max(0, pool.getMemoryUsed()));
    }
    return pools;
  }

  private static Map<String, Long> collectors(ToLongFunction<GarbageCollectorMXBean> figure) {
    Map<String, Long> collectors = new TreeMap<>();
    for (GarbageCollectorMXBean one : ManagementFactory.getGarbageCollectorMXBeans()) {
      collectors.put(one.getName().toLowerCase(Locale.ROOT), Math.max(0, figure.applyAsLong(one)));
    }
    return collectors;
  }
}
