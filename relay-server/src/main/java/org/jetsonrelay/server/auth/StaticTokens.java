// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One token per action, from the settings, good for all cameras. An action without a token is open
/// to everybody, as all was with the old server. Immutable.
public final class StaticTokens implements Access {

  private final List<Grant> grants = new ArrayList<>();
  private final Set<Action> guarded = EnumSet.noneOf(Action.class);
  private final Grants table;

  /// An empty token leaves its action open.
  ///
  /// @throws IllegalArgumentException when a token is too long or has characters that no header and
  ///   no query can carry; the message names the action, not the token
  public StaticTokens(String publish, String view, String admin) {
    add(Action.PUBLISH, publish);
    add(Action.VIEW, view);
    add(Action.ADMIN, admin);
    table = new Grants(guarded, grants);
  }

  private void add(Action action, String token) {
    if (token.isEmpty()) {
      return;
    }
    String name = action.name().toLowerCase(Locale.ROOT);
    if (token.length() > Credential.MAX_TOKEN_CHARS
        || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "the %s token must have 1 to %d printable ASCII characters and no spaces"
              .formatted(name, Credential.MAX_TOKEN_CHARS));
    }
    guarded.add(action);
    grants.add(
        new Grant(name, Credential.ofToken(token), EnumSet.of(action), CameraPatterns.EVERY));
  }

  List<Grant> grants() {
    return List.copyOf(grants);
  }

  @Override
  public boolean guarded(Action action) {
    return table.guarded(action);
  }

  @Override
  public Decision decide(Action action, @Nullable String camera, Credential credential) {
    return table.decide(action, camera, credential);
  }
}
