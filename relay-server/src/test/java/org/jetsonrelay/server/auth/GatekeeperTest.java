// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/// What somebody has shown, who has guessed too often, and who is logged in.
class GatekeeperTest {

  private static final Credential KNOWN = Credential.ofToken("see");
  private static final Credential GUESS = Credential.ofToken("guess");

  // Close to where the clock wraps around.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final LongAdder refused = new LongAdder();
  private final Logins logins = new Logins(2, Duration.ofHours(8), now::get);

  private Gatekeeper keeper(String publish, String view) {
    return new Gatekeeper(
        new StaticTokens(publish, view, ""),
        logins,
        new AddressRates(6, 3, 100, true),
        refused,
        () -> {},
        now::get);
  }

  private static InetAddress address(int... parts) throws UnknownHostException {
    byte[] bytes = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = (byte) parts[i];
    }
    return InetAddress.getByAddress(bytes);
  }

  @Test
  void doesNotListenToAnAddressThatGuessesUntilItsTimeHasCome() throws UnknownHostException {
    Gatekeeper keeper = keeper("feed", "see");
    InetAddress guesser = address(10, 0, 0, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(keeper.decide(Action.VIEW, null, GUESS, guesser))
          .isInstanceOf(Decision.Unauthorized.class);
    }
    // The fourth is not looked at, right or wrong.
    for (Credential any : new Credential[] {GUESS, KNOWN}) {
      assertThat(keeper.decide(Action.VIEW, null, any, guesser))
          .isEqualTo(new Decision.TooMany(Duration.ofSeconds(10)));
    }
    assertThat(keeper.decideAny(Action.PUBLISH, Action.VIEW, KNOWN, guesser))
        .isInstanceOf(Decision.TooMany.class);
    assertThat(refused.sum()).isEqualTo(6);
    // Others notice nothing, nor does who shows none.
    assertThat(keeper.decide(Action.VIEW, null, KNOWN, address(10, 0, 0, 2)))
        .isInstanceOf(Decision.Granted.class);
    assertThat(keeper.decide(Action.VIEW, null, Credential.none(), guesser))
        .isInstanceOf(Decision.Unauthorized.class);

    now.addAndGet(TimeUnit.SECONDS.toNanos(10));
    assertThat(keeper.decide(Action.VIEW, null, KNOWN, guesser))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void aKnownTokenWithTheWrongRightIsNoGuess() throws UnknownHostException {
    Gatekeeper keeper = keeper("feed", "see");
    for (int i = 0; i < 100; i++) {
      assertThat(keeper.decide(Action.PUBLISH, null, KNOWN, address(10, 0, 0, 1)))
          .isInstanceOf(Decision.Forbidden.class);
    }
  }

  @Test
  void whatIsOpenStaysOpenToWhoHasGuessed() throws UnknownHostException {
    Gatekeeper keeper = keeper("feed", "");
    InetAddress guesser = address(10, 0, 0, 1);
    for (int i = 0; i < 10; i++) {
      keeper.decide(Action.PUBLISH, null, GUESS, guesser);
    }
    assertThat(keeper.decide(Action.VIEW, null, GUESS, guesser))
        .isInstanceOf(Decision.Granted.class);
    assertThat(keeper.decideAny(Action.PUBLISH, Action.VIEW, GUESS, guesser))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void theHeaderCountsMoreThanTheQueryAndThatMoreThanTheCookie() {
    Gatekeeper keeper = keeper("feed", "see");
    String cookie = "a=b; " + Logins.COOKIE + "=" + logins.begin(KNOWN);
    assertThat(keeper.credential(null, null, cookie).sameAs(KNOWN)).isTrue();
    assertThat(keeper.credential(null, "token=q", cookie).sameAs(Credential.ofToken("q"))).isTrue();
    assertThat(keeper.credential("Bearer h", "token=q", cookie).sameAs(Credential.ofToken("h")))
        .isTrue();
    assertThat(keeper.credential(null, null, null).absent()).isTrue();
  }

  @Test
  void aLoginEndsByItselfByLoggingOutAndWhenThereAreTooMany() {
    String first = Logins.COOKIE + "=" + logins.begin(KNOWN);
    String second = Logins.COOKIE + "=" + logins.begin(KNOWN);
    assertThat(first).isNotEqualTo(second).hasSize(Logins.COOKIE.length() + 1 + 43);
    String third = Logins.COOKIE + "=" + logins.begin(KNOWN);
    assertThat(logins.size()).isEqualTo(2);
    assertThat(logins.credential(first).absent()).isTrue();
    assertThat(logins.credential(second).sameAs(KNOWN)).isTrue();

    logins.end(second);
    assertThat(logins.credential(second).absent()).isTrue();

    now.addAndGet(TimeUnit.HOURS.toNanos(8) - 1);
    assertThat(logins.credential(third).sameAs(KNOWN)).isTrue();
    now.addAndGet(1);
    assertThat(logins.credential(third).absent()).isTrue();
    assertThat(logins.size()).isZero();
    assertThat(logins.credential(Logins.COOKIE + "=").absent()).isTrue();
  }

  @Test
  void aRateIsPerAddressAndANetworkOfIpv6IsOne() throws UnknownHostException {
    AddressRates rates = new AddressRates(60, 2, 100, false);
    InetAddress one = address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1);
    InetAddress sameNet = address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9);
    InetAddress other = address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1);
    assertThat(rates.take(one, 0)).isZero();
    assertThat(rates.take(sameNet, 0)).isZero();
    assertThat(rates.take(one, 0)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(rates.take(other, 0)).isZero();
    assertThat(rates.take(one, TimeUnit.SECONDS.toNanos(1))).isZero();
    assertThat(rates.take(one, TimeUnit.SECONDS.toNanos(1))).isPositive();
  }

  @Test
  void keepsAsManyAddressesAsTheLimitAndForgetsTheOldest() throws UnknownHostException {
    AddressRates rates = new AddressRates(1, 1, 2, false);
    InetAddress first = address(10, 0, 0, 1);
    rates.take(first, 0);
    rates.take(address(10, 0, 0, 2), 0);
    assertThat(rates.waitNanos(first, 0)).isPositive(); // and so is used again
    rates.take(address(10, 0, 0, 3), 0);
    assertThat(rates.size()).isEqualTo(2);
    assertThat(rates.waitNanos(first, 0)).isPositive();
    assertThat(rates.waitNanos(address(10, 0, 0, 2), 0)).isZero();
  }

  @Test
  void thisMachineItselfIsSparedOnlyWhenTold() {
    InetAddress here = InetAddress.getLoopbackAddress();
    AddressRates spared = new AddressRates(1, 1, 2, true);
    AddressRates limited = new AddressRates(1, 1, 2, false);
    for (AddressRates rates : new AddressRates[] {spared, limited}) {
      rates.take(here, 0);
    }
    assertThat(spared.take(here, 0)).isZero();
    assertThat(limited.take(here, 0)).isPositive();
  }
}
