// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IsoTimeTest {

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  @Test
  void timesEqualThoseOfTheLibraryOnEveryDayAndRandomMillisecond() {
    Random random = new Random(7);
    for (long day = 0; day <= IsoTime.MAX_MILLIS / 86_400_000; day += 1 + random.nextInt(3)) {
      assertTime(day * 86_400_000 + random.nextInt(86_400_000));
    }
    for (long millis : new long[] {0, 1, 999, 951_782_400_000L, IsoTime.MAX_MILLIS}) {
      assertTime(millis);
    }
  }

  private static void assertTime(long millis) {
    String expected = ISO.format(Instant.ofEpochMilli(millis));
    if (!IsoTime.text(millis).equals(expected)) { // an assertion for each would take a minute
      assertThat(IsoTime.text(millis)).isEqualTo(expected);
    }
  }

  @Test
  void timesOutOfRangeAreClamped() {
    assertThat(IsoTime.text(-1)).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(IsoTime.text(Long.MIN_VALUE)).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(IsoTime.text(Long.MAX_VALUE)).isEqualTo("9999-12-31T23:59:59.999Z");
  }

  @Test
  void writesTheSameIntoArraysAndBackwardsIntoMemoryAndNothingAround() {
    long millis = 1_756_102_426_007L;
    byte[] array = "<.......................>.".getBytes(US_ASCII);
    assertThat(IsoTime.write(array, 1, millis)).isEqualTo(25);
    assertThat(new String(array, US_ASCII)).isEqualTo("<2025-08-25T06:13:46.007Z.");

    byte[] memory = "<........................>".getBytes(US_ASCII);
    assertThat(IsoTime.putBefore(ByteBuffer.wrap(memory), 25, millis)).isEqualTo(1);
    assertThat(new String(memory, US_ASCII)).isEqualTo("<2025-08-25T06:13:46.007Z>");
  }
}
