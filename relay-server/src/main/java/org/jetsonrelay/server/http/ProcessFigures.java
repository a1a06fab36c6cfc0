// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import com.sun.management.OperatingSystemMXBean;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Memory and processor time of this process, read when somebody asks. Holds no state of its own;
/// any thread may call it.
final class ProcessFigures {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final List<BufferPoolMXBean> pools =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);

  /// The four names of Node.js' `process.memoryUsage()`, in bytes, as clients of the old server
  /// know them: `external` is what lives outside the heap, here the direct and mapped buffers.
  JsonObject memory() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long external = 0;
    for (BufferPoolMXBean pool : pools) {
      external += Math.max(0, pool.getMemoryUsed());
    }
    long resident = residentBytes();
    return JsonObject.builder()
        .set("rss", resident >= 0 ? resident : heap.getCommitted() + external)
        .set("heapTotal", heap.getCommitted())
        .set("heapUsed", heap.getUsed())
        .set("external", external)
        .build();
  }

  /// Processor time used since the start: a sum, so that any number of readers can each take the
  /// difference over their own period.
  JsonObject cpu() {
    return JsonObject.builder()
        .set("timeMillis", TimeUnit.NANOSECONDS.toMillis(Math.max(0, system.getProcessCpuTime())))
        .set("processors", system.getAvailableProcessors())
        .build();
  }

  /// Resident memory of this process, -1 where the system does not tell.
  static long residentBytes() {
    return residentBytes(STATUS);
  }

  /// Resident memory from a Linux status file, -1 where there is none.
  static long residentBytes(Path status) {
    try {
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(RESIDENT)) {
          String kibibytes = line.substring(RESIDENT.length()).replace("kB", "").strip();
          return Long.parseLong(kibibytes) * 1024;
        }
      }
      return -1;
    } catch (IOException | NumberFormatException unreadable) {
      return -1;
    }
  }
}
