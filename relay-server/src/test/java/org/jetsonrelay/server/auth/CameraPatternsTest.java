// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CameraPatternsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "front | front | true",
        "front | front2 | false",
        "front | Front | false",
        "front* | front | true",
        "front* | front-left | true",
        "front* | a-front | false",
        "*-left | rear-left | true",
        "*-left | left | false",
        "r?ar | rear | true",
        "r?ar | rar | false",
        "* | client_1755500000000_k3j9x0a1b | true",
        "a*b*c | abc | true",
        "a*b*c | aXbYbZc | true",
        "a*b*c | aXcYb | false",
        "front,rear-* | rear-1 | true",
        "front,rear-* | rear | false",
        "front* | front@relay-b | true",
        "front | front@relay-b | false",
      })
  void oneOfTheGlobsMustFitTheWholeName(String patterns, String camera, boolean fits) {
    assertThat(CameraPatterns.parse(patterns).matches(camera)).isEqualTo(fits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "**", "front,*"})
  void everyCameraIsEveryCamera(String patterns) {
    assertThat(CameraPatterns.parse(patterns).every()).isTrue();
    assertThat(CameraPatterns.parse("front*").every()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,", "a b", "a/b", "[ab]", "é"})
  void refusesWhatNoCameraCanBeCalled(String patterns) {
    assertThatIllegalArgumentException().isThrownBy(() -> CameraPatterns.parse(patterns));
  }

  @Test
  void takesAsManyAndAsLongGlobsAsTheLimitAndNoMore() {
    CameraPatterns.parse("a,".repeat(CameraPatterns.MAX_GLOBS - 1) + "a");
    CameraPatterns.parse("a".repeat(CameraPatterns.MAX_GLOB_CHARS));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CameraPatterns.parse("a,".repeat(CameraPatterns.MAX_GLOBS) + "a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CameraPatterns.parse("a".repeat(CameraPatterns.MAX_GLOB_CHARS + 1)));
  }

  @Test
  void manyStarsDoNotTakeForever() {
    CameraPatterns greedy = CameraPatterns.parse("*a".repeat(31) + "*b");
    Assertions.assertTimeout(
        Duration.ofSeconds(5), () -> assertThat(greedy.matches("a".repeat(64))).isFalse());
  }
}
