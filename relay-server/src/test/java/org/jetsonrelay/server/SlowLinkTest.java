// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// On a link slower than the camera, with a deep queue, pacing keeps the pictures young: compared
/// with the same relay without it, in the same run, over the same kind of link.
class SlowLinkTest {

  private static final int IMAGE_BYTES = 45_000;
  private static final int IMAGES = 120;
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(33);

  @Test
  void keepsPicturesYoungWhereTheUnpacedRelayLetsThemAge() throws IOException {
    long unpaced = medianAgeMillis("off");
    long paced = medianAgeMillis("on");

    // Measured: 0.1 s against more than a second. Half leaves room for a busy machine.
    assertThat(paced).as("paced %d ms, unpaced %d ms", paced, unpaced).isLessThan(unpaced / 2);
  }

  /// The age of the pictures in the second half of a run, when queues have had time to fill.
  private static long medianAgeMillis(String pacing) throws IOException {
    try (TestRelay relay = TestRelay.start("PACING", pacing);
        SlowLink link = SlowLink.to(relay.port(), 8_000_000, 20, 1_000)) {
      TestClient camera = relay.camera("front");
      try (AgeProbe viewer = AgeProbe.watching(link.port())) {
        camera.awaitText("start_streaming");
        long next = System.nanoTime();
        for (int i = 0; i < IMAGES; i++) {
          byte[] image = Jpegs.jpeg(IMAGE_BYTES, i);
          ByteBuffer.wrap(image).putLong(image.length - 10, System.nanoTime());
          camera.send(image);
          next += INTERVAL_NANOS;
          for (long left; (left = next - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left); // the camera's rate, not a wait for something
          }
        }
        long[] ages = viewer.agesMillis();
        assertThat(ages.length).as("pictures that arrived").isGreaterThan(10);
        long[] late = Arrays.copyOfRange(ages, ages.length / 2, ages.length);
        Arrays.sort(late);
        return late[late.length / 2];
      } finally {
        camera.ignoreTheRest();
      }
    }
  }
}
