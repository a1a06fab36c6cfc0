// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaticTokensTest {

  private static final Access GUARDED = new StaticTokens("pub", "see", "all");

  @ParameterizedTest
  @CsvSource({
    // token, PUBLISH, VIEW, ADMIN
    "pub, Granted, Forbidden, Forbidden",
    "see, Forbidden, Granted, Forbidden",
    "all, Forbidden, Granted, Granted",
    "PUB, Unauthorized, Unauthorized, Unauthorized",
    "pub2, Unauthorized, Unauthorized, Unauthorized",
    "pu, Unauthorized, Unauthorized, Unauthorized",
    "'', Unauthorized, Unauthorized, Unauthorized",
  })
  void everyTokenAllowsWhatItIsForAndNothingElse(
      String token, String publish, String view, String admin) {
    for (String camera : new String[] {"front", null}) {
      assertThat(answer(GUARDED, Action.PUBLISH, camera, token)).isEqualTo(publish);
      assertThat(answer(GUARDED, Action.VIEW, camera, token)).isEqualTo(view);
      assertThat(answer(GUARDED, Action.ADMIN, camera, token)).isEqualTo(admin);
    }
  }

  static Stream<Arguments> configurations() {
    return Stream.of(0, 1, 2, 3, 4, 5, 6, 7)
        .flatMap(bits ->
            Stream.of(Action.values())
                .flatMap(action ->
                    Stream.of("", "unknown", "pub", "see", "all")
                        .map(token -> Arguments.of(bits, action, token))));
  }

  /// Each way to configure tokens × action × credential, against the rule in one sentence: an
  /// action without a token is open; otherwise it takes a token that was configured for it.
  @ParameterizedTest
  @MethodSource("configurations")
  void anActionIsOpenExactlyWhenItHasNoToken(int bits, Action action, String token) {
    boolean publish = (bits & 1) != 0;
    boolean view = (bits & 2) != 0;
    boolean admin = (bits & 4) != 0;
    Access access = new StaticTokens(publish ? "pub" : "", view ? "see" : "", admin ? "all" : "");
    boolean guarded =
        switch (action) {
          case PUBLISH -> publish;
          case VIEW -> view;
          case ADMIN -> admin;
        };
    boolean known =
        (publish && token.equals("pub"))
            || (view && token.equals("see"))
            || (admin && token.equals("all"));
    boolean fits =
        switch (action) {
          case PUBLISH -> token.equals("pub");
          case VIEW -> token.equals("see") || token.equals("all");
          case ADMIN -> token.equals("all");
        };
    String expected =
        !guarded || (known && fits) ? "Granted" : known ? "Forbidden" : "Unauthorized";

    assertThat(access.guarded(action)).isEqualTo(guarded);
    assertThat(answer(access, action, null, token)).isEqualTo(expected);
  }

  @Test
  void oneTokenMayServeSeveralActions() {
    Access access = new StaticTokens("one", "one", "");

    assertThat(answer(access, Action.PUBLISH, null, "one")).isEqualTo("Granted");
    assertThat(answer(access, Action.VIEW, null, "one")).isEqualTo("Granted");
  }

  @Test
  void aTokenTooLongIsRefusedEvenWhenItBeginsRight() {
    Access access = new StaticTokens("t".repeat(512), "", "");

    assertThat(answer(access, Action.PUBLISH, null, "t".repeat(512))).isEqualTo("Granted");
    assertThat(answer(access, Action.PUBLISH, null, "t".repeat(513))).isEqualTo("Unauthorized");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a b", "a\n", "é", "\u0000"})
  void aTokenThatNoClientCouldSendIsASettingsError(String token) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StaticTokens("", token, ""))
        .withMessageStartingWith("the view token must");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StaticTokens("s".repeat(513), "", ""))
        .withMessageStartingWith("the publish token must")
        .withMessageNotContaining("sss");
  }

  @Test
  void refusalsNeverShowTheToken() {
    for (Action action : Action.values()) {
      assertThat(GUARDED.decide(action, null, Credential.ofToken("unknown-s3cret")).toString())
          .doesNotContain("s3cret")
          .doesNotContain(action.name().toLowerCase(Locale.ROOT));
    }
  }

  private static String answer(
      Access access, Action action, @Nullable String camera, String token) {
    return switch (access.decide(action, camera, Credential.ofToken(token))) {
      case Decision.Granted() -> "Granted";
      case Decision.Unauthorized(var reason) -> "Unauthorized";
      case Decision.Forbidden(var reason) -> "Forbidden";
      case Decision.TooMany(var wait) -> "TooMany";
    };
  }
}
