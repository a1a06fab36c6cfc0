// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampedJpegTest {

  @ParameterizedTest
  @ValueSource(ints = {8_000, 44_999, 45_000, 45_001, 500_000})
  void isAPictureOfExactlySoManyBytes(int bytes) throws IOException {
    byte[] picture = StampedJpeg.picture(bytes);
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(picture));

    assertThat(picture).hasSize(bytes);
    assertThat(decoded.getWidth()).isEqualTo(640);
    assertThat(StampedJpeg.isOne(picture)).isTrue();
  }

  @Test
  void carriesItsStamp() throws IOException {
    byte[] picture = StampedJpeg.picture(10_000);
    StampedJpeg.stamp(ByteBuffer.wrap(picture), 0, 1_234_567_890_123L, 42);

    assertThat(StampedJpeg.sentNanos(picture)).isEqualTo(1_234_567_890_123L);
    assertThat(StampedJpeg.sequence(picture)).isEqualTo(42);
    assertThat(ImageIO.read(new ByteArrayInputStream(picture))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {7_999, 1_048_577})
  void refusesOtherSizes(int bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StampedJpeg.picture(bytes))
        .withMessageContaining("not " + bytes);
  }
}
