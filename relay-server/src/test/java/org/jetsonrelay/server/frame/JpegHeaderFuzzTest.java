// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.fuzz.Fuzz;
import org.junit.jupiter.api.Test;

/// Any bytes have a size or a fault, and none outside of the image is looked at.
class JpegHeaderFuzzTest {

  private static final int OFFSET = 37;

  private static byte[] withSegments() {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    jpeg.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16});
    jpeg.writeBytes(new byte[14]);
    jpeg.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 5, 'a', 'b', 'c'});
    jpeg.writeBytes(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xdb, 0, 67});
    jpeg.writeBytes(new byte[65]);
    byte[] rest = Jpegs.jpeg(100, 1);
    jpeg.write(rest, 2, rest.length - 2);
    return jpeg.toByteArray();
  }

  @Test
  void findsASizeOrAFaultInAnything() throws IOException {
    Fuzz.of("jpeg-header")
        .from(Jpegs.jpeg(64, 1))
        .from(withSegments())
        .run(JpegHeaderFuzzTest::feed);
  }

  private static void feed(byte[] input) {
    // The memory ends with the image: a look beyond it throws.
    ByteBuffer memory = ByteBuffer.allocateDirect(OFFSET + input.length);
    memory.put(OFFSET, input);
    switch (JpegHeader.parse(memory, OFFSET, input.length)) {
      case JpegHeader.Size(int width, int height) -> {
        assertThat(width).isBetween(1, 65_535);
        assertThat(height).isBetween(0, 65_535);
      }
      case JpegHeader.Fault(String reason) -> assertThat(reason).isNotBlank();
    }
  }
}
