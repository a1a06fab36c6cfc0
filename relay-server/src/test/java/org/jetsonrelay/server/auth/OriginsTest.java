// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

  @ParameterizedTest
  @CsvSource({
    // origin, host, permitted
    "http://relay:8080, relay:8080, true",
    "http://RELAY:8080, relay:8080, true",
    "http://relay, relay, true",
    "http://relay, relay:80, true",
    // A proxy that does TLS: the relay sees neither the scheme nor the port.
    "https://relay, relay, true",
    "https://relay, relay:443, true",
    "https://relay:8443, relay:8443, true",
    "http://192.168.1.5:8080, 192.168.1.5:8080, true",
    "http://[fe80::1]:8080, [fe80::1]:8080, true",
    "http://relay:8081, relay:8080, false",
    "http://relay, relay:8080, false",
    "http://evil, relay:8080, false",
    "http://relay.evil:8080, relay:8080, false",
    "http://relay@evil:8080, relay:8080, false",
    "null, relay:8080, false",
    "file://, relay:8080, false",
    "not an origin, relay:8080, false",
    "http://relay:8080, , false",
    "https://ops.example, relay:8080, true",
    "https://OPS.example:443, relay:8080, true",
    "http://ops.example, relay:8080, false",
    "https://ops.example:8443, relay:8080, false",
    "http://10.0.0.5:3000, relay:8080, true",
  })
  void onlyTheRelaysOwnPagesAndThoseOnTheListMayTalkToIt(
      String origin, String host, boolean permitted) {
    Origins origins = Origins.parse("https://ops.example, http://10.0.0.5:3000");
    assertThat(origins.permits(origin, host)).isEqualTo(permitted);
  }

  @Test
  void whoSendsNoOriginIsNoPage() {
    assertThat(Origins.parse("").permits(null, "relay")).isTrue();
    assertThat(Origins.parse("*").permits("null", "relay")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ops.example",
        "https://ops.example/",
        "https://",
        "ftp://a",
        "https://a b",
        "*,*"
      })
  void refusesALineThatIsNoOrigin(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Origins.parse(text));
  }
}
