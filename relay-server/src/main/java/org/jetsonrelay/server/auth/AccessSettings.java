// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// Who gets in, and how often somebody may try.
///
/// @param access who may do what
/// @param origins which web pages may talk to the relay
/// @param handshakesPerMinute WebSocket handshakes of one address
/// @param failuresPerMinute unknown tokens of one address; a few more in a row
/// @param maxAddresses addresses that are told apart
/// @param sparesLoopback whether limits for one address leave out this machine itself
/// @param maxLogins browsers that are logged in at the same time
/// @param loginLifetime how long each login lasts
public record AccessSettings(
    Access access,
    Origins origins,
    int handshakesPerMinute,
    int failuresPerMinute,
    int maxAddresses,
    boolean sparesLoopback,
    int maxLogins,
    Duration loginLifetime) {

  /// How often in a row an address may show an unknown token before its rate counts: somebody who
  /// mistypes shall not notice.
  private static final int FAILURES_IN_A_ROW = 10;

  /// What the relay runs with unless told otherwise: everything open.
  public static AccessSettings defaults() {
    return new AccessSettings(
        new StaticTokens("", "", ""),
        Origins.parse(""),
        600,
        10,
        10_000,
        true,
        1_000,
        Duration.ofHours(8));
  }

  /// The same with another decision.
  public AccessSettings with(Access other) {
    return new AccessSettings(
        other,
        origins,
        handshakesPerMinute,
        failuresPerMinute,
        maxAddresses,
        sparesLoopback,
        maxLogins,
        loginLifetime);
  }

  /// The gatekeeper of a relay with these settings.
  ///
  /// @param refused counts refusals
  /// @param blocked told whenever a token is not looked at because its address has guessed too
  ///   often
  public Gatekeeper gatekeeper(LongAdder refused, Runnable blocked, LongSupplier nanoTime) {
    return new Gatekeeper(
        access,
        new Logins(maxLogins, loginLifetime, nanoTime),
        new AddressRates(failuresPerMinute, FAILURES_IN_A_ROW, maxAddresses, sparesLoopback),
        refused,
        blocked,
        nanoTime);
  }

  /// Counts handshakes; a minute's worth may come in a row.
  public AddressRates handshakes() {
    return new AddressRates(handshakesPerMinute, handshakesPerMinute, maxAddresses, sparesLoopback);
  }
}
