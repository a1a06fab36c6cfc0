// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.jetsonrelay.server.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The file, the tool that changes it, and the relay that follows it.
class TokenFileTest {

  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final StaticTokens NONE = new StaticTokens("", "", "");

  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("tokens"), text);
  }

  @Test
  void readsOneTokenALine() throws TokenFile.Unusable {
    List<Grant> grants =
        TokenFile.parse(
            """
            # who may do what

            robot   publish  front,front-*\t%1$s  # the yellow one
            ops  admin,publish  *  %1$s
            lobby view lobby-* everybody
            """
                .formatted(DIGEST),
            "f");

    assertThat(grants).extracting(Grant::name).containsExactly("robot", "ops", "lobby");
    assertThat(grants.get(0).actions()).containsExactly(Action.PUBLISH);
    assertThat(grants.get(0).cameras().globs()).containsExactly("front", "front-*");
    // Who may see figures may see pictures, too.
    assertThat(grants.get(1).actions())
        .containsExactlyInAnyOrder(Action.PUBLISH, Action.VIEW, Action.ADMIN);
    assertThat(grants.get(2).token().absent()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "robot publish *; four words",
        "robot publish * sha256:12; 64 hexadecimal digits",
        "robot publish * md5:00; 64 hexadecimal digits",
        "robot fly * everybody; publish, view, admin",
        "robot publish, * everybody; publish, view, admin",
        "robot publish a/b everybody; camera pattern",
        "ro/bot publish * everybody; token's name",
        "first view * everybody; another token named first",
      })
  void namesTheLineThatCannotBeUsedAndRepeatsNoDigest(String line, String problem) {
    assertThatThrownBy(() ->
            TokenFile.parse("first view * " + DIGEST + "\n# note\n" + line + "\n", "the-file"))
        .isInstanceOf(TokenFile.Unusable.class)
        .hasMessageStartingWith("the-file, line 3: ")
        .hasMessageContaining(problem)
        .hasMessageNotContaining("abab");
  }

  @Test
  void takesAsManyTokensAndBytesAsTheLimitAndNoMore() throws IOException, TokenFile.Unusable {
    String tokens =
        IntStream.range(0, TokenFile.MAX_TOKENS)
            .mapToObj(i -> "t" + i + " view * everybody\n")
            .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
            .toString();
    assertThat(TokenFile.parse(tokens, "f")).hasSize(TokenFile.MAX_TOKENS);
    assertThatThrownBy(() -> TokenFile.parse(tokens + "more view * everybody", "f"))
        .hasMessageContaining("line " + (TokenFile.MAX_TOKENS + 1) + ": there are more than");

    Path full = file("#" + "x".repeat(TokenFile.MAX_BYTES - 1));
    assertThat(TokenFile.read(full)).isEmpty();
    Files.writeString(full, "#" + "x".repeat(TokenFile.MAX_BYTES));
    assertThatThrownBy(() -> TokenFile.read(full)).hasMessageContaining("more than");
  }

  @Test
  void refusesBytesThatAreNoText() throws IOException {
    Path file = directory.resolve("tokens");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> TokenFile.read(file)).hasMessageContaining("not UTF-8");
  }

  @Test
  void aTokenThatWasMadeIsKnownUntilItIsRevoked() throws IOException, TokenStore.Refused {
    TokenStore store = new TokenStore(directory.resolve("tokens"));
    String token = store.create("robot", "publish", "front*");
    store.open("lobby", "view", "lobby-*");
    Path file = directory.resolve("tokens");

    assertThat(token).matches("jr_[A-Za-z0-9_-]{43}");
    assertThat(Files.readString(file)).doesNotContain(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(store.list())
        .containsExactly(
            new TokenStore.Row("robot", "publish", "front*", false),
            new TokenStore.Row("lobby", "view", "lobby-*", true));

    LiveTokens tokens = new LiveTokens(file, NONE);
    Credential robot = Credential.ofToken(token);
    assertThat(tokens.permits(Action.PUBLISH, "front-2", robot)).isTrue();
    assertThat(tokens.decide(Action.PUBLISH, "rear", robot)).isInstanceOf(Decision.Forbidden.class);
    assertThat(tokens.decide(Action.VIEW, "front", robot)).isInstanceOf(Decision.Forbidden.class);
    assertThat(tokens.permits(Action.VIEW, "lobby-1", Credential.none())).isTrue();
    assertThat(tokens.decide(Action.VIEW, "front", Credential.none()))
        .isInstanceOf(Decision.Unauthorized.class);

    store.revoke("robot");
    tokens.reload();
    assertThat(tokens.decide(Action.PUBLISH, "front", robot))
        .isInstanceOf(Decision.Unauthorized.class);
    assertThat(tokens.version()).isEqualTo(1);
    assertThatThrownBy(() -> store.revoke("robot")).isInstanceOf(TokenStore.Refused.class);
  }

  @Test
  void aFileChangedByHandKeepsItsCommentsAndRights() throws IOException, TokenStore.Refused {
    Path file = file("# ours\nfirst view * " + DIGEST + " # hall\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    TokenStore store = new TokenStore(file);

    store.open("second", "view", "*");
    store.revoke("first");

    assertThat(Files.readAllLines(file)).containsExactly("# ours", "second view * everybody");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void toolsThatRunAtTheSameTimeLoseNothing()
      throws InterruptedException, IOException, ExecutionException, TokenStore.Refused {
    Path file = directory.resolve("tokens");
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<? extends Future<?>> all =
          IntStream.range(0, 20)
              .mapToObj(i ->
                  executor.submit(() -> {
                    new TokenStore(file).open("t" + i, "view", "*");
                    return null;
                  }))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(new TokenStore(file).list()).hasSize(20);
  }

  @Test
  void aBrokenFileLeavesTheTokensFromBeforeInForceAndSaysWhichLine()
      throws IOException, TokenStore.Refused {
    TokenStore store = new TokenStore(directory.resolve("tokens"));
    Credential viewer = Credential.ofToken(store.create("wall", "view", "*"));
    LiveTokens tokens = new LiveTokens(directory.resolve("tokens"), NONE);
    try (LogLines log = new LogLines("org.jetsonrelay.server.auth", Level.ALL)) {
      file("wall view *\n");
      tokens.reload();
      Files.delete(directory.resolve("tokens"));
      tokens.reload();

      assertThat(tokens.permits(Action.VIEW, "front", viewer)).isTrue();
      assertThat(tokens.version()).isZero();
      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().getFirst()).contains("tokens, line 1: ").contains("stay in force");
    }
  }

  @Test
  void aFileClosesEverythingAndLeavesTheTokensOfTheSettingsInForce() throws IOException {
    LiveTokens tokens = new LiveTokens(file(""), new StaticTokens("", "see", ""));

    for (Action action : Action.values()) {
      assertThat(tokens.guarded(action)).isTrue();
      assertThat(tokens.permits(action, null, Credential.none())).isFalse();
    }
    assertThat(tokens.permits(Action.VIEW, "front", Credential.ofToken("see"))).isTrue();
    assertThat(tokens.count()).isZero();
  }

  @Test
  void rightsForSomeCamerasAreNotRightsForAll() {
    Grant some =
        new Grant(
            "some", Credential.none(), Set.of(Action.ADMIN), CameraPatterns.parse("front*,r*"));
    assertThat(some.allows(Action.ADMIN, null)).isTrue();
    assertThat(some.allows(Action.ADMIN, "front")).isTrue();
    assertThat(some.allows(Action.ADMIN, Access.EVERY_CAMERA)).isFalse();
  }
}
