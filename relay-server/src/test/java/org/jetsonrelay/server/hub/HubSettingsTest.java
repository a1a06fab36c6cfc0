// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HubSettingsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void lingersFiveSecondsAndIsStaleAfterTwoUnlessToldOtherwise() {
    HubSettings defaults = HubSettings.defaults();

    assertThat(defaults.linger()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.stale()).isEqualTo(Duration.ofSeconds(2));
    assertThat(defaults.freshEnough()).isEqualTo(Duration.ofSeconds(2));
    assertThat(defaults.maxCameras()).isEqualTo(256);
    assertThat(defaults.maxAnnounced()).isEqualTo(64);
    assertThat(defaults.maxAnnouncedBytes()).isEqualTo(32 * 1024 * 1024);
  }

  @Test
  void namesTheSettingThatIsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HubSettings(0, 1, 1, 1, SECOND, SECOND, SECOND, 1, 1, 0))
        .withMessageContaining("maxCameras")
        .withMessageContaining("not 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HubSettings(1, 1, 1, 1, SECOND.negated(), SECOND, SECOND, 1, 1, 0))
        .withMessageContaining("linger");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HubSettings(1, 1, 1, 1, SECOND, Duration.ZERO, SECOND, 1, 1, 0))
        .withMessageContaining("stale");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HubSettings(1, 1, 1, 1, SECOND, SECOND, Duration.ofDays(1), 1, 1, 0))
        .withMessageContaining("freshEnough");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HubSettings(1, 1, 1, 1, SECOND, SECOND, SECOND, 1, 0, 0))
        .withMessageContaining("maxAnnouncedBytes");
  }
}
