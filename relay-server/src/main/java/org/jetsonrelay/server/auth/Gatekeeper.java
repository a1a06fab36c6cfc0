// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Stands at every way in, WebSocket and HTTP alike: finds out what a request shows, asks [Access],
/// counts refusals, and stops listening for a while to an address that guesses tokens.
///
/// Any thread; no call blocks.
public final class Gatekeeper {

  private final Access access;
  private final Logins logins;
  private final AddressRates failures;
  private final LongAdder refused;
  private final Runnable blocked;
  private final LongSupplier nanoTime;

  /// @param access who may do what
  /// @param logins browsers that have logged in
  /// @param failures how often an address may show a token that nobody knows
  /// @param refused counts refusals
  /// @param blocked told of those that are refused unseen
  /// @param nanoTime as [System#nanoTime()]
  public Gatekeeper(
      Access access,
      Logins logins,
      AddressRates failures,
      LongAdder refused,
      Runnable blocked,
      LongSupplier nanoTime) {
    this.access = access;
    this.logins = logins;
    this.failures = failures;
    this.refused = refused;
    this.blocked = blocked;
    this.nanoTime = nanoTime;
  }

  /// Who may do what, without an address being held to account: for choosing what to show.
  public Access access() {
    return access;
  }

  /// The browsers that have logged in.
  public Logins logins() {
    return logins;
  }

  /// What a request shows: its header counts more than its query, that more than its cookie.
  ///
  /// @param authorization the `Authorization` header
  /// @param rawQuery the query as it was sent
  /// @param cookies the `Cookie` header
  public Credential credential(
      @Nullable String authorization, @Nullable String rawQuery, @Nullable String cookies) {
    return Credential.ofHeader(authorization)
        .or(Credential.ofQuery(rawQuery))
        .or(logins.credential(cookies));
  }

  /// The token of a login form.
  ///
  /// @param body as a browser sends it: `token=…`, percent-encoded
  public static Credential ofForm(String body) {
    return Credential.ofQuery(body);
  }

  /// As [Access#decide], for somebody at this address.
  public Decision decide(
      Action action, @Nullable String camera, Credential credential, InetAddress address) {
    return decide(List.of(action), camera, credential, address);
  }

  /// Whether somebody at this address may do any of these things.
  public Decision decideAny(
      Action first, Action second, Credential credential, InetAddress address) {
    return decide(List.of(first, second), null, credential, address);
  }

  private Decision decide(
      List<Action> actions, @Nullable String camera, Credential credential, InetAddress address) {
    if (!actions.stream().allMatch(access::guarded)) {
      return new Decision.Granted();
    }
    long nowNanos = nanoTime.getAsLong();
    if (!credential.absent()) {
      long wait = failures.waitNanos(address, nowNanos);
      if (wait > 0) {
        // Without a look at the token: a right guess must not be told from a wrong one.
        refused.increment();
        blocked.run();
        return new Decision.TooMany(Duration.ofNanos(wait));
      }
    }
    Decision decision = access.decide(actions.getFirst(), camera, credential);
    for (int i = 1; i < actions.size() && !(decision instanceof Decision.Granted); i++) {
      Decision other = access.decide(actions.get(i), camera, credential);
      decision = other instanceof Decision.Unauthorized ? decision : other;
    }
    if (decision instanceof Decision.Granted) {
      return decision;
    }
    refused.increment();
    if (decision instanceof Decision.Unauthorized && !credential.absent()) {
      failures.take(address, nowNanos);
    }
    return decision;
  }
}
