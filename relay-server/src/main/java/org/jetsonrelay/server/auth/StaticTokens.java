// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One token per action, from the settings. An action without a token is open to everybody, as all
/// was with the old server. The admin token may also view, since the dashboard shows pictures.
/// Immutable.
public final class StaticTokens implements Access {

  private static final Decision GRANTED = new Decision.Granted();

  private record Grant(Credential token, Set<Action> actions) {}

  private final List<Grant> grants = new ArrayList<>();
  private final Set<Action> guarded = EnumSet.noneOf(Action.class);

  /// An empty token leaves its action open.
  ///
  /// @throws IllegalArgumentException when a token is too long or has characters that no header and
  ///   no query can carry; the message names the action, not the token
  public StaticTokens(String publish, String view, String admin) {
    add(Action.PUBLISH, publish, EnumSet.of(Action.PUBLISH));
    add(Action.VIEW, view, EnumSet.of(Action.VIEW));
    add(Action.ADMIN, admin, EnumSet.of(Action.ADMIN, Action.VIEW));
  }

  private void add(Action action, String token, Set<Action> allows) {
    if (token.isEmpty()) {
      return;
    }
    if (token.length() > Credential.MAX_TOKEN_CHARS
        || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "the %s token must have 1 to %d printable ASCII characters and no spaces"
              .formatted(action.name().toLowerCase(Locale.ROOT), Credential.MAX_TOKEN_CHARS));
    }
    guarded.add(action);
    grants.add(new Grant(Credential.ofToken(token), allows));
  }

  @Override
  public boolean guarded(Action action) {
    return guarded.contains(action);
  }

  @Override
  public Decision decide(Action action, @Nullable String camera, Credential credential) {
    if (!guarded(action)) {
      return GRANTED;
    }
    if (credential.absent()) {
      return new Decision.Unauthorized("A token is needed");
    }
    boolean known = false;
    boolean allowed = false;
    // Every token is compared, whatever the ones before said: the time tells nothing.
    for (Grant grant : grants) {
      boolean same = grant.token().sameAs(credential);
      known |= same;
      allowed |= same && grant.actions().contains(action);
    }
    if (allowed) {
      return GRANTED;
    }
    return known
        ? new Decision.Forbidden("The token does not allow this")
        : new Decision.Unauthorized("The token is not known");
  }
}
