// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessFiguresTest {

  @Test
  void readsResidentMemoryInBytes(@TempDir Path directory) throws IOException {
    Path status = directory.resolve("status");
    Files.writeString(status, "Name:\tjava\nVmHWM:\t  9 kB\nVmRSS:\t   123456 kB\nThreads:\t9\n");

    assertThat(ProcessFigures.residentBytes(status)).isEqualTo(123_456L * 1024);
  }

  @Test
  void hasNoResidentMemoryWhereTheSystemDoesNotTell(@TempDir Path directory) throws IOException {
    Path odd = directory.resolve("odd");
    Files.writeString(odd, "VmRSS: much kB\n");

    assertThat(ProcessFigures.residentBytes(directory.resolve("absent"))).isEqualTo(-1);
    assertThat(ProcessFigures.residentBytes(odd)).isEqualTo(-1);
  }

  @Test
  void countsDirectMemoryAsExternal() {
    ProcessFigures figures = new ProcessFigures();
    long before = figures.memory().longValue("external").orElseThrow();

    ByteBuffer held = ByteBuffer.allocateDirect(8 << 20);

    assertThat(figures.memory().longValue("external").orElseThrow() - before)
        .isGreaterThanOrEqualTo(held.capacity());
  }
}
