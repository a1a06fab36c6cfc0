// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which relay a user means by auto, and what is said when that is not clear. */
class WantedRelayTest {

  private static final FoundRelay LAB = new FoundRelay("lab", URI.create("ws://10.0.0.1:8080/ws"));
  private static final FoundRelay YARD =
      new FoundRelay("yard-9000", URI.create("ws://10.0.0.2:9000/ws"));

  private static WantedRelay wanted(String text) {
    return WantedRelay.parse(text).orElseThrow();
  }

  @Test
  void takesTheOnlyOne() throws NoRelayException {
    assertThat(wanted("auto").choose(List.of(LAB))).isEqualTo(LAB.uri());
  }

  @Test
  void takesTheOneThatIsNamedOfSeveral() throws NoRelayException {
    assertThat(wanted("auto:yard-9000").choose(List.of(LAB, YARD))).isEqualTo(YARD.uri());
  }

  @Test
  void listsSeveralAndSaysHowToChoose() {
    assertThatThrownBy(() -> wanted("auto").choose(List.of(LAB, YARD)))
        .isInstanceOf(NoRelayException.class)
        .hasMessage(
            "2 relays announce themselves here: lab (10.0.0.1:8080), yard-9000 (10.0.0.2:9000);"
                + " choose one, such as auto:lab");
  }

  @Test
  void neverTakesAnotherThanTheOneThatIsNamed() {
    assertThatThrownBy(() -> wanted("auto:roof").choose(List.of(LAB)))
        .isInstanceOf(NoRelayException.class)
        .hasMessage("no relay here announces itself as roof; there is lab (10.0.0.1:8080)");
  }

  @Test
  void saysWhatToLookAtWhenThereIsNone() {
    assertThatThrownBy(() -> wanted("auto").choose(List.of()))
        .isInstanceOf(NoRelayException.class)
        .hasMessageContaining("MDNS=off")
        .hasMessageContaining("ws://192.168.1.10:8080/ws");
  }

  @Test
  void keepsANameWithBlanks() {
    assertThat(wanted("auto:lab (2)").name()).isEqualTo(Optional.of("lab (2)"));
    assertThat(wanted("auto:lab (2)")).hasToString("auto:lab (2)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "auto:",
        "AUTO",
        "automatic",
        "ws://auto/ws",
        "auto:a\nb",
        "auto:a\"b",
        "auto:0123456789012345678901234567890123456789012345678901234567890123"
      })
  void isNothingElse(String text) {
    assertThat(WantedRelay.parse(text)).isEmpty();
  }
}
