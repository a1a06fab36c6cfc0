// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What can be set, and the sentence that says why something cannot.
class SettingsReaderTest {

  private static RelaySettings read(Map<String, String> given) {
    return RelaySettings.read(new SettingsReader(given::get));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PORT|http|PORT='http' is not a whole number: use 0 to 65535",
        "PORT|65536|PORT='65536' is out of range: use 0 to 65535",
        "PORT|-1|PORT='-1' is out of range: use 0 to 65535",
        "PORT|80 80|PORT='80 80' is not a whole number: use 0 to 65535",
        "PORT|99999999999|PORT='99999999999' is not a whole number: use 0 to 65535",
        "MAX_CLIENTS|0|MAX_CLIENTS='0' is out of range: use 1 to 1000000",
        "LOG_LEVEL|loud|LOG_LEVEL='loud' is not known: use one of error, warn, info, debug, trace",
        "PACING|yes|PACING='yes' is not known: use one of on, off",
        "LINGER|5|LINGER='5' is not a duration: write for example 500ms, 15s, 2m or 1h",
        "LINGER|-5s|LINGER='-5s' is not a duration: write for example 500ms, 15s, 2m or 1h",
        "LINGER|1d|LINGER='1d' is not a duration: write for example 500ms, 15s, 2m or 1h",
        "LINGER|2h|LINGER='2h' is out of range: use 0ms to 3600s",
        "PING_PERIOD|99ms|PING_PERIOD='99ms' is out of range: use 100ms to 3600s",
        "MAX_CONTROL_MESSAGES|7|MAX_CONTROL_MESSAGES='7' is out of range: use 8 to 100000",
        "SILENCE_LIMIT|15s|SILENCE_LIMIT='15s' must be longer than PING_PERIOD='15s'",
      })
  void saysWhichKeyWhichValueAndWhatWouldDo(String key, String value, String sentence) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  void neverShowsATokenThatCannotBeUsed() {
    assertThatThrownBy(() -> read(Map.of("PUBLISH_TOKEN", "two words")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("PUBLISH_TOKEN")
        .hasMessageContaining("the publish token must have")
        .hasMessageNotContaining("two words");
  }

  @Test
  void readsUnitsWhiteSpaceAndCase() {
    RelaySettings settings =
        read(
            Map.of(
                "LINGER",
                " 1.5S ",
                "PING_PERIOD",
                "250ms",
                "SILENCE_LIMIT",
                "2m",
                "PACING",
                "OFF",
                "ZERO_COPY",
                "off",
                "PORT",
                "",
                "LOG_LEVEL",
                " Debug"));
    assertThat(settings.hub().linger()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(settings.session().pingPeriod()).isEqualTo(Duration.ofMillis(250));
    assertThat(settings.session().silenceLimit()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.session().pacing()).isFalse();
    assertThat(settings.connections().sharesCopies()).isFalse();
    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.logLevel()).isEqualTo("debug");
  }

  @Test
  void usesTheDefaultsOfTheProtocolPage() {
    RelaySettings settings = read(Map.of());
    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.host()).isEqualTo("0.0.0.0");
    assertThat(settings.handshakeLimit()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.shutdownLimit()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.session().registrationLimit()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.session().pingPeriod()).isEqualTo(Duration.ofSeconds(15));
    assertThat(settings.session().silenceLimit()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.session().writeLimit()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.session().maxControlMessages()).isEqualTo(256);
    assertThat(settings.session().maxCameraMessageBytes()).isEqualTo(16 << 20);
    assertThat(settings.session().maxClientMessageBytes()).isEqualTo(64 << 10);
    assertThat(settings.webSocket().maxConnections()).isEqualTo(1_000);
    assertThat(settings.hub().linger()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.hub().freshEnough()).isEqualTo(Duration.ofSeconds(2));
  }
}
