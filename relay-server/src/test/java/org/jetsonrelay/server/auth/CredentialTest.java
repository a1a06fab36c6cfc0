// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest {

  private static final Credential SECRET = Credential.ofToken("s3cret+/=");

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret+/=", "bearer s3cret+/=", "BEARER   s3cret+/= "})
  void readsTheBearerHeader(String header) {
    assertThat(Credential.ofHeader(header).sameAs(SECRET)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Basic czNjcmV0", "Bearer", "Bearer ", "s3cret+/=", "Bearers3cret+/="})
  void otherHeadersHoldNoToken(String header) {
    assertThat(Credential.ofHeader(header).absent()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token=s3cret+/=",
        "token=s3cret%2B%2f%3D",
        "a=b&token=s3cret+/=&token=other",
        "&&x&%74oken=s3cret%2B/="
      })
  void readsTheFirstTokenOfAQuery(String query) {
    assertThat(Credential.ofQuery(query).sameAs(SECRET)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "token", "token=", "xtoken=s3cret", "a=token=s3cret", "Token=s3cret"})
  void otherQueriesHoldNoToken(String query) {
    assertThat(Credential.ofQuery(query).absent()).isTrue();
  }

  @Test
  void absenceIsNoToken() {
    assertThat(Credential.ofHeader(null).absent()).isTrue();
    assertThat(Credential.ofQuery(null).absent()).isTrue();
    assertThat(Credential.ofToken(null).absent()).isTrue();
    assertThat(Credential.none().sameAs(Credential.none())).isFalse();
  }

  @Test
  void aTokenMayHave512CharactersAndNotOneMore() {
    String longest = "t".repeat(512);
    Credential tooLong = Credential.ofToken(longest + "t");

    assertThat(Credential.ofToken(longest).sameAs(Credential.ofToken(longest))).isTrue();
    assertThat(tooLong.sameAs(Credential.ofToken(longest + "t"))).isFalse();
    assertThat(tooLong.absent()).isFalse();
  }

  @Test
  void theFirstThatShowsAnythingCounts() {
    Credential wrong = Credential.ofToken("wrong");

    assertThat(Credential.none().or(SECRET).sameAs(SECRET)).isTrue();
    assertThat(wrong.or(SECRET).sameAs(SECRET)).isFalse();
  }

  @Test
  void neverShowsTheToken() {
    assertThat(SECRET).hasToString("Credential[***]");
    assertThat(Credential.none()).hasToString("Credential[none]");
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "a=b&c, a=b&c",
    "token=s3cret, token=***",
    "a=b&token=s3cret&c=d, a=b&token=***&c=d",
    "TOKEN=s3cret, TOKEN=***",
    "%74oken=s3cret, %74oken=***",
    "%74oken=s3cret%zz, %74oken=***",
    "token=s3cret?x=1, token=***",
    "token=s3cret;x=1, token=***",
    "x=1;token=s3cret, x=***",
    "next=%2Fws%3Ftoken%3Ds3cret, next=***",
    "token%3Ds3cret, ***",
    "access_token=s3cret&&, access_token=***&&",
    "/ws?token=s3cret&camera=front, /ws?token=***&camera=front",
    "/ws?camera=front&token=s3cret, /ws?camera=front&token=***",
  })
  void noTokenReachesALog(String query, String shown) {
    assertThat(Query.redacted(query)).isEqualTo(shown).doesNotContain("s3cret");
  }
}
