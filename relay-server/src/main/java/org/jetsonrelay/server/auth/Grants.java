// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All grants of one moment, and which actions need one at all. Immutable.
///
/// Grants are looked up by the digest of what was shown. How long that takes may tell something of
/// the digest, which is of no use to whoever lacks the token it was made of.
final class Grants implements Access {

  private static final Decision GRANTED = new Decision.Granted();
  private static final Decision NEEDED = new Decision.Unauthorized("A token is needed");
  private static final Decision UNKNOWN = new Decision.Unauthorized("The token is not known");
  private static final Decision FORBIDDEN = new Decision.Forbidden("The token does not allow this");

  private final Set<Action> guarded;
  private final List<Grant> everybodys = new ArrayList<>();
  private final Map<String, List<Grant>> byOwner = new HashMap<>();
  private final int count;

  /// @param guarded what needs a grant
  Grants(Set<Action> guarded, List<Grant> grants) {
    this.guarded = guarded.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(guarded));
    this.count = grants.size();
    for (Grant grant : grants) {
      if (grant.token().absent()) {
        everybodys.add(grant);
      } else {
        byOwner.computeIfAbsent(grant.token().owner(), _ -> new ArrayList<>()).add(grant);
      }
    }
  }

  int count() {
    return count;
  }

  @Override
  public boolean guarded(Action action) {
    return guarded.contains(action);
  }

  @Override
  public Decision decide(Action action, @Nullable String camera, Credential credential) {
    if (!guarded(action) || allows(everybodys, action, camera)) {
      return GRANTED;
    }
    if (credential.absent()) {
      return NEEDED;
    }
    // Empty for a credential that cannot be known: no grant has that owner.
    List<Grant> own = byOwner.getOrDefault(credential.owner(), List.of());
    if (own.isEmpty()) {
      return UNKNOWN;
    }
    return allows(own, action, camera) ? GRANTED : FORBIDDEN;
  }

  private static boolean allows(List<Grant> grants, Action action, @Nullable String camera) {
    for (Grant grant : grants) {
      if (grant.allows(action, camera)) {
        return true;
      }
    }
    return false;
  }
}
