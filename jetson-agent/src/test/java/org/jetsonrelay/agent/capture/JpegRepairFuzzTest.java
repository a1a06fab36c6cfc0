// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.jetsonrelay.agent.capture.JpegRepair.Result;
import org.jetsonrelay.agent.fuzz.Damage;
import org.junit.jupiter.api.Test;

/** Whatever a camera sends: a JPEG with a beginning and an end, or none. */
class JpegRepairFuzzTest {

  @Test
  void makesAWholeJpegOfAnythingOrLeavesItOut() {
    Damage.feed(
        JpegRepairFuzzTest::feed,
        JpegRepairTest.WHOLE,
        JpegRepairTest.BARE,
        Arrays.copyOf(JpegRepairTest.BARE, JpegRepairTest.BARE.length + 100));
  }

  private static void feed(byte[] input) {
    Picture picture = JpegRepairTest.holding(input, input.length);
    if (JpegRepair.repair(picture) == Result.BROKEN) {
      return;
    }
    byte[] jpeg = JpegRepairTest.bytes(picture);
    assertThat(jpeg.length).isLessThanOrEqualTo(input.length + JpegRepair.STANDARD_TABLES.length);
    assertThat(jpeg).startsWith(0xFF, 0xD8).endsWith(0xFF, 0xD9);
    // What has been put right once stays as it is.
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.GOOD);
  }
}
